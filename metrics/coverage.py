"""Whether the sources have told enough to judge: business that did not happen is not the same as missing data.

A table covers a reading when a delivery of it to that place, delivered before t, reaches far enough: covers_until later
than t − 60 minutes for readings of the moment, later than the end of the window less 24 hours for days, weeks, months.
A source that delivered only once covers all that its file holds, whenever it was brought in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from metrics.hours import numbers
from metrics.spells import DAY, HOUR, NEVER, Ints, latest_before

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

#: How old the latest news may be: readings of the moment, readings of closed windows of time.
RT_SLACK, CLOSED_SLACK = HOUR, DAY


class Coverage:
    """What the deliveries cover, ready to be asked for many halls and instants."""

    def __init__(self, deliveries: pl.DataFrame) -> None:
        """Prepare.

        Args:
            deliveries: table `deliveries` of the standard.
        """
        self._deliveries = deliveries.select("table", "source_system", "hall_id", "delivered_at", "covers_until")
        self._by_table: dict[str, pl.DataFrame] = {}
        self._of_halls: dict[str, _Reach] = {}

    def _of(self, table: str) -> pl.DataFrame:
        """Deliveries of a table, each with `only`: whether it is all that its source ever brought there."""
        if table not in self._by_table:
            only = (pl.len().over("source_system", "hall_id") == 1).alias("only")
            self._by_table[table] = self._deliveries.filter(pl.col("table") == table).with_columns(only)
        return self._by_table[table]

    def at_halls(self, tables: Sequence[str], halls: pl.Series, at: Ints, needed: Ints) -> Flags:
        """Whether all tables reach beyond an instant, as known at another one, at each hall.

        Args:
            tables: tables needed.
            halls: hall_id for each question.
            at: instant of each question: deliveries before it count.
            needed: instant that covers_until must exceed.
        """
        covered = np.ones(len(at), dtype=np.bool_)
        for table in tables:
            if table not in self._of_halls:
                self._of_halls[table] = _Reach.of(self._of(table))
            reach = self._of_halls[table]
            covered &= reach.until(numbers(halls, reach.names), at) > needed
        return covered

    def anywhere(self, tables: Sequence[str], at: Ints, needed: Ints, halls: Sequence[str] | None = None) -> Flags:
        """Whether all tables reach beyond an instant at any hall (for departments, items), or at any of some halls."""
        covered = np.ones(len(at), dtype=np.bool_)
        for table in tables:
            frame = self._of(table)
            if halls is not None:
                frame = frame.filter(pl.col("hall_id").is_in(list(halls)))
            reach = _Reach.of(frame.with_columns(pl.lit("-").alias("hall_id")))
            covered &= reach.until(np.zeros(len(at), dtype=np.int64), at) > needed
        return covered


@dataclass(frozen=True)
class _Reach:
    """Up to when the deliveries of one table reach.

    Attributes:
        names: hall_id of the halls.
        base: for each hall, what sources that delivered only once cover, whenever that was.
        place: number of the hall of every other delivery, in order of hall and time,
        given: when it came,
        covers: and up to when it and those before it reach.
    """

    names: pl.Series
    base: Ints
    place: Ints
    given: Ints
    covers: Ints

    @classmethod
    def of(cls, deliveries: pl.DataFrame) -> _Reach:
        """Prepare the deliveries of one table, each with `only`."""
        names = deliveries["hall_id"].unique().sort()
        frame = deliveries.select(
            "only",
            pl.Series("place", numbers(deliveries["hall_id"], names)),
            pl.col("delivered_at").to_physical().alias("given"),
            pl.col("covers_until").to_physical().alias("covers"),
        )
        base = np.full(len(names), -NEVER, dtype=np.int64)
        always = frame.filter("only").group_by("place").agg(pl.col("covers").max())
        base[always["place"].to_numpy()] = always["covers"].to_numpy()
        later = (
            frame.filter(~pl.col("only"))
            .sort("place", "given")
            .with_columns(pl.col("covers").cum_max().over("place"))
            .sort("place", "given", "covers")
        )
        return cls(names, base, *(later[name].to_numpy() for name in ("place", "given", "covers")))

    def until(self, place: Ints, at: Ints) -> Ints:
        """Up to when the deliveries before each instant reach; far in the past where there is none."""
        row = latest_before(self.place, self.given, place, at)
        last = self.covers[np.maximum(row, 0)] if len(self.covers) else np.zeros(len(at), dtype=np.int64)
        once: Ints = np.append(self.base, -NEVER)[place]
        return np.maximum(np.where(row >= 0, last, -NEVER), once).astype(np.int64)
