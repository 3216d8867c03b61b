"""The course of a day against what is usual on its weekday, and how many people are still to come (当日到厅预测).

Past days are the latest eight of the same weekday that count (`metrics.facts.overview.usual_days`). What is still to
come is their median of the rest of the day, times how today has run against them so far; who has seen half as many or
more than twice as many people as usual is taken for half or twice. The band holds the middle half of the past days.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

#: Today against the usual is taken for no less and no more than this.
LEAST, MOST = 0.5, 2.0
LOW, HIGH = 0.25, 0.75


@dataclass(frozen=True)
class Outlook:
    """How a day runs.

    Attributes:
        slots: slot, today (null: not over yet), low, usual, high (of the past days), expected_low, expected,
            expected_high (of slots to come; null where nothing is usual).
        so_far: people in the slots that are over.
        usual_so_far: median of the past days over the same slots; None where nothing is usual.
        ratio: today's share of the usual so far, within the limits; None where nothing is usual.
        still: people still to come: low, expected, high; None where nothing is usual.
    """

    slots: pl.DataFrame
    so_far: int
    usual_so_far: float | None
    ratio: float | None
    still: tuple[float, float, float] | None


def outlook(today: pl.DataFrame, past: pl.DataFrame, days: Sequence[dt.date], slots: range, last: int) -> Outlook:
    """How a day has run so far and how it is likely to go on.

    Args:
        today: slot, count of the day; slots without a row saw nobody.
        past: day, slot, count; slots without a row saw nobody.
        days: the past days that show what is usual; may be empty.
        slots: the slots of the day that are shown; outside of them nobody comes.
        last: the last slot that is over.
    """
    grid = pl.DataFrame({"slot": slots}, schema={"slot": pl.Int64})
    over = pl.col("slot") <= last
    every = grid.join(pl.DataFrame({"day": days}, schema={"day": pl.Date}), how="cross").join(
        past.select("day", "slot", "count"), on=["day", "slot"], how="left"
    )
    every = every.with_columns(pl.col("count").fill_null(0))
    now = grid.join(today.select("slot", "count"), on="slot", how="left").with_columns(pl.col("count").fill_null(0))
    so_far = int(now.filter(over)["count"].sum())
    parts = every.group_by("day").agg(
        pl.col("count").filter(over).sum().alias("before"), pl.col("count").filter(~over).sum().alias("after")
    )
    usual_so_far, ratio, still = None, None, None
    if parts.height:
        usual_so_far = statistics.median(parts["before"])
        ratio = min(max(so_far / usual_so_far, LEAST), MOST) if usual_so_far else 1.0
        low, usual, high = (_quantile(parts["after"], share) for share in (LOW, 0.5, HIGH))
        still = (ratio * low, ratio * usual, ratio * high)
    bands = every.group_by("slot").agg(
        pl.col("count").quantile(share, interpolation="linear").alias(name)
        for name, share in (("low", LOW), ("usual", 0.5), ("high", HIGH))
    )
    course = (
        now.with_columns(pl.when(over).then("count").alias("today"))
        .join(bands, on="slot", how="left")
        .sort("slot")
        .select(
            "slot",
            "today",
            "low",
            "usual",
            "high",
            *(
                pl.when(~over).then(pl.col(of) * ratio).alias(name)
                for name, of in (("expected_low", "low"), ("expected", "usual"), ("expected_high", "high"))
            ),
        )
    )
    return Outlook(course, so_far, usual_so_far, ratio, still)


def _quantile(values: pl.Series, share: float) -> float:
    found = values.quantile(share, interpolation="linear")
    assert found is not None
    return float(found)
