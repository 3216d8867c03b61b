"""The numbers of a period, counted from one state of the lake: what is read for them, and nothing more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.intake.workdays import filled_workdays
from cockpit.lake.facts import FactStore
from cockpit.lake.store import Lake, Snapshot, reading
from metrics.calendar import WorkCalendar
from metrics.facts.kinds import all_kinds
from metrics.periods import Period
from metrics.rates import NEEDED, RateRecords, Tally, tally
from metrics.spells import MINUTE

#: Working days in a year, at the least; so many years ahead may a promise reach.
_YEAR_AT_LEAST = 220
#: Tickets that a review names are looked for so far back first, and in all the past only where that is not enough.
_NEAR = timedelta(days=45)
#: A ticket ends at the latest on the day after it was taken.
_TICKET_LASTS = timedelta(days=2)


def count_rates(lake: Lake, periods: Sequence[Period], t: datetime, snapshot: Snapshot | None = None) -> Tally:
    """All that the rates of some periods are made of, as of t.

    Args:
        lake: the lake.
        periods: periods that do not overlap.
        t: the instant; nothing at or after it is known.
        snapshot: the state of the lake to go by; by default the present one.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    at = snapshot or lake.snapshot()
    with reading(at):
        return tally(rate_records(at, periods, window_minutes(lake, at, periods, t)), periods, t)


def window_minutes(lake: Lake, snapshot: Snapshot, periods: Sequence[Period], t: datetime) -> pl.LazyFrame:
    """How long the windows of every hall were open and busy on the closed days of some periods, from the fact store.

    Returns:
        hall_id, date, busy_minutes, open_minutes; the day of t is not over and has no row yet.
    """
    kind, store = all_kinds()["windows"], FactStore(lake)
    today = t.astimezone(ZoneInfo(snapshot.timezone)).date()
    days = [(period.start, min(period.end, today)) for period in periods if period.start < today]
    facts = [store.facts(snapshot, kind, start, end).lazy() for start, end in days]
    sums = [(pl.col(name).sum() / MINUTE).alias(f"{name}_minutes") for name in ("busy", "open")]
    none = pl.LazyFrame(schema={"hall_id": pl.String, "date": pl.Date, "busy": pl.Int64, "open": pl.Int64})
    whole = pl.concat([none, *(frame.select(none.collect_schema().names()) for frame in facts)])
    return whole.group_by("hall_id", "date").agg(sums)


def rate_records(
    snapshot: Snapshot, periods: Sequence[Period], window_minutes: pl.LazyFrame | None = None
) -> RateRecords:
    """The rows of the lake from which the rates of some periods are counted, in memory.

    Beside the rows of the periods themselves these are the cases and tickets of any time that their reviews, tickets
    and complaints name, and bad reviews of any time, since their deadline may lie in a period.
    """
    ordered = sorted(periods)
    zone = ZoneInfo(snapshot.timezone)
    start, end = ordered[0].instants(zone)[0], ordered[-1].instants(zone)[1]
    times = ("accept_time", "finish_time", "apply_time")
    within = [pl.col(name).is_between(start, end, closed="left") for name in times]
    bad = (pl.col("origin") == "active") & (pl.col("level") <= 2)
    reviews = _scan(snapshot, "reviews", None, end).filter((pl.col("assess_time") >= start) | bad)
    complaints = _scan(snapshot, "complaints", start, end)
    near = start - _TICKET_LASTS
    known = pl.collect_all([reviews, complaints, _scan(snapshot, "tickets", near, end)])
    given, complained, taken = known
    named = pl.concat([frame["project_no"] for frame in known]).drop_nulls().unique()
    wanted = pl.any_horizontal(*within).fill_null(value=False) | pl.col("project_no").is_in(named.implode())
    cases = _scan(snapshot, "cases", None, end).filter(wanted).collect()
    tickets = pl.concat([taken, *_earlier(snapshot, given, taken["ticket_id"], near)])
    whole = {name: _scan(snapshot, name) for name in ("halls", "calendar", "departments", "items")}
    # A correction asked for after the period may still answer a submission of its last days: no end here.
    pauses = _scan(snapshot, "case_pauses").collect()
    reference = dict(zip(whole, pl.collect_all(list(whole.values())), strict=True))
    return RateRecords(
        **{name: frame.lazy() for name, frame in reference.items()},
        cases=cases.lazy(),
        case_pauses=pauses.lazy(),
        tickets=tickets.lazy(),
        reviews=given.lazy(),
        complaints=complained.lazy(),
        work=working_days(snapshot, _years(ordered, [cases, pauses, tickets, given], reference["items"])),
        window_minutes=window_minutes,
    )


def working_days(snapshot: Snapshot, years: range) -> WorkCalendar:
    """The city's working days of some years; years that nobody delivered are those the import would have filled in."""
    delivered = snapshot.scan("workdays").select("date", "is_workday").collect()
    filled = filled_workdays(set(years), "china").select("date", "is_workday")
    days = pl.concat([delivered, filled.join(delivered, on="date", how="anti")])
    return WorkCalendar.of(days, snapshot.timezone)


def _scan(snapshot: Snapshot, table: str, start: datetime | None = None, end: datetime | None = None) -> pl.LazyFrame:
    return snapshot.scan(table, start, end).select(NEEDED[table])


def _earlier(snapshot: Snapshot, reviews: pl.DataFrame, taken: pl.Series, before: datetime) -> list[pl.DataFrame]:
    """Tickets taken before the periods that reviews name: those of the last weeks, then those of all the past."""
    missing = reviews["ticket_id"].drop_nulls().unique()
    missing = missing.filter(~missing.is_in(taken.implode()))
    found = []
    for since, until in ((before - _NEAR, before), (None, before - _NEAR)):
        if missing.is_empty():
            break
        rows = _scan(snapshot, "tickets", since, until).filter(pl.col("ticket_id").is_in(missing.implode())).collect()
        found.append(rows)
        missing = missing.filter(~missing.is_in(rows["ticket_id"].implode()))
    return found


def _years(periods: Sequence[Period], frames: Sequence[pl.DataFrame], items: pl.DataFrame) -> range:
    """The years that deadlines may touch: from the earliest time to the latest, and as long as a promise may last."""
    times = [frame.select(pl.selectors.datetime().dt.year()) for frame in frames]
    bounds = [bound(column) for frame in times for column in frame for bound in (pl.Series.min, pl.Series.max)]
    known = [year for year in bounds if isinstance(year, int)] or [periods[0].start.year]
    promises = items["promise_days"].drop_nulls().to_list()
    return range(min(known) - 1, max(known) + 2 + math.ceil(max(promises, default=0) / _YEAR_AT_LEAST))
