"""The records from which a week's findings are counted: the week itself, and what is needed of the 8 weeks before."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.store import Snapshot, reading
from metrics.finding import Week
from metrics.records import Records, empty
from metrics.view import View

WHOLE = ("halls", "calendar", "queues", "windows", "items")
DATED = ("tickets", "window_sessions", "window_plan", "attendance", "headcounts")
BEFORE = dt.timedelta(weeks=8)
#: What is needed of the tickets before: how long services took, and how many tickets there were.
OF_TICKETS = (
    *("hall_id", "item_code", "take_time", "call_time", "start_time", "end_time"),
    *("status", "transferred_from", "is_test"),
)
OF_CASES = ("project_no", "item_code", "hall_id", "window_id", "accept_time", "finish_time", "status", "is_test")


def load_week(snapshot: Snapshot, start: dt.date, end: dt.date) -> Week:
    """Read the records of the days from `start` to before `end`.

    Raises:
        StorageError: a file of the lake is damaged.
    """
    zone = ZoneInfo(snapshot.timezone)
    begin, until = (dt.datetime.combine(day, dt.time(), zone) for day in (start, end))

    def own(name: str) -> pl.LazyFrame:
        dated = (begin, until) if name in DATED else (None, None)
        return snapshot.scan(name, *dated).select(empty(name, snapshot.timezone).columns)

    with reading(snapshot):
        names = (*WHOLE, *DATED)
        tables = dict(zip(names, pl.collect_all([own(name) for name in names]), strict=True))
        named = tables["tickets"]["project_no"].drop_nulls().unique()
        finished = pl.col("finish_time").is_between(begin, until, closed="left")
        wanted = finished.fill_null(value=False) | pl.col("project_no").is_in(named.implode())
        cases = snapshot.scan("cases", None, until).filter(wanted).select(OF_CASES)
        tables["cases"] = cases.collect()
        over = tables["cases"].filter(finished)["project_no"]
        for name in ("case_pauses", "case_steps"):
            rows = snapshot.scan(name).filter(pl.col("project_no").is_in(over.implode()))
            tables[name] = rows.select(empty(name, snapshot.timezone).columns).collect()
        tickets, heads = pl.collect_all(
            [
                snapshot.scan("tickets", begin - BEFORE, begin).select(OF_TICKETS),
                snapshot.scan("headcounts", begin - BEFORE, begin).select("hall_id", "source", "at", "entered"),
            ]
        )
    return Week(
        view=View(Records(tables, snapshot.timezone)),
        start=start,
        end=end,
        before=Records({"tickets": tickets, "headcounts": heads}, snapshot.timezone),
    )
