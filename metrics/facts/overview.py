"""The few counts of the first screen: what a hall has seen so far today, and what goes on in it at an instant.

Everything is *as of* an instant `t`: a time at or after `t` has not happened yet, and a row whose first time is at or
after `t` does not exist. `start` is the beginning of t's day; both are in the time zone of the frames' columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

#: A ticket given back sooner than this after it was taken was a slip of the finger, no visitor.
SLIP = timedelta(seconds=120)
#: A pause shorter than this is part of the work at a window; only what is longer closes it.
SHORT_PAUSE = timedelta(minutes=15)
#: Length of one slot of the course of a day.
SLOT_MINUTES = 15
#: A weekday's usual course is the median of at most this many past days, found within so many weeks.
USUAL_DAYS, USUAL_WEEKS, USUAL_LEAST = 8, 16, 4


def counted_tickets(tickets: pl.LazyFrame, t: datetime) -> pl.LazyFrame:
    """Tickets that stand for a visitor: no tests, none void, none given back within 120 seconds, all as of t."""
    ended = pl.col("end_time") < t
    void = ended & (pl.col("status") == "void")
    slip = ended & (pl.col("status") == "cancelled") & (pl.col("end_time") - pl.col("take_time") <= SLIP)
    return tickets.filter(
        pl.col("take_time") < t, ~pl.col("is_test"), ~void.fill_null(value=False), ~slip.fill_null(value=False)
    )


def visitors(tickets: pl.LazyFrame, t: datetime) -> pl.LazyFrame:
    """Tickets with which somebody came, as of t; who is sent on to another queue takes a new one but came only once."""
    return counted_tickets(tickets, t).filter(pl.col("transferred_from").is_null())


def last_closing(calendar: pl.LazyFrame, day: date) -> pl.LazyFrame:
    """When every hall closes for good on that day: hall_id, last_close (null where it is shut all day)."""
    return calendar.filter(pl.col("date") == day).group_by("hall_id").agg(pl.col("close_at").max().alias("last_close"))


def open_halls(calendar: pl.LazyFrame, t: datetime) -> pl.LazyFrame:
    """Halls whose doors are open at t: hall_id, once each."""
    return calendar.filter(pl.col("open_at") <= t, pl.col("close_at") > t).select("hall_id").unique()


def ticket_counts(tickets: pl.LazyFrame, closing: pl.LazyFrame, start: datetime, t: datetime) -> pl.LazyFrame:
    """How many people came to each hall today and how many of them wait at t.

    Waiting: taken before t on t's day, not called and not ended before t; after the day's last closing nobody waits,
    who was never called then counts as gone.

    Who was sent on to another queue came once, and waits there with the new ticket.

    Returns:
        hall_id, tickets, waiting; halls without a ticket today have no row.
    """
    called, ended = pl.col("call_time") < t, pl.col("end_time") < t
    shut = (pl.col("last_close") < t).fill_null(value=False)
    waits = ~called.fill_null(value=False) & ~ended.fill_null(value=False) & ~shut
    came = pl.col("transferred_from").is_null()
    return (
        counted_tickets(tickets.filter(pl.col("take_time") >= start), t)
        .join(closing, on="hall_id", how="left")
        .group_by("hall_id")
        .agg(came.sum().cast(pl.Int64).alias("tickets"), waits.sum().cast(pl.Int64).alias("waiting"))
    )


def open_windows(
    spells: pl.LazyFrame, windows: pl.LazyFrame, closing: pl.LazyFrame, start: datetime, t: datetime
) -> pl.LazyFrame:
    """How many windows of each hall are open at t.

    A window is open in its `open` spells and in the first 15 minutes of each pause. A spell without an end lasts until
    t, but at most until the day's last closing.

    Returns:
        hall_id, open_windows; halls without a spell today have no row.
    """
    end = pl.col("end_at")
    short = pl.min_horizontal(end, pl.col("start_at") + SHORT_PAUSE)
    known_end = pl.when(end < t).then(end)
    lasts = pl.when(pl.col("state") == "pause").then(short).otherwise(pl.coalesce(known_end, "last_close"))
    still = ((lasts >= t) | lasts.is_null()) & (pl.col("last_close") >= t).fill_null(value=True)
    return (
        spells.filter(pl.col("start_at") >= start, pl.col("start_at") < t)
        .join(windows.select("window_id", "hall_id"), on="window_id")
        .join(closing, on="hall_id", how="left")
        .group_by("hall_id")
        .agg(pl.col("window_id").filter(still).n_unique().cast(pl.Int64).alias("open_windows"))
    )


def queue_states(snapshots: pl.LazyFrame, start: datetime, t: datetime) -> pl.LazyFrame:
    """What the queue machine of a hall last said today, for halls that give only states and no tickets.

    The latest snapshot of each queue is taken and added up. A window that serves several queues is reported with each
    of them, so `windows_by_queue` may count it more than once; it is not the number of windows of the hall.

    Returns:
        hall_id, waiting, windows_by_queue, seen_at (the latest snapshot used).
    """
    latest = (
        snapshots.filter(pl.col("at") >= start, pl.col("at") < t)
        .group_by("hall_id", "queue_id")
        .agg(pl.col("waiting", "open_windows").sort_by("at").last(), pl.col("at").max())
    )
    return latest.group_by("hall_id").agg(
        pl.col("waiting").sum(),
        pl.col("open_windows").sum().alias("windows_by_queue"),
        pl.col("at").max().alias("seen_at"),
    )


def case_counts(cases: pl.LazyFrame, start: datetime, t: datetime) -> pl.LazyFrame:
    """How many applications came in today and how many were finished, by hall; hall_id null = handed in online.

    Returns:
        hall_id, submitted, finished; only where one of the two is above 0.
    """
    submitted = pl.col("apply_time").is_between(start, t, closed="left")
    finished = pl.col("finish_time").is_between(start, t, closed="left").fill_null(value=False)
    return (
        cases.filter(~pl.col("is_test"), submitted | finished)
        .group_by("hall_id")
        .agg(submitted.sum().cast(pl.Int64).alias("submitted"), finished.sum().cast(pl.Int64).alias("finished"))
    )


def review_counts(reviews: pl.LazyFrame, cases: pl.LazyFrame, start: datetime, t: datetime) -> pl.LazyFrame:
    """How many valid reviews came in today and how many of them people gave as bad (level 1–2, by themselves).

    A review that names no hall belongs to the hall of its case; hall_id null where neither says.

    Returns:
        hall_id, reviews, bad_reviews.
    """
    today = reviews.filter(
        pl.col("assess_time").is_between(start, t, closed="left"), pl.col("valid").fill_null(value=True)
    ).select("hall_id", "project_no", "level", "origin")
    homeless = today.filter(pl.col("hall_id").is_null()).select("project_no")
    placed = cases.join(homeless, on="project_no", how="semi").select(
        "project_no", pl.col("hall_id").alias("case_hall")
    )
    bad = (pl.col("level") <= 2) & (pl.col("origin") == "active")
    return (
        today.join(placed, on="project_no", how="left")
        .group_by(pl.coalesce("hall_id", "case_hall").alias("hall_id"))
        .agg(pl.len().cast(pl.Int64).alias("reviews"), bad.sum().cast(pl.Int64).alias("bad_reviews"))
    )


def slot_counts(times: pl.LazyFrame, column: str, by: Sequence[str] = ()) -> pl.LazyFrame:
    """How many rows fall into each quarter of an hour.

    Args:
        times: the rows.
        column: their time.
        by: further columns to count apart.

    Returns:
        day, slot (0 = 00:00–00:15), the further columns, count; empty slots have no row.
    """
    return (
        times.select(pl.col(column).dt.date().alias("day"), _slot(column), *by)
        .group_by("day", "slot", *by)
        .agg(pl.len().cast(pl.Int64).alias("count"))
    )


def waiting_by_slot(snapshots: pl.LazyFrame) -> pl.LazyFrame:
    """How many people the queue machines of the city saw waiting in each quarter of an hour: day, slot, count.

    Each queue gives its last snapshot of the slot; queues that said nothing in it are left out.
    """
    return (
        snapshots.select("hall_id", "queue_id", "at", "waiting", pl.col("at").dt.date().alias("day"), _slot("at"))
        .group_by("day", "slot", "hall_id", "queue_id")
        .agg(pl.col("waiting").sort_by("at").last())
        .group_by("day", "slot")
        .agg(pl.col("waiting").sum().alias("count"))
    )


def usual_days(day: date, delivered: pl.Series, excluded: pl.Series) -> list[date]:
    """Past days of the same weekday that show what is usual: the latest 8 of the last 16 weeks, none if fewer than 4.

    Args:
        day: the day to compare.
        delivered: days of which there are data.
        excluded: days that are no example: holidays, makeup days, days that people marked as bad data.
    """
    known, barred = set(delivered.to_list()), set(excluded.to_list())
    past = (day - timedelta(weeks=week) for week in range(1, USUAL_WEEKS + 1))
    found = [past_day for past_day in past if past_day in known and past_day not in barred][:USUAL_DAYS]
    return found if len(found) >= USUAL_LEAST else []


def usual_course(counts: pl.DataFrame, days: list[date], slots: range, *, empty_is_zero: bool) -> pl.DataFrame:
    """What is usual in each quarter of an hour: the median over the given days.

    Args:
        counts: day, slot, count as `slot_counts` or `waiting_by_slot` give them.
        days: the days to take the median of.
        slots: the slots wanted.
        empty_is_zero: whether a slot without a row is a 0 (nobody came) or unknown (no machine said anything).

    Returns:
        slot, usual; usual is null where no day is known.
    """
    grid = pl.DataFrame({"day": days}, schema={"day": pl.Date}).join(
        pl.DataFrame({"slot": slots}, schema={"slot": pl.Int64}), how="cross"
    )
    count = pl.col("count").fill_null(0) if empty_is_zero else pl.col("count")
    return (
        grid.join(counts, on=["day", "slot"], how="left")
        .group_by("slot")
        .agg(count.median().alias("usual"))
        .sort("slot")
    )


def _slot(column: str) -> pl.Expr:
    minute = pl.col(column).dt.hour().cast(pl.Int64) * 60 + pl.col(column).dt.minute()
    return (minute // SLOT_MINUTES).alias("slot")
