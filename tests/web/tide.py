"""One hall with one queue on a Monday: calls fall behind after the opening, a third window opens, the tide goes out."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = dt.date(2026, 9, 21)
MONDAYS = [TODAY - dt.timedelta(weeks=week) for week in range(1, 9)]
MINUTE = dt.timedelta(minutes=1)
OPENS, CLOSES = dt.time(9), dt.time(17)
#: Long enough that two windows cannot work off what has gathered, short enough that they are not full all the time.
HANDLE = 3.6 * MINUTE
USUAL = 3.0
#: Minutes after the opening of the ticket taken, and how long its holder waits: the delay builds up, stays, goes.
DELAY = ((0, 3.0), (20, 13.0), (85, 13.0), (110, 3.0), (480, 3.0))
THIRD_OPENS = 95
Row = Mapping[str, object]


def at(minutes: float, day: dt.date = TODAY) -> dt.datetime:
    """So many minutes after the opening."""
    return dt.datetime.combine(day, OPENS, ZONE) + minutes * MINUTE


def past_files(place: Path) -> Path:
    """The hall, its plan, and eight Mondays on which everybody waited three minutes."""
    days = [*MONDAYS, TODAY]
    hall = {"hall_id": "H1", "name": "云栖区政务服务中心", "short_name": "云栖", "region_code": "330101000000",
            "county": "云栖区", "level": "county"}  # fmt: skip
    windows = [
        {"window_id": f"W{n}", "hall_id": "H1", "name": f"{n}号窗", "service_group": "综合", "queue_ids": '["Q1"]',
         "is_tidal": str(n == 3).lower()}
        for n in (1, 2, 3)
    ]  # fmt: skip
    calendar = [
        {"hall_id": "H1", "date": day, "session": 1, "day_type": "work", "open_at": _time(at(0, day)),
         "close_at": _time(dt.datetime.combine(day, CLOSES, ZONE)), "bad_data": "false"}
        for day in days
    ]  # fmt: skip
    plan = [
        {"window_id": name, "start_at": _time(at(0, day)), "end_at": _time(dt.datetime.combine(day, CLOSES, ZONE))}
        for day in days
        for name in ("W1", "W2")
    ]
    last = dt.datetime.combine(TODAY, CLOSES, ZONE) - dt.timedelta(days=1)
    _write(place / "halls.csv", [hall])
    _write(place / "queues.csv", [{"queue_id": "Q1", "hall_id": "H1", "name": "综合受理", "queue_type": "normal"}])
    _write(place / "windows.csv", windows)
    _write(place / "calendar.csv", calendar)
    _write(place / "window_plan.csv", plan)
    _write(place / "window_sessions.csv", [row for day in MONDAYS for row in _spells(day, last)])
    _write(place / "tickets.csv", [row for day in MONDAYS for row in _tickets(day, last)])
    return place


def files_of(place: Path, now: dt.datetime) -> Path:
    """All that the machines of the hall know of today by now."""
    _write(place / "window_sessions.csv", _spells(TODAY, now))
    _write(place / "tickets.csv", _tickets(TODAY, now))
    return place


def _tickets(day: dt.date, now: dt.datetime) -> list[Row]:
    """Somebody comes every two and a half minutes."""
    found = []
    for number in range(int(470 / 2.5)):
        taken = 2.5 * number
        wait = _delay(taken) if day == TODAY else USUAL
        take, call = at(taken, day), at(taken + wait, day)
        times = {"take_time": take, "call_time": call, "start_time": call, "end_time": call + HANDLE}
        if take >= now:
            break
        known = {name: _time(time) if time < now else "" for name, time in times.items()}
        window = f"W{number % 2 + 1}" if day != TODAY or taken + wait < THIRD_OPENS else f"W{number % 3 + 1}"
        status = "done" if known["end_time"] else "called" if known["call_time"] else "waiting"
        found.append(
            {"ticket_id": f"{day:%m%d}-{number:03d}", "hall_id": "H1", "ticket_no": f"A{number:03d}", "queue_id": "Q1",
             "channel": "kiosk", **known, "window_id": window if known["call_time"] else "", "status": status,
             "is_test": "false"}
        )  # fmt: skip
    return found


def _delay(taken: float) -> float:
    for (low, before), (high, after) in zip(DELAY, DELAY[1:], strict=False):
        if taken <= high:
            return before + (after - before) * (taken - low) / (high - low)
    return USUAL


def _spells(day: dt.date, now: dt.datetime) -> list[Row]:
    """The windows that are open by now."""
    begins = {"W1": 0, "W2": 0} | ({"W3": THIRD_OPENS} if day == TODAY else {})
    end = dt.datetime.combine(day, CLOSES, ZONE)
    return [
        {"session_id": f"{day:%m%d}-{name}", "window_id": name, "start_at": _time(at(minutes, day)),
         "end_at": _time(end) if end < now else "", "state": "open"}
        for name, minutes in begins.items()
        if at(minutes, day) < now
    ]  # fmt: skip


def _time(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def _write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
