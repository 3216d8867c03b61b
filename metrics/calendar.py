"""Working days for deadlines, as the city's table `workdays` gives them.

Deadlines know working days alone; opening hours come from `calendar` alone (`metrics.hours`), the two never mix. All
arithmetic is on whole Series. An instant of 00:00 that is a deadline or the end of a pause belongs to the day before:
it is the 24:00 of that day. Source: the data standard 2026.1, "Working days"; the rates 2026.1, "Due".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1)
_Ints = npt.NDArray[np.int64]


class OutsideCalendar(ValueError):
    """A day that the city's working days do not cover.

    Attributes:
        day: the day asked for, or reached while counting.
    """

    def __init__(self, day: date, first: date, last: date) -> None:
        """Keep the day."""
        super().__init__(f"working days are known from {first} to {last}, without gaps needed: {day} is not covered")
        self.day = day


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """The city's working days, for every deadline; make it by `WorkCalendar.of`.

    Nulls stay null. Whatever asks for a day that is not covered raises `OutsideCalendar`.

    Attributes:
        timezone: the city's zone, in which days begin and end.
        first: first day covered.
        working: whether each day from the first on is a working day.
        known: whether anybody said so; days between two known ones may be missing.
    """

    timezone: str
    first: date
    working: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, workdays: pl.DataFrame | pl.LazyFrame, timezone: str) -> WorkCalendar:
        """Working days as the table `workdays` tells them: date, is_workday.

        Raises:
            ValueError: the table is empty.
        """
        rows = workdays.lazy().select("date", "is_workday").collect()
        if rows.is_empty():
            raise ValueError("no working days are known at all")
        number = _numbers(rows["date"])
        begin = int(number.min())
        working, known = (np.zeros(int(number.max()) - begin + 1, dtype=np.bool_) for _ in range(2))
        working[number - begin] = rows["is_workday"].to_numpy()
        known[number - begin] = True
        return cls(timezone, _EPOCH + timedelta(days=begin), working, known)

    @property
    def last(self) -> date:
        """The last day covered."""
        return self.first + timedelta(days=self.working.size - 1)

    def day_of(self, times: pl.Series) -> pl.Series:
        """The city's day on which each instant lies."""
        return self._days(times, lambda us: us)

    def due_day_of(self, times: pl.Series) -> pl.Series:
        """The day to which each deadline or end of a pause belongs; 00:00 belongs to the day before."""
        return self._days(times, lambda us: us - 1)

    def end_of(self, days: pl.Series) -> pl.Series:
        """24:00 of each day, as the instant at which the next one begins."""
        return self._on(days, lambda at: self._midnights[at + 1], self._instant)

    def on_day(self, times: pl.Series, days: pl.Series) -> pl.Series:
        """Each deadline moved to another day at the same time of the day; 24:00 stays 24:00.

        Args:
            times: deadlines.
            days: the day each is to belong to.
        """
        whole = times.is_not_null() & days.is_not_null()
        us = times.filter(whole).to_physical().to_numpy()
        old = _numbers(self.due_day_of(times.filter(whole))) - self._offset
        new = self._index(days.filter(whole))
        begins = self._midnights
        found = np.where(us == begins[old + 1], begins[new + 1], begins[new] + (us - begins[old]))
        return _scattered(found, whole, times.name, self._instant)

    def is_workday(self, days: pl.Series) -> pl.Series:
        """Whether each day is a working day."""
        return self._on(days, lambda at: self.working[at], pl.Boolean())

    def on_or_after(self, days: pl.Series) -> pl.Series:
        """Each day itself if it is a working day, else the first working day after it."""
        return self._on(days, lambda at: self._reached(at, self._workday(self._passed[at])), pl.Date())

    def due(self, days: pl.Series, count: pl.Series, natural: pl.Series) -> pl.Series:
        """24:00 of the count-th working or natural day after each; a natural one at rest rolls on to a working day."""
        whole = days.is_not_null() & count.is_not_null()
        at, steps = self._index(days.filter(whole)), count.filter(whole).cast(pl.Int64).to_numpy()
        worked = np.where(steps == 0, at, self._workday(self._passed[at + 1] + steps - 1))
        rolled = self._workday(self._passed[np.minimum(at + steps, self.working.size)])
        end = self._reached(at, np.where(natural.filter(whole).to_numpy(), rolled, worked))
        return _scattered(self._midnights[end + 1], whole, days.name, self._instant)

    def before(self, days: pl.Series) -> pl.Series:
        """The last working day before each day."""
        return self._on(days, lambda at: self._reached(at, self._workday(self._passed[at] - 1)), pl.Date())

    def add(self, days: pl.Series, count: pl.Series | int) -> pl.Series:
        """The count-th working day after each day; a count of 0 leaves the day as it is, working day or not.

        Args:
            days: days to start from; they do not count themselves.
            count: working days to go on, 0 or more, one for all or one each.
        """
        counts = pl.repeat(count, days.len(), dtype=pl.Int64, eager=True) if isinstance(count, int) else count
        ahead = pl.select(pl.when(days.is_not_null()).then(counts.cast(pl.Int64))).to_series()
        whole = days.is_not_null() & ahead.is_not_null()
        steps = ahead.filter(whole).to_numpy()

        def moved(at: _Ints) -> _Ints:
            return self._reached(at, np.where(steps == 0, at, self._workday(self._passed[at + 1] + steps - 1)))

        return self._on(pl.select(pl.when(whole).then(days)).to_series(), moved, pl.Date())

    def between(self, after: pl.Series, upto: pl.Series) -> pl.Series:
        """How many working days lie after the one day, up to and including the other; 0 where that is not later."""
        whole = after.is_not_null() & upto.is_not_null()
        one, other = (self._index(days.filter(whole)) for days in (after, upto))
        other = np.maximum(one, other)
        self._covered(one, other)
        return _scattered(self._passed[other + 1] - self._passed[one + 1], whole, after.name, pl.Int64())

    @cached_property
    def _passed(self) -> _Ints:
        """How many working days lie before each day."""
        return np.concatenate([[0], np.cumsum(self.working, dtype=np.int64)])

    @cached_property
    def _workdays(self) -> _Ints:
        return np.flatnonzero(self.working)

    @cached_property
    def _unknown(self) -> _Ints:
        return np.concatenate([[0], np.cumsum(~self.known, dtype=np.int64)])

    @cached_property
    def _midnights(self) -> _Ints:
        """The instant at which each day begins, and the one at which the last ends, in microseconds."""
        begins = pl.DataFrame({"day": pl.date_range(self.first, self.last + timedelta(days=1), eager=True)}).select(
            pl.coalesce(
                (pl.col("day").cast(pl.Datetime("us")) + pl.duration(hours=late)).dt.replace_time_zone(
                    self.timezone, ambiguous="earliest", non_existent="null"
                )
                for late in (0, 1)  # where the clock skips midnight, the day begins at one
            )
        )
        return begins.to_series().to_physical().to_numpy()

    @property
    def _instant(self) -> pl.DataType:
        return pl.Datetime("us", self.timezone)

    def _days(self, times: pl.Series, shift: Callable[[_Ints], _Ints]) -> pl.Series:
        whole = times.is_not_null()
        us = shift(times.filter(whole).dt.cast_time_unit("us").to_physical().to_numpy())
        begins = self._midnights
        if us.size and not (begins[0] <= us.min() and us.max() < begins[-1]):
            wrong = us.min() if us.min() < begins[0] else us.max()
            raise OutsideCalendar(_EPOCH + timedelta(days=int(wrong // DAY_US)), self.first, self.last)
        at = (us - begins[0]) // DAY_US if self._even else np.searchsorted(begins, us, side="right") - 1
        return _scattered(at + self._offset, whole, times.name, pl.Date())

    @cached_property
    def _even(self) -> bool:
        """Whether every day has 24 hours, so that days follow by division."""
        return bool((np.diff(self._midnights) == DAY_US).all())

    @property
    def _offset(self) -> int:
        return (self.first - _EPOCH).days

    def _on(self, days: pl.Series, work: Callable[[_Ints], npt.NDArray[np.generic]], dtype: pl.DataType) -> pl.Series:
        whole = days.is_not_null()
        found = work(self._index(days.filter(whole)))
        if dtype == pl.Date():
            found = found.astype(np.int64) + self._offset
        return _scattered(found, whole, days.name, dtype)

    def _index(self, days: pl.Series) -> _Ints:
        at = _numbers(days) - self._offset
        self._covered(at, at)
        return at

    def _workday(self, number: _Ints) -> _Ints:
        """The number-th working day; one before or after all known ones where there is none."""
        size = self._workdays.size
        found = self._workdays[np.clip(number, 0, size - 1)] if size else np.zeros_like(number)
        return np.where(number < 0, -1, np.where(number >= size, self.working.size, found))

    def _reached(self, start: _Ints, end: _Ints) -> _Ints:
        """The days reached, after a look at every day on the way."""
        self._covered(np.minimum(start, end), np.maximum(start, end))
        return end

    def _covered(self, low: _Ints, high: _Ints) -> None:
        """Raise where a day from the low ones to the high ones is not known."""
        if not low.size:
            return
        if low.min() >= 0 and high.max() < self.working.size:
            gaps = self._unknown[high + 1] - self._unknown[low]
            if not gaps.any():
                return
            begin = int(low[np.argmax(gaps > 0)])
            raise OutsideCalendar(self._day(begin + int(np.argmin(self.known[begin:]))), self.first, self.last)
        raise OutsideCalendar(self._day(int(low.min() if low.min() < 0 else high.max())), self.first, self.last)

    def _day(self, at: int) -> date:
        return self.first + timedelta(days=at)


def _numbers(days: pl.Series) -> _Ints:
    return days.to_physical().to_numpy().astype(np.int64)


def _scattered(values: npt.NDArray[np.generic], whole: pl.Series, name: str, dtype: pl.DataType) -> pl.Series:
    """The values at the places that hold one, null at the others."""
    physical = pl.Series(name, values)
    if dtype != pl.Boolean():
        physical = physical.cast(pl.Int32 if dtype == pl.Date() else pl.Int64)
    found = physical.cast(dtype)
    if whole.all():
        return found
    place = pl.select(pl.when(whole).then(whole.cast(pl.Int64).cum_sum() - 1)).to_series()
    return found.gather(place).alias(name) if found.len() else pl.Series(name, [None] * whole.len(), dtype=dtype)
