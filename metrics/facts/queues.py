"""What happened at a queue in each 5 minutes of a day (队列事实): additive, so that hours, days and halls are sums.

Facts are kept for closed days; whatever looks back at the past (what is usual, how long handling takes, months) adds
them up instead of counting tickets again.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from metrics.facts.kinds import FactKind
from metrics.hours import numbers, sessions_of
from metrics.records import Records
from metrics.spells import MINUTE, NEVER, Ints, latest_before, micros
from metrics.tickets import visits as visits_of

#: Length of one interval.
STEP = 5 * MINUTE
COUNTS = ("taken", "own", "own_usual", "calls", "wait", "calls_usual", "wait_usual", "handled", "handle")


def queue_facts(visits: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Count what happened at each queue in each 5 minutes of opening hours; void tickets and slips count nowhere.

    Args:
        visits: as `metrics.tickets.visits`.
        sessions: as `metrics.hours.sessions_of`.

    Returns:
        hall_id, queue_id, date (of taking), at (end of the interval: on the 5-minute grid, or its session's closing
        where that comes first; the interval is half-open and cut to its session), session (null outside opening
        hours), and whole numbers: taken (tickets), own (without transfers), own_usual (own, without suspect waits),
        calls, wait (their waits, microseconds net of breaks), calls_usual, wait_usual (without suspect waits), handled
        (services that ended here), handle (their length, microseconds). Intervals in which nothing happened have no
        row. In order of queue, at, session.
    """
    kept = visits.filter(pl.col("known_until") == NEVER)
    usual = (~pl.col("suspect")).cast(pl.Int64)
    one = pl.lit(1, dtype=pl.Int64)
    parts = [
        _at(kept, "take", {"taken": one, "own": (~pl.col("transfer")).cast(pl.Int64),
                           "own_usual": (~pl.col("transfer")).cast(pl.Int64) * usual}),
        _at(kept.filter(pl.col("call") < NEVER), "call", {
            "calls": one, "wait": pl.col("wait"), "calls_usual": usual, "wait_usual": pl.col("wait") * usual}),
        _at(kept.filter(pl.col("handle").is_not_null()), "end", {"handled": one, "handle": pl.col("handle")}),
    ]  # fmt: skip
    rows = pl.concat(parts, how="diagonal").with_columns(pl.col(COUNTS).fill_null(0))
    zone = sessions.schema["open_at"]
    return (
        rows.with_columns(_sessions(rows, sessions))
        .group_by("hall_id", "queue_id", "date", "at", "session")
        .agg(pl.col(COUNTS).sum())
        .with_columns(pl.col("at").cast(pl.Datetime("us", "UTC")).cast(zone))
        .sort("queue_id", "at", "session")
    )


def queue_sums(facts: pl.DataFrame, every: Literal["1h", "1d"]) -> pl.DataFrame:
    """Hours or days of queues, summed from what happened in their 5 minutes.

    Args:
        facts: as `queue_facts`; for days the sums of hours do too.
        every: hours, which run from full hour to full hour, or days (of taking).

    Returns:
        hall_id, queue_id, date, hour (its beginning; for hours only), and the counts of `queue_facts`.
    """
    keys: list[pl.Expr] = [pl.col("hall_id", "queue_id", "date")]
    if every == "1h":
        keys.append((pl.col("at") - pl.duration(microseconds=STEP)).dt.truncate("1h").alias("hour"))
    return facts.group_by(keys, maintain_order=True).agg(pl.col(COUNTS).sum())


def _at(visits: pl.DataFrame, moment: str, counts: dict[str, pl.Expr]) -> pl.DataFrame:
    """Rows of what happened at one kind of moment."""
    return visits.select(
        "hall_id", "queue_id", "date", pl.col(moment).alias("moment"), *(e.alias(name) for name, e in counts.items())
    )


def _sessions(rows: pl.DataFrame, sessions: pl.DataFrame) -> list[pl.Series]:
    """The session in which each moment lies (open_at ≤ moment < close_at; null outside), and the interval's end."""
    halls = sessions["hall_id"].unique().sort()
    opening, closing = micros(sessions["open_at"]), micros(sessions["close_at"])
    moment: Ints = rows["moment"].to_numpy()
    end = (moment // STEP + 1) * STEP
    row = latest_before(numbers(sessions["hall_id"], halls), opening, numbers(rows["hall_id"], halls), moment + 1)
    if not len(closing):
        return [pl.Series("session", [None] * len(row), dtype=sessions.schema["session"]), pl.Series("at", end)]
    close = closing[np.maximum(row, 0)]
    inside = (row >= 0) & (moment < close)
    number = sessions["session"].gather(pl.Series(np.maximum(row, 0)))
    found = pl.select(pl.when(pl.Series(inside)).then(number).alias("session")).to_series()
    return [found, pl.Series("at", np.where(inside, np.minimum(end, close), end))]


def _of_records(records: Records) -> pl.DataFrame:
    sessions = sessions_of(records["calendar"])
    return queue_facts(visits_of(records["tickets"], sessions), sessions)


KINDS = (FactKind("queues", "2026.1", ("tickets",), ("calendar",), (), _of_records),)
