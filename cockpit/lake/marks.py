"""Marks of days: whether the records of a day are still the same, told from what is counted in every file once.

A file of the lake never changes, so that after a batch only the files that it brought are looked at.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl

from cockpit.lake.layout import LAYOUTS
from cockpit.lake.store import Snapshot
from metrics.hours import Days
from metrics.spells import micros

_SHAPE = {"date": pl.Date, "rows": pl.Int64, "came": pl.Int64}


class DayMarks:
    """Marks of the days of tables kept in months; what files hold is kept from one state of the lake to the next."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self._months: dict[tuple[str, str], dict[str, pl.DataFrame]] = {}

    def of(self, snapshot: Snapshot, table: str, months: Collection[str] | None = None) -> pl.DataFrame:
        """How many rows each day has and when they came in: date, mark.

        An update comes in at another moment than what it replaces, though not always later: clocks are set back. A row
        that has moved away changes the count of the day it left.

        Args:
            snapshot: the records to go by.
            table: a table with a main time.
            months: months wanted, such as 2026-10; None = all.
        """
        files = snapshot.files(table).select("part", "path")
        counts = [pl.DataFrame(schema=_SHAPE)]
        by_month: dict[str, list[str]] = {}
        for month, path in files.iter_rows():
            if months is None or month in months:
                by_month.setdefault(month, []).append(path)
        for month, paths in by_month.items():
            known = self._months.get((table, month), {})
            # Files that are no longer named are forgotten.
            fresh = {path: known.get(path) for path in paths}
            self._months[table, month] = {
                path: _counted(path, str(LAYOUTS[table].time), snapshot.timezone) if found is None else found
                for path, found in fresh.items()
            }
            counts.extend(self._months[table, month].values())
        return (
            pl.concat(counts)
            .lazy()
            .group_by("date")
            .agg(pl.col("rows", "came").sum())
            .select("date", pl.concat_str("rows", pl.lit("/"), "came").alias("mark"))
            .collect()
        )


def _counted(path: str, time: str, timezone: str) -> pl.DataFrame:
    """For each day of a file how many rows it has and when they came in: date, rows, came.

    `came` is the sum of their instants; it may run over the end of the integers and still tells one state from another.
    """
    rows = pl.read_parquet(path, columns=[time, "ingested_at"], glob=False, hive_partitioning=False)
    moments = micros(rows[time])
    days = Days(timezone, moments)
    day = days.of(moments)
    count, came = np.zeros((2, len(days)), dtype=np.int64)
    np.add.at(count, day, 1)
    np.add.at(came, day, micros(rows["ingested_at"]))
    told = np.flatnonzero(count)
    dates = pl.Series("date", told + days.first).cast(pl.Date)
    return pl.DataFrame({"date": dates, "rows": count[told], "came": came[told]})
