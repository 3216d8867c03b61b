"""Cases as the readings see them: where they belong, what their item says, and the instants of their lives."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from metrics.asof import CLOSED
from metrics.calendar import OutsideCalendar, WorkCalendar
from metrics.cases import with_item
from metrics.evidence import moments
from metrics.periods import span
from metrics.rates.records import NEEDED, Grid, RateRecords
from metrics.reach import LONGEST, beyond
from metrics.spells import NEVER
from metrics.standard.columns import EARLIEST
from metrics.stretches import stretches

_NEVER = pl.lit(NEVER, dtype=pl.Int64)


_OF_ITEM = ("case_type", "apply_based", "promise_days", "day_unit", "ywtb_exception")


def casework(records: RateRecords) -> pl.DataFrame:
    """Cases with place, item and instants; test rows left out.

    Args:
        records: tables of the standard.

    Returns:
        The columns of cases that the rates need; case_type, apply_based, promise_days, day_unit,
        ywtb_exception, item_in_force of the item's version (see `metrics.cases.with_item`); county (that of the hall,
        else of the region); and in microseconds, NEVER for what has not happened: apply, accept, finish, closed
        (rejected or withdrawn; a case that was closed without being one of these is not closed), ends (the first of
        finish and closed: until then an accepted case is open).
    """
    # Only places are asked of the grid, so any period will do.
    grid = Grid.of(records, [span(records.work.first, records.work.last + timedelta(days=1))], None)
    real = records.cases.filter(~pl.col("is_test")).select(NEEDED["cases"]).drop("is_test").collect()
    known = with_item(real, grid.versions, _OF_ITEM).drop("item_version", "region_code")
    timed = moments(known, apply="apply_time", accept="accept_time", finish="finish_time", closed="closed_time")
    over = pl.when(pl.col("status").is_in(CLOSED)).then("closed").otherwise(_NEVER)
    seat = pl.select(pl.coalesce(grid.hall_seat(real["hall_id"]), grid.region_seat(real["region_code"]))).to_series()
    return timed.with_columns(over.alias("closed"), grid.seats["county"].gather(seat)).with_columns(
        pl.min_horizontal("finish", "closed").alias("ends")
    )


def running(cases: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar) -> pl.DataFrame:
    """The stretches in which the clock of accepted cases with a deadline runs.

    Args:
        cases: as `casework`.
        pauses: table `case_pauses` of the standard.
        work: the city's working days.

    Returns:
        project_no, dept_code, case_type, promise_days, accept, ends (of the case), and since, until, due, late_from,
        first of the stretch (see `metrics.stretches.stretches`); known: whether its deadline rests on known working
        days alone (see `metrics.reach`). Where it does not, due and late_from mean nothing.
    """
    needed = ("project_no", "dept_code", "case_type", "promise_days", "day_unit", "promise_due", "accept", "ends")
    times = ("apply_time", "accept_time", "finish_time", "closed_time")
    accepted = cases.select(*needed, *times).filter(pl.col("accept") < _NEVER)
    told = [cases[name] for name in times]
    told += [pauses[name] for name in ("start_at", "end_at")]
    last = pl.concat([times.alias("at") for times in told]).max()
    after = (last if isinstance(last, datetime) else EARLIEST) + timedelta(microseconds=1)
    try:
        found = stretches(accepted, pauses, work, after).with_columns(pl.lit(value=True).alias("known"))
    except OutsideCalendar:
        reach = beyond(work, accepted, pauses)
        short = accepted.with_columns(pl.col("promise_days").clip(upper_bound=LONGEST))
        found = stretches(short, pauses, reach.work, after)
        unmoved = found.filter("first").select("row", pl.col("due").alias("base"))
        base = found.join(unmoved, on="row", how="left", maintain_order="left")["base"]
        known = reach.tells_deadlines(short[found["row"]], base, found["due"])
        found = found.with_columns(known.alias("known"))
    own = accepted.select("project_no", "dept_code", "case_type", "promise_days", "accept", "ends")
    return found.drop("row").hstack(own[found["row"]])
