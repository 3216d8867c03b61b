"""Opening hours: sessions, the instants at which halls are judged, and time net of breaks."""

import datetime as dt
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.hours import Clock, breaks_of, numbers, rt_instants, sessions_of
from metrics.instants import daily, monthly, weekly
from metrics.spells import micros
from tests.metrics.handmade import clock, hall, opening
from tests.metrics.random_city import HALLS, TODAY, TZ, at, random_city
from tests.metrics.slow.records import DAY, MINUTE, ZONE, Row, net, session_at, sessions, view


def calendar(*rows: Row) -> pl.DataFrame:
    return view(hall(calendar=list(rows))).records["calendar"]


def grid(start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    return [start + 5 * n * MINUTE for n in range(int((end - start) / (5 * MINUTE)) + 1)]


def test_sessions_know_their_days_first_opening_and_last_closing() -> None:
    rows = [*opening("H", TODAY, "13:00-17:00", "9:00-12:00"), *opening("H", TODAY + DAY)]
    frame = sessions_of(calendar(*rows))
    assert frame["open_at"].to_list() == [clock("9:00"), clock("13:00")]
    assert frame["first_open"].to_list() == [clock("9:00")] * 2
    assert frame["last_close"].to_list() == [clock("17:00")] * 2
    assert breaks_of(frame).rows() == [("H", TODAY, 1, clock("12:00"), clock("13:00"))]


def test_a_break_lies_between_sessions_that_neither_meet_nor_overlap() -> None:
    rows = opening("H", TODAY, "8:00-10:00", "10:00-12:00", "13:00-15:00", "16:00-18:00")
    rows += opening("K", TODAY, "9:00-17:00", "10:00-12:00", "16:30-18:00") + opening("K", TODAY + DAY, "9:00-12:00")
    frame = sessions_of(calendar(*rows))
    assert breaks_of(frame).rows() == [
        ("H", TODAY, 1, clock("12:00"), clock("13:00")),
        ("H", TODAY, 2, clock("15:00"), clock("16:00")),
    ]


def test_a_day_on_which_a_hall_is_shut_has_no_session() -> None:
    assert sessions_of(calendar(*opening("H", TODAY))).is_empty()


def test_a_hall_is_judged_after_it_opened_up_to_its_closing() -> None:
    frame = rt_instants(
        sessions_of(calendar(*opening("H", TODAY, "9:02-9:20", "13:00-13:08"))), at(TODAY, 0), at(TODAY, 23)
    )
    assert frame["at"].to_list() == [clock(t) for t in ("9:05", "9:10", "9:15", "9:20", "13:05")]
    assert frame["session"].to_list() == [1, 1, 1, 1, 2]


@given(seed=st.integers(0, 10**6), first=st.integers(0, 1440), length=st.integers(0, 900))
@settings(max_examples=40, deadline=None)
def test_instants_are_those_of_the_grid_at_which_a_session_is_on(seed: int, first: int, length: int) -> None:
    tables = random_city(seed, 0)
    start = at(TODAY, 0) + first * MINUTE
    end = start + length * MINUTE
    frame = rt_instants(sessions_of(view(tables).records["calendar"]), start, end)
    wanted = [
        (name, t)
        for name in HALLS
        for t in grid(at(TODAY, 0), at(TODAY, 23, 55) + DAY)
        if start <= t <= end and session_at(tables, name, t)
    ]
    assert frame.select("hall_id", "at").rows() == sorted(wanted)


def test_the_instant_asked_for_may_be_in_any_zone() -> None:
    hours = sessions_of(calendar(*opening("H", TODAY, "9:00-12:00")))
    ten = clock("10:00").astimezone(dt.UTC)
    assert rt_instants(hours, ten, ten)["at"].to_list() == [clock("10:00")]


def test_where_sessions_overlap_a_hall_is_judged_once_at_an_instant_in_the_one_that_began_first() -> None:
    rows = [*opening("H", TODAY, "9:00-9:20", "9:10-9:15", "9:10-9:30"), *opening("I", TODAY, "9:10-9:15")]
    frame = rt_instants(sessions_of(calendar(*rows)), at(TODAY, 0), at(TODAY, 23))
    assert frame.select("hall_id", pl.col("at").dt.strftime("%H:%M"), "session").rows() == [
        ("H", "09:05", 1), ("H", "09:10", 1), ("H", "09:15", 1), ("H", "09:20", 1), ("H", "09:25", 3),
        ("H", "09:30", 3), ("I", "09:15", 1),
    ]  # fmt: skip


TIMES = st.integers(-30 * 60, 30 * 60)


@given(seed=st.integers(0, 10**6), spans=st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_time_net_of_breaks_is_gross_time_less_the_breaks_in_it(seed: int, spans: list[tuple[int, int]]) -> None:
    tables = random_city(seed, 0)
    noon = at(TODAY, 12)
    city = view(tables)
    for number, name in enumerate(city.halls):
        since = [noon + a * MINUTE for a, _ in spans]
        until = [noon + b * MINUTE for _, b in spans]
        place = np.full(len(spans), number, dtype=np.int64)
        found = city.clock.between(place, *(micros(pl.Series(times)) for times in (since, until)))
        assert found.tolist() == [
            max(net(tables, name, a, b) / dt.timedelta(microseconds=1), 0) for a, b in zip(since, until, strict=True)
        ]


@given(seed=st.integers(0, 10**6), length=st.integers(0, 300), first=TIMES)
@settings(max_examples=60, deadline=None)
def test_a_length_of_time_reaches_to_the_last_instant_that_is_not_beyond_it(seed: int, length: int, first: int) -> None:
    tables = random_city(seed, 0)
    city = view(tables)
    since = at(TODAY, 12) + first * MINUTE
    for number, name in enumerate(city.halls):
        place, moment = np.array([number]), micros(pl.Series([since]))
        (found,) = city.clock.reach(place, moment, length * 60_000_000).tolist()
        reached = dt.datetime.fromtimestamp(found / 1_000_000, TZ)
        assert net(tables, name, since, reached) == length * MINUTE
        assert net(tables, name, since, reached + MINUTE / 60) > length * MINUTE


def test_halls_without_breaks_have_a_plain_clock() -> None:
    hours = sessions_of(calendar(*opening("H", TODAY, "9:00-17:00")))
    plain = Clock(hours, pl.Series(["H"]))
    assert plain.between(np.array([0]), np.array([100]), np.array([350])).tolist() == [250]
    assert plain.between(np.array([0]), np.array([350]), np.array([100])).tolist() == [0]
    assert plain.reach(np.array([0]), np.array([100]), 25).tolist() == [125]


def test_numbers_of_names_that_are_not_there_are_minus_one() -> None:
    order = pl.Series(["a", "b"])
    assert numbers(pl.Series(["b", None, "x", "a"]), order).tolist() == [1, -1, -1, 0]
    assert numbers(pl.Series([], dtype=pl.String), order).tolist() == []


@pytest.mark.parametrize("count", [30, 3_000, 30_000])
@pytest.mark.parametrize("known", [7, 6_000])
def test_few_and_many_names_are_numbered_alike(count: int, known: int) -> None:
    dice = Random(count + known)
    order = [f"N{number}" for number in dice.sample(range(2 * known), known)]
    names = [None if dice.random() < 0.1 else f"N{dice.randrange(2 * known)}" for _ in range(count)]
    wanted = [order.index(name) if name in order else -1 for name in names[:500]]
    found = numbers(pl.Series(names), pl.Series(order))
    assert found.dtype == np.int64
    assert found.tolist()[:500] == wanted


def test_what_has_no_name_is_none_of_those_without_a_name() -> None:
    assert numbers(pl.Series(["A", None]), pl.Series([None, "A"])).tolist() == [1, -1]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_evenings_are_those_of_the_days_a_hall_was_open(seed: int) -> None:
    tables = random_city(seed, 0)
    start, end = at(TODAY - 60 * DAY, 20), at(TODAY, 20)
    frame = daily(view(tables).sessions, start, end)
    days = sorted({(r["hall_id"], r["date"]) for r in tables["calendar"] if sessions(tables, r["hall_id"], r["date"])})
    wanted = [(name, at(day, 20), day, at(day, 0), at(day + DAY, 0)) for name, day in days]
    assert frame.columns == ["hall_id", "at", "date", "start", "end"]
    assert frame.rows() == [row for row in wanted if start <= row[1] <= end]


def test_mondays_tell_of_the_iso_week_before() -> None:
    asked = at(dt.date(2026, 3, 1), 0), at(dt.date(2026, 3, 16), 6)
    frame = weekly(ZONE, *asked)
    assert frame.equals(weekly(ZONE, *(moment.astimezone(dt.UTC) for moment in asked)))
    monday = dt.date(2026, 3, 2)
    assert frame.equals(
        weekly(ZONE, *(at(dt.date(2026, 3, day), hour).astimezone(dt.UTC) for day, hour in ((1, 0), (16, 6))))
    )
    assert frame.rows() == [
        (at(monday + n * 7 * DAY, 6), at(monday + (n - 1) * 7 * DAY, 0), at(monday + n * 7 * DAY, 0)) for n in range(3)
    ]
    assert weekly(ZONE, at(monday, 6, 0, 1), at(monday, 23)).is_empty()


def test_months_are_told_every_evening_to_date_and_whole_on_the_first() -> None:
    frame = monthly(ZONE, at(dt.date(2026, 2, 28), 12), at(dt.date(2026, 3, 2), 19))
    first, second = dt.date(2026, 3, 1), dt.date(2026, 3, 2)
    february = at(dt.date(2026, 2, 1), 0)
    assert frame.rows() == [
        (at(dt.date(2026, 2, 28), 20), february, at(first, 0)),
        (at(first, 6), february, at(first, 0)),
        (at(first, 20), at(first, 0), at(second, 0)),
    ]
    january = monthly(ZONE, at(dt.date(2026, 1, 1), 0), at(dt.date(2026, 1, 1), 12))
    assert january.rows() == [(at(dt.date(2026, 1, 1), 6), at(dt.date(2025, 12, 1), 0), at(dt.date(2026, 1, 1), 0))]


def test_random_calendars_are_not_all_alike() -> None:
    kinds = {row["day_type"] for seed in range(20) for row in random_city(seed, 0)["calendar"] if row["date"] == TODAY}
    assert kinds == {"work", "rest", "holiday", "makeup"}
    assert Random(1).random() != Random(2).random()
