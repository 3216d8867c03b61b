"""Reading 32 as the indicators 2026.1 say it, for one instant, on rows that are cut at it: person by person."""

import datetime as dt

from tests.metrics.slow.records import Row, Tables
from tests.metrics.slow.spans import Span, crossed, minutes, stands, union
from tests.metrics.slow.windows import ended, result, window_of


def attended(tables: Tables, person: str, t: dt.datetime) -> list[Span]:
    """When somebody was there, as known at t."""
    found = []
    for row in tables["attendance"]:
        if row["staff_id"] != person:
            continue
        start = row["start_at"]
        end = ended(row, start, "end_at")
        if end is None:
            ends = [
                duty["end_at"]
                for duty in tables["roster"]
                if duty["staff_id"] == person and duty["start_at"].date() == start.date()
            ]
            end = min(t, max(ends)) if ends else start
        found.append((start, end))
    return union(found)


def staff_on_duty_rate(tables: Tables, hall: str, t: dt.datetime) -> Row:
    """32."""
    since, until = window_of(tables, hall, t)
    there = wanted = 0.0
    persons = missing = 0
    for person in sorted({row["staff_id"] for row in tables["roster"]}):
        rows = [row for row in tables["roster"] if row["staff_id"] == person and row["hall_id"] == hall]
        duty = union((row["start_at"], row["end_at"]) for row in rows)
        present = attended(tables, person, t)
        wanted += minutes(duty, since, until)
        there += minutes(crossed(duty, present), since, until)
        persons += minutes(duty, since, until) > 0
        missing += stands(duty, t) and not stands(present, t)
    return result(
        tables,
        hall,
        t,
        ("roster", "attendance"),
        enough=persons >= 5,
        value=there / wanted * 100 if wanted else None,
        sample=persons,
        parts=(there, wanted),
        missing=missing,
    )
