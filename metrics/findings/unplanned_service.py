"""A window calls people at times for which no plan opens it (不在开窗计划内却在办理)."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.finding import FindingKind, Week, listed, shaped
from metrics.spells import MINUTE, NEVER, Spells, touching

#: Who serves on after the plan's end, or begins before it, by no more than this is within the plan.
GRACE_MINUTES = 30
PLACE = ("hall_id", "window_id")
THRESHOLD = 10.0


def find(week: Week) -> pl.DataFrame:
    """How many people each window called more than 30 minutes away from any of its plans.

    Denominator: all it called. Days for which the hall has no plan at all say nothing. Needs 10 people in the week.
    """
    rows = _calls(week)
    outside = ~pl.col("planned")
    found = (
        rows.group_by("hall_id", "window_id")
        .agg(
            outside.sum().alias("numerator"),
            pl.len().alias("denominator"),
            pl.col("date").filter(outside).min().alias("since"),
            pl.col("date").filter(outside).n_unique().alias("days"),
        )
        .with_columns(pl.col("numerator").alias("size"))
        .filter(pl.col("size") >= THRESHOLD)
    )
    return shaped(found)


def behind(week: Week, found: pl.DataFrame) -> pl.DataFrame:
    """The tickets called outside the plan."""
    tickets = week.view.records["tickets"].select("ticket_id", "ticket_no", "staff_id", "item_code", "call_time",
                                                  "start_time", "end_time")  # fmt: skip
    rows = (
        _calls(week)
        .filter(~pl.col("planned"))
        .join(tickets, on="ticket_id")
        .with_columns(
            pl.col("ticket_no").alias("subject"),
            pl.coalesce("call_time", "start_time").alias("begin"),
            pl.col("end_time").alias("end"),
        )
    )
    return listed(rows.sort("begin", "subject"), found, PLACE, week.view.records.timezone)


def _calls(week: Week) -> pl.DataFrame:
    """Every call to a window on a day for which its hall has a plan: ticket_id, hall_id, window_id, date, planned."""
    view = week.view
    windows = view.windows
    halls = windows.each.select("window_id", "hall_id")
    planned_days = (
        windows.plan.select("window_id", pl.col("start_at").dt.date().alias("date"))
        .join(halls, on="window_id")
        .select("hall_id", "date")
        .unique()
    )
    visits = view.visits.filter(pl.col("begun") < NEVER, pl.col("window_id").is_not_null())
    rows = visits.select("ticket_id", "window_id", "date", "begun").join(halls, on="window_id", maintain_order="left")
    rows = rows.join(planned_days, on=["hall_id", "date"], how="semi", maintain_order="left")
    begun = rows["begun"].to_numpy()
    grace, plan = GRACE_MINUTES * MINUTE, windows.planned
    near = Spells(plan.place, plan.start - grace, plan.end + grace)
    place = windows.numbers(rows["window_id"])
    within = touching(near, place, begun, begun + 1) if len(plan) else np.zeros(len(begun), dtype=np.bool_)
    return rows.with_columns(pl.Series("planned", within))


KIND = FindingKind(
    id="unplanned_service",
    title="计划外开窗办理",
    rule="离这个窗口任何一段开窗计划都超过 30 分钟的叫号，一周不少于 10 个的窗口列出；大厅当天完全没有计划的不算。",
    check="看是否临时加开而没有补计划，或计划没有随实际调整。",
    unit="个号",
    above="计划外叫的号",
    below="这个窗口叫的号",
    threshold=THRESHOLD,
    needs=("tickets", "window_plan"),
    find=find,
    behind=behind,
)
