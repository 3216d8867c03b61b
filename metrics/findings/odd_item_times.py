"""An item takes far longer or far shorter at a hall than it did in the eight weeks before (事项办理时长异常)."""

from __future__ import annotations

import math

import polars as pl

from metrics.finding import FindingKind, Week, listed, shaped
from metrics.spells import MINUTE

#: So many services this week and before; so far apart; so many times what chance explains.
ENOUGH, ENOUGH_BEFORE, APART, SURE = 10, 40, 1.5, 4.0
PLACE = ("hall_id", "item_code")
THRESHOLD = APART
#: Standard error of a median of normal values, and what makes a median deviation a standard deviation.
_MEDIAN_ERROR, _DEVIATION = math.sqrt(math.pi / 2), 1.4826


def find(week: Week) -> pl.DataFrame:
    """How many times as long, or as short, each item took at each hall this week, by medians.

    numerator and denominator: the median minutes of this week's services and of the 8 weeks before; size: the larger
    over the smaller. Medians of logarithms, so that few long services move nothing; the deviation within the 8 weeks
    (median absolute deviation) says what chance may do. Needs 10 services now, 40 before, 1.5 times, and 4 times the
    error of the median. Services as for the indicators 2026.1, 13.
    """
    now, past = services(week.view.records["tickets"]), services(week.before["tickets"])
    keys = ["hall_id", "item_code"]
    usual = past.group_by(keys).agg(
        pl.col("log").median().alias("usual"),
        (pl.col("log") - pl.col("log").median()).abs().median().alias("spread"),
        pl.len().alias("n_before"),
    )
    found = (
        now.group_by(keys)
        .agg(pl.col("log").median(), pl.len().alias("n"), pl.col("date").min().alias("since"),
             pl.col("date").n_unique().alias("days"))
        .join(usual, on=keys)
        .filter(pl.col("n") >= ENOUGH, pl.col("n_before") >= ENOUGH_BEFORE)
        .with_columns((pl.col("log") - pl.col("usual")).alias("apart"))
        .with_columns(
            pl.col("apart").abs().exp().alias("size"),
            pl.col("log").exp().alias("numerator"),
            pl.col("usual").exp().alias("denominator"),
            (_MEDIAN_ERROR * _DEVIATION * pl.col("spread") / pl.col("n").sqrt()).alias("error"),
        )
        .filter(pl.col("size") >= THRESHOLD, pl.col("apart").abs() >= SURE * pl.col("error"))
        .with_columns(
            pl.format("{}，本周 {} 件，此前 8 周 {} 件",
                      pl.when(pl.col("apart") > 0).then(pl.lit("变长")).otherwise(pl.lit("变短")), "n", "n_before")
            .alias("detail")
        )
    )  # fmt: skip
    return shaped(found)


def behind(week: Week, found: pl.DataFrame) -> pl.DataFrame:
    """This week's services of these items, the longest first."""
    rows = (
        services(week.view.records["tickets"])
        .join(found.select(PLACE), on=PLACE, how="semi")
        .join(
            week.view.records["tickets"].select(
                "ticket_id", "ticket_no", "window_id", "staff_id", "call_time", "start_time", "end_time"
            ),
            on="ticket_id",
        )
        .with_columns(
            pl.col("ticket_no").alias("subject"),
            pl.coalesce("start_time", "call_time").alias("begin"),
            pl.col("end_time").alias("end"),
            pl.col("log").exp().alias("minutes"),
        )
        .sort("minutes", "ticket_id", descending=[True, False])
    )
    return listed(rows, found, PLACE, week.view.records.timezone)


def services(tickets: pl.DataFrame) -> pl.DataFrame:
    """The services that count, as for the indicators 2026.1, 13: done or returned, of known length, over the same day.

    Args:
        tickets: table `tickets` of the standard; ticket_id may be missing.

    Returns:
        ticket_id (where there is one), hall_id, item_code, date (of taking), log (natural logarithm of the minutes).
    """
    begun = pl.coalesce("start_time", "call_time")
    date = pl.col("take_time").dt.date()
    return (
        tickets.lazy()
        .filter(
            ~pl.col("is_test"),
            pl.col("item_code").is_not_null(),
            pl.col("status").is_in(["done", "returned"]),
            pl.col("end_time") > begun,
            pl.col("end_time").dt.date() == date,
        )
        .select(
            *(name for name in ("ticket_id", "hall_id", "item_code") if name in tickets.columns),
            date.alias("date"),
            ((pl.col("end_time") - begun).dt.total_microseconds() / MINUTE).log().alias("log"),
        )
        .collect()
    )


KIND = FindingKind(
    id="odd_item_times",
    title="事项办理时长异常",
    rule="同一大厅同一事项，本周办理时长的中位数与此前 8 周的中位数相差 1.5 倍以上（变长或变短），"
    "且超过平常波动的 4 倍；本周不少于 10 件、此前不少于 40 件才比较。",
    check="变长的看系统、流程或新人；变短的看是否提前点了结束、还没办就点了办结。",
    unit="倍",
    above="本周中位数（分钟）",
    below="此前 8 周中位数（分钟）",
    threshold=THRESHOLD,
    needs=("tickets",),
    find=find,
    behind=behind,
)
