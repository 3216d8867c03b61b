"""How far the known working days reach, and which deadlines lie beyond them.

One case whose deadline needs a day that the city's working days do not tell must not take the readings of all others
away, and a guess would be a wrong number that nobody sees. So such a deadline is left out of the readings, above and
below, and how many were left out is told beside them (`left_out`). It comes back by itself when the days are delivered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from metrics.calendar import WorkCalendar
from metrics.spells import Ints
from metrics.standard.columns import LATEST

#: No promise counts so many days: from whenever it is, it lies beyond all days that the standard knows.
LONGEST = 60_000
#: A deadline at 00:00 belongs to the day before, and what is early is judged by the day before that.
_MARGIN = 3
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Reach:
    """The city's working days, and around them made-up ones, so that counting never stops; make it by `Reach.of`.

    Attributes:
        work: all days; those made up are working days, so that nothing is counted farther than need be.
        before: how many days made up lie before each day.
    """

    work: WorkCalendar
    before: Ints

    @classmethod
    def of(cls, known: WorkCalendar, times: Iterable[pl.Series] = (), days: int = 0) -> Reach:
        """Make up the days around those that are known.

        Args:
            known: the city's working days.
            times: instants whose days are asked for.
            days: how many days may be counted from any of them, or from the last known one.
        """
        told = [bound for series in times for bound in (series.min(), series.max()) if bound is not None]
        asked = pl.Series(told, dtype=pl.Datetime("us", known.timezone)).dt.date()
        first = min([known.first, *asked.to_list()]) - timedelta(days=_MARGIN)
        last = max([known.last, *asked.to_list()]) + timedelta(days=days + _MARGIN)
        ahead, behind = (known.first - first).days, (last - known.last).days
        working = np.pad(known.working | ~known.known, (ahead, behind), constant_values=True)
        unknown = np.pad(~known.known, (ahead, behind), constant_values=True)
        wide = replace(known, first=first, working=working, known=np.ones(len(working), dtype=np.bool_))
        return cls(wide, np.concatenate([[0], np.cumsum(unknown, dtype=np.int64)]))

    def tells(self, first: pl.Series, last: pl.Series) -> pl.Series:
        """Whether each day from the first to the last (whichever comes first) is known; true where one is null."""
        both = first.is_not_null() & last.is_not_null()
        one, other = (self._index(days.filter(both)) for days in (first, last))
        known = np.ones(len(both), dtype=np.bool_)
        known[both.to_numpy()] = self.before[np.maximum(one, other) + 1] == self.before[np.minimum(one, other)]
        return pl.Series("known", known)

    def tells_deadlines(self, cases: pl.DataFrame, base: pl.Series, due: pl.Series) -> pl.Series:
        """Whether each deadline rests on known days alone.

        A deadline that the source gives rests on no working day, unless pauses have moved it by working days; one in
        natural days rests on the day on which it ends before any pause.

        Args:
            cases: case_type, promise_days, day_unit, promise_due, accept_time.
            base: the deadline of each before any pause.
            due: the deadline as pauses have moved it.
        """
        instant = (pl.col("case_type") == "instant").fill_null(value=False)
        natural = (pl.col("day_unit") == "natural").fill_null(value=False)
        moved = (pl.col("due") != pl.col("base")).fill_null(value=False) & ~natural
        days = pl.when(instant).then(0).otherwise(pl.col("promise_days").fill_null(0).clip(upper_bound=LONGEST))
        accepted = self.work.day_of(cases["accept_time"]).alias("day")
        looked = cases.with_columns(accepted, base.alias("base"), due.alias("due")).select(
            # Natural days are counted without asking which of them is worked; only the last one must be.
            pl.when((instant | natural) & ~moved).then((pl.col("day").cast(pl.Int32) + days).cast(pl.Date))
            .otherwise("day").alias("first"),
            pl.when(natural).then("base").otherwise("due").alias("last"),
            (instant | pl.col("promise_due").is_null() | moved).alias("counted"),
        )  # fmt: skip
        return self.tells(looked["first"], self.work.due_day_of(looked["last"])) | ~looked["counted"]

    def works(self, days: pl.Series) -> pl.Series:
        """Whether each day is known to be a working day."""
        return self.work.is_workday(days) & self.tells(days, days)

    def _index(self, days: pl.Series) -> Ints:
        found: Ints = days.to_physical().to_numpy().astype(np.int64) - (self.work.first - _EPOCH).days
        return found


def beyond(known: WorkCalendar, cases: pl.DataFrame, pauses: pl.DataFrame) -> Reach:
    """A reach in which every deadline of some cases can be counted.

    Args:
        known: the city's working days.
        cases: promise_days and all times of the cases.
        pauses: start_at, end_at.
    """
    times = [frame[name] for frame in (cases, pauses) for name, dtype in frame.schema.items() if dtype == pl.Datetime]
    days = cases["promise_days"].clip(upper_bound=LONGEST).max()
    # Pauses move a deadline by no more than the time from the earliest instant to the latest.
    life = (LATEST.date() - min([known.first, *(_day(series.min()) for series in times)])).days
    return Reach.of(known, times, (days if isinstance(days, int) else 0) + life)


def _day(bound: object) -> date:
    return bound.date() if hasattr(bound, "date") else LATEST.date()
