"""Small tables by hand: one hall that opens at 9, has lunch from 12 to 13 and closes at 17; everything delivered."""

import datetime as dt
from typing import Any

import polars as pl

from metrics.quantities import all_quantities
from metrics.view import View
from tests.metrics.compare import at_instants
from tests.metrics.random_city import TODAY, at, delivery
from tests.metrics.slow.records import DAY, Row, Tables, view


def clock(text: str, day: dt.date = TODAY) -> dt.datetime:
    """An instant of the day: "9:05" or "9:05:30"."""
    return at(day, *(int(part) for part in text.split(":")))


def opening(hall: str, day: dt.date, *spans: str, kind: str = "work", bad: bool = False) -> list[Row]:
    """Sessions such as "9:00-12:00"; none: shut all day."""
    row = {"hall_id": hall, "date": day, "day_type": kind, "bad_data": bad}
    if not spans:
        return [row | {"session": 1, "open_at": None, "close_at": None}]
    times = [[clock(part, day) for part in span.split("-")] for span in spans]
    return [row | {"session": n, "open_at": a, "close_at": b} for n, (a, b) in enumerate(times, 1)]


def ticket(name: str, take: str, call: str = "", end: str = "", status: str = "", **more: Any) -> Row:  # noqa: ANN401
    """A ticket of queue Q in hall H; a status follows from the times where none is given."""
    day = more.pop("day", TODAY)
    state = status or ("done" if end else "called" if call else "waiting")
    times = {"take_time": take, "call_time": call, "start_time": more.pop("start", ""), "end_time": end}
    row = {"ticket_id": name, "hall_id": "H", "queue_id": "Q", "status": state, "is_test": False}
    return row | {column: clock(text, day) if text else None for column, text in times.items()} | more


def hall(*tickets: Row, days: int = 0, **tables: list[Row]) -> Tables:
    """Hall H with the queues Q and R, open today and on the same weekday of some weeks before."""
    dates = [TODAY - 7 * DAY * step for step in range(days + 1)]
    base: Tables = {
        "halls": [{"hall_id": "H", "capacity": 50}],
        "queues": [{"queue_id": "Q", "hall_id": "H"}, {"queue_id": "R", "hall_id": "H"}],
        "calendar": [row for day in dates for row in opening("H", day, "9:00-12:00", "13:00-17:00")],
        "tickets": list(tickets),
        "deliveries": [
            delivery("file", table, "H", clock("9:00") + 9 * DAY, clock("9:00") + 8 * DAY, 1)
            for table in ("tickets", "headcounts", "device_states", "health_checks")
        ],
    }
    return base | tables


def read(name: str, tables: Tables | View, *times: str | dt.datetime, **where: str) -> Row:
    """The one reading at an instant (of the place said)."""
    (row,) = readings(name, tables, *times, **where)
    return row


def readings(name: str, tables: Tables | View, *times: str | dt.datetime, **where: str) -> list[Row]:
    """Readings at some instants in order of place and time."""
    city = tables if isinstance(tables, View) else view(tables)
    quantity = all_quantities()[name]
    instants = at_instants(city, [clock(t) if isinstance(t, str) else t for t in times])
    frame = quantity.measure(city, instants).sort(*quantity.grain, "at")
    for column, value in where.items():
        frame = frame.filter(pl.col(column) == value)
    return frame.to_dicts()


def behind(name: str, tables: Tables, time: str) -> list[tuple[str, float | None, float | None]]:
    """The rows behind all readings at an instant: key, numerator, denominator, in order."""
    city = view(tables)
    rows = all_quantities()[name].behind(city, at_instants(city, [clock(time)]))
    return sorted(rows.select("key", "numerator", "denominator").iter_rows())
