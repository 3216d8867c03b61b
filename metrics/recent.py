"""The last 60 minutes as a hall sees them, and the rows that lie in them.

A window of 60 minutes is [t − 60 min, t), and it does not reach back before the session's opening: what happened before
the doors opened, or in the break, counts in none.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.known import Known, crossing, merged
from metrics.spells import HOUR, MINUTE, Ints, Spells, latest_before, micros, pairs
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

    def found() -> pl.DataFrame:
        queues = view.queues.with_row_index("queue").with_columns(pl.col("queue").cast(pl.Int64))
        return instants.join(queues, on="hall_id", how="inner", maintain_order="left")

    # Most readings of queues ask for the same instants, one after the other.
    return view.at_hand.once(f"queues {instants.height}", (instants,), found)


def while_recent(view: View, spells: Spells, hall: Ints) -> Spells:
    """When a place has any of its spells within the last 60 minutes: to count places instead of minutes.

    Args:
        view: the records.
        spells: of places.
        hall: number of the hall of each spell's place.

    Returns:
        Spells of the same places that stand at every instant whose window of 60 minutes holds a moment of the place.
    """
    sessions = view.sessions
    opening, closing = micros(sessions["open_at"]), micros(sessions["close_at"])
    row = np.arange(len(spells))
    held = Known.of(hall, spells.start, spells.end, row)
    open_ = Known.of(view.hall_numbers(sessions["hall_id"]), opening, closing, np.arange(len(opening)))
    inside = crossing(held, open_)
    session = latest_before(open_.place, opening, inside.place, inside.start + 1)
    until = np.minimum(inside.end + RECENT - 1, closing[session]) if len(inside) else inside.end
    return merged(Spells(spells.place[inside.row], inside.start, until))


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


def time_behind(whiles: Known, rows: pl.DataFrame, asked: pl.DataFrame, place: Ints) -> pl.DataFrame:
    """The rows whose time lies in the windows asked, and how long.

    Args:
        whiles: by place; rows are those of `rows`.
        rows: table, key.
        asked: place columns, at, since.
        place: number of the place of each asked row.

    Returns:
        The columns of `asked` without since, table, key, minutes; a row of each record and window.
    """
    at = micros(asked["at"])
    which, question, micro = whiles.shares(place, micros(asked["since"]), at, at)
    found = pl.DataFrame({"question": question, "row": whiles.row[which], "micro": micro})
    sums = found.group_by("question", "row", maintain_order=True).agg(pl.col("micro").sum())
    minutes = (sums["micro"] / MINUTE).alias("minutes")
    return pl.concat(
        [asked.drop("since")[sums["question"]], rows.select("table", "key")[sums["row"]], minutes.to_frame()],
        how="horizontal",
    )


def _expression(value: pl.Expr | float | None) -> pl.Expr:
    return value if isinstance(value, pl.Expr) else pl.lit(value, dtype=pl.Float64)
