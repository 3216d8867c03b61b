"""Services were done for items that must make a case, and no case exists (应有办件而没有)."""

from __future__ import annotations

import polars as pl

from metrics.finding import FindingKind, Week, listed, shaped
from metrics.spells import NEVER

#: So many tickets, and so large a share, make a finding.
PLACE = ("hall_id", "item_code")
THRESHOLD, SHARE = 5.0, 0.1


def find(week: Week) -> pl.DataFrame:
    """How many done tickets of each item at each hall name no case, although the item needs one.

    The item's version in force when the ticket was taken says whether it needs a case. Denominator: all done tickets
    of the item at the hall. Needs 5 such tickets and 10 %.
    """
    rows = _done(week)
    missing = ~pl.col("linked")
    found = (
        rows.group_by("hall_id", "item_code")
        .agg(
            missing.sum().alias("numerator"),
            pl.len().alias("denominator"),
            pl.col("date").filter(missing).min().alias("since"),
            pl.col("date").filter(missing).n_unique().alias("days"),
        )
        .with_columns(pl.col("numerator").alias("size"))
        .filter(pl.col("size") >= THRESHOLD, pl.col("numerator") >= SHARE * pl.col("denominator"))
    )
    return shaped(found)


def behind(week: Week, found: pl.DataFrame) -> pl.DataFrame:
    """These tickets."""
    rows = _done(week).filter(~pl.col("linked")).with_columns(
        pl.col("ticket_no").alias("subject"),
        pl.when(pl.col("project_no").is_null()).then(pl.lit("没有填办件编号"))
        .otherwise(pl.format("办件编号 {} 不存在", "project_no")).alias("note"),
    )  # fmt: skip
    return listed(rows.sort("begin", "subject"), found, PLACE, week.view.records.timezone)


def _done(week: Week) -> pl.DataFrame:
    """Done tickets of items that need a case: the ticket's columns, date, begin, end, linked."""
    records = week.view.records
    counted = week.view.visits.filter(
        pl.col("status") == "done", pl.col("end") < NEVER, pl.col("known_until") == NEVER
    ).select("ticket_id", "date")
    versions = records["items"].select("item_code", "needs_case", "valid_from", "valid_to").sort("valid_from")
    tickets = records["tickets"].join(counted, on="ticket_id").sort("take_time")
    kept = tickets.join_asof(
        versions, left_on="take_time", right_on="valid_from", by="item_code", check_sortedness=False
    ).filter("needs_case", pl.col("valid_to").is_null() | (pl.col("take_time") < pl.col("valid_to")))
    cases = records["cases"].filter(~pl.col("is_test")).select("project_no", pl.lit(value=True).alias("linked"))
    return kept.join(cases.unique("project_no"), on="project_no", how="left").with_columns(
        pl.col("linked").fill_null(value=False),
        pl.coalesce("call_time", "start_time").alias("begin"),
        pl.col("end_time").alias("end"),
    )


KIND = FindingKind(
    id="done_without_case",
    title="办完了却没有办件",
    rule="事项规定要形成办件，而办结的号没有填办件编号，或填的编号不存在；"
    "同一大厅同一事项一周不少于 5 个、且占办结的 10% 以上列出。",
    check="看是否体外循环、没有录入，或叫号系统没有把办件编号送来。",
    unit="个号",
    above="没有办件的号",
    below="这个事项办结的号",
    threshold=THRESHOLD,
    needs=("tickets", "cases"),
    find=find,
    behind=behind,
)
