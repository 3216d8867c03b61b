"""Whether the sources have told enough to judge: business that did not happen is not the same as missing data.

A table covers a reading when a delivery of it to that place, delivered before t, reaches far enough: covers_until later
than t − 60 minutes for readings of the moment, later than the end of the window less 24 hours for days, weeks, months.
A source that delivered only once covers all that its file holds, whenever it was brought in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from metrics.hours import numbers
from metrics.spells import DAY, HOUR, NEVER, Ints, latest_before, micros

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
        self._by_table = {str(name): frame for (name,), frame in deliveries.partition_by("table", as_dict=True).items()}

    def at_halls(self, tables: Sequence[str], halls: pl.Series, at: Ints, needed: Ints) -> Flags:
        """Whether all tables reach beyond an instant, as known at another one, at each hall.

        Args:
            tables: tables needed.
            halls: hall_id for each question.
            at: instant of each question: deliveries before it count.
            needed: instant that covers_until must exceed.
        """
        covered = np.ones(len(at), dtype=np.bool_)
        names = halls.unique().sort()
        place = numbers(halls, names)
        for table in tables:
            covered &= self._reach(table, place, names, at) > needed
        return covered

    def anywhere(self, tables: Sequence[str], at: Ints, needed: Ints, halls: Sequence[str] | None = None) -> Flags:
        """Whether all tables reach beyond an instant at any hall (for departments, items), or at any of some halls."""
        covered = np.ones(len(at), dtype=np.bool_)
        one = pl.Series(["-"])
        for table in tables:
            covered &= self._reach(table, np.zeros(len(at), dtype=np.int64), one, at, merged=halls or ()) > needed
        return covered

    def _reach(self, table: str, place: Ints, names: pl.Series, at: Ints, merged: Sequence[str] | None = None) -> Ints:
        """Up to when the deliveries of a table before each instant reach; far in the past where there is none."""
        nothing = np.full(len(at), -NEVER, dtype=np.int64)
        frame = self._by_table.get(table)
        if frame is None:
            return nothing
        lonely = pl.len().over("source_system", "hall_id") == 1
        frame = frame.with_columns(lonely.alias("only"))
        if merged is not None:
            frame = frame.filter(pl.col("hall_id").is_in(merged)) if merged else frame
            frame = frame.with_columns(pl.lit("-").alias("hall_id"))
        code = numbers(frame["hall_id"], names)
        frame = frame.with_columns(pl.Series("place", code)).filter(pl.col("place") >= 0)
        # Delivered once: it counts from the beginning of time.
        given = pl.when(~pl.col("only")).then(pl.col("delivered_at").to_physical()).otherwise(-NEVER)
        frame = (
            frame.with_columns(given.alias("given"), pl.Series("covers", micros(frame["covers_until"])))
            .sort("place", "given")
            .with_columns(pl.col("covers").cum_max().over("place"))
        )
        always = frame.filter("only").group_by("place").agg(pl.col("covers").max())
        base = np.full(len(names), -NEVER, dtype=np.int64)
        base[always["place"].to_numpy()] = always["covers"].to_numpy()
        later = frame.filter(~pl.col("only"))
        row = latest_before(later["place"].to_numpy(), later["given"].to_numpy(), place, at)
        covers = later["covers"].to_numpy()
        reached = np.where(row >= 0, covers[np.maximum(row, 0)], -NEVER) if len(covers) else nothing
        return np.maximum(reached, np.where(place >= 0, base[np.maximum(place, 0)], -NEVER))
