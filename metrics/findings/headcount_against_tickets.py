"""The people counted at the doors do not fit the tickets taken (客流计数与取号对不上)."""

from __future__ import annotations

import polars as pl

from metrics.baseline import LEAST
from metrics.facts.overview import SLIP
from metrics.finding import FindingKind, Week, listed, shaped
from metrics.records import Records

#: A day with fewer tickets says nothing; more than so many times apart from the usual is odd.
ENOUGH, APART = 30, 2.0
PLACE = ("hall_id",)
THRESHOLD = 1.0
#: So many past days of both must be known.
DAYS_BEFORE = 4 * LEAST


def find(week: Week) -> pl.DataFrame:
    """On how many days fewer people came in than took tickets, or the two stood in quite another proportion than usual.

    People who came in, all counters of the hall together, per ticket (transfers left out); usual: its median over the 8
    weeks before, at least 16 days of them. numerator, denominator: people and tickets of the odd days. Days with fewer
    than 30 tickets and days on which no counter reported are left out. Needs 1 such day.
    """
    odd = _days(week).filter("odd")
    found = (
        odd.group_by("hall_id")
        .agg(
            pl.col("entered").sum().alias("numerator"),
            pl.col("tickets").sum().alias("denominator"),
            pl.col("date").min().alias("since"),
            pl.len().alias("days"),
            pl.col("usual").first(),
        )
        .with_columns(
            pl.col("days").alias("size"),
            pl.format("平常每个号对应 {} 人次", pl.col("usual").round(1)).alias("detail"),
        )
        .filter(pl.col("size") >= THRESHOLD)
    )
    return shaped(found)


def behind(week: Week, found: pl.DataFrame) -> pl.DataFrame:
    """These days: people, tickets, what is usual."""
    rows = _days(week).filter("odd").with_columns(
        pl.format(
            "进入 {} 人次，取号 {} 个，每个号 {} 人次；平常 {} 人次", "entered", "tickets",
            (pl.col("entered") / pl.col("tickets")).round(2), pl.col("usual").round(2),
        ).alias("note"),
    )  # fmt: skip
    return listed(rows.sort("date", "hall_id"), found, PLACE, week.view.records.timezone)


def _days(week: Week) -> pl.DataFrame:
    """Days with enough tickets: hall_id, date, entered, tickets, usual, odd."""
    ratio = pl.col("entered") / pl.col("tickets")
    usual = (
        _counts(week.before)
        .group_by("hall_id")
        .agg(ratio.median().alias("usual"), pl.len().alias("n"))
        .filter(pl.col("n") >= DAYS_BEFORE)
    )
    far = (ratio > APART * pl.col("usual")) | (ratio < pl.col("usual") / APART)
    fewer = pl.col("entered") < pl.col("tickets")
    # Where a counter always sees fewer people than there are tickets, that is how it stands, and no day is odd for it.
    odd = far | (fewer & (pl.col("usual") >= 1))
    return _counts(week.view.records).join(usual, on="hall_id").with_columns(odd.alias("odd"))


def _counts(records: Records) -> pl.DataFrame:
    """People who came in and tickets, of days with enough of them: hall_id, date, entered, tickets."""
    entered = (
        records["headcounts"]
        .group_by("hall_id", pl.col("at").dt.date().alias("date"))
        .agg(pl.col("entered").cast(pl.Int64).sum())
    )
    slip = (pl.col("status") == "cancelled") & (pl.col("end_time") - pl.col("take_time") <= SLIP)
    void = (pl.col("status") == "void") | slip.fill_null(value=False)
    tickets = (
        records["tickets"]
        .filter(~pl.col("is_test"), ~void, pl.col("transferred_from").is_null())
        .group_by("hall_id", pl.col("take_time").dt.date().alias("date"))
        .agg(pl.len().cast(pl.Int64).alias("tickets"))
    )
    return tickets.filter(pl.col("tickets") >= ENOUGH).join(entered, on=["hall_id", "date"])


KIND = FindingKind(
    id="headcount_against_tickets",
    title="客流与取号对不上",
    rule="一天取号不少于 30 个，而进入大厅的人次少于取号数，或每个号对应的人次与此前 8 周的中位数相差 2 倍以上；"
    "此前有 16 天以上两种数据才比较，平常就少于取号数的大厅只看相差。有 1 天就列出。",
    check="看计数器是否断线或被挡，是否有人批量取号、代取号，或很多人没有取号就在办。",
    unit="天",
    above="这些天进入的人次",
    below="这些天的取号数",
    threshold=THRESHOLD,
    needs=("tickets", "headcounts"),
    find=find,
    behind=behind,
)
