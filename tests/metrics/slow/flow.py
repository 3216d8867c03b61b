"""Readings 1 and 2 as the indicators 2026.1 say them, for one hall and instant, on rows that are cut at it."""

import datetime as dt
from collections.abc import Callable
from statistics import median

from tests.metrics.slow.records import (
    DAY,
    MINUTE,
    Row,
    Tables,
    covered,
    last_close,
    session_at,
    sessions,
    suspect,
    visitors,
)

HOUR = 60 * MINUTE


def window(tables: Tables, hall: str, t: dt.datetime, width: dt.timedelta = HOUR) -> tuple[dt.datetime, dt.datetime]:
    """[t − width, t), not reaching back before the session's opening."""
    session = session_at(tables, hall, t)
    assert session is not None
    return max(t - width, session["open_at"]), t


def past_windows(
    tables: Tables, hall: str, since: dt.datetime, t: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """The clock window on the days to look back to, nearest first, as far as these days may count at all."""
    today = t.date()
    kinds = {r["date"]: r["day_type"] for r in tables["calendar"] if r["hall_id"] == hall and r["open_at"]}
    bad = {r["date"] for r in tables["calendar"] if r["hall_id"] == hall and r["bad_data"] and r["open_at"]}
    first = min((r["take_time"].date() for r in visitors(tables) if r["hall_id"] == hall), default=None)
    if kinds[today] == "makeup":
        steps = sorted((day for day, kind in kinds.items() if kind == "work" and day < today), reverse=True)[:16]
    else:
        steps = [today - 7 * DAY * k for k in range(1, 17)]
        steps = [day for day in steps if kinds.get(day) in ("work", "rest")]
    found = []
    for day in steps:
        if first is not None and day >= first and day not in bad:
            found += on_day(tables, hall, since, t, day)
    return found


def on_day(
    tables: Tables, hall: str, since: dt.datetime, t: dt.datetime, day: dt.date
) -> list[tuple[dt.datetime, dt.datetime]]:
    """The clock window on another day if the hall was open then; it begins on the 5-minute grid or at the opening."""
    since, then = (dt.datetime.combine(day, moment.timetz(), moment.tzinfo) for moment in (since, t))
    since = since.replace(minute=since.minute // 5 * 5, second=0, microsecond=0)
    for row in sessions(tables, hall, day):
        if row["open_at"] < then <= row["close_at"]:
            return [(max(since, row["open_at"]), then)]
    return []


def baseline(windows: list[tuple[dt.datetime, dt.datetime]], value: Callable[..., float | None]) -> float | None:
    """Median of the first 8 days that count; fewer than 4: nothing known."""
    counted = [found for found in (value(since, until) for since, until in windows) if found is not None][:8]
    return median(counted) if len(counted) >= 4 else None


def footfall_peak(tables: Tables, hall: str, t: dt.datetime) -> Row:
    """1: tickets taken in 60 min (transfers left out) ÷ B."""
    own = [row for row in visitors(tables) if row["hall_id"] == hall and row["transferred_from"] is None]
    since, until = window(tables, hall, t)
    taken = sum(since <= row["take_time"] < until for row in own)

    def of_past(since: dt.datetime, until: dt.datetime) -> float:
        return sum(since <= row["take_time"] < until for row in own if not suspect(row))

    usual = baseline(past_windows(tables, hall, since, t), of_past)
    enough = usual is not None and usual >= 8 and (taken >= 30 or taken - usual >= 10)
    known = covered(tables, "tickets", hall, t - HOUR)
    return {
        "numerator": taken,
        "denominator": usual,
        "baseline": usual,
        "sample": taken,
        "reading": "no_data" if not known else "value" if enough else "insufficient",
        "value": taken / usual if known and enough and usual else None,
    }


def hall_occupancy(tables: Tables, hall: str, t: dt.datetime) -> Row:
    """2: people ÷ capacity."""
    (capacity,) = [row["capacity"] for row in tables["halls"] if row["hall_id"] == hall]
    latest: dict[str, tuple[dt.datetime, int]] = {}
    for row in tables["headcounts"]:
        if row["hall_id"] == hall and row["present"] is not None and t - 10 * MINUTE <= row["at"] < t:
            latest[row["source"]] = max(latest.get(row["source"], (row["at"], 0)), (row["at"], row["present"]))
    counted = bool(latest) and covered(tables, "headcounts", hall, t - HOUR)
    people = sum(present for _, present in latest.values()) if counted else len(inside(tables, hall, t))
    known = counted or covered(tables, "tickets", hall, t - HOUR)
    enough = bool(capacity)
    return {
        "numerator": people,
        "denominator": capacity,
        "baseline": None,
        "sample": people,
        "people_from": "headcounts" if counted else "tickets",
        "reading": "no_data" if not known else "value" if enough else "insufficient",
        "value": people / capacity * 100 if known and enough else None,
    }


def waiting(tables: Tables, hall: str, t: dt.datetime) -> list[Row]:
    """Taken before t on t's day, neither called nor started nor ended."""
    return [
        row
        for row in visitors(tables)
        if row["hall_id"] == hall
        and row["take_time"].date() == t.date()
        and not (row["call_time"] or row["start_time"] or row["end_time"])
        and t <= (last_close(tables, hall, t.date()) or t)
    ]


def inside(tables: Tables, hall: str, t: dt.datetime) -> list[Row]:
    """Who waits, and who is called up or served at t; a service nobody closed ends at the window's next call."""
    found = waiting(tables, hall, t)
    calls = [
        (row["window_id"], min(m for m in (row["call_time"], row["start_time"]) if m))
        for row in tables["tickets"]
        if (row["call_time"] or row["start_time"]) and not row["is_test"]
    ]
    for row in visitors(tables):
        begun = min((m for m in (row["call_time"], row["start_time"]) if m), default=None)
        if row["hall_id"] != hall or begun is None or row["end_time"] or begun.date() != t.date():
            continue
        if not any(window == row["window_id"] and window and later > begun for window, later in calls):
            found.append(row)
    return found
