"""Which windows (窗口) a city has: their numbers, their service groups, and the queues they serve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from metrics.hours import numbers
from metrics.spells import Ints

#: The product of 1/k for so many queues stays a whole number: the least common multiple of 1 … 16.
SHARES = 720_720


@dataclass(frozen=True)
class WindowTable:
    """The windows of a city under small numbers; the same as long as nobody changes the table.

    Attributes:
        table: table `windows` of the standard.
    """

    table: pl.DataFrame

    @cached_property
    def each(self) -> pl.DataFrame:
        """All windows in order; a window's row is its number.

        Returns:
            window_id, hall_id, service_group, is_tidal, queue_ids (each once, in order), group (number in `groups`),
            company (number in `companies`: windows that serve the same queues), share (what it counts for each of its
            queues: SHARES ÷ their number; 0 without a queue).
        """
        count = pl.col("queue_ids").list.len()
        return (
            self.table.select(
                "window_id", "hall_id", "service_group", "is_tidal", pl.col("queue_ids").list.unique().list.sort()
            )
            .sort("window_id")
            .with_columns(
                (pl.struct("hall_id", "service_group").rank("dense").cast(pl.Int64) - 1).alias("group"),
                (pl.col("queue_ids").list.join("\n").rank("dense").cast(pl.Int64) - 1).alias("company"),
                pl.when(count > 0).then(pl.lit(SHARES) // count).otherwise(0).cast(pl.Int64).alias("share"),
            )
        )

    @cached_property
    def groups(self) -> pl.DataFrame:
        """Service groups (服务组) of the halls: group (number), hall_id, service_group."""
        return self.each.select("group", "hall_id", "service_group").unique().sort("group")

    @cached_property
    def companies(self) -> pl.DataFrame:
        """Which queues are served together: company (number), queue_id; a row for each queue."""
        served = self.each.select("company", "queue_ids").unique("company").sort("company")
        return served.explode("queue_ids").rename({"queue_ids": "queue_id"}).drop_nulls("queue_id")

    @cached_property
    def of_queues(self) -> pl.DataFrame:
        """Which windows serve which queue: window (number), queue_id, share."""
        served = self.each.with_row_index("window").select(pl.col("window").cast(pl.Int64), "queue_ids", "share")
        return served.explode("queue_ids").rename({"queue_ids": "queue_id"}).drop_nulls("queue_id").sort("window")

    @cached_property
    def halls(self) -> pl.Series:
        """hall_id of the halls that have windows, in order."""
        return self.each["hall_id"].unique().sort()

    @cached_property
    def at_halls(self) -> Ints:
        """Number of each window's hall in `halls`."""
        return numbers(self.each["hall_id"], self.halls)

    def numbers(self, window_ids: pl.Series) -> Ints:
        """Numbers of windows; -1 for one that is not known."""
        return numbers(window_ids, self.each["window_id"])
