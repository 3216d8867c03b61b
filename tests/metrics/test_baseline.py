"""What is usual: the days looked back to, the clock windows on them, medians and the rows in their middle."""

import datetime as dt
from random import Random
from statistics import median

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from metrics.baseline import middle, nearest, past_days, past_windows, same_day, usual, windows_on
from tests.metrics.compare import at_instants
from tests.metrics.handmade import clock, hall, opening
from tests.metrics.random_city import HALLS, TODAY, at, instants, random_city
from tests.metrics.slow import flow
from tests.metrics.slow.records import DAY, Tables, session_at, view

CITIES = settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))


def asked(tables: Tables, times: list[dt.datetime]) -> pl.DataFrame:
    frame = at_instants(view(tables), times).with_row_index("row")
    return frame.with_columns(pl.max_horizontal(pl.col("at") - pl.duration(minutes=60), "open_at").alias("since"))


@given(seed=st.integers(0, 10**6))
@CITIES
def test_clock_windows_of_the_past_are_those_a_walk_back_finds(seed: int) -> None:
    tables = random_city(seed, 6)
    city = view(tables)
    frame = asked(tables, instants(Random(seed), tables, 10))
    found = past_windows(frame, city.sessions, city.first_days)
    every = windows_on(frame, city.sessions, past_days(city.sessions, city.first_days, frame))
    for row, name, t, since in frame.select("row", "hall_id", "at", "since").iter_rows():
        wanted = flow.past_windows(tables, name, since, t)
        assert found.filter(pl.col("row") == row).select("past_since", "past_at").rows() == wanted[:8]
        assert every.filter(pl.col("row") == row).select("past_since", "past_at").rows() == wanted


def test_a_window_begins_with_the_later_of_both_openings_on_the_grid() -> None:
    day = TODAY - 7 * DAY
    for today, past, since in (
        ("9:00-17:00", "9:00-17:00", "9:00"),
        ("9:00-17:00", "8:30-17:00", "9:00"),
        ("8:30-17:00", "9:02-17:00", "9:02"),
        # Facts know no part of 5 minutes: the window begins with the interval in which the hall opens today.
        ("9:02-17:00", "9:00-17:00", "9:00"),
        ("9:07-17:00", "8:30-17:00", "9:05"),
    ):
        tables = hall(calendar=[*opening("H", TODAY, today), *opening("H", day, past)])
        frame = asked(tables, [clock("9:30")])
        days = pl.DataFrame({"hall_id": "H", "date": TODAY, "past": day, "step": 1})
        found = windows_on(frame, view(tables).sessions, days)
        assert found.select("past_since", "past_at").rows() == [(clock(since, day), clock("9:30", day))]


def test_a_day_that_was_not_open_at_that_time_has_no_window() -> None:
    day = TODAY - 7 * DAY
    days = pl.DataFrame({"hall_id": "H", "date": TODAY, "past": day, "step": 1})
    for past, count in (("9:35-17:00", 0), ("8:00-9:25", 0), ("8:00-9:30", 1), ("9:30-17:00", 0), ("9:25-17:00", 1)):
        tables = hall(calendar=[*opening("H", TODAY, "9:00-17:00"), *opening("H", day, past)])
        assert windows_on(asked(tables, [clock("9:30")]), view(tables).sessions, days).height == count


def test_only_the_eight_nearest_count() -> None:
    frame = pl.DataFrame({"row": [1] * 10 + [2] * 3, "step": [*range(1, 11), 2, 5, 9]})
    assert nearest(frame)["step"].to_list() == [*range(1, 9), 2, 5, 9]


@given(st.lists(st.lists(st.integers(0, 9), max_size=9), max_size=5))
@settings(max_examples=60, deadline=None)
def test_the_middle_days_added_up_are_the_median(days: list[list[int]]) -> None:
    frame = pl.DataFrame(
        [(row, value) for row, values in enumerate(days) for value in values],
        schema={"row": pl.UInt32, "value": pl.Int64},
        orient="row",
    )
    found = {row: (value, number) for row, value, number in usual(frame).iter_rows()}
    assert found == {n: (median(values), len(values)) for n, values in enumerate(days) if len(values) >= 4}
    shares = (
        middle(frame).group_by("row").agg((pl.col("value") * pl.col("share")).sum(), pl.col("share").sum().alias("one"))
    )
    assert {row: (value, one) for row, value, one in shares.iter_rows()} == {
        row: (value, 1.0) for row, (value, _) in found.items()
    }


@pytest.mark.parametrize(
    ("day", "fellow"),
    [
        (dt.date(2026, 3, 18), dt.date(2025, 3, 19)),
        # Week 1 of 2026 begins in December; so does its fellow.
        (dt.date(2025, 12, 29), dt.date(2024, 12, 30)),
        (dt.date(2027, 1, 3), None),
        (dt.date(2021, 1, 3), None),
        (dt.date(2021, 1, 4), dt.date(2019, 12, 30)),
    ],
)
def test_the_same_day_a_year_before_is_that_of_the_iso_week(day: dt.date, fellow: dt.date | None) -> None:
    rows = [row for n in range(800) for row in opening("H", day - n * DAY, "9:00-17:00")]
    days = pl.DataFrame({"hall_id": "H", "date": [day]})
    found = same_day(view(hall(calendar=rows)).sessions, days, years=1)
    assert found["past"].to_list() == ([fellow] if fellow else [])
    assert same_day(view(hall(calendar=rows)).sessions, days, weeks=1)["past"].to_list() == [day - 7 * DAY]


def test_random_cities_have_few_and_many_days_to_look_back_to() -> None:
    lengths = set()
    for seed in range(12):
        tables = random_city(seed, 6)
        for name in HALLS:
            if session_at(tables, name, at(TODAY, 10)):
                lengths.add(len(flow.past_windows(tables, name, at(TODAY, 9), at(TODAY, 10))))
    assert min(lengths) < 4
    assert lengths & {4, 5, 6, 7}
    assert max(lengths) > 8
