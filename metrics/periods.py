"""Periods of a report or a figure: how they are written, where they begin and end, what they are compared with.

Every period is half open: its first day belongs to it, its `end` is the first day that no longer does. Source: the
rates 2026.1, "Periods".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Kind = Literal["day", "week", "month", "quarter", "year", "span", "wed_tue", "thu_wed", "fri_thu"]
#: The four reporting weeks (周报口径); Monday to Sunday is the ISO week itself.
REPORTING_WEEKS: dict[str, Kind] = {"mon_sun": "week", "wed_tue": "wed_tue", "thu_wed": "thu_wed", "fri_thu": "fri_thu"}
_FIRST_WEEKDAY: dict[Kind, int] = {"week": 1, "wed_tue": 3, "thu_wed": 4, "fri_thu": 5}
#: Years that a period may be written for; instants far beyond them cannot be told in every zone.
YEARS = range(1900, 3000)
_QUARTER = 3
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class PeriodError(ValueError):
    """A text that names no period.

    Attributes:
        text: what was written.
        suggestion: what was probably meant, if anything.
    """

    def __init__(self, text: str, suggestion: str | None = None) -> None:
        """Keep both."""
        super().__init__(f"{text!r} names no period" + (f", did you mean {suggestion}" if suggestion else ""))
        self.text = text
        self.suggestion = suggestion


@dataclass(frozen=True, order=True)
class Period:
    """The days a figure tells about.

    Attributes:
        start: first day.
        end: first day that no longer belongs to it.
        kind: day, week, month, quarter, year, span (any days), or a reporting week.
        label: how it is written; `parse` understands it.
    """

    start: date
    end: date
    kind: Kind
    label: str

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.end - _DAY

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first instant and the first one that no longer belongs to it, in the city's zone."""
        return datetime.combine(self.start, time(), zone), datetime.combine(self.end, time(), zone)

    def previous(self) -> Period:
        """环比: the period of the same kind just before; for a span as many days just before it.

        Raises:
            OverflowError: there is none, the calendar itself begins.
        """
        if self.kind == "span":
            return span(self.start - (self.end - self.start), self.start)
        return period_of(self.kind, self.start - _DAY)

    def year_before(self) -> Period | None:
        """同比: the same period a year before; None where that year has no such period (29 February, week 53).

        Weeks are compared by the number of their ISO week and the weekday on which they begin.
        """
        if self.kind in _FIRST_WEEKDAY:
            year, week, weekday = self.start.isocalendar()
            try:
                return period_of(self.kind, date.fromisocalendar(year - 1, week, weekday))
            except ValueError:
                return None
        first, last = _a_year_before(self.start), _a_year_before(self.last_day)
        if self.kind in {"month", "quarter", "year"}:
            return period_of(self.kind, self.start.replace(year=self.start.year - 1)) if first else None
        if first is None or last is None:
            return None
        return period_of("day", first) if self.kind == "day" else span(first, last + _DAY)


def period_of(kind: Kind, day: date) -> Period:
    """The period of that kind to which a day belongs.

    Raises:
        ValueError: the kind is `span`, which has no grid of its own.
    """
    if kind == "day":
        return Period(day, day + _DAY, kind, day.isoformat())
    if kind in _FIRST_WEEKDAY:
        start = day - timedelta(days=(day.isoweekday() - _FIRST_WEEKDAY[kind]) % 7)
        year, week, _ = start.isocalendar()
        label = f"{year}-W{week:02}" if kind == "week" else f"{start}..{start + _WEEK}"
        return Period(start, start + _WEEK, kind, label)
    if kind == "month":
        return Period(day.replace(day=1), _months_on(day.replace(day=1), 1), kind, f"{day.year:04}-{day.month:02}")
    if kind == "quarter":
        number = (day.month - 1) // _QUARTER
        start = date(day.year, number * _QUARTER + 1, 1)
        return Period(start, _months_on(start, _QUARTER), kind, f"{day.year:04}-Q{number + 1}")
    if kind == "year":
        return Period(date(day.year, 1, 1), date(day.year + 1, 1, 1), kind, f"{day.year:04}")
    raise ValueError(f"a day belongs to no one {kind}; kinds with a grid: {[k for k in get_args(Kind) if k != 'span']}")


