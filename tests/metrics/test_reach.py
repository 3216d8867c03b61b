"""A deadline beyond the known working days is left out and told; nobody else's reading falls because of it."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.calendar import OutsideCalendar, WorkCalendar
from metrics.casework import running
from metrics.quantities import all_quantities
from metrics.reach import Reach
from metrics.view import View
from tests.metrics.by_hand import at, case, city, item, pause, read
from tests.metrics.case_cities import JUDGED, LAST, random_city, workdays
from tests.metrics.held_against import assert_rows_behind, instants_of
from tests.metrics.slow.cut import Row, Tables, records

T = "10-09 20:00"
#: The city has told its working days up to the end of October, and no farther.
KNOWN = [row for row in workdays() if dt.date(2026, 7, 1) <= row["date"] <= dt.date(2026, 10, 31)]
OF_DEADLINES = ("due_soon_rate", "overdue_open", "accept_delay_rate", "overdue_finish_rate", "backlog_ratio")


def short_city(*cases: Row, **more: Any) -> Tables:  # noqa: ANN401
    items = [
        item("i"),
        item("long", promise_days=40),
        item("natural", promise_days=60, day_unit="natural"),
        item("absurd", promise_days=2_000_000_000),
    ]
    return city(workdays=KNOWN, cases=list(cases), items=items, **more)


def opened(name: str, accept: str = "09-28 10:00", **more: object) -> Row:
    return case(name, accept, accept, **more)


def told(name: str, tables: Tables, when: str = T) -> tuple[float, float, int]:
    row = read(name, tables, when, *(("H",) if name == "overdue_finish_rate" else ("D",)))
    return row["numerator"], row["denominator"], row["left_out"]


@pytest.mark.parametrize("item_code", ["long", "natural", "absurd"])
def test_a_deadline_that_needs_days_nobody_told_counts_nowhere_and_is_told(item_code: str) -> None:
    late = opened("late", "09-14 09:00")
    tables = short_city(late, opened("in time"), opened("beyond", item_code=item_code))
    assert told("overdue_open", tables) == (1, 2, 1)
    assert told("due_soon_rate", tables) == (1, 1, 1)
    # As soon as the days are told it counts; one that is not late for two thousand million days never is.
    if item_code != "absurd":
        assert told("overdue_open", tables | {"workdays": workdays()}) == (1, 3, 0)


def test_before_its_acceptance_and_after_its_end_it_is_not_told() -> None:
    tables = short_city(opened("in time"), opened("beyond", item_code="long", finish_time="10-12 09:00"))
    assert [told("overdue_open", tables, when)[2] for when in ("09-24 20:00", T, "10-12 20:00")] == [0, 1, 0]


def test_a_deadline_that_the_source_gives_needs_no_working_days() -> None:
    far = opened("far") | {"promise_due": dt.datetime(2099, 12, 31, 17, tzinfo=dt.UTC)}
    old = opened("old", "06-15 09:00", promise_due="10-08 17:00")
    assert told("overdue_open", short_city(far, old)) == (1, 2, 0)
    assert told("due_soon_rate", short_city(far, old)) == (0, 1, 0)


def test_a_case_accepted_before_the_first_known_day_is_left_out() -> None:
    assert told("overdue_open", short_city(opened("in time"), opened("early", "06-15 09:00"))) == (0, 1, 1)


def test_a_pause_may_move_a_deadline_beyond_the_known_days() -> None:
    tables = short_city(
        opened("paused", promise_due="10-30 17:00"), case_pauses=[pause("paused", "10-08 09:00", "10-12 09:00")]
    )
    # It counts until the pause has ended, and is told from then on.
    assert told("overdue_open", tables) == (0, 1, 0)
    assert told("overdue_open", tables, "10-12 20:00") == (0, 0, 1)


def test_late_finishes_leave_it_out_too() -> None:
    done = {"finish_time": "10-08 17:00", "visit_count": 1}
    tables = short_city(
        *(opened(f"{number}", **done) for number in range(3)),
        opened("late", "09-14 09:00", **done),
        opened("beyond", item_code="long", **done),
        opened("given", promise_due="10-08 09:00", **done),
        opened("elsewhere", item_code="long", hall_id="G", **done),
    )
    assert told("overdue_finish_rate", tables) == (2, 5, 1)


def test_submissions_and_finishes_outside_the_known_days_stop_nothing() -> None:
    days = [row for row in KNOWN if row["date"] <= dt.date(2026, 10, 9)]
    cases = [
        case("asked", "10-08 09:00"),
        case("today", "10-09 09:00"),
        case("tomorrow", "10-14 09:00"),
        case("long ago", "03-02 09:00", "03-02 10:00", finish_time="03-03 10:00"),
        case("later", "10-08 09:00", "10-08 10:00", finish_time="10-20 10:00"),
    ]
    tables = short_city(*cases) | {"workdays": days}
    row = read("accept_delay_rate", tables, "10-09 20:00", "D")
    assert (row["numerator"], row["denominator"]) == (0, 0)
    row = read("backlog_ratio", tables, "10-09 20:00", "D")
    assert (row["numerator"], row["denominator"]) == (1, 0)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 24), days=st.integers(1, 60))
def test_no_case_stops_the_readings_of_others_whatever_days_are_known(seed: int, size: int, days: int) -> None:
    tables = random_city(seed, size)
    first = LAST - dt.timedelta(days=days + 10)
    known = [row for row in workdays() if first <= row["date"] <= first + dt.timedelta(days=days)]
    view = View(records(tables | {"workdays": known}))
    for name in OF_DEADLINES:
        assert_rows_behind(name, view, instants_of(view, all_quantities()[name].cadence, JUDGED, LAST))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 30), back=st.integers(0, 40))
def test_what_is_known_is_what_no_guess_about_the_other_days_changes(seed: int, size: int, back: int) -> None:
    """Two guesses, all days after the known ones worked, or none of them for a year: only what they share is known."""
    tables = random_city(seed, size)
    end = LAST - dt.timedelta(days=back)
    known = [row for row in workdays() if row["date"] <= end]
    after = [end + dt.timedelta(days=number) for number in range(1, 900)]

    def stretches_of(days: list[Row]) -> pl.DataFrame:
        view = View(records(tables | {"workdays": days}))
        return running(view.casework, view.records["case_pauses"], view.work)

    key = ["project_no", "since"]
    mine = stretches_of(known).select(*key, "due", "known")
    worked, rested = (
        stretches_of(known + [{"date": day, "is_workday": rule(number)} for number, day in enumerate(after)])
        for rule in (lambda _: True, lambda number: number > 400)
    )
    both = worked.join(rested, on=key, how="inner", suffix="_rested")
    shared = both.filter(pl.col("due") == pl.col("due_rested")).select(*key, "due")
    assert set(mine.filter("known").select(*key, "due").iter_rows()) == set(shared.iter_rows())


def test_made_up_days_are_worked_and_told_apart() -> None:
    days = [dt.date(2026, 10, day) for day in (1, 2, 4, 5)]
    calendar = WorkCalendar.of(pl.DataFrame({"date": days, "is_workday": [False, True, True, False]}), "Asia/Shanghai")
    reach = Reach.of(calendar, [pl.Series([at("10-08 09:00")]).dt.convert_time_zone("Asia/Shanghai")], 2)
    asked = pl.Series([dt.date(2026, 9, 30), *days, dt.date(2026, 10, 3), dt.date(2026, 10, 8)])
    assert reach.works(asked).to_list() == [False, False, True, True, False, False, False]
    assert reach.work.is_workday(asked).to_list() == [True, False, True, True, False, True, True]
    ends = pl.Series([days[0], days[1], days[2], days[3], None, dt.date(2026, 10, 2), days[3]])
    assert reach.tells(asked, ends).to_list() == [False, True, False, True, True, False, False]
    with pytest.raises(OutsideCalendar):
        calendar.is_workday(asked)
