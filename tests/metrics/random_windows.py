"""Small random halls in which windows do everything that is awkward: for the slow versions to be held against."""

import datetime as dt
from random import Random
from zoneinfo import ZoneInfo

from tests.metrics.slow.records import DAY, MINUTE, ZONE, Row, Tables

TODAY = dt.date(2026, 3, 18)
WINDOWS = {"H1": ("H1-1", "H1-2", "H1-3", "H1-4"), "H2": ("H2-1", "H2-2")}
QUEUES = {"H1": ("H1-A", "H1-B", "H1-C"), "H2": ("H2-A",)}
STATUSES = ("done", "done", "done", "done", "returned", "no_show", "void", "cancelled", "abandoned")
TABLES = ("tickets", "window_sessions", "window_plan", "roster", "attendance")


def at(day: dt.date, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    """An instant in the city's zone."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZoneInfo(ZONE))


def random_windows(seed: int, days: int = 2, customers: int = 14, *, brisk: bool = False) -> Tables:
    """Two random halls: all that readings of windows and people look at.

    Args:
        seed: which.
        days: how many days, today the last.
        customers: services of a window on a day.
        brisk: services are short, so that many come in an hour.
    """
    rng = Random(seed)
    dates = [TODAY - back * DAY for back in reversed(range(days))]
    calendar = [row for hall in WINDOWS for day in dates for row in _calendar(rng, hall, day)]
    windows = [_window(rng, hall, name) for hall, names in WINDOWS.items() for name in names]
    return {
        "halls": [{"hall_id": hall} for hall in WINDOWS],
        "calendar": calendar,
        "queues": [{"queue_id": queue, "hall_id": hall} for hall, own in QUEUES.items() for queue in own],
        "windows": windows,
        "window_plan": [row for w in windows for day in dates for row in _plan(rng, w["window_id"], day)],
        "window_sessions": [row for w in windows for day in dates for row in _spells(rng, w["window_id"], day)],
        "tickets": [row for w in windows for day in dates for row in _tickets(rng, w, day, customers, brisk)],
        "deliveries": [_delivery(rng, table, hall) for table in TABLES for hall in WINDOWS],
    } | random_duty(rng, dates)


def random_duty(rng: Random, dates: list[dt.date]) -> Tables:
    """Rosters and attendance of some people, a few of them at two halls."""
    roster, attendance = [], []
    for person in (f"S{number}" for number in range(18)):
        for day in dates:
            home = rng.choice(("H1", "H1", "H1", "H2"))
            for number in range(rng.choice([0, 1, 1, 2, 2])):
                start = _moment(rng, day, 8, 12)
                end = start + rng.choice([0, 30, 90, 240, 480]) * MINUTE
                hall = home if rng.random() < 0.9 else "H2"
                start += number * MINUTE
                roster.append({"staff_id": person, "hall_id": hall, "start_at": start, "end_at": max(start, end)})
            for number in range(rng.choice([0, 1, 1, 2])):
                start = _moment(rng, day, 8, 14) + number * MINUTE
                attendance.append({"staff_id": person, "hall_id": home, "start_at": start, "end_at": _end(rng, start)})
    return {"roster": roster, "attendance": attendance}


def grid(rng: Random, count: int) -> list[dt.datetime]:
    """Some instants of today on the 5-minute grid."""
    every = [at(TODAY, 8) + 5 * number * MINUTE for number in range(12 * 10)]
    return sorted(rng.sample(every, count))


def _moment(rng: Random, day: dt.date, first: int, last: int) -> dt.datetime:
    """A moment of a day, often on the grid."""
    minute = rng.randrange(first * 60, last * 60)
    moment = at(day, 0) + minute * MINUTE
    luck = rng.random()
    if luck < 0.4:
        return moment - minute % 5 * MINUTE
    return moment + dt.timedelta(seconds=rng.randrange(60), microseconds=rng.choice([0, 0, 1, 999_999]))


def _end(rng: Random, start: dt.datetime) -> dt.datetime | None:
    """An end: none, at once, soon, hours later, or on a later day."""
    if rng.random() < 0.15:
        return None
    if rng.random() < 0.05:
        return start + DAY
    return start + rng.choice([0, 1, 5, 10, 14, 15, 16, 25, 60, 180, 400]) * MINUTE


def _calendar(rng: Random, hall: str, day: dt.date) -> list[Row]:
    row = {"hall_id": hall, "date": day, "day_type": "work", "session": 1, "bad_data": False}
    if rng.random() < 0.1 and day != TODAY:
        return [row | {"open_at": None, "close_at": None}]
    opening = at(day, rng.choice([8, 9]), rng.choice([0, 0, 30, 3]))
    if rng.random() < 0.3:
        return [row | {"open_at": opening, "close_at": at(day, 16, 57)}]
    noon = at(day, rng.choice([11, 12]), rng.choice([0, 30, 2]))
    again = row | {"session": 2, "open_at": at(day, 13, rng.choice([0, 30])), "close_at": at(day, 17)}
    return [row | {"open_at": opening, "close_at": noon}, again]


def _window(rng: Random, hall: str, name: str) -> Row:
    queues = [queue for queue in QUEUES[hall] if rng.random() < 0.6]
    return {
        "window_id": name,
        "hall_id": hall,
        "service_group": rng.choice(("one", "two")),
        "queue_ids": queues + queues[:1] if rng.random() < 0.1 else queues,
        "is_tidal": rng.random() < 0.3,
    }


def _plan(rng: Random, window: str, day: dt.date) -> list[Row]:
    rows: dict[dt.datetime, Row] = {}
    start = _moment(rng, day, 8, 10)
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        end = start + rng.choice([0, 20, 60, 120, 300]) * MINUTE
        rows.setdefault(start, {"window_id": window, "start_at": start, "end_at": end})
        # The next plan touches this one, overlaps it, or lies apart.
        start = max(rows) + rng.choice([end - start, 30 * MINUTE, 200 * MINUTE])
    return list(rows.values())


def _spells(rng: Random, window: str, day: dt.date) -> list[Row]:
    rows = []
    start = _moment(rng, day, 8, 10)
    while start < at(day, 18):
        state = "open" if not rows or rng.random() < 0.6 else "pause"
        end = _end(rng, start)
        name = f"{window}-{day}-{len(rows):02}"
        rows.append({"session_id": name, "window_id": window, "start_at": start, "end_at": end, "state": state})
        if rng.random() < 0.03:
            start += rng.choice([0, 3]) * MINUTE
        elif end is None or end.date() != day:
            start += rng.choice([40, 200]) * MINUTE
        else:
            start = end + rng.choice([0, 0, 0, 1, 30]) * MINUTE
        if len(rows) > 25:
            break
    return rows


def _tickets(rng: Random, window: Row, day: dt.date, customers: int, brisk: bool) -> list[Row]:
    """What a window does all day, one service after another, with everything that may go wrong."""
    rows: list[Row] = []
    moment = _moment(rng, day, 8, 9)
    for number in range(rng.choice([0, customers // 2, customers, customers])):
        call: dt.datetime | None = moment
        start = moment + rng.choice([0, 0, 20, 60]) * MINUTE / 60 if rng.random() < 0.6 else None
        status = rng.choice(STATUSES)
        length = rng.choice([0.5, 1, 2, 5] if brisk else [0, 0.5, 2, 5, 10, 25])
        end: dt.datetime | None = (start or moment) + length * MINUTE
        take = moment - rng.choice([0, 0.25, 1, 2, 5, 30, 60]) * MINUTE
        if rng.random() < 0.08:
            end, status = (None, "serving") if rng.random() < 0.7 else (moment + DAY, "done")
        name: str | None = window["window_id"]
        if rng.random() < 0.12:
            # Never called: waits, gives up, or was a slip.
            call = start = None
            status = rng.choice(["waiting", "abandoned", "cancelled", "void"])
            end = None if status == "waiting" else take + rng.choice([1, 3, 40]) * MINUTE
            name = None
        if rng.random() < 0.01 and call is not None and end is not None and end.date() == day:
            # Called the next day only.
            call, start, end = call + DAY, None, end + DAY
        rows.append(
            {
                "ticket_id": f"{window['window_id']}-{day}-{number:03}",
                "hall_id": window["hall_id"],
                "queue_id": rng.choice(QUEUES[window["hall_id"]]),
                "item_code": rng.choice(["I1", "I2", None]),
                "take_time": take,
                "call_time": call,
                "start_time": start,
                "end_time": end,
                "window_id": name,
                "status": status,
                "transferred_from": "x" if rng.random() < 0.1 else None,
                "is_test": rng.random() < 0.04,
            }
        )
        # The next customer: at once, after a short gap, long after, or called before this one was done.
        step = rng.choice([0, 0, 10, 20, 30, 45, 60, 300, -60, -240, 20 if brisk else 1500])
        moment = max((end if end and end.date() == day else moment + 4 * MINUTE) + step * MINUTE / 60, moment)
        if rng.random() < 0.2:
            moment = moment.replace(second=0, microsecond=0) + MINUTE * (-moment.minute % 5)
    return rows


def _delivery(rng: Random, table: str, hall: str) -> Row:
    return {
        "source_system": "s",
        "table": table,
        "hall_id": hall,
        "batch_id": "b",
        "delivered_at": at(TODAY, 7),
        "covers_until": at(TODAY, rng.choice([11, 23, 23, 23]), 30),
        "rows_read": 1,
        "rows_quarantined": 0,
    }