def periods_between(kind: Kind, start: date, end: date) -> list[Period]:
    """All periods of a kind that hold a day of [start, end), in their order."""
    found = []
    while start < end:
        found.append(period_of(kind, start))
        start = found[-1].end
    return found


def span(start: date, end: date) -> Period:
    """Any days from `start` to the day before `end`.

    Raises:
        ValueError: it holds no day.
    """
    if end <= start:
        raise ValueError(f"a period needs at least one day: {start}..{end}")
    return Period(start, end, "span", f"{start}..{end}")


def parse(text: str) -> Period:
    """The period that a text names: 2026-03-11, 2026-W11, 2026-03, 2026-Q1, 2026, or START..END with END excluded.

    Raises:
        PeriodError: it names none, or one outside `YEARS`; tells what was probably meant.
    """
    found = _read(text)
    if found is None:
        raise PeriodError(text, _meant(text))
    return found


def _read(text: str) -> Period | None:
    found = _any(text)
    return found if found and found.start.year in YEARS and found.last_day.year in YEARS else None


def _any(text: str) -> Period | None:
    try:
        if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", text, re.ASCII):
            return span(date.fromisoformat(match[1]), date.fromisoformat(match[2]))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return period_of("day", date.fromisoformat(text))
        if match := re.fullmatch(r"(\d{4})-W(\d\d)", text, re.ASCII):
            return period_of("week", date.fromisocalendar(int(match[1]), int(match[2]), 1))
        if match := re.fullmatch(r"(\d{4})-(\d\d)", text, re.ASCII):
            return period_of("month", date(int(match[1]), int(match[2]), 1))
        if match := re.fullmatch(r"(\d{4})-Q([1-4])", text, re.ASCII):
            return period_of("quarter", date(int(match[1]), int(match[2]) * _QUARTER, 1))
        if re.fullmatch(r"\d{4}", text, re.ASCII):
            return period_of("year", date(int(text), 1, 1))
    except (ValueError, OverflowError):
        return None
    return None


#: How people write periods when they do not write them our way.
_HABITS = (
    (r"(\d{4})年?第?(\d{1,2})周", "{0}-W{1:0>2}"),
    (r"(\d{4})年?第?([1-4])季度?", "{0}-Q{1}"),
    (r"(\d{4})[-/.年]?W(\d{1,2})", "{0}-W{1:0>2}"),
    (r"(\d{4})[-/.年]?Q([1-4])", "{0}-Q{1}"),
    (r"W(\d{1,2})[-/.](\d{4})", "{1}-W{0:0>2}"),
    (r"Q([1-4])[-/.](\d{4})", "{1}-Q{0}"),
    (r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", "{0}-{1:0>2}-{2:0>2}"),
    (r"(\d{4})(\d\d)(\d\d)", "{0}-{1}-{2}"),
    (r"(\d{4})[-/.年](\d{1,2})月?", "{0}-{1:0>2}"),
    (r"(\d{4})(\d\d)", "{0}-{1}"),
    (r"(\d{4})年", "{0}"),
)


def _meant(text: str) -> str | None:
    """The period that somebody who wrote this probably meant."""
    # NFKC makes full-width digits and signs plain ones, and an ellipsis three dots.
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    ends = re.split(r"\.{2,}|至|到|~|—+|--+", plain)
    if len(ends) == 2:
        days = [_read(day) or _read(_meant(day) or "") for day in ends]
        if days[0] and days[1] and days[0].start < days[1].start:
            return f"{days[0].start}..{days[1].start}"
        return None
    for pattern, shape in _HABITS:
        if match := re.fullmatch(pattern, plain, re.ASCII):
            guess = shape.format(*match.groups())
            return guess if _read(guess) else None
    return plain if _read(plain) else None


def _months_on(day: date, months: int) -> date:
    """The first of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _a_year_before(day: date) -> date | None:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return None
