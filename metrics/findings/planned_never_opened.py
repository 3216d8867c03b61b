"""A window is planned to be open and is not opened all day (计划开窗而全天未开)."""

from __future__ import annotations

import polars as pl

from metrics.finding import FindingKind, Week, listed, shaped
from metrics.spells import MINUTE

#: A plan of less than this is no day's plan.
PLAN_MINUTES = 60
PLACE = ("hall_id", "window_id")
THRESHOLD = 1.0


def find(week: Week) -> pl.DataFrame:
    """On how many days each window was planned for at least an hour and had no spell at all.

    Denominator: the days on which it was planned. Days on which the hall reported no window at all are left out: then
    the data are missing, not the people. Needs 1 such day.
    """
    days = _days(week)
    shut = ~pl.col("opened")
    found = (
        days.group_by("hall_id", "window_id")
        .agg(
            shut.sum().alias("numerator"),
            pl.len().alias("denominator"),
            pl.col("date").filter(shut).min().alias("since"),
        )
        .with_columns(pl.col("numerator").alias("size"), pl.col("numerator").alias("days"))
        .filter(pl.col("size") >= THRESHOLD)
    )
    return shaped(found)


def behind(week: Week, found: pl.DataFrame) -> pl.DataFrame:
    """The plans of these days."""
    rows = _days(week).filter(~pl.col("opened"))
    return listed(rows.sort("begin", "window_id"), found, PLACE, week.view.records.timezone)


def _days(week: Week) -> pl.DataFrame:
    """Planned days of windows: hall_id, window_id, date, begin, end, minutes (planned), staff_id, opened."""
    windows = week.view.windows
    halls = windows.each.select("window_id", "hall_id")
    spells = windows.spells.select("window_id", pl.col("start_at").dt.date().alias("date")).unique()
    told = spells.join(halls, on="window_id").select("hall_id", "date").unique()
    length = (pl.col("end_at") - pl.col("start_at")).dt.total_microseconds() / MINUTE
    return (
        windows.plan.with_columns(pl.col("start_at").dt.date().alias("date"), length.alias("minutes"))
        .group_by("window_id", "date")
        .agg(
            pl.col("minutes").sum(),
            pl.col("start_at").min().alias("begin"),
            pl.col("end_at").max().alias("end"),
            pl.col("staff_id").drop_nulls().unique().sort().str.join("、").alias("staff_id"),
        )
        .filter(pl.col("minutes") >= PLAN_MINUTES)
        .join(halls, on="window_id")
        .join(told, on=["hall_id", "date"], how="semi")
        .join(spells.with_columns(opened=pl.lit(value=True)), on=["window_id", "date"], how="left")
        .with_columns(pl.col("opened").fill_null(value=False))
    )


KIND = FindingKind(
    id="planned_never_opened",
    title="计划开窗而全天未开",
    rule="计划开窗满 1 小时，而当天这个窗口没有任何在岗记录；大厅当天完全没有送来在岗记录的不算。有 1 天就列出。",
    check="看人是否没有到岗、是否临时取消而没有改计划，或在岗记录没有送来。",
    unit="天",
    above="全天未开的天数",
    below="计划开窗的天数",
    threshold=THRESHOLD,
    needs=("window_plan", "window_sessions"),
    find=find,
    behind=behind,
)
