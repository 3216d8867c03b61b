"""What the evaluations of a day, a week or a month need from the lake: some months of records, facts of the past."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.facts import FactStore
from cockpit.lake.store import Lake, Snapshot, reading
from cockpit.watch.loading import first_days, last_deliveries
from cockpit.watch.numbers import working_days
from metrics.facts.kinds import all_kinds
from metrics.past import Past
from metrics.records import Records, empty
from metrics.view import View

#: Small tables, read whole.
WHOLE = ("halls", "calendar", "queues", "windows", "departments", "items")
#: How far each table is looked back to: thirteen weeks of tickets for complaints, ninety days of bad reviews, thirty
#: days of checks, seven of deliveries; what windows did goes with the tickets that kept them busy.
DAYS_BACK = {
    "tickets": 100,
    "window_plan": 100,
    "window_sessions": 100,
    "reviews": 130,
    "complaints": 100,
    "health_checks": 60,
    "roster": 1,
    "deliveries": 8,
}
#: Cases that nobody named and that are no longer open: eighty working days of finishes are looked at.
CASES_BACK = dt.timedelta(days=150)
#: Facts of the past, for readings that look back farther than the records: all of them for the drift of handling times.
FACTS = ("windows", "items")
_DAY = dt.timedelta(days=1)


def day_view(lake: Lake, snapshot: Snapshot, first: dt.date, last: dt.date) -> View:
    """The records and facts for all evenings, Mondays and ends of months from one day to another.

    Args:
        lake: the lake.
        snapshot: the records to go by.
        first: first day.
        last: last day, included; what happens after an instant does no harm, readings leave it out.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    zone = ZoneInfo(snapshot.timezone)
    start, end = (dt.datetime.combine(day, dt.time(), zone) for day in (first, last + _DAY))
    with reading(snapshot):
        names = dict.fromkeys(WHOLE) | DAYS_BACK
        lazy = [
            snapshot.scan(name, *(() if back is None else (start - dt.timedelta(days=back), end)))
            for name, back in names.items()
        ]
        columns = [empty(name, snapshot.timezone).columns for name in names]
        found = pl.collect_all([rows.select(kept) for rows, kept in zip(lazy, columns, strict=True)])
        tables = dict(zip(names, found, strict=True))
        before = start - dt.timedelta(days=DAYS_BACK["deliveries"])
        tables["deliveries"] = pl.concat([tables["deliveries"], last_deliveries(snapshot, before, None)])
        tables["cases"] = _cases(snapshot, tables, start - CASES_BACK, end)
        pauses = snapshot.scan("case_pauses").select(empty("case_pauses", snapshot.timezone).columns)
        mine = tables["cases"].lazy().select("project_no")
        tables["case_pauses"] = pauses.join(mine, on="project_no", how="semi").collect()
        years = range(start.year - 2, end.year + 4)
        tables["workdays"] = _workdays(snapshot, years)
        past = _past(lake, snapshot, first - dt.timedelta(days=DAYS_BACK["tickets"]))
    return View(Records(tables, snapshot.timezone), past)


def _cases(snapshot: Snapshot, tables: dict[str, pl.DataFrame], start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    """Cases of the last months, those that are still open, and those that tickets, reviews and complaints name."""
    columns = empty("cases", snapshot.timezone).columns
    late = snapshot.scan("cases", start, end).select(columns)
    named = pl.concat([tables[name]["project_no"] for name in ("tickets", "reviews", "complaints")])
    finish = pl.col("finish_time")
    alive = finish.is_null() | (finish >= start) | (pl.col("accept_time") >= start)
    wanted = alive | pl.col("project_no").is_in(named.drop_nulls().unique().implode())
    early = snapshot.scan("cases", None, start).filter(wanted).select(columns)
    return pl.concat(pl.collect_all([late, early]))


def _workdays(snapshot: Snapshot, years: range) -> pl.DataFrame:
    """Working days as delivered, and as the import would fill them in where nobody has."""
    work = working_days(snapshot, years)
    dates = pl.date_range(work.first, work.last, eager=True)
    return pl.DataFrame({"date": dates, "is_workday": work.working}).filter(pl.Series(work.known))


def _past(lake: Lake, snapshot: Snapshot, before: dt.date) -> Past:
    """Facts of all days before the records'."""
    store, known = FactStore(lake), first_days(snapshot)
    begin: dt.date | None = known["first_day"].min()  # type: ignore[assignment]
    kinds = {name: all_kinds()[name] for name in FACTS}
    first = min(begin or before, before)
    return Past({name: store.facts(snapshot, kind, first, before) for name, kind in kinds.items()}, known)
