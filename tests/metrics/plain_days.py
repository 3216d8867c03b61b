"""Working days and deadlines once more, in plain Python, one day and one case at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from metrics.calendar import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
#: Mid-Autumn Festival and National Day 2026 with their makeup days (调休).
OFF = {date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))}
MADE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
Row = Mapping[str, Any]


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def work_calendar(first: date = date(2026, 6, 1), last: date = date(2027, 3, 31)) -> WorkCalendar:
    days = [first + DAY * n for n in range((last - first).days + 1)]
    table = pl.DataFrame({"date": days, "is_workday": [works(day) for day in days]})
    return WorkCalendar.of(table, "Asia/Shanghai")


def after(day: date, count: int) -> date:
    """The count-th working day after a day."""
    while count:
        day += DAY
        count -= works(day)
    return day


def on_or_after(day: date) -> date:
    while not works(day):
        day += DAY
    return day


def before(day: date) -> date:
    day -= DAY
    while not works(day):
        day -= DAY
    return day


def midnight(day: date) -> datetime:
    """24:00 of a day."""
    return datetime.combine(day + DAY, time(), SHANGHAI)


def due_day(due: datetime) -> date:
    """00:00 belongs to the day before."""
    return due.date() - DAY if due.time() == time() else due.date()


def base(case: Row, item: Row | None) -> datetime | None:
    if item is None or item["case_type"] != "instant":
        if case["promise_due"] is not None:
            return case["promise_due"]  # type: ignore[no-any-return]
        if item is None or item["promise_days"] is None or case["accept_time"] is None:
            return None
        start, days = case["accept_time"].date(), item["promise_days"]
        return midnight(after(start, days) if item["day_unit"] == "workday" else on_or_after(start + days * DAY))
    return None if case["accept_time"] is None else midnight(on_or_after(case["accept_time"].date()))


def merged(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def moved(due: datetime, spans: Sequence[tuple[datetime, datetime]], *, natural: bool) -> datetime:
    for start, end in merged(spans):
        day, count = start.date(), 0
        while day < due_day(end):
            day += DAY
            count += natural or works(day)
        if count:
            old = due_day(due)
            due += (old + count * DAY if natural else after(old, count)) - old
    return due


def deadline(case: Row, item: Row | None, pauses: Sequence[Row], t: datetime) -> tuple[datetime | None, bool]:
    """due_adj of a case at t, and whether its clock stands still then; case and pauses are as of t."""
    due = base(case, item)
    if due is None:
        return None, False
    natural = item is not None and item["day_unit"] == "natural"
    since = case["accept_time"] or case["apply_time"]
    until = case["finish_time"] or case["closed_time"] or t

    def known(counted: Sequence[Row], upto: datetime) -> datetime:
        spans = [(max(p["start_at"], since), min(p["end_at"] or upto, upto)) for p in counted]
        return moved(due, [(start, end) for start, end in spans if start < end], natural=natural)

    counted: list[Row] = []
    mine = [p for p in pauses if max(p["start_at"], since) < min(p["end_at"] or until, until)]
    for pause in sorted(mine, key=lambda p: p["start_at"]):
        began = pause["start_at"]
        running = any(p["end_at"] is None or p["end_at"] > max(began, since) for p in counted)
        if running or began <= known(counted, max(began, since)):
            counted.append(pause)
    return known(counted, until), any(p["end_at"] is None for p in counted)


def in_force(item: Row, at: datetime) -> bool:
    return item["valid_from"] <= at and (item["valid_to"] is None or at < item["valid_to"])


def version_of(case: Row, items: Sequence[Row]) -> Row | None:
    """The version of its item that a case is held to."""
    own = [item for item in items if item["item_code"] == case["item_code"]]
    for item in own:
        if item["version"] == case["item_version"]:
            return item
    at = case["accept_time"] or case["apply_time"]
    holding = [item for item in own if in_force(item, at)]
    return max(holding, key=lambda item: (item["valid_from"], item["version"])) if holding else None
