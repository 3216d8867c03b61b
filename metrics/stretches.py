"""When a case's clock runs and when it is late, for all instants at once.

Pauses stop the clock and move the deadline; those that begin when the case is late already hide nothing. So what holds
at an instant does not depend on anything that happens later, and the life of a case falls into stretches: in each its
clock runs towards one deadline. Once late, a case stays late until it ends. Source: the rates 2026.1, "Due".
"""

from __future__ import annotations

import itertools
from datetime import datetime

import polars as pl

from metrics.calendar import WorkCalendar
from metrics.cases import due_base, moved_on, pause_rounds
from metrics.spells import NEVER

_NEVER = pl.lit(NEVER, dtype=pl.Int64)


def stretches(cases: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar, last: datetime) -> pl.DataFrame:
    """Stretches in which the clock of accepted cases runs.

    Args:
        cases: accepted cases with all that has happened to them: project_no, case_type, promise_days, day_unit,
            promise_due, apply_time, accept_time, finish_time, closed_time.
        pauses: `case_pauses`: project_no, start_at, end_at.
        work: the city's working days.
        last: an instant after all that is known of the cases.

    Returns:
        row (number of the case), since, until (microseconds: the clock runs at t with since < t ≤ until), due (instant;
        the deadline towards which it runs), late_from (microseconds: the case is late at the later t of the stretch;
        NEVER if it is not), first (whether it is the case's first stretch). Cases without a deadline have no row, all
        others have a first one. A stretch that never comes, because a pause never ends, is left out.

    Raises:
        OutsideCalendar: a deadline needs days that the working days do not cover.
    """
    rows = cases.with_columns(due_base(cases, work)).with_row_index("row__").filter(pl.col("due_base").is_not_null())
    accepted, always = _micros("accept_time").alias("since"), _NEVER.alias("until")
    states = list(pause_rounds(rows, pauses, work, last))
    final = states[-1]
    untouched = rows.join(final, on="row__", how="anti").select(
        "row__", accepted, always, pl.col("due_base").alias("due"), pl.lit(value=True).alias("first")
    )
    parts = [_ended_by_a_pause(before, after) for before, after in itertools.pairwise(states)]
    parts.append(
        final.with_columns(moved_on(final, work).alias("due"))
        .filter(~pl.col("clock_stopped"))
        .select("row__", _micros("span_end").alias("since"), always, "due")
    )
    begun = rows.select("row__", accepted.alias("accepted"))
    paused = pl.concat(parts).join(begun, on="row__").select(
        "row__", pl.coalesce("since", "accepted"), "until", "due", pl.col("since").is_null().alias("first")
    )  # fmt: skip
    # A stretch that a pause has ended was not late: such a pause would not have counted.
    late = pl.when(pl.col("until") == _NEVER).then(pl.max_horizontal("since", _micros("due"))).otherwise(_NEVER)
    found = pl.concat([untouched, paused])
    return found.select(pl.col("row__").alias("row"), "since", "until", "due", late.alias("late_from"), "first")


def _ended_by_a_pause(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Stretches that ended in this round, because a new span of pauses began: row__, since (null = accepted), until."""
    fresh = pl.col("span_begin").ne_missing(pl.col("earlier_begin"))
    return (
        after.join(
            before.select("row__", pl.col("span_begin").alias("earlier_begin"), _micros("span_end").alias("since")),
            on="row__",
        )
        .filter(fresh)
        .select("row__", "since", _micros("span_begin").alias("until"), "due")
    )


def _micros(column: str) -> pl.Expr:
    return pl.col(column).to_physical()
