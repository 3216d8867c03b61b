"""What is usual for a place at this time of the week: the median of past days (B, the baseline).

For an instant t the same clock window of the same weekday is looked up in the past: in steps of 7 days, at most 16 of
them, until 8 days are found that count: an ordinary day (day_type work or rest), the hall open at that clock time, not
before the hall's first ticket, not marked as bad data. On a makeup day the last working days are looked up instead.
Fewer than 4 days tell nothing. Tickets marked `suspect_wait` stay out.

The past is read off additive facts of 5 minutes; so a clock window that begins off that grid (an opening at 9:02)
begins at the interval before, or at the past day's own opening.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.spells import MINUTE, Ints, micros, sum_within

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


def same_day(sessions: pl.DataFrame, days: pl.DataFrame, *, years: int = 0, weeks: int = 0) -> pl.DataFrame:
    """The same weekday some weeks before, or of the same ISO week some years before.

    A week 53 has no fellow in most years; a day marked as bad data is no comparison.

    Args:
        sessions: as `metrics.hours.sessions_of`.
        days: hall_id, date of the days to compare.
        years: years back.
        weeks: weeks back.

    Returns:
        As `past_days`; days without a fellow on which the hall was open have no row.
    """
    date = pl.col("date")
    year = date.dt.iso_year().cast(pl.Int32) - years
    fourth = pl.date(year, 1, 4)
    monday = fourth - pl.duration(days=1) * (fourth.dt.weekday() - 1).cast(pl.Int64)
    weekday = pl.duration(days=1) * (date.dt.week().cast(pl.Int64) * 7 - 7 + date.dt.weekday() - 1)
    usable = sessions.group_by("hall_id", pl.col("date").alias("past")).agg(
        pl.col("bad_data").fill_null(value=False).any()
    )
    return (
        days.select("hall_id", "date")
        .unique()
        .with_columns((monday + weekday).cast(pl.Date).alias("fellow"))
        .filter(pl.col("fellow").dt.iso_year() == year)
        .with_columns((pl.col("fellow") - pl.duration(days=7 * weeks)).cast(pl.Date).alias("past"))
        .join(usable.filter(~pl.col("bad_data")), on=["hall_id", "past"])
        .select("hall_id", "date", "past", pl.lit(1, dtype=pl.Int64).alias("step"))
        .sort("hall_id", "date")
    )


def windows_on(instants: pl.DataFrame, sessions: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The same clock windows on other days on which the hall was open at that clock time.

    Args:
        instants: row, hall_id, at, date, since (start of the window; `at` is its end).
        sessions: as `metrics.hours.sessions_of`.
        days: hall_id, date, past, step, as `past_days` gives them.

    Returns:
        row, past_since, past_at, step, in order of row and step: cut to the session that contains the end.
    """
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
        .with_columns(on_past("since").dt.truncate("5m").alias("past_since"), on_past("at").alias("past_at"))
        .join(hours, on=["hall_id", "past"])
        .filter(pl.col("open_at") < pl.col("past_at"), pl.col("past_at") <= pl.col("close_at"))
        .with_columns(pl.max_horizontal("past_since", "open_at").alias("past_since"))
        .sort("row", "step")
        .select("row", "past_since", "past_at", "step")
    )


def past_windows(instants: pl.DataFrame, sessions: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """The clock windows of the past with which each instant is compared, the 8 nearest that count.

    Args:
        instants: row, hall_id, at, date, since, as for `windows_on`.
        sessions: as `metrics.hours.sessions_of`.
        first: hall_id, first_day (the day of each hall's first ticket).

    Returns:
        As `windows_on`.
    """
    return nearest(windows_on(instants, sessions, past_days(sessions, first, instants)))


def nearest(windows: pl.DataFrame) -> pl.DataFrame:
    """The 8 nearest of the windows of each row; they must be in order of row and step."""
    return windows.filter(pl.int_range(pl.len()).over("row") < WANTED)


def summed(
    facts: pl.DataFrame, place: Ints, columns: tuple[str, ...], windows: pl.DataFrame, asked_place: Ints
) -> dict[str, Ints]:
    """Add up facts of 5 minutes over windows of the past.

    Args:
        facts: at (end of the interval), session, and the columns to add up.
        place: number of the place of each row of the facts.
        columns: whole numbers.
        windows: past_since, past_at.
        asked_place: number of the place of each window.

    Returns:
        The sum of each column for each window.
    """
    if windows.is_empty():
        return {name: np.zeros(0, dtype=np.int64) for name in columns}
    since, until = micros(windows["past_since"]), micros(windows["past_at"])
    at = micros(facts["at"])
    kept = _near(at, since, until) & facts["session"].is_not_null().to_numpy()
    near, place, at = facts.filter(pl.Series(kept)), place[kept], at[kept] - 1
    return {name: sum_within(place, at, near[name].to_numpy(), asked_place, since, until) for name in columns}


def _near(at: Ints, since: Ints, until: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether an instant lies near any of the windows, so that few of many facts need be looked at."""
    if not len(since):
        return np.zeros(len(at), dtype=np.bool_)
    slots = np.arange(int(since.min()) // _SLOT, int(until.max()) // _SLOT + 2)
    steps = np.zeros(len(slots) + 1, dtype=np.int64)
    np.add.at(steps, since // _SLOT - slots[0], 1)
    np.add.at(steps, until // _SLOT - slots[0] + 1, -1)
    used = np.cumsum(steps)[:-1] > 0
    slot = at // _SLOT - slots[0]
    near: np.ndarray[tuple[int], np.dtype[np.bool_]] = used[np.clip(slot, 0, len(slots) - 1)]
    near &= (slot >= 0) & (slot < len(slots))
    return near


_SLOT = 15 * MINUTE


def usual(values: pl.DataFrame) -> pl.DataFrame:
    """The baseline of each row.

    Args:
        values: row, value of each past day that counts.

    Returns:
        row, baseline, days: the median, where at least 4 days are known; other rows are missing.
    """
    return (
        values.group_by("row")
        .agg(pl.col("value").cast(pl.Float64).median().alias("baseline"), pl.len().cast(pl.Int64).alias("days"))
        .filter(pl.col("days") >= LEAST)
    )


def middle(values: pl.DataFrame) -> pl.DataFrame:
    """The past days that are the median: the middle one, or two that count half.

    Args:
        values: row, value and whatever else is known of each past day that counts.

    Returns:
        The rows in the middle, where at least 4 days are known, with share (1 or ½).
    """
    length = pl.len().over("row").cast(pl.Int64)
    place = pl.col("value").rank("ordinal").over("row").cast(pl.Int64)
    return values.filter(length >= LEAST, (place * 2 - length - 1).abs() <= 1).with_columns(
        (1 / pl.len().over("row")).alias("share")
    )
