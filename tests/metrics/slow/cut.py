"""Records as they were at an instant, cut by hand, and whether they had been delivered; in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from metrics.records import Records, empty

Row = dict[str, Any]
Tables = dict[str, list[Any]]
ZONE = "Asia/Shanghai"
TZ = ZoneInfo(ZONE)
#: First time of a row, and the times after it.
TIMES = {
    "tickets": ("take_time", ("call_time", "start_time", "end_time")),
    "cases": ("apply_time", ("accept_time", "finish_time", "closed_time")),
    "case_pauses": ("start_at", ("end_at",)),
    "reviews": ("assess_time", ("verify_time", "callback_time", "rectify_time")),
    "complaints": ("created_at", ("closed_at",)),
}


def cut(tables: Tables, t: dt.datetime) -> Tables:
    """What an evaluation at t knows. Deliveries stay: what came later is left out by whoever asks for coverage."""
    found = {name: [dict(row) for row in rows] for name, rows in tables.items() if " by " not in name}
    for name, (first, later) in TIMES.items():
        found[name] = [row for row in found.get(name, []) if row[first] < t]
        for row in found[name]:
            before = dict(row)
            for column in later:
                if row.get(column) is not None and row[column] >= t:
                    row[column] = None
            if name == "reviews" and before.get("verify_time") is not None and row["verify_time"] is None:
                row["valid"] = None
            if name == "tickets" and row.get("end_time") is None:
                row["status"] = "serving" if row.get("start_time") else "called" if row.get("call_time") else "waiting"
    open_pauses = {row["project_no"] for row in found["case_pauses"] if row.get("end_at") is None}
    for row in found["cases"]:
        if row.get("closed_time") and row["status"] in ("rejected", "withdrawn"):
            continue
        waiting = (
            "paused" if row["project_no"] in open_pauses else "accepted" if row.get("accept_time") else "submitted"
        )
        row["status"] = "finished" if row.get("finish_time") else waiting
    return found


def index(known: Tables, name: str, key: str) -> dict[Any, list[Row]]:
    """Rows of a table by one of their columns; kept with the tables, so that a search is made once."""
    slot = f"{name} by {key}"
    if slot not in known:
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in known[name]:
            found[row[key]].append(row)
        known[slot] = [found]
    return known[slot][0]  # type: ignore[no-any-return]


def is_open(case: Row) -> bool:
    """Accepted and neither finished, rejected nor withdrawn (cases as of an instant)."""
    return bool(case["accept_time"]) and case["status"] not in ("finished", "rejected", "withdrawn")


def covered(tables: Tables, names: tuple[str, ...], halls: set[str] | None, t: dt.datetime, end: dt.datetime) -> bool:
    """Whether deliveries before t (or the only one of their source) reach beyond the end of the window less 24 h."""
    for name in names:
        rows = index(tables, "deliveries", "table").get(name, [])
        rows = [row for row in rows if halls is None or row["hall_id"] in halls]
        once = Counter((row["source_system"], row["hall_id"]) for row in rows)
        reach = [
            row["covers_until"]
            for row in rows
            if row["delivered_at"] < t or once[row["source_system"], row["hall_id"]] == 1
        ]
        if not any(until > end - dt.timedelta(hours=24) for until in reach):
            return False
    return True


def reading(is_covered: bool, is_enough: bool, **numbers: Any) -> Row:  # noqa: ANN401
    """Numbers with what may be said about them; `value` is given as a function, asked only where it may be."""
    word = "no_data" if not is_covered else "value" if is_enough else "insufficient"
    value = numbers.pop("value")
    return {**numbers, "reading": word, "value": value() if word == "value" else None}


def records(tables: Tables) -> Records:
    """Plain rows as the records of a city."""
    frames = {}
    for name, rows in tables.items():
        if " by " in name:
            continue
        schema = empty(name, ZONE).schema
        frames[name] = pl.DataFrame([{c: row.get(c) for c in schema} for row in rows], schema=schema, orient="row")
    return Records(frames, ZONE)


def plain(found: Records, names: tuple[str, ...]) -> Tables:
    """The records of a city as plain rows."""
    return {name: found[name].to_dicts() for name in names}
