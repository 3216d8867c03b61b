"""Past days laid out to be looked back to: the facts of places on one line of time, the days before each day.

What an evaluation compares with lies in days that are over. So it is laid out once, and each instant of the day costs a
few searches in it. Clock times are the city's own: the same time of day on a past day is a sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.baseline import past_days, same_day
from metrics.hours import local_micros, numbers
from metrics.past import Kept
from metrics.spells import DAY, MINUTE, NEVER, Flags, Ints

Floats = npt.NDArray[np.float64]
#: Value of each window, and whether it counts, from the sums of the columns over it.
Worth = Callable[[list[Ints]], tuple[Floats, Flags]]
#: Which past days are looked at: those of the baseline, the same day a year before, the same day a week before.
Fellows = Literal["slot_median", "yoy", "wow"]

_SLOT = 5 * MINUTE


@dataclass(frozen=True)
class Lookback:
    """Facts of past days by place, and the hours of the halls.

    Attributes:
        facts: at (end of the interval), session, and the columns to add up, as `metrics.facts.queues.queue_facts`.
        place: number of the place of each row of the facts; -1 for one that nobody asks for.
        columns: whole numbers to add up.
        sessions: opening hours of all days, as `metrics.hours.sessions_of`.
        first: hall_id, first_day (the day of each hall's first ticket).
    """

    facts: pl.DataFrame
    place: Ints
    columns: tuple[str, ...]
    sessions: pl.DataFrame
    first: pl.DataFrame
    _kept: Kept = field(default_factory=Kept, compare=False, repr=False)

    def windows(self, asked: pl.DataFrame, worth: Worth, width: int, fellows: Fellows = "slot_median") -> Floats:
        """What the same clock window was worth on past days, the nearest first.

        Args:
            asked: place (number), hall_id, date, at (end of the window, within a session), open_at (of that session).
            worth: what the sums over a window are worth, and whether it counts.
            width: length of the window, microseconds.
            fellows: which days.

        Returns:
            A row for each row asked, with the days that count from the left; nan where there are no more.
        """
        days = self._days(asked, fellows)
        date = asked["date"].to_physical().cast(pl.Int64).to_numpy()
        at, opening = (local_micros(asked[name]) - date * DAY for name in ("at", "open_at"))
        since = np.maximum(at - width, opening) // _SLOT * _SLOT
        first, counts = days.of_halls(numbers(asked["hall_id"], days.halls), date)
        which = np.repeat(np.arange(asked.height), counts)
        day = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        until = at[which] + days.past[day] * DAY
        fits = (days.opening[day] < until) & (until <= days.closing[day])
        which, day, until = which[fits], day[fits], until[fits]
        begin = np.maximum(since[which] + days.past[day] * DAY, days.opening[day])
        value, known = worth(self._sums(asked["place"].to_numpy()[which], begin, until))
        which, value = which[known], value[known]
        number = np.arange(len(which)) - np.searchsorted(which, which)
        found = np.full((asked.height, int(number.max(initial=0)) + 1), np.nan)
        found[which, number] = value
        return found

    def _sums(self, place: Ints, since: Ints, until: Ints) -> list[Ints]:
        """Sum of each column over the windows [since, until) of places."""
        line = self._line
        low, high = (np.searchsorted(line.keys, line.at(place, times)) for times in (since, until))
        return [total[high] - total[low] for total in line.totals]

    @cached_property
    def _line(self) -> _Line:
        kept = (self.place >= 0) & self.facts["session"].is_not_null().to_numpy()
        return _Line.of(
            self.place[kept],
            local_micros(self.facts["at"])[kept] - 1,
            [self.facts[name].to_numpy()[kept] for name in self.columns],
        )

    def _days(self, asked: pl.DataFrame, fellows: Fellows) -> _Days:
        """The days before those asked for, at every hall; those of the last dates asked are at hand."""
        dates = asked["date"].unique().sort()
        return self._kept.once(fellows, (dates,), lambda: _Days.of(self.sessions, self.first, dates, fellows))


@dataclass(frozen=True)
class _Line:
    """Events of places in order of place and time, and running sums of what they add."""

    keys: Ints
    totals: list[Ints]
    low: int
    length: int

    @classmethod
    def of(cls, place: Ints, at: Ints, columns: list[Ints]) -> _Line:
        """Lay events out."""
        low = int(at.min(initial=NEVER)) if len(at) else 0
        length = int(at.max(initial=low)) - low + 2
        keys = place * length + (at - low)
        if not bool(np.all(keys[:-1] <= keys[1:])):
            # Day by day they are mostly in order already, of which this way of sorting makes use.
            order = np.argsort(keys, kind="stable")
            keys, columns = keys[order], [values[order] for values in columns]
        return cls(keys, [np.concatenate([[0], np.cumsum(values)]).astype(np.int64) for values in columns], low, length)

    def at(self, place: Ints, moment: Ints) -> Ints:
        """Where a place's moment lies on the line."""
        where: Ints = place * self.length + np.clip(moment - self.low, 0, self.length - 1)
        return where


@dataclass(frozen=True)
class _Days:
    """Sessions of the past days that halls look back to on some dates, in order of hall, date, and step back."""

    halls: pl.Series
    codes: Ints
    low: int
    size: int
    past: Ints
    opening: Ints
    closing: Ints

    @classmethod
    def of(cls, sessions: pl.DataFrame, first: pl.DataFrame, dates: pl.Series, fellows: Fellows) -> _Days:
        """Find the days.

        Args:
            sessions: as `metrics.hours.sessions_of`.
            first: hall_id, first_day.
            dates: the dates from which halls look back.
            fellows: to which days.
        """
        halls = sessions["hall_id"].unique().sort()
        days = halls.to_frame().join(dates.to_frame("date"), how="cross")
        if fellows == "slot_median":
            found = past_days(sessions, first, days)
        else:
            found = same_day(sessions, days, years=int(fellows == "yoy"), weeks=int(fellows == "wow"))
        near = sessions.filter(pl.col("date").is_in(found["past"].unique().implode()))
        hours = near.select("hall_id", pl.col("date").alias("past"), "open_at", "close_at")
        found = found.join(hours, on=["hall_id", "past"]).sort("hall_id", "date", "step", "open_at")
        date, past = (found[name].to_physical().cast(pl.Int64).to_numpy() for name in ("date", "past"))
        low = int(dates.to_physical().min() or 0)  # type: ignore[arg-type]
        size = int(dates.to_physical().max() or 0) - low + 1  # type: ignore[arg-type]
        codes = numbers(found["hall_id"], halls) * size + (date - low)
        return cls(halls, codes, low, size, past, local_micros(found["open_at"]), local_micros(found["close_at"]))

    def of_halls(self, hall: Ints, date: Ints) -> tuple[Ints, Ints]:
        """The first session to look at from each hall's date, and how many there are."""
        asked = hall * self.size + (date - self.low)
        first = np.searchsorted(self.codes, asked)
        counts = np.searchsorted(self.codes, asked, side="right") - first
        return first, np.where(hall >= 0, counts, 0)
