"""Working days and opening sessions, recomputed day by day in plain Python."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.calendar import OutsideCalendar, WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
#: National Day 2026 with its makeup days: 1–7 October off, 20 September (Sunday) and 10 October (Saturday) worked.
OFF = {date(2026, 10, day) for day in range(1, 8)}
MADE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
FIRST, LAST = date(2026, 9, 1), date(2026, 11, 30)
SPAN = [FIRST + DAY * n for n in range((LAST - FIRST).days + 1)]


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def table(days: list[date]) -> pl.DataFrame:
    return pl.DataFrame({"date": days, "is_workday": [works(day) for day in days]})


WORK = WorkCalendar.of(table(SPAN), "Asia/Shanghai")
DATES = st.lists(st.none() | st.dates(FIRST + 12 * DAY, LAST - 60 * DAY), max_size=12)


def days(values: list[date | None]) -> pl.Series:
    return pl.Series("day", values, dtype=pl.Date)


def times(values: list[datetime | None], zone: str = "Asia/Shanghai") -> pl.Series:
    return pl.Series("at", values, dtype=pl.Datetime("us", zone))


def slow_add(day: date, count: int) -> date:
    while count:
        day += DAY
        count -= works(day)
    return day


def slow_before(day: date) -> date:
    day -= DAY
    while not works(day):
        day -= DAY
    return day


def slow_on_or_after(day: date) -> date:
    while not works(day):
        day += DAY
    return day


@pytest.mark.parametrize(
    ("start", "count", "found"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the holiday
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # the Saturday that is worked
        (date(2026, 9, 18), 2, date(2026, 9, 21)),  # the Sunday that is worked counts
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
        (date(2026, 10, 3), 5, date(2026, 10, 13)),
    ],
)
def test_working_days_are_counted_on_by_the_citys_own_days(start: date, count: int, found: date) -> None:
    assert WORK.add(days([start]), count).to_list() == [found] == [slow_add(start, count)]


@settings(deadline=None)
@given(DATES, st.integers(0, 30))
def test_every_sum_of_working_days_equals_a_walk_day_by_day(values: list[date | None], count: int) -> None:
    given_days = days(values)
    whole = [value for value in values if value]
    assert WORK.add(given_days, count).drop_nulls().to_list() == [slow_add(day, count) for day in whole]
    assert WORK.before(given_days).drop_nulls().to_list() == [slow_before(day) for day in whole]
    assert WORK.on_or_after(given_days).drop_nulls().to_list() == [slow_on_or_after(day) for day in whole]
    assert WORK.is_workday(given_days).drop_nulls().to_list() == [works(day) for day in whole]
    for found in (WORK.add(given_days, count), WORK.before(given_days), WORK.is_workday(given_days)):
        assert found.is_null().to_list() == [value is None for value in values]


@settings(deadline=None)
@given(st.lists(st.tuples(st.none() | st.dates(FIRST, LAST), st.none() | st.dates(FIRST, LAST)), max_size=12))
def test_working_days_between_two_days_leave_the_first_out_and_count_the_last(
    pairs: list[tuple[date | None, date | None]],
) -> None:
    found = WORK.between(days([one for one, _ in pairs]), days([other for _, other in pairs]))
    assert found.to_list() == [
        None if one is None or other is None else sum(works(day) for day in SPAN if one < day <= other)
        for one, other in pairs
    ]


@settings(deadline=None)
@given(st.lists(st.tuples(st.none() | st.dates(FIRST, date(2026, 10, 1)), st.none() | st.integers(0, 20)), max_size=9))
def test_each_day_may_have_a_count_of_its_own(pairs: list[tuple[date | None, int | None]]) -> None:
    counts = pl.Series([count for _, count in pairs], dtype=pl.Int64)
    found = WORK.add(days([day for day, _ in pairs]), counts)
    assert found.to_list() == [None if day is None or count is None else slow_add(day, count) for day, count in pairs]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "America/Sao_Paulo"])
@settings(deadline=None)
@given(data=st.data())
def test_an_instant_lies_on_the_citys_day_and_midnight_ends_the_day_before(zone: str, data: st.DataObject) -> None:
    first, last = date(2018, 1, 1), date(2018, 12, 31)
    span = [first + DAY * n for n in range((last - first).days + 1)]
    work = WorkCalendar.of(pl.DataFrame({"date": span, "is_workday": [True] * len(span)}), zone)
    start = datetime(2018, 1, 2, tzinfo=UTC)
    inside = st.timedeltas(timedelta(0), timedelta(days=362)).map(lambda since: start + since)
    values = data.draw(st.lists(st.none() | inside, max_size=8))
    local = [value and value.astimezone(ZoneInfo(zone)) for value in values]
    assert work.day_of(times(values, zone)).to_list() == [value and value.date() for value in local]
    edges = work.end_of(days([value and value.date() for value in local]))
    assert work.due_day_of(edges).to_list() == [value and value.date() for value in local]
    assert work.day_of(edges).to_list() == [value and value.date() + DAY for value in local]
    later = [value and value.astimezone(UTC) + timedelta(microseconds=1) for value in edges.to_list()]
    assert work.due_day_of(times(later, zone)).to_list() == [value and value.date() + DAY for value in local]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: WORK.add(days([date(2026, 11, 27)]), 2),
        lambda: WORK.before(days([FIRST])),
        lambda: WORK.on_or_after(days([date(2026, 8, 31)])),
        lambda: WORK.is_workday(days([date(2027, 1, 1)])),
        lambda: WORK.between(days([FIRST]), days([date(2026, 12, 1)])),
        lambda: WORK.day_of(times([datetime(2026, 12, 1, tzinfo=SHANGHAI)])),
        lambda: WORK.due_day_of(times([datetime(2026, 9, 1, tzinfo=SHANGHAI)])),
    ],
)
def test_a_day_outside_the_known_ones_is_an_error_that_names_it(ask: object) -> None:
    with pytest.raises(OutsideCalendar, match=r"2026-|2027-"):
        ask()  # type: ignore[operator]


def test_a_gap_between_known_years_is_no_row_of_holidays() -> None:
    gap = date(2026, 9, 16)
    work = WorkCalendar.of(table([day for day in SPAN if day != gap]).sample(fraction=1, shuffle=True), "Asia/Shanghai")
    assert work.add(days([date(2026, 9, 10)]), 3).to_list() == [date(2026, 9, 15)]
    for ask in (
        lambda: work.add(days([date(2026, 9, 10)]), 4),
        lambda: work.between(days([date(2026, 9, 10)]), days([date(2026, 9, 20)])),
        lambda: work.is_workday(days([gap])),
    ):
        with pytest.raises(OutsideCalendar) as fault:
            ask()
        assert fault.value.day == gap


def test_a_city_without_any_working_day_known_cannot_count() -> None:
    with pytest.raises(ValueError, match="no working days"):
        WorkCalendar.of(table([]).cast({"date": pl.Date, "is_workday": pl.Boolean}), "Asia/Shanghai")
    rest = WorkCalendar.of(pl.DataFrame({"date": SPAN, "is_workday": [False] * len(SPAN)}), "Asia/Shanghai")
    with pytest.raises(OutsideCalendar):
        rest.on_or_after(days([FIRST]))
    assert rest.between(days([FIRST]), days([LAST])).to_list() == [0]
