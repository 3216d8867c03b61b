"""The records as plain rows: cut at an instant by hand, and the hours of a hall, minute by minute where need be."""

import datetime as dt
from collections import Counter
from typing import Any

import polars as pl

from metrics.records import Records, empty
from metrics.view import View

Row = dict[str, Any]
Tables = dict[str, list[Row]]
ZONE = "Asia/Shanghai"
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)

#: First event of a row (without it there is no row), and later ones.
EVENTS = {
    "tickets": ("take_time", ("call_time", "start_time", "end_time")),
    "headcounts": ("at", ()),
    "window_sessions": ("start_at", ("end_at",)),
    "attendance": ("start_at", ("end_at",)),
    "device_states": ("from_at", ("to_at",)),
    "deliveries": ("delivered_at", ()),
    "health_checks": (None, ("done_at",)),
    "cases": ("apply_time", ("accept_time", "finish_time", "closed_time")),
}


def cut(tables: Tables, t: dt.datetime) -> Tables:
    """What was known at t: nothing that happened at t or later."""
    once = Counter((row["source_system"], row["table"], row["hall_id"]) for row in tables.get("deliveries", []))
    known: Tables = {}
    for name, rows in tables.items():
        first, later = EVENTS.get(name, (None, ()))
        known[name] = []
        for row in rows:
            # A file brought in once covers what it holds, whenever that was.
            lone = name == "deliveries" and once[row["source_system"], row["table"], row["hall_id"]] == 1
            if first is not None and row[first] >= t and not lone:
                continue
            seen = dict(row)
            for column in later:
                if seen.get(column) is not None and seen[column] >= t:
                    seen[column] = None
            if name == "tickets":
                _as_ticket(seen)
            known[name].append(seen)
    return known


def _as_ticket(row: Row) -> None:
    if row["end_time"] is None:
        row["status"] = "serving" if row["start_time"] else "called" if row["call_time"] else "waiting"
    if row["call_time"] is None and row["start_time"] is None:
        row["window_id"] = row["staff_id"] = None


def frames(tables: Tables) -> dict[str, pl.DataFrame]:
    """The same rows as frames of the standard."""
    return {
        name: pl.DataFrame([{c: row.get(c) for c in schema} for row in rows], schema=schema)
        for name, rows in tables.items()
        for schema in [empty(name, ZONE).schema]
    }


def view(tables: Tables, **more: Any) -> View:  # noqa: ANN401
    """A view of these rows."""
    return View(Records(frames(tables), ZONE), **more)


def sessions(tables: Tables, hall: str, day: dt.date) -> list[Row]:
    """The sessions of a hall's day that have times, in order."""
    rows = [r for r in tables["calendar"] if r["hall_id"] == hall and r["date"] == day and r["open_at"] is not None]
    return sorted(rows, key=lambda row: row["open_at"])


def session_at(tables: Tables, hall: str, t: dt.datetime) -> Row | None:
    """The session in which a hall is judged at t: open_at < t ≤ close_at."""
    found = [row for row in sessions(tables, hall, t.date()) if row["open_at"] < t <= row["close_at"]]
    return found[0] if found else None


def last_close(tables: Tables, hall: str, day: dt.date) -> dt.datetime | None:
    """When a hall closes for good on a day."""
    return max((row["close_at"] for row in sessions(tables, hall, day)), default=None)


def net(tables: Tables, hall: str, since: dt.datetime, until: dt.datetime) -> dt.timedelta:
    """Time from one instant to another less the hall's breaks."""
    gone = max(until - since, dt.timedelta())
    day = since.date()
    while day <= until.date():
        own = sessions(tables, hall, day)
        for before, after in zip(own, own[1:], strict=False):
            inside = min(until, after["open_at"]) - max(since, before["close_at"])
            gone -= max(inside, dt.timedelta())
        day += DAY
    return gone


def visitors(tables: Tables) -> list[Row]:
    """Tickets that stand for a visitor: no tests, none void, none given back within 120 seconds."""
    return [
        row
        for row in tables["tickets"]
        if not row["is_test"]
        and not (row["status"] == "void" and row["end_time"])
        and not (
            row["status"] == "cancelled"
            and row["end_time"]
            and row["end_time"] - row["take_time"] <= dt.timedelta(seconds=120)
        )
    ]


def covered(tables: Tables, table: str, hall: str, needed: dt.datetime) -> bool:
    """Whether what was delivered of a table reaches beyond an instant; the rows are cut already."""
    return any(
        row["covers_until"] > needed
        for row in tables.get("deliveries", [])
        if row["table"] == table and row["hall_id"] == hall
    )


def suspect(row: Row) -> bool:
    """Whether a wait is too long to be believed as usual."""
    return row["call_time"] is not None and row["call_time"] - row["take_time"] > 180 * MINUTE
