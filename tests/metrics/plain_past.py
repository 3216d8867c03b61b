"""A row as it was at an instant, in plain Python, value by value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from metrics.standard import TABLES

Row = dict[str, Any]


def as_it_was(name: str, row: Mapping[str, Any], t: datetime) -> Row | None:
    """The row at t; None where it did not exist yet."""
    known = dict(row)
    for column in TABLES[name].columns:
        value = row.get(column.name)
        if column.mark == "event" and value is not None and not value < t:
            if not column.nullable:
                return None
            known[column.name] = None
    if name == "tickets":
        known["status"] = (
            row["status"] if known["end_time"]
            else "serving" if known["start_time"]
            else "called" if known["call_time"]
            else "waiting"
        )  # fmt: skip
        if known["call_time"] is None and known["start_time"] is None:
            known["window_id"] = known["staff_id"] = None
    if name == "cases":
        ended = known["closed_time"] and row["status"] in ("rejected", "withdrawn")
        known["status"] = (
            row["status"] if ended
            else "finished" if known["finish_time"]
            else "accepted" if known["accept_time"]
            else "submitted"
        )  # fmt: skip
    if name == "reviews":
        for value, time in (("valid", "verify_time"), ("callback_satisfied", "callback_time")):
            if row[time] is not None and known[time] is None:
                known[value] = None
    return known
