"""What was known at an instant: the one cut by which the past is seen as it then was.

At an instant t only what happened before t counts. A time at or after t has not happened yet and is null; a row whose
first time is at or after t does not exist yet; plans (deadlines, rosters, opening hours) are known from the start. What
a row says beyond its times (a ticket's status and window, a case's state, whether a review holds) follows from the
times that are left. Which columns are times and which are plans comes from the data standard. Source: the indicators
2026.1, "As of t".
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from metrics.standard import Column, table

#: Status of a case that an end without a result gives it.
CLOSED = ("rejected", "withdrawn")


def as_of(
    name: str, frame: pl.LazyFrame, t: datetime, *, as_known: bool = False, pauses: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """A table of the standard as it was at the instant t.

    Args:
        name: table of the standard.
        frame: its rows; may hold fewer columns, but always the first time of a row and whatever a wanted column
            follows from. Columns that are no part of the standard pass through.
        t: the instant, aware.
        as_known: hide also what reached the city only at or after t (`ingested_at`).
        pauses: for cases, the rows of `case_pauses` (as stored or already cut): an open pause makes a case `paused`.

    Returns:
        The frame's columns. For tickets `status` is one of waiting, called, serving and the ended ones, `window_id` and
        `staff_id` are null before the call; for cases `status` is one of submitted, accepted, paused, finished,
        rejected, withdrawn; for reviews `valid` and `callback_satisfied` are null before they are known.

    Raises:
        KeyError: the standard has no such table.
        ValueError: t is naive, or a column that is needed is missing.
    """
    if t.tzinfo is None:
        raise ValueError(f"the instant must be aware: {t}")
    columns = frame.collect_schema()
    events = [column for column in table(name).columns if column.mark == "event"]
    before = partial(_before, t=t, columns=columns)
    known = [before(column.name) for column in events if not column.nullable and _needed(column, columns)]
    if as_known:
        known.append(before("ingested_at"))
    # What was said of a row is judged by the uncut times; all of it is laid over the frame in one step.
    cut: list[pl.Expr] = [
        pl.when(before(c.name)).then(pl.col(c.name)) for c in events if c.nullable and c.name in columns
    ]
    follows = _FOLLOWS.get(name)
    rows = frame.filter(known) if known else frame
    if name == "cases" and pauses is not None:
        return _cases_with_pauses(
            rows, cut, as_of("case_pauses", pauses, t, as_known=as_known), before, columns.names()
        )
    dependent = follows(before, columns.names()) if follows is not None else []
    return rows.with_columns(cut + dependent) if cut or dependent else rows


_Before = Callable[[str], pl.Expr]


def _before(name: str, *, t: datetime, columns: pl.Schema) -> pl.Expr:
    """Whether a time is known and lies before t, compared in the column's own zone."""
    if name not in columns:
        raise ValueError(f"column {name} is needed to know what held at an instant")
    dtype = columns[name]
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    if zone is None:
        raise ValueError(f"column {name} holds no times with a zone: {dtype}")
    return (pl.col(name) < pl.lit(t.astimezone(ZoneInfo(zone)))).fill_null(value=False)


def _needed(column: Column, columns: pl.Schema) -> bool:
    if column.name not in columns:
        raise ValueError(f"column {column.name} is needed to know which rows exist at an instant")
    return True


def _ticket(before: _Before, columns: Collection[str]) -> list[pl.Expr]:
    found: list[pl.Expr] = []
    if "status" in columns:
        found.append(
            pl.when(before("end_time"))
            .then(pl.col("status"))
            .when(before("start_time"))
            .then(pl.lit("serving"))
            .when(before("call_time"))
            .then(pl.lit("called"))
            .otherwise(pl.lit("waiting"))
            .alias("status")
        )
    served = [name for name in ("window_id", "staff_id") if name in columns]
    if served:
        # A source without calls tells where somebody is served when the service starts.
        called = before("call_time") | before("start_time") if "start_time" in columns else before("call_time")
        found += [pl.when(called).then(pl.col(name)) for name in served]
    if "suspect_wait" in columns:
        found.append(pl.col("suspect_wait") & before("call_time"))
    return found


def _case(before: _Before, columns: Collection[str], paused: pl.Expr | None = None) -> list[pl.Expr]:
    if "status" not in columns:
        return []
    closed = before("closed_time") & pl.col("status").is_in(CLOSED)
    # `in_progress` and `correction` have no time of their own, so nobody can say since when they held.
    state = pl.when(closed).then(pl.col("status")).when(before("finish_time")).then(pl.lit("finished"))
    if paused is not None:
        state = state.when(paused).then(pl.lit("paused"))
    return [state.when(before("accept_time")).then(pl.lit("accepted")).otherwise(pl.lit("submitted")).alias("status")]


def _cases_with_pauses(
    rows: pl.LazyFrame, cut: list[pl.Expr], pauses: pl.LazyFrame, before: _Before, columns: list[str]
) -> pl.LazyFrame:
    still = (
        pauses.filter(pl.col("end_at").is_null()).select("project_no", pl.lit(value=True).alias("paused__")).unique()
    )
    paused = pl.col("paused__").fill_null(value=False)
    return (
        rows.join(still, on="project_no", how="left", maintain_order="left")
        .with_columns(cut + _case(before, columns, paused))
        .drop("paused__")
    )


def _review(before: _Before, columns: Collection[str]) -> list[pl.Expr]:
    found: list[pl.Expr] = []
    if "valid" in columns:
        # Without a time of checking the word of the source holds from the review itself.
        found.append(pl.when(pl.col("verify_time").is_null() | before("verify_time")).then(pl.col("valid")))
    if "callback_satisfied" in columns:
        answered = pl.col("callback_time").is_null() | before("callback_time")
        found.append(pl.when(answered).then(pl.col("callback_satisfied")))
    return found


_FOLLOWS: dict[str, Callable[[_Before, Collection[str]], list[pl.Expr]]] = {
    "tickets": _ticket,
    "cases": _case,
    "reviews": _review,
}
