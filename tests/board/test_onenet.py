"""一网通办: every number counted again in plain Python, and nobody sees more than is theirs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import ceil
from typing import Any

import pytest

from cockpit.board.case_rows import SHOWN, Asked, case_rows, case_sheet
from cockpit.board.onenet import OneNet, onenet
from cockpit.board.onenet_tables import HIGH, LOW, missing
from cockpit.board.spans import Span, place_chosen, places_offered, spans_offered, usual_span
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from metrics.rates import rates_of
from tests.board.case_city import (
    CITY,
    COUNTY,
    COUNTY_OF,
    MANAGER,
    NOBODY,
    TODAY,
    TWO,
    case_city,
    counted,
    everywhere,
    scope,
    where,
    yes,
)
from tests.board.small_city import NOW

SEPTEMBER = (date(2026, 9, 1), date(2026, 10, 1))
City = tuple[DataFolder, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder, rows = case_city(tmp_path_factory.mktemp("onenet") / "data")
    yield folder, rows
    folder.close()


def view(city: City, period: str, viewer: Viewer = CITY, place: str = "", item: str = "") -> OneNet:
    snapshot, counts, span = counted(city[0], period)
    return onenet(city[0], snapshot, viewer, counts, span, where(snapshot, viewer, place), item=item)


def told(shown: OneNet) -> dict[str, tuple[float | None, float | None]]:
    return {quantity.key: (quantity.numerator, quantity.denominator) for quantity in (*shown.figures, *shown.second)}


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2026-09", SEPTEMBER),
        ("2026-Q3", (date(2026, 7, 1), date(2026, 10, 1))),
        ("2026", (date(2026, 1, 1), date(2027, 1, 1))),
    ],
)
def test_the_rates_of_a_month_a_quarter_and_a_year(city: City, period: str, days: tuple[date, date]) -> None:
    rows = scope(city[1], *days, everywhere)
    window = [row for row in rows if row["channel"] == "window"]
    figures = told(view(city, period))
    assert figures["ywtb_case_rate"] == (yes(rows), len(rows))
    assert figures["ywtb_window_rate"] == (yes(window), len(window))
    online = sum(row["channel"] in {"pc", "app", "mini"} for row in rows)
    assert figures["online_apply_rate"] == (online, len(rows))
    known = [row for row in rows if row["visit_count"] is not None and row["delivery"]]
    whole = [
        r for r in known if r["channel"] in {"pc", "app", "mini"} and not r["visit_count"] and r["delivery"] == "online"
    ]
    assert figures["full_online_rate"] == (len(whole), len(known))


def test_a_month_that_runs_says_until_when_and_is_compared_with_the_one_before(city: City) -> None:
    shown, before = view(city, "2026-10"), view(city, "2026-09")
    first = shown.figures[0]
    assert shown.period == "2026年10月（至 10月12日）"
    assert [(c.name, c.base) for c in first.comparisons] == [("环比", before.figures[0].value), ("同比", None)]
    trend = shown.trends["case"]
    assert trend.height == 13 and trend["value"].to_list()[-1] == first.value
    assert trend["value"].null_count() == 10 and trend["last_year"].null_count() == 13


def test_counties_and_halls_side_by_side(city: City) -> None:
    shown = view(city, "2026-09")
    assert shown.places is not None
    for row in shown.places.frame.iter_rows(named=True):
        mine = scope(city[1], *SEPTEMBER, lambda r, county=row["place"]: COUNTY_OF[r["hall_id"]] == county)
        assert (row["numerator_ywtb_case_rate"], row["denominator_ywtb_case_rate"]) == (yes(mine), len(mine))
        assert row["missing_case"] == max(0, ceil(0.9 * len(mine)) - yes(mine))
        unknown = sum(r["platform"] == "unknown" for r in mine)
        assert row["numerator_ywtb_case_rate_high"] == yes(mine) + unknown
    assert dict(zip(shown.places.frame["place"], shown.links, strict=True)) == {
        "云栖区": "county:云栖区",
        "市本级": "county:市本级",
        "临江县": "county:临江县",
    }
    county = view(city, "2026-09", place="county:云栖区")
    assert county.places is not None
    assert dict(zip(county.places.frame["place"], county.links, strict=True)) == {
        "云栖": "hall:c1",
        "石桥": "hall:t1",
        "无大厅（线上）": "",
    }
    assert view(city, "2026-09", place="hall:t1").places is None


def test_a_place_without_a_case_of_unknown_origin_is_sure_of_its_rate(city: City) -> None:
    pages = [view(city, f"2026-{month:02}", place=place) for month in (8, 9, 10) for place in ("", "county:云栖区")]
    rows = [row for page in pages if page.places for row in page.places.frame.iter_rows(named=True)]
    sure = [row for row in rows if row["numerator_ywtb_case_rate_high"] is None]
    assert sure and all(row[f"value_{LOW}"] == row[f"value_{HIGH}"] == row["value_ywtb_case_rate"] for row in sure)
    unsure = [row for row in rows if row["numerator_ywtb_case_rate_high"] is not None]
    assert unsure and all(row[f"value_{LOW}"] < row[f"value_{HIGH}"] for row in unsure)


def test_items_and_what_they_are_short_of(city: City) -> None:
    frame = view(city, "2026-09").items["case"].frame
    for row in frame.iter_rows(named=True):
        mine = scope(city[1], *SEPTEMBER, lambda r, code=row["item_code"]: r["item_code"] == code)
        assert (row["counted"], row["all"], row["not_counted"]) == (yes(mine), len(mine), len(mine) - yes(mine))
        for system in ("dept", "manual_backfill", "unknown"):
            assert row[f"platform_{system}"] == sum(r["platform"] == system for r in mine)
    assert set(frame["item_code"]) == {"i1", "i2"}
    short = frame.filter(frame["share"] > 0)
    assert short["share"].sum() == pytest.approx(100)
    assert frame["share"].to_list() == sorted(frame["share"].to_list(), reverse=True)


@pytest.mark.parametrize(
    ("counted_", "all_", "wanted"), [(9, 10, 0), (8, 10, 1), (10, 11, 0), (9, 11, 1), (0, 0, 0), (20, 20, -2)]
)
def test_cases_missing_to_ninety_percent(counted_: int, all_: int, wanted: int) -> None:
    assert missing(counted_, all_) == wanted


def test_a_single_item_in_each_place(city: City) -> None:
    shown = view(city, "2026-09", item="i2")
    mine = scope(city[1], *SEPTEMBER, lambda row: row["item_code"] == "i2")
    assert shown.item == "不动产登记" and not shown.items
    assert (shown.figures[0].key, *told(shown)["ywtb_item_rate"]) == ("ywtb_item_rate", yes(mine), len(mine))
    assert shown.places is not None
    assert shown.places.frame["denominator_ywtb_case_rate"].sum() == len(mine)


def test_bounds_are_said_where_the_system_is_unknown(city: City) -> None:
    rows = scope(city[1], *SEPTEMBER, everywhere)
    unknown, sure = sum(row["platform"] == "unknown" for row in rows), yes(rows)
    low, high = sure / len(rows) * 100, (sure + unknown) / len(rows) * 100
    note = view(city, "2026-09").figures[0].note
    assert f"来源不明 {unknown} 件，区间 {low:.1f}%–{high:.1f}%" in note
    assert f"距 90% 还差 {ceil(0.9 * len(rows)) - sure} 件" in note


@pytest.mark.parametrize(
    "number",
    ["ywtb_case_rate", "ywtb_window_rate", "online_apply_rate", "full_online_rate", "one_visit_rate", "instant_rate"],
)
@pytest.mark.parametrize("viewer", [CITY, COUNTY, MANAGER, TWO])
def test_the_rows_behind_a_rate_are_as_many_as_it_says(city: City, viewer: Viewer, number: str) -> None:
    snapshot, counts, span = counted(city[0], "2026-Q3")
    place = where(snapshot, viewer, "")
    groups = {"now": [counts.months[month.label] for month in span.months if month.label in counts.months]}
    from cockpit.board.month_counts import tally_of

    rate = tally_of(groups, viewer, place).rates("city", [number]).row(0, named=True)
    above = rate["numerator"] if number in {"online_apply_rate", "full_online_rate", "instant_rate"} else None
    wanted = rate["denominator"] - rate["numerator"] if above is None else above
    rows = case_rows(snapshot, viewer, Asked(number, span, place), NOW, 10**6)
    assert rows.height == wanted and rows["project_no"].is_unique().all()


def test_the_rows_are_those_that_do_not_count(city: City) -> None:
    snapshot, _, span = counted(city[0], "2026-09")
    rows = case_rows(snapshot, CITY, Asked("ywtb_case_rate", span, where(snapshot, CITY, "")), NOW, 10**6)
    wanted = [row for row in scope(city[1], *SEPTEMBER, everywhere) if row["platform"] != "ywtb2"]
    assert set(rows["project_no"]) == {row["project_no"] for row in wanted}
    assert rows["accept_time"].to_list() == sorted(rows["accept_time"].to_list(), reverse=True)
    assert set(rows["platform"]) == {"部门系统", "补录", "来源不明"}
    few = case_sheet(snapshot, CITY, Asked("ywtb_case_rate", span, where(snapshot, CITY, "")), NOW, 5)
    assert few.frame.height == 5 and "最近的 5 件" in few.note
    assert SHOWN > 5


def test_who_sees_a_hall_sees_that_hall(city: City) -> None:
    def mine(*halls: str | None) -> tuple[int, int]:
        rows = scope(city[1], *SEPTEMBER, lambda row: row["hall_id"] in halls)
        return yes(rows), len(rows)

    assert told(view(city, "2026-09", MANAGER))["ywtb_case_rate"] == mine("t1")
    assert told(view(city, "2026-09", TWO))["ywtb_case_rate"] == mine("t1", "p1")
    assert told(view(city, "2026-09", COUNTY))["ywtb_case_rate"] == mine("c1", "t1", None)
    assert view(city, "2026-09", NOBODY).empty
    two = view(city, "2026-09", TWO)
    assert two.places is not None and two.place == "我负责的大厅"
    assert set(two.places.frame["place"]) == {"云栖区 · 石桥", "临江县 · 空港园"}  # no county as a whole


def test_places_outside_the_scope_are_neither_offered_nor_told_apart_from_none(city: City) -> None:
    snapshot = city[0].lake.snapshot()
    assert set(places_offered(snapshot, MANAGER)) == {""}
    assert set(places_offered(snapshot, COUNTY)) == {"", "hall:c1", "hall:t1"}
    assert set(places_offered(snapshot, TWO)) == {"", "hall:t1", "hall:p1"}
    assert {"county:云栖区", "hall:s1"} < set(places_offered(snapshot, CITY))
    said = set()
    for viewer, place in [(MANAGER, "hall:c1"), (MANAGER, "hall:none"), (TWO, "county:云栖区"), (NOBODY, "hall:t1")]:
        with pytest.raises(Refused) as refused:
            place_chosen(snapshot, viewer, place)
        said.add(refused.value.sentence)
    assert len(said) == 1


def test_what_is_not_told_for_a_hall_is_not_shown_for_one(city: City) -> None:
    shown = view(city, "2026-09", MANAGER)
    of_halls = {rate.id for rate in rates_of() if "hall" in rate.places}
    assert set(told(shown)) <= of_halls
    assert shown.items["case"].frame.height and not shown.bars


def test_a_time_without_cases_is_empty(city: City) -> None:
    assert view(city, "2026-02").empty
    for text in ("2027-01", "2026-W40", "2026-10-01", "", "x", "2026-13"):
        with pytest.raises(Refused):
            Span.of(text, TODAY)


def test_times_are_offered_the_latest_first(city: City) -> None:
    _, counts, _ = counted(city[0], "2026-10")
    assert counts.known == ("2026-10", "2026-09", "2026-08")
    assert list(spans_offered(counts.known, TODAY)) == ["2026-10", "2026-09", "2026-08", "2026-Q4", "2026-Q3", "2026"]
    assert usual_span(counts.known, TODAY) == "2026-10"
    assert usual_span(counts.known, date(2026, 10, 3)) == "2026-09"


def test_no_row_of_another_hall_is_listed(city: City) -> None:
    snapshot, _, span = counted(city[0], "2026-Q3")
    for viewer in (MANAGER, TWO, COUNTY):
        rows = case_rows(snapshot, viewer, Asked("accepted", span, where(snapshot, viewer, "")), NOW, 10**6)
        listed = {name: row for row in city[1] if (name := row["project_no"])}
        halls = {listed[name]["hall_id"] for name in rows["project_no"]}
        assert halls <= {*(viewer.scope or ()), *([None] if viewer is COUNTY else [])}


def test_what_is_still_being_counted_is_another_thing_than_what_there_is_not(city: City) -> None:
    snapshot, counts, span = counted(city[0], "2026-10")
    less = replace(
        counts,
        months={label: month for label, month in counts.months.items() if label == "2026-10"},
        waiting=("2026-08", "2026-09"),
    )
    shown = onenet(city[0], snapshot, CITY, less, span, where(snapshot, CITY, ""))
    for quantity in (*shown.figures, *shown.second):
        # There are no records of a year ago; those of September are being counted.
        assert [(c.name, c.base, c.counting) for c in quantity.comparisons] == [
            ("环比", None, True),
            ("同比", None, False),
        ]
    whole = onenet(city[0], snapshot, CITY, counts, span, where(snapshot, CITY, ""))
    assert not any(c.counting for quantity in whole.figures for c in quantity.comparisons)
