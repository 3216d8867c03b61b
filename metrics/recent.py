"""The last 60 minutes as a hall sees them, and the rows that lie in them.

A window of 60 minutes is [t − 60 min, t), and it does not reach back before the session's opening: what happened before
the doors opened, or in the break, counts in none.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.spells import HOUR, Ints, Spells, latest_before, micros, pairs
from metrics.view import View

RECENT = HOUR


def recent_until(view: View, hall: Ints, at: Ints, width: int = RECENT) -> Ints:
    """Up to which instant something that happened counts as recent.

    Args:
        view: the records.
        hall: number of the hall (as in `view.halls`) of each event.
        at: when it happened.
        width: length of the window, microseconds.

    Returns:
        The last instant t whose window holds it: its length later, at most the closing of its session; the instant
        itself (so that it counts at none) where it happened outside the opening hours.
    """
    sessions = view.sessions
    place = view.hall_numbers(sessions["hall_id"])
    opening, closing = micros(sessions["open_at"]), micros(sessions["close_at"])
    row = latest_before(place, opening, hall, at + 1)
    if not len(closing):
        return at
    close = np.where(row >= 0, closing[np.maximum(row, 0)], at)
    return np.where(close > at, np.minimum(at + width, close), at).astype(np.int64)


def since_of(instants: pl.DataFrame, width: int = RECENT) -> pl.Series:
    """Beginning of each instant's window (60 minutes, or as wide as said): `since`."""
    hour = pl.duration(microseconds=width)
    return instants.select(pl.max_horizontal(pl.col("at") - hour, "open_at").alias("since")).to_series()


def at_queues(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Every queue of the halls open at each instant: the instants' columns and queue_id, queue (its number)."""
    queues = view.queues.with_row_index("queue").with_columns(pl.col("queue").cast(pl.Int64))
    return instants.join(queues, on="hall_id", how="inner", maintain_order="left")


def rows_behind(
    spells: Spells,
    rows: pl.DataFrame,
    asked: pl.DataFrame,
    place: Ints,
    *,
    numerator: pl.Expr | float,
    denominator: pl.Expr | float | None,
) -> pl.DataFrame:
    """The rows whose spells stand at the instants asked, with what each adds.

    Args:
        spells: one for each row.
        rows: table, key (of the row) and whatever numerator and denominator are made of.
        asked: place columns and at.
        place: number of the place of each asked row, as in the spells.
        numerator: what a row adds to the numerator; from the columns of `rows` and `asked`.
        denominator: what it adds to the denominator; None where the reading has none.

    Returns:
        The columns of `asked`, table, key, numerator, denominator.
    """
    which, question = pairs(spells, place, micros(asked["at"]))
    found = pl.concat(
        [asked[question], rows[which].select(name for name in rows.columns if name not in asked.columns)],
        how="horizontal",
    )
    return found.select(
        *asked.columns,
        "table",
        "key",
        _expression(numerator).cast(pl.Float64).alias("numerator"),
        _expression(denominator).cast(pl.Float64).alias("denominator"),
    )


def _expression(value: pl.Expr | float | None) -> pl.Expr:
    return value if isinstance(value, pl.Expr) else pl.lit(value, dtype=pl.Float64)
