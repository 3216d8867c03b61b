"""Which days the city works, and arithmetic in working time (seconds of local wall clock since 1970)."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import chinese_calendar
import numpy as np

from cockpit.demo.draws import Ints

DAY = 86_400
HOUR = 3_600
MINUTE = 60
OFFICE_OPEN = 9 * HOUR
OFFICE_HOURS = 8 * HOUR
_EPOCH = dt.date(1970, 1, 1)
_FIXED_HOLIDAYS = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


def day_number(date: dt.date) -> int:
    """Number a date by the days since 1970-01-01."""
    return (date - _EPOCH).days


def date_of(number: int) -> dt.date:
    """Return the date of a day number."""
    return _EPOCH + dt.timedelta(days=number)


def is_known(date: dt.date) -> bool:
    """Say whether the official holidays of that year are published."""
    try:
        chinese_calendar.is_workday(date)
    except NotImplementedError:
        return False
    return True


def day_type(date: dt.date) -> str:
    """Return 日期类型: work, rest, holiday or makeup (调休上班); unknown years by weekday and fixed holidays."""
    if not is_known(date):
        if (date.month, date.day) in _FIXED_HOLIDAYS:
            return "holiday"
        return "rest" if date.weekday() >= 5 else "work"
    on_holiday, festival = chinese_calendar.get_holiday_detail(date)
    if on_holiday:
        return "holiday" if festival else "rest"
    return "makeup" if date.weekday() >= 5 else "work"


@dataclass(frozen=True)
class Almanac:
    """The city's days from `first` to `last`, with a margin of working days on both sides for deadlines."""

    first: dt.date
    last: dt.date
    margin: int = 240

    @cached_property
    def types(self) -> dict[int, str]:
        """Day type by day number, margins included."""
        start, end = day_number(self.first) - self.margin, day_number(self.last) + self.margin
        return {number: day_type(date_of(number)) for number in range(start, end + 1)}

    @cached_property
    def workdays(self) -> Ints:
        """Day numbers of all working days, in order."""
        return np.array([n for n, kind in self.types.items() if kind in ("work", "makeup")], dtype=np.int64)

    @cached_property
    def days(self) -> range:
        """Day numbers of the days the city tells about."""
        return range(day_number(self.first), day_number(self.last) + 1)

    def is_workday(self, number: int) -> bool:
        """Say whether that day is a working day."""
        return self.types[number] in ("work", "makeup")

    def rest_before(self, number: int) -> int:
        """Count the days off just before a day: the longer, the more people come."""
        back = 0
        while not self.is_workday(number - back - 1):
            back += 1
        return back

    def rest_after(self, number: int) -> int:
        """Count the days off just after a day."""
        ahead = 0
        while not self.is_workday(number + ahead + 1):
            ahead += 1
        return ahead

    def workdays_left_in_month(self, number: int) -> int:
        """Count the working days after this one in its month: 0 on the month's last."""
        month = date_of(number).replace(day=1)
        after = day_number((month + dt.timedelta(days=32)).replace(day=1))
        return int(np.searchsorted(self.workdays, after) - np.searchsorted(self.workdays, number, side="right"))

    def on_or_after(self, days: Ints) -> Ints:
        """Return for each day the first working day on or after it."""
        return self.workdays[np.searchsorted(self.workdays, days)]

    def plus_workdays(self, days: Ints, count: Ints) -> Ints:
        """Return the count-th working day after each day."""
        index = np.searchsorted(self.workdays, days, side="right") - 1 + count
        found: Ints = self.workdays[index]
        return found

    def to_work(self, seconds: Ints) -> Ints:
        """Turn instants into office seconds: time runs from 9 to 17 on working days only."""
        days, clock = np.divmod(seconds, DAY)
        index = np.searchsorted(self.workdays, days)
        into = np.clip(clock - OFFICE_OPEN, 0, OFFICE_HOURS)
        into = np.where(self.workdays[index] == days, into, 0)
        return (index * OFFICE_HOURS + into).astype(np.int64)

    def from_work(self, office: Ints) -> Ints:
        """Turn office seconds back into instants."""
        index, into = np.divmod(office, OFFICE_HOURS)
        return (self.workdays[index] * DAY + OFFICE_OPEN + into).astype(np.int64)
