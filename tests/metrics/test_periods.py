"""Periods: how they are written, where they end, what they are compared with."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.periods import REPORTING_WEEKS, PeriodError, parse, period_of, periods_between, span

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(1995, 1, 1), date(2060, 12, 31))
KINDS = ("day", "week", "month", "quarter", "year", "wed_tue", "thu_wed", "fri_thu")


@pytest.mark.parametrize(
    ("text", "start", "end", "kind"),
    [
        ("2026-03-11", date(2026, 3, 11), date(2026, 3, 12), "day"),
        ("2026-W11", date(2026, 3, 9), date(2026, 3, 16), "week"),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5), "week"),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 4), "week"),
        ("2026-03", date(2026, 3, 1), date(2026, 4, 1), "month"),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "month"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1), "quarter"),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), "quarter"),
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "year"),
        ("2026-03-04..2026-03-11", date(2026, 3, 4), date(2026, 3, 11), "span"),
    ],
)
def test_a_period_is_read_as_it_is_written_and_written_as_it_is_read(
    text: str, start: date, end: date, kind: str
) -> None:
    period = parse(text)
    assert (period.start, period.end, period.kind, period.label) == (start, end, kind, text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-3", "2026-03"),
        ("2026/03", "2026-03"),
        ("2026年3月", "2026-03"),
        ("２０２６－０３", "2026-03"),
        ("202603", "2026-03"),
        ("20260311", "2026-03-11"),
        ("2026年3月1日", "2026-03-01"),
        ("2026-w9", "2026-W09"),
        ("2026W11", "2026-W11"),
        ("2026年第11周", "2026-W11"),
        ("2026Q1", "2026-Q1"),
        ("Q1-2026", "2026-Q1"),
        ("2026年第1季度", "2026-Q1"),
        ("2026年", "2026"),
        ("2026-03-01...2026-04-01", "2026-03-01..2026-04-01"),
        ("2026-03-01至2026-04-01", "2026-03-01..2026-04-01"),
        ("2026-13", None),
        ("2025-W53", None),
        ("2026-Q5", None),
        ("2026-02-29", None),
        ("2026-03-11..2026-03-11", None),
        ("0000", None),
        ("0001-W01", None),
        ("1899-12-31..1900-01-02", None),
        ("3000", None),
        ("9999-12-31", None),
        ("last month", None),
        ("", None),
    ],
)
def test_what_names_no_period_is_refused_with_what_was_probably_meant(text: str, meant: str | None) -> None:
    with pytest.raises(PeriodError) as refusal:
        parse(text)
    assert (refusal.value.text, refusal.value.suggestion) == (text, meant)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_no_text_breaks_the_reading_of_periods(text: str) -> None:
    try:
        period = parse(text)
    except PeriodError as refusal:
        assert refusal.suggestion is None or parse(refusal.suggestion).start
    else:
        assert period.label == text


@settings(deadline=None)
@given(DAYS, st.sampled_from(KINDS))
def test_every_day_lies_in_one_period_of_each_kind_and_the_periods_meet(day: date, kind: str) -> None:
    period = period_of(kind, day)
    assert period.start <= day < period.end
    assert period_of(kind, period.start) == period_of(kind, period.last_day) == period
    assert period.previous().end == period.start
    assert period_of(kind, period.end).previous() == period
    again = parse(period.label)
    assert (again.start, again.end) == (period.start, period.end)


@settings(deadline=None)
@given(DAYS)
def test_reporting_weeks_begin_on_their_weekday(day: date) -> None:
    begins = {name: period_of(kind, day).start.strftime("%a") for name, kind in REPORTING_WEEKS.items()}
    assert begins == {"mon_sun": "Mon", "wed_tue": "Wed", "thu_wed": "Thu", "fri_thu": "Fri"}
    assert {period_of(kind, day).days for kind in REPORTING_WEEKS.values()} == {7}


@pytest.mark.parametrize(
    ("text", "previous", "year_before"),
    [
        ("2026-03-01", "2026-02-28", "2025-03-01"),
        ("2024-02-29", "2024-02-28", None),
        ("2026-01", "2025-12", "2025-01"),
        ("2024-02", "2024-01", "2023-02"),
        ("2025-02", "2025-01", "2024-02"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026", "2025", "2025"),
        ("2026-W11", "2026-W10", "2025-W11"),
        ("2027-W01", "2026-W53", "2026-W01"),
        ("2026-W53", "2026-W52", None),
        ("2026-03-04..2026-03-11", "2026-02-25..2026-03-04", "2025-03-04..2025-03-11"),
        ("2024-02-20..2024-03-01", "2024-02-10..2024-02-20", None),
        ("2024-02-20..2024-02-29", "2024-02-11..2024-02-20", "2023-02-20..2023-03-01"),
    ],
)
def test_a_period_is_compared_with_the_one_before_and_the_same_a_year_before(
    text: str, previous: str, year_before: str | None
) -> None:
    period = parse(text)
    assert period.previous().label == previous
    before = period.year_before()
    assert (before and before.label) == year_before


@settings(deadline=None)
@given(DAYS, st.sampled_from(sorted(REPORTING_WEEKS.values())))
def test_a_week_is_compared_with_the_one_of_its_number_that_begins_on_the_same_weekday(day: date, kind: str) -> None:
    period = period_of(kind, day)
    before = period.year_before()
    year, week, weekday = period.start.isocalendar()
    if before is None:
        assert week == 53
    else:
        assert before.start.isocalendar() == (year - 1, week, weekday)
        assert before.kind == kind


def test_periods_between_two_days_hold_each_day_once() -> None:
    start, end = date(2026, 1, 15), date(2026, 4, 2)
    for kind in KINDS:
        found = periods_between(kind, start, end)
        assert [one.end for one in found[:-1]] == [other.start for other in found[1:]]
        assert found[0].start <= start < found[0].end
        assert found[-1].start < end <= found[-1].end
    assert periods_between("month", end, start) == []


def test_a_period_is_half_open_in_the_city_s_zone() -> None:
    start, end = parse("2026-03").instants(SHANGHAI)
    assert start == datetime(2026, 3, 1, tzinfo=SHANGHAI)
    assert end == datetime(2026, 4, 1, tzinfo=SHANGHAI)
    assert parse("2026-03").last_day == date(2026, 3, 31)
    short, long = (parse(day).instants(ZoneInfo("America/New_York")) for day in ("2026-03-08", "2026-11-01"))
    assert [one.timestamp() - other.timestamp() for other, one in (short, long)] == [23 * 3600, 25 * 3600]


def test_a_span_needs_a_day_and_belongs_to_no_grid() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        span(date(2026, 3, 1), date(2026, 3, 1))
    with pytest.raises(ValueError, match="span"):
        period_of("span", date(2026, 3, 1))
    assert span(date(2026, 3, 1), date(2026, 3, 3)).days == 2 == timedelta(days=2).days
