"""Cases as the readings see them: where they belong, what their item says, and the instants of their lives."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from metrics.asof import CLOSED
from metrics.calendar import WorkCalendar
from metrics.evidence import moments
from metrics.periods import span
from metrics.rates.case_counts import placed_cases
from metrics.rates.records import Grid, RateRecords
from metrics.spells import NEVER
from metrics.standard.columns import EARLIEST
from metrics.stretches import stretches

_NEVER = pl.lit(NEVER, dtype=pl.Int64)


def casework(records: RateRecords) -> pl.DataFrame:
    """Cases with place, item and instants; test rows left out.

    Args:
        records: tables of the standard.

    Returns:
        The columns of `metrics.rates.case_counts.placed_cases`; hall_id and county (that of the hall, else of the
        region); and in microseconds, NEVER for what has not happened: apply, accept, finish, closed (rejected or
        withdrawn; a case that was closed without being one of these is not closed), ends (the first of finish and
        closed: until then an accepted case is open).
    """
    grid = Grid.of(records, [span(records.work.first, records.work.last + timedelta(days=1))], None)
    placed = placed_cases(records, grid).filter(~pl.col("is_test"))
    timed = moments(placed, apply="apply_time", accept="accept_time", finish="finish_time", closed="closed_time")
    over = pl.when(pl.col("status").is_in(CLOSED)).then("closed").otherwise(_NEVER)
    return (
        timed.with_columns(over.alias("closed"))
        .with_columns(
            pl.min_horizontal("finish", "closed").alias("ends"),
            grid.seats["hall_id"].gather(placed["seat"]),
            grid.seats["county"].gather(placed["seat"]),
        )
        .drop("seat", "is_test")
    )


def running(cases: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar) -> pl.DataFrame:
    """The stretches in which the clock of accepted cases with a deadline runs.

    Args:
        cases: as `casework`.
        pauses: table `case_pauses` of the standard.
        work: the city's working days.

    Returns:
        project_no, dept_code, case_type, promise_days, accept, ends (of the case), and since, until, due, late_from of
        the stretch (see `metrics.stretches.stretches`); in order of the cases. Every case with a deadline has a row.
    """
    accepted = cases.filter(pl.col("accept") < _NEVER)
    told = [cases[name] for name in ("apply_time", "accept_time", "finish_time", "closed_time")]
    told += [pauses[name] for name in ("start_at", "end_at")]
    last = pl.concat([times.alias("at") for times in told]).max()
    after = (last if isinstance(last, datetime) else EARLIEST) + timedelta(microseconds=1)
    found = stretches(accepted, pauses, work, after).sort("row", "since")
    own = accepted.select("project_no", "dept_code", "case_type", "promise_days", "accept", "ends")
    return found.drop("row").hstack(own[found["row"]])
