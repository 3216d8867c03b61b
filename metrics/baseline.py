"""What is usual for a place at this time of the week: the median of past days (B, the baseline).

For an instant t the same clock window of the same weekday is looked up in the past: in steps of 7 days, at most 16 of
them, until 8 days are found that count: an ordinary day (day_type work or rest), the hall open at that clock time, not
before the hall's first ticket, not marked as bad data. On a makeup day the last working days are looked up instead.
Fewer than 4 days tell nothing. Tickets marked `suspect_wait` stay out.
"""

from __future__ import annotations

import polars as pl

#: Steps back, days wanted, days without which nothing is known.
STEPS, WANTED, LEAST = 16, 8, 4


def past_days(sessions: pl.DataFrame, first: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Days to look back to, for each hall and day, the nearest first.

    Args:
        sessions: as `metrics.hours.sessions_of`.
        first: hall_id, first_day (the day of each hall's first ticket).
        days: hall_id, date of the days to compare.

    Returns:
        hall_id, date, past (the day to look back to), step (1 = nearest; at most 16). Whether the hall was open at the
        clock time is not looked at here.
    """
    known = sessions.group_by("hall_id", "date").agg(
        pl.col("day_type").first(), pl.col("bad_data").fill_null(value=False).any()
    )
    usable = (
        known.join(first, on="hall_id")
        .filter(pl.col("date") >= pl.col("first_day"), ~pl.col("bad_data"))
        .select("hall_id", pl.col("date").alias("past"), "day_type")
    )
    asked = days.select("hall_id", "date").unique().join(known, on=["hall_id", "date"], how="left")
    ordinary = (
        asked.filter(pl.col("day_type").ne_missing(pl.lit("makeup")))
        .select("hall_id", "date")
        .join(pl.DataFrame({"step": range(1, STEPS + 1)}, schema={"step": pl.Int64}), how="cross")
        .with_columns((pl.col("date") - pl.duration(days=1) * 7 * pl.col("step")).cast(pl.Date).alias("past"))
        .join(usable.filter(pl.col("day_type").is_in(["work", "rest"])), on=["hall_id", "past"])
    )
    working = known.filter(pl.col("day_type") == "work").select("hall_id", pl.col("date").alias("past"))
    makeup = (
        asked.filter(pl.col("day_type") == "makeup")
        .select("hall_id", "date")
        .join(working, on="hall_id")
        .filter(pl.col("past") < pl.col("date"))
        .with_columns(
            pl.col("past").rank("ordinal", descending=True).over("hall_id", "date").cast(pl.Int64).alias("step")
        )
        .filter(pl.col("step") <= STEPS)
        .join(usable, on=["hall_id", "past"])
    )
    columns = ["hall_id", "date", "past", "step"]
    return pl.concat([ordinary.select(columns), makeup.select(columns)]).sort("hall_id", "date", "step")


def past_windows(instants: pl.DataFrame, sessions: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """The clock windows of the past with which each instant is compared, the 8 nearest that count.

    Args:
        instants: hall_id, at, date, since (start of the window; `at` is its end), with any number of rows for a hall
            and instant; `row` numbers them.
        sessions: as `metrics.hours.sessions_of`.
        first: hall_id, first_day (the day of each hall's first ticket).

    Returns:
        row, past_since, past_at, step: the same clock times on a past day, cut to the session that contains the end.
    """
    days = past_days(sessions, first, instants)
    shift = pl.col("past") - pl.col("date")
    zone = instants.schema["at"].time_zone if isinstance(instants.schema["at"], pl.Datetime) else None

    def on_past(column: str) -> pl.Expr:
        """The same time of day on the past day."""
        return (pl.col(column).dt.replace_time_zone(None) + shift).dt.replace_time_zone(
            zone, ambiguous="earliest", non_existent="null"
        )

    hours = sessions.select("hall_id", pl.col("date").alias("past"), "open_at", "close_at")
    return (
        instants.select("row", "hall_id", "date", "since", "at")
        .join(days, on=["hall_id", "date"])
        .with_columns(on_past("since").alias("past_since"), on_past("at").alias("past_at"))
        .join(hours, on=["hall_id", "past"])
        .filter(pl.col("open_at") < pl.col("past_at"), pl.col("past_at") <= pl.col("close_at"))
        .with_columns(pl.max_horizontal("past_since", "open_at").alias("past_since"))
        .sort("row", "step")
        .filter(pl.int_range(pl.len()).over("row") < WANTED)
        .select("row", "past_since", "past_at", "step")
    )


def usual(values: pl.DataFrame) -> pl.DataFrame:
    """The baseline of each row.

    Args:
        values: row, value of each past day that counts.

    Returns:
        row, baseline, days: the median, where at least 4 days are known; other rows are missing.
    """
    return (
        values.group_by("row")
        .agg(pl.col("value").cast(pl.Float64).median().alias("baseline"), pl.len().alias("days"))
        .filter(pl.col("days") >= LEAST)
    )
