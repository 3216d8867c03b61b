"""Somebody is recorded as present at a window for hours and serves nobody all day (到岗而全天没有办理)."""

from __future__ import annotations

import polars as pl

from metrics.finding import FindingKind, Week, listed, shaped
from metrics.spells import NEVER

#: So many minutes at a window make a day of it.
DAY_MINUTES = 240
PLACE = ("hall_id", "window_id", "staff_id")
THRESHOLD = 1.0


def find(week: Week) -> pl.DataFrame:
    """On how many days each person was at a window for at least 4 hours while nobody was called there.

    Neither the person nor the window called anybody that day. Denominator: the days on which the person was at this
    window for 4 hours. A presence without an end, or with one on a later day, says nothing about how long it was and
    is left out. Only days on which the hall called anybody at all. Needs 1 such day.
    """
    days = _days(week)
    found = (
        days.group_by("hall_id", "window_id", "staff_id")
        .agg(
            (pl.col("calls") == 0).sum().alias("numerator"),
            pl.len().alias("denominator"),
            pl.col("date").filter(pl.col("calls") == 0).min().alias("since"),
        )
        .with_columns(pl.col("numerator").alias("size"), pl.col("numerator").alias("days"))
        .filter(pl.col("size") >= THRESHOLD)
    )
    return shaped(found)


def behind(week: Week, found: pl.DataFrame) -> pl.DataFrame:
    """The presences of these days."""
    rows = _days(week).filter(pl.col("calls") == 0)
    return listed(rows.sort("begin", "staff_id"), found, PLACE, week.view.records.timezone)


def _days(week: Week) -> pl.DataFrame:
    """hall_id, window_id, staff_id, date, begin, end, minutes, calls (of the person or the window that day)."""
    visits = week.view.visits.filter(pl.col("begun") < NEVER).select("hall_id", "window_id", "staff_id", "date")
    by_window = visits.drop_nulls("window_id").group_by("window_id", "date").agg(pl.len().alias("by_window"))
    by_staff = visits.drop_nulls("staff_id").group_by("staff_id", "date").agg(pl.len().alias("by_staff"))
    worked = visits.select("hall_id", "date").unique()
    date = pl.col("start_at").dt.date().alias("date")
    return (
        week.view.records["attendance"]
        .filter(pl.col("window_id").is_not_null(), pl.col("end_at").is_not_null())
        .with_columns(date)
        .filter(pl.col("end_at").dt.date() == pl.col("date"))
        .with_columns(((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60).alias("minutes"))
        .group_by("hall_id", "window_id", "staff_id", "date")
        .agg(
            pl.col("minutes").sum(),
            pl.col("start_at").min().alias("begin"),
            pl.col("end_at").max().alias("end"),
        )
        .filter(pl.col("minutes") >= DAY_MINUTES)
        .join(worked, on=["hall_id", "date"], how="semi")
        .join(by_window, on=["window_id", "date"], how="left")
        .join(by_staff, on=["staff_id", "date"], how="left")
        .with_columns((pl.col("by_window").fill_null(0) + pl.col("by_staff").fill_null(0)).alias("calls"))
    )


KIND = FindingKind(
    id="attended_without_service",
    title="到岗而全天没有办理",
    rule="考勤显示人在窗口满 4 小时，而当天这个人和这个窗口都没有叫过号；当天全厅都没有叫号的不算。有 1 天就列出。",
    check="看考勤与实际是否一致、窗口是否不走叫号系统，或排班是否多余。",
    unit="天",
    above="到岗而没有办理的天数",
    below="在这个窗口到岗的天数",
    threshold=THRESHOLD,
    needs=("tickets", "attendance"),
    find=find,
    behind=behind,
)
