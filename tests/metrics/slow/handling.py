"""Cases and deadlines once more, department by department and case by case, in plain Python."""

from __future__ import annotations

import datetime as dt
from statistics import median

from tests.metrics.plain_days import DAY, after, deadline, midnight, version_of, works
from tests.metrics.slow.cut import TZ, Row, Tables, covered, index, is_open, reading

Found = dict[tuple[str, ...], Row]


def _departments(tables: Tables) -> list[str]:
    return [row["dept_code"] for row in tables["departments"]]


def _mine(known: Tables, dept: str) -> list[Row]:
    return [case for case in index(known, "cases", "dept_code").get(dept, []) if not case["is_test"]]


def _pauses(known: Tables, case: Row) -> list[Row]:
    return index(known, "case_pauses", "project_no").get(case["project_no"], [])


def item_of(known: Tables, case: Row) -> Row | None:
    return version_of(case, index(known, "items", "item_code").get(case["item_code"], []))


def _due(known: Tables, case: Row, t: dt.datetime) -> tuple[dt.datetime | None, bool]:
    return deadline(case, item_of(known, case), _pauses(known, case), t)


def overdue(known: Tables, case: Row, t: dt.datetime) -> bool:
    due, stopped = _due(known, case, t)
    if due is None:
        return False
    if case["status"] == "finished":
        return bool(case["finish_time"] > due)
    return is_open(case) and t > due and not stopped


def overdue_open(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    found = {}
    for dept in _departments(tables):
        below = [case for case in _mine(known, dept) if is_open(case) and _due(known, case, t)[0] is not None]
        above = [case for case in below if overdue(known, case, t)]
        found[(dept,)] = reading(
            covered(tables, ("cases",), None, t, end), True,
            numerator=len(above), denominator=len(below), sample=len(below), baseline=None,
            value=lambda a=above, b=below: len(a) / len(b) * 100 if b else 0,
        )  # fmt: skip
    return found


def due_soon_rate(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    tomorrow = midnight(after(t.date(), 1))
    found = {}
    for dept in _departments(tables):
        below = []
        for case in _mine(known, dept):
            item = item_of(known, case)
            if item is None or item["case_type"] != "promise" or (item["promise_days"] or 0) < 5:
                continue
            paused = any(pause["end_at"] is None for pause in _pauses(known, case))
            if is_open(case) and not paused and not overdue(known, case, t):
                below.append(_due(known, case, t)[0])
        above = [due for due in below if due is not None and due <= tomorrow]
        found[(dept,)] = reading(
            covered(tables, ("cases",), None, t, end), len(below) >= 20,
            numerator=len(above), denominator=len(below), sample=len(below), baseline=None,
            value=lambda a=above, b=below: len(a) / len(b) * 100,
        )  # fmt: skip
    return found


def delayed(known: Tables, case: Row) -> bool:
    """Neither accepted nor answered by 24:00 of the next working day."""
    over = midnight(after(case["apply_time"].date(), 1))
    asked = [pause["start_at"] for pause in _pauses(known, case) if pause["kind"] == "correction"]
    answers = [time for time in (case["accept_time"], case["closed_time"], *asked) if time is not None]
    return not any(time <= over for time in answers)


def accept_delay_rate(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    ended, day = [], t.date()
    while len(ended) < 5:
        day -= DAY
        if works(day):
            ended.append(day)
    found = {}
    for dept in _departments(tables):
        below = [case for case in _mine(known, dept) if after(case["apply_time"].date(), 1) in ended]
        above = [case for case in below if delayed(known, case)]
        found[(dept,)] = reading(
            covered(tables, ("cases",), None, t, end), len(below) >= 20,
            numerator=len(above), denominator=len(below), sample=len(below), baseline=None,
            value=lambda a=above, b=below: len(a) / len(b) * 100,
        )  # fmt: skip
    return found


def pile(tables: Tables, dept: str, t: dt.datetime) -> tuple[int, int]:
    """Open cases at t, and finishes on the last 20 working days."""
    days: set[dt.date] = set()
    day = t.date()
    while len(days) < 20:
        if works(day):
            days.add(day)
        day -= DAY
    opened = done = 0
    for case in _mine(tables, dept):
        closed = case["status"] in ("rejected", "withdrawn") and case["closed_time"] < t
        finish = case["finish_time"]
        if finish is not None and finish < t:
            done += not closed and finish.date() in days
        else:
            opened += case["accept_time"] is not None and case["accept_time"] < t and not closed
    return opened, done


def backlog_ratio(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    found = {}
    for dept in _departments(tables):
        opened, done = pile(tables, dept, t)
        usual: list[float] = []
        day = t.date()
        for _ in range(60):
            day -= DAY
            while not works(day):
                day -= DAY
            at_hand, finished = pile(tables, dept, dt.datetime.combine(day, dt.time(20), TZ))
            if finished:
                usual.append(at_hand / (finished / 20))
        baseline = median(usual) if len(usual) >= 20 else None
        enough = opened >= 50 and done > 0 and bool(baseline)
        found[(dept,)] = reading(
            covered(tables, ("cases",), None, t, end), enough,
            numerator=opened, denominator=done, sample=opened, baseline=baseline,
            value=lambda o=opened, d=done, b=baseline: o / (d / 20) / b,
        )  # fmt: skip
    return found
