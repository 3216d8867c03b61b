"""Finished cases whose own records contradict one another (办件记录自相矛盾)."""

from __future__ import annotations

import polars as pl

from metrics.finding import FindingKind, Week, listed, shaped

#: So many in the week make a finding.
PLACE = ("hall_id",)
THRESHOLD = 3.0
NEVER_ACCEPTED, STILL_PAUSED, STEP_LATER = "没有受理就办结", "办结时仍在暂停", "办结后还有环节在办"


def find(week: Week) -> pl.DataFrame:
    """How many of the cases finished in the week contradict themselves, by hall.

    A case that was never accepted; one in a pause that began before the finish and ended after it, or never; one with a
    step that began or ended after the finish. Each case counts once. Denominator: finished cases; cases without a hall
    form a place of their own. Needs 3 such cases. The gate lets such rows in: each of them is sound by itself.
    """
    finished = _finished(week)
    wrong = _wrong(week, finished)
    kinds = (
        wrong.group_by("hall_id", "note")
        .agg(pl.col("project_no").n_unique().alias("n"))
        .sort("hall_id", "n", "note", descending=[False, True, False])
        .group_by("hall_id", maintain_order=True)
        .agg(pl.format("{} {} 件", "note", "n").str.join("，").alias("detail"))
    )
    found = (
        wrong.group_by("hall_id")
        .agg(
            pl.col("project_no").n_unique().alias("numerator"),
            pl.col("date").min().alias("since"),
            pl.col("date").n_unique().alias("days"),
        )
        .join(finished.group_by("hall_id").agg(pl.len().alias("denominator")), on="hall_id", nulls_equal=True)
        .join(kinds, on="hall_id", nulls_equal=True, how="left")
        .with_columns(pl.col("numerator").alias("size"))
        .filter(pl.col("size") >= THRESHOLD)
    )
    return shaped(found)


def behind(week: Week, found: pl.DataFrame) -> pl.DataFrame:
    """These cases, once for each contradiction."""
    rows = _wrong(week, _finished(week)).with_columns(
        pl.col("project_no").alias("subject"),
        pl.col("accept_time").alias("begin"),
        pl.col("finish_time").alias("end"),
    )
    return listed(rows.sort("end", "subject", "note"), found, PLACE, week.view.records.timezone)


def _finished(week: Week) -> pl.DataFrame:
    """Cases finished on the week's days: project_no, hall_id, window_id, item_code, accept_time, finish_time, date."""
    return (
        week.view.records["cases"]
        .filter(~pl.col("is_test"), pl.col("status") == "finished", pl.col("finish_time").is_not_null())
        .with_columns(pl.col("finish_time").dt.date().alias("date"))
        .filter(pl.col("date") >= week.start, pl.col("date") < week.end)
        .select("project_no", "hall_id", "window_id", "item_code", "accept_time", "finish_time", "date")
    )


def _wrong(week: Week, finished: pl.DataFrame) -> pl.DataFrame:
    """The contradictions: the columns of `finished` and note."""
    records = week.view.records
    done = pl.col("finish_time")
    paused = finished.join(records["case_pauses"], on="project_no").filter(
        pl.col("start_at") < done, pl.col("end_at").is_null() | (pl.col("end_at") > done)
    )
    later = finished.join(records["case_steps"], on="project_no").filter(
        (pl.col("started_at") > done) | (pl.col("ended_at") > done)
    )
    parts = (
        (finished.filter(pl.col("accept_time").is_null()), NEVER_ACCEPTED),
        (paused, STILL_PAUSED),
        (later, STEP_LATER),
    )
    return pl.concat(
        part.select(finished.columns).unique("project_no").with_columns(pl.lit(note).alias("note"))
        for part, note in parts
    )


KIND = FindingKind(
    id="contradictory_cases",
    title="办件记录自相矛盾",
    rule="本周办结的办件中：没有受理就办结、办结时仍在暂停、办结后还有环节在办；每件只数一次，"
    "一个大厅一周不少于 3 件列出。单看每一条记录都合规，所以入库检查放行。",
    check="看是否补录、系统间没有同步，或办结时没有结束暂停。",
    unit="件",
    above="自相矛盾的办件",
    below="本周办结的办件",
    threshold=THRESHOLD,
    needs=("cases",),
    find=find,
    behind=behind,
)
