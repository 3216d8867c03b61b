"""Small tables written by hand, and what is read from them at one instant."""

from __future__ import annotations

import datetime as dt

from metrics.quantities import all_quantities
from metrics.view import View
from tests.metrics.case_cities import workdays
from tests.metrics.held_against import assert_rows_behind, instants_of
from tests.metrics.plain_days import works
from tests.metrics.slow.cut import TZ, Row, Tables, records

MICRO = dt.timedelta(microseconds=1)
#: Deliveries of everything, up to the end of time.
SOURCES = ("cases", "reviews", "complaints", "tickets")


def at(text: str) -> dt.datetime:
    """An instant of 2026, such as `10-09 14:00`."""
    return dt.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=TZ)


def item(code: str, **more: object) -> Row:
    """A promised item of 5 working days, since January."""
    return {
        "item_code": code, "version": "1", "dept_code": "D", "theme": "other", "case_type": "promise",
        "apply_based": True, "promise_days": 5, "day_unit": "workday", "ywtb_exception": False,
        "valid_from": at("01-01 00:00"), "valid_to": None, **more,
    }  # fmt: skip


def case(name: str, apply: str, accept: str | None = None, **more: object) -> Row:
    """A case of the item `i` in department D at hall H, handed in at a window."""
    times = {key: at(str(more.pop(key))) for key in ("promise_due", "finish_time", "closed_time") if key in more}
    status = "finished" if "finish_time" in times else "accepted" if accept else "submitted"
    return {
        "project_no": name, "item_code": "i", "hall_id": "H", "dept_code": "D", "channel": "window",
        "platform": "ywtb2", "apply_time": at(apply), "accept_time": accept and at(accept), "status": status,
        "auto_approved": False, "cross_region": False, "is_test": False, **times, **more,
    }  # fmt: skip


def pause(of: str, start: str, end: str | None = None, kind: str = "special") -> Row:
    """A pause of a case."""
    return {
        "pause_id": f"{of} {start}", "project_no": of, "kind": kind, "start_at": at(start), "end_at": end and at(end)
    }  # fmt: skip


def ticket(name: str, take: str, end: str | None, **more: object) -> Row:
    """A ticket at hall H, done when it has an end."""
    return {
        "ticket_id": name, "hall_id": "H", "queue_id": "Q", "take_time": at(take), "end_time": end and at(end),
        "status": "done" if end else "waiting", "is_test": False, **more,
    }  # fmt: skip


def review(name: str, assess: str, level: int = 5, **more: object) -> Row:
    """An active review at window W of hall H."""
    times = {key: at(str(more.pop(key))) for key in ("verify_time", "rectify_time", "rectify_due") if key in more}
    return {
        "review_id": name, "hall_id": "H", "window_id": "W", "level": level, "origin": "active", "named": False,
        "assess_time": at(assess), **times, **more,
    }  # fmt: skip


def city(**tables: list[Row]) -> Tables:
    """A city of the halls H and G in county K and F in county L; everything has been delivered."""
    calendar = []
    day = dt.date(2026, 8, 1)
    while day < dt.date(2026, 11, 30):
        opens = [dt.datetime.combine(day, dt.time(hour), TZ) for hour in (9, 17)] if works(day) else [None, None]
        for hall in "HGF":
            calendar.append(
                {
                    "hall_id": hall,
                    "date": day,
                    "session": 1,
                    "day_type": "work",
                    "open_at": opens[0],
                    "close_at": opens[1],
                }
            )
        day += dt.timedelta(days=1)
    counties = {"H": ("K", "440106000000"), "G": ("K", "440106000000"), "F": ("L", "440107000000")}
    found: Tables = {
        "halls": [{"hall_id": hall, "county": c, "region_code": code} for hall, (c, code) in counties.items()],
        "calendar": calendar,
        "workdays": workdays(),
        "departments": [{"dept_code": "D"}],
        "items": [item("i")],
        "windows": [{"window_id": "W", "hall_id": "H"}, {"window_id": "V", "hall_id": "H"}],
        "deliveries": [
            {
                "source_system": "s", "table": name, "hall_id": hall, "batch_id": "b",
                "delivered_at": at("01-01 00:00"), "covers_until": at("12-31 00:00"),
            }
            for name in SOURCES
            for hall in ("H", "G", "F")
        ],
        "cases": [], "case_pauses": [], "tickets": [], "reviews": [], "complaints": [],
    }  # fmt: skip
    return {**found, **tables}


def read(quantity: str, tables: Tables, text: str, *place: str) -> Row:
    """The reading at one place and instant; its rows are held against it as well."""
    entry, t, view = all_quantities()[quantity], at(text), View(records(tables))
    instants = instants_of(view, entry.cadence, t.date(), t.date())
    instants = instants.filter(instants["at"] == t)
    assert_rows_behind(quantity, view, instants)
    rows = entry.measure(view, instants).to_dicts()
    (found,) = [row for row in rows if tuple(row[name] for name in entry.grain) == place]
    return found
