"""办件全景 counted once more in plain Python: volumes, ways, working days, and who took how long."""

from collections import Counter
from datetime import datetime
from math import ceil
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.panorama import CHANNELS, MEDIAN, NINE_IN_TEN, PLATFORMS, nearest_rank, panorama
from metrics.periods import parse
from tests.metrics.plain_days import DAY, base, deadline, due_day, in_force, version_of, works
from tests.metrics.plain_rates import City, inside
from tests.metrics.rate_tables import HALLS, at, case, cities, item, pause, records

OCTOBER = parse("2026-10")
Key = tuple[Any, ...]


def between(after: datetime, upto: datetime, *, due: bool = False) -> int:
    """Working days after the day of one instant up to and including the day of another."""
    day, last, count = after.date(), due_day(upto) if due else upto.date(), 0
    while day < last:
        day += DAY
        count += works(day)
    return count


def paused_days(base_at: datetime, moved: datetime) -> int:
    day, count = due_day(base_at), 0
    while day < due_day(moved):
        day += DAY
        count += works(day)
    return count


def plain(tables: dict[str, list[dict[str, Any]]], t: datetime | None) -> tuple[dict[Key, Counter[str]], Counter[Key]]:
    """Counts by place, and how many cases took how long by place, used and allowed."""
    city = City(tables, t)
    counts: dict[Key, Counter[str]] = {}
    days: Counter[Key] = Counter()
    for row in city.tables["cases"]:
        if row["is_test"]:
            continue
        place = city.place_of_case(row)
        key = tuple(place[name] for name in ("hall_id", "county", "item_code", "theme"))
        version = version_of(row, tables["items"])
        mine = counts.setdefault(key, Counter())
        if inside(OCTOBER, row["accept_time"]):
            mine["accepted"] += 1
            scope = version and in_force(version, row["accept_time"])
            if version and scope and version["apply_based"] and not version["ywtb_exception"]:
                mine[f"channel_{row['channel']}"] += 1
                mine[f"platform_{row['platform']}"] += 1
        if row["status"] == "finished" and inside(OCTOBER, row["finish_time"]):
            mine["finished"] += 1
            due, _ = deadline(row, version, city.pauses[row["project_no"]], at("12-31 00:00"))
            if version and version["case_type"] == "promise" and due and row["accept_time"]:
                first = base(row, version)
                assert first is not None
                gross = between(row["accept_time"], row["finish_time"])
                used = max(0, gross - paused_days(first, due))
                days[(*key, used, between(row["accept_time"], first, due=True))] += 1
    return {key: mine for key, mine in counts.items() if mine}, days


def found(tables: dict[str, list[dict[str, Any]]], t: datetime | None) -> tuple[dict[Key, Counter[str]], Counter[Key]]:
    shown = panorama(records(tables), [OCTOBER], t)
    names = ("hall_id", "county", "item_code", "theme")
    counts = {
        tuple(row[name] for name in names): Counter(
            {name: row[name] for name in shown.cells.columns if name not in (*names, "period") and row[name]}
        )
        for row in shown.cells.iter_rows(named=True)
    }
    days = Counter({tuple(row): n for *row, n in shown.times.drop("period").iter_rows()})
    return {key: mine for key, mine in counts.items() if mine}, days


@settings(max_examples=40, deadline=None)
@given(cities(), st.sampled_from([None, at("10-09 12:00"), at("11-15 00:00")]))
def test_whatever_comes_is_counted_as_the_rules_read(
    tables: dict[str, list[dict[str, Any]]], t: datetime | None
) -> None:
    assert found(tables, t) == plain(tables, t)


def test_a_hand_made_city() -> None:
    tables = {
        "halls": HALLS,
        "departments": [{"dept_code": "d1", "name": "一"}],
        "items": [item("i1"), item("i2", case_type="instant", promise_days=None), item("i3", apply_based=False)],
        "cases": [
            case(1),
            case(2, channel="app", platform="dept", finish_time=at("10-13 10:00"), status="finished"),
            # Friday to Monday week: six working days with Saturday the 10th made up, less the pause of two.
            case(3, hall_id="h2", finish_time=at("10-16 10:00"), status="finished"),
            case(4, item_code="i2", finish_time=at("10-09 09:30"), status="finished"),
            case(5, item_code="i3"),
            case(6, is_test=True),
            case(7, hall_id=None, region_code="330102000000", channel="kiosk"),
        ],
        "case_pauses": [pause(3, at("10-12 10:00"), at("10-14 10:00"))],
    }
    shown = panorama(records(tables), [OCTOBER], at("11-01 00:00"))
    sums = shown.cells.select(pl.exclude("period", "hall_id", "county", "item_code", "theme").sum()).row(0, named=True)
    assert (sums["accepted"], sums["finished"]) == (6, 3)
    assert {name: sums[f"channel_{name}"] for name in CHANNELS if sums[f"channel_{name}"]} == {
        "window": 3,
        "app": 1,
        "kiosk": 1,
    }
    assert {name: sums[f"platform_{name}"] for name in PLATFORMS if sums[f"platform_{name}"]} == {"ywtb2": 4, "dept": 1}
    times = {row["hall_id"]: (row["used"], row["allowed"], row["cases"]) for row in shown.times.iter_rows(named=True)}
    # The 10th, 12th, 13th; and the 10th, 12th … 16th less the 13th and 14th.
    assert times == {"h1": (3, 3, 1), "h2": (4, 3, 1)}


@given(
    st.dictionaries(st.integers(0, 30), st.integers(1, 50), min_size=1, max_size=8),
    st.sampled_from([MEDIAN, NINE_IN_TEN]),
)
def test_the_nearest_rank_is_that_of_the_list_written_out(days: dict[int, int], share: tuple[int, int]) -> None:
    written = sorted(day for day, cases in days.items() for _ in range(cases))
    above, whole = share
    wanted = written[ceil(len(written) * above / whole) - 1]
    times = pl.DataFrame({"theme": "business", "used": list(days), "cases": list(days.values())})
    assert nearest_rank(times, ["theme"], "used", share).rows() == [("business", wanted)]
    assert nearest_rank(times, [], "used", share).rows() == [(wanted,)]
    assert nearest_rank(times.clear(), ["theme"], "used", share).is_empty()
