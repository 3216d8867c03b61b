"""办件全景: volumes, ways and overdue shares counted again in plain Python, within each viewer's scope."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta
from math import ceil
from typing import Any

import pytest

from cockpit.board.case_rows import Asked, case_rows
from cockpit.board.panorama import PanoramaView, panorama_view
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.watch.ways import THEMES, WAYS
from tests.board.case_city import (
    CITY,
    COUNTY,
    COUNTY_OF,
    MANAGER,
    NOBODY,
    TWO,
    Row,
    case_city,
    counted,
    everywhere,
    real,
    scope,
    where,
)
from tests.board.small_city import HALLS, NOW
from tests.metrics.plain_days import after, works

SEPTEMBER = (date(2026, 9, 1), date(2026, 10, 1))
THEME_OF = {"i1": "business", "i2": "realestate", "i3": "business", "i4": "business"}
LEVEL_OF = {hall["hall_id"]: hall["level"] for hall in HALLS}
City = tuple[DataFolder, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder, rows = case_city(tmp_path_factory.mktemp("panorama") / "data")
    yield folder, rows
    folder.close()


def view(city: City, period: str, viewer: Viewer = CITY, place: str = "", theme: str = "") -> PanoramaView:
    snapshot, counts, span = counted(city[0], period)
    return panorama_view(city[0], snapshot, viewer, counts, span, where(snapshot, viewer, place), theme=theme)


def finished(rows: list[dict[str, Any]]) -> list[Row]:
    ended = (row for row in rows if not row["is_test"] and row["finish_time"] is not None)
    return [row for row in ended if SEPTEMBER[0] <= row["finish_time"].date() < SEPTEMBER[1]]


def used(row: Row) -> int:
    """Working days after the day of acceptance, as there are no pauses here."""
    days = (row["finish_time"].date() - row["accept_time"].date()).days
    first = row["accept_time"].toordinal()
    return sum(works(date.fromordinal(first + n)) for n in range(1, days + 1))


def test_volumes_and_how_they_are_shared_by_theme(city: City) -> None:
    shown = view(city, "2026-09")
    whole = list(real(city[1], *SEPTEMBER, everywhere))
    assert [q.value for q in shown.volumes] == [len(whole), len(finished(city[1]))]
    themes = shown.tables[0].frame
    assert {row["name"]: row["accepted"] for row in themes.iter_rows(named=True)} == {
        THEMES[theme]: sum(THEME_OF[row["item_code"]] == theme for row in whole) for theme in ("business", "realestate")
    }
    assert themes["finished"].sum() == len(finished(city[1]))
    for row in themes.iter_rows(named=True):
        mine = scope(city[1], *SEPTEMBER, lambda r, theme=row["theme"]: THEME_OF[r["item_code"]] == theme)
        online = sum(r["channel"] in {"pc", "app", "mini"} for r in mine)
        assert row["online"] == pytest.approx(online / len(mine) * 100)
        assert row["kiosk"] == pytest.approx(sum(r["channel"] == "kiosk" for r in mine) / len(mine) * 100)
        assert row["cross"] == pytest.approx(sum(r["cross_region"] for r in mine) / len(mine) * 100)


def test_ways_add_up_to_scope(city: City) -> None:
    ways = view(city, "2026-09").ways
    assert ways is not None
    for row in ways.iter_rows(named=True):
        mine = scope(city[1], *SEPTEMBER, lambda r, name=row["place"]: THEMES[THEME_OF[r["item_code"]]] == name)
        for column, _, channels in WAYS:
            assert row[column] == sum(r["channel"] in channels for r in mine)
        assert sum(row[column] for column, _, _ in WAYS) == len(mine)


def test_days_of_promised_cases_by_nearest_rank(city: City) -> None:
    # The catalogue promises three working days for i1, i3 and i4; i2 is done at once.
    days = sorted(used(row) for row in finished(city[1]) if row["item_code"] != "i2")
    shown = {quantity.key: quantity for quantity in view(city, "2026-09").times}
    assert shown["used_median"].value == days[ceil(len(days) / 2) - 1]
    assert shown["used_p90"].value == days[ceil(len(days) * 9 / 10) - 1]
    assert (shown["used_share"].numerator, shown["used_share"].denominator) == (sum(days), 3 * len(days))
    late = {quantity.key: quantity for quantity in view(city, "2026-09").shares}["overdue_finish_rate"]
    ended = [row for row in finished(city[1]) if row["item_code"] != "i2"]
    over = sum(row["finish_time"].date() > after(row["accept_time"].date(), 3) for row in ended)
    assert (late.numerator, late.denominator) == (over, len(ended))


def test_levels_places_and_items_make_the_whole(city: City) -> None:
    shown = {sheet.title: sheet.frame for sheet in view(city, "2026-09").tables}
    whole = list(real(city[1], *SEPTEMBER, everywhere))
    assert {title: frame["accepted"].sum() for title, frame in shown.items()} == dict.fromkeys(shown, len(whole))
    levels = {row["level"]: row["accepted"] for row in shown["各层级大厅"].iter_rows(named=True)}
    for level in ("city", "county", "town", "park"):
        assert levels[level] == sum(LEVEL_OF.get(row["hall_id"]) == level for row in whole)
    assert levels["online"] == sum(row["hall_id"] is None for row in whole)
    counties = {row["name"]: row["accepted"] for row in shown["各区县"].iter_rows(named=True)}
    assert counties["云栖区"] == sum(COUNTY_OF[row["hall_id"]] == "云栖区" for row in whole)
    assert shown["办件最多的事项"]["name"][0] == "食品经营许可<b>"  # as it was delivered; drawing escapes it


def test_one_theme(city: City) -> None:
    shown = view(city, "2026-09", theme="realestate")
    mine = [row for row in real(city[1], *SEPTEMBER, everywhere) if row["item_code"] == "i2"]
    assert shown.theme == "房地产" and shown.volumes[0].value == len(mine)
    assert [sheet.title for sheet in shown.tables] == ["各层级大厅", "各区县", "办件最多的事项"]
    assert all(quantity.value is None for quantity in shown.times)  # only items done at once


def test_volumes_of_a_month_that_runs_are_not_held_against_whole_ones(city: City) -> None:
    running, whole = view(city, "2026-10").volumes[0], view(city, "2026-09").volumes[0]
    assert running.comparisons == () and "没有结束" in running.note
    august = list(real(city[1], date(2026, 8, 1), date(2026, 9, 1), everywhere))
    assert [(c.name, c.base) for c in whole.comparisons] == [("环比", len(august)), ("同比", None)]


def test_nobody_counts_what_is_not_theirs(city: City) -> None:
    for viewer, halls in ((MANAGER, {"t1"}), (TWO, {"t1", "p1"}), (COUNTY, {"c1", "t1", None})):
        mine = list(real(city[1], *SEPTEMBER, lambda row, halls=halls: row["hall_id"] in halls))
        shown = view(city, "2026-09", viewer)
        assert shown.volumes[0].value == len(mine)
        for sheet in shown.tables:
            assert sheet.frame["accepted"].sum() == len(mine)
    assert view(city, "2026-09", NOBODY).empty
    manager = view(city, "2026-09", MANAGER)
    assert [sheet.title for sheet in manager.tables] == ["各主题", "办件最多的事项"]
    assert {quantity.key for quantity in manager.shares} == {"overdue_finish_rate"}  # the others are told for no hall


@pytest.mark.parametrize("viewer", [CITY, COUNTY, MANAGER])
@pytest.mark.parametrize("theme", ["", "business"])
def test_rows_behind_a_volume(city: City, viewer: Viewer, theme: str) -> None:
    snapshot, _, span = counted(city[0], "2026-09")
    shown = view(city, "2026-09", viewer, theme=theme)
    place = where(snapshot, viewer, "")
    numbers = {quantity.key: quantity.value for quantity in shown.volumes}
    numbers["promised"] = next(q for q in shown.times if q.key == "used_median").sample
    numbers["overdue_finish_rate"] = next(q for q in shown.shares if q.key == "overdue_finish_rate").numerator
    for number, amount in numbers.items():
        rows = case_rows(snapshot, viewer, Asked(number, span, place, theme=theme), NOW, 10**6)
        assert rows.height == amount, number


def test_times_of_the_counts_are_told_in_the_citys_zone(city: City) -> None:
    """Also where the counts are older than the newest record, so that their instant is told, which is kept in UTC."""
    snapshot, counts, span = counted(city[0], "2026-10", NOW.astimezone(UTC))
    assert counts.reaches is not None
    later = replace(counts, reaches=counts.reaches + timedelta(days=1))
    page = panorama_view(city[0], snapshot, CITY, later, span, where(snapshot, CITY, ""))
    assert page.reaches is not None and page.reaches == page.counted_at
    assert page.reaches.utcoffset() == timedelta(hours=8)
    assert {figure.as_of.utcoffset() for figure in page.volumes if figure.as_of} == {timedelta(hours=8)}


def test_months_that_are_still_being_counted_are_said_to_be(city: City) -> None:
    snapshot, counts, span = counted(city[0], "2026-09")
    less = replace(counts, months={"2026-09": counts.months["2026-09"]}, waiting=("2026-08",))
    shown = panorama_view(city[0], snapshot, CITY, less, span, where(snapshot, CITY, ""))
    for quantity in (*shown.volumes, *shown.shares, *shown.times):
        assert [(c.base, c.counting) for c in quantity.comparisons] == [(None, True), (None, False)], quantity.key
