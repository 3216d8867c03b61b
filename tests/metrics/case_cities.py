"""Small random cities in which cases, reviews and complaints meet everything awkward: for slow versions to judge."""

from __future__ import annotations

import datetime as dt
from random import Random

from tests.metrics.plain_days import works
from tests.metrics.slow.cut import TZ, Row, Tables

#: Around National Day 2026, with its makeup days; what is judged lies in the later part.
FIRST, LAST = dt.date(2026, 9, 7), dt.date(2026, 10, 20)
JUDGED = dt.date(2026, 9, 28)
HALLS = ("H1", "H2", "H3")
WINDOWS = {"W1": "H1", "W2": "H1", "W3": "H2", "W4": "H3"}
DEPARTMENTS = ("D1", "D2")
ITEMS = ("instant", "work", "natural", "exception", "versions")
PEOPLE = ("p1", "p2", None)


def random_city(seed: int, size: int) -> Tables:
    """A random city of three halls in two counties.

    Args:
        seed: which.
        size: number of cases; tickets, reviews and complaints follow.
    """
    rng = Random(seed)
    cases = [_case(rng, number) for number in range(size)]
    tickets = [_ticket(rng, number, cases) for number in range(size)]
    reviews = [_review(rng, number, cases, tickets) for number in range(2 * size)] + _row_of_praise(rng)
    return {
        "halls": [
            {"hall_id": "H1", "county": "K1", "region_code": "440106000000"},
            {"hall_id": "H2", "county": "K1", "region_code": "440106001000"},
            {"hall_id": "H3", "county": "K2", "region_code": "440107000000"},
        ],
        "calendar": _calendar(rng),
        "workdays": workdays(),
        "departments": [{"dept_code": dept} for dept in (*DEPARTMENTS, "D3")],
        "items": _items(),
        "windows": [{"window_id": window, "hall_id": hall} for window, hall in WINDOWS.items()],
        "cases": cases,
        "case_pauses": [_pause(rng, number, cases) for number in range(size)] if cases else [],
        "tickets": tickets,
        "reviews": reviews,
        "complaints": [_complaint(rng, number, cases) for number in range(size)],
        "deliveries": _deliveries(rng),
    }


def moment(rng: Random, first: dt.date = FIRST, last: dt.date = LAST) -> dt.datetime:
    """An instant; many at midnight, at the evening's judgement, at the same second as others."""
    day = first + dt.timedelta(days=rng.randrange((last - first).days + 1))
    luck = rng.random()
    if luck < 0.1:
        return _at(day, dt.time())
    if luck < 0.2:
        return _at(day, dt.time(20))
    if luck < 0.25:
        return _at(day, dt.time(23, 59, 59, 999999))
    if luck < 0.3:
        return _at(day, dt.time(6))
    return _at(day, dt.time(rng.randrange(8, 18), rng.choice([0, 0, 30, 59])))


def _at(day: dt.date, clock: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, clock, TZ)


def _later(rng: Random, since: dt.datetime, days: float) -> dt.datetime:
    """A while after an instant: often at once, often on a whole day."""
    luck = rng.random()
    if luck < 0.15:
        return since
    whole = since + dt.timedelta(days=rng.randrange(int(days) + 1))
    return whole if luck < 0.3 else since + dt.timedelta(minutes=rng.randrange(int(days * 1440)))


def _items() -> list[Row]:
    def item(code: str, version: str = "1", **more: object) -> Row:
        return {
            "item_code": code, "version": version, "dept_code": "D1", "theme": "other", "case_type": "promise",
            "apply_based": True, "promise_days": 5, "day_unit": "workday", "ywtb_exception": False,
            "valid_from": _at(dt.date(2026, 1, 1), dt.time()), "valid_to": None, **more,
        }  # fmt: skip

    change = _at(dt.date(2026, 9, 25), dt.time())
    return [
        item("instant", case_type="instant", promise_days=None),
        item("work"),
        item("natural", promise_days=6, day_unit="natural"),
        item("exception", ywtb_exception=True, promise_days=None),
        item("versions", valid_to=change),
        item("versions", "2", valid_from=change, promise_days=2),
    ]


def _case(rng: Random, number: int) -> Row:
    apply = moment(rng)
    accept = _later(rng, apply, 4) if rng.random() < 0.85 else None
    finish = _later(rng, accept, 12) if accept and rng.random() < 0.5 else None
    closed, status = None, "finished" if finish else "accepted" if accept else "submitted"
    # Some are taken back or rejected, few even after they were finished.
    if rng.random() < (0.05 if finish else 0.2):
        closed, status = _later(rng, finish or accept or apply, 6), rng.choice(["rejected", "withdrawn"])
    return {
        "project_no": f"C{number}", "item_code": rng.choice(ITEMS), "item_version": rng.choice([None, None, "1"]),
        "hall_id": rng.choice([*HALLS, None]), "dept_code": rng.choice(DEPARTMENTS),
        "region_code": rng.choice([None, "440106000000", "440107000000", "999999000000"]),
        "applicant_hash": rng.choice(PEOPLE), "channel": rng.choice(["window", "pc", "app", "mini", "kiosk"]),
        "platform": rng.choice(["ywtb2", "ywtb2", "dept", "unknown"]), "apply_time": apply, "accept_time": accept,
        "promise_due": _later(rng, accept, 9) if accept and rng.random() < 0.3 else None, "finish_time": finish,
        "closed_time": closed, "status": status, "auto_approved": False,
        "delivery": rng.choice([None, "window", "online"]), "visit_count": rng.choice([None, 0, 1, 2]),
        "cross_region": False, "is_test": rng.random() < 0.05,
    }  # fmt: skip


def _pause(rng: Random, number: int, cases: list[Row]) -> Row:
    case = rng.choice(cases)
    start = _later(rng, case["accept_time"] or case["apply_time"], 9)
    return {
        "pause_id": f"S{number}", "project_no": case["project_no"], "kind": rng.choice(["correction", "special"]),
        "start_at": start, "end_at": _later(rng, start, 7) if rng.random() < 0.7 else None,
    }  # fmt: skip


def _ticket(rng: Random, number: int, cases: list[Row]) -> Row:
    case = rng.choice([*cases, None])
    take = _later(rng, case["apply_time"], 11) if case and rng.random() < 0.7 else moment(rng)
    end = _later(rng, take, 0.1) if rng.random() < 0.9 else None
    status = rng.choice(["done", "done", "done", "void", "cancelled"]) if end else "waiting"
    return {
        "ticket_id": f"T{number}", "hall_id": rng.choice(HALLS), "queue_id": "Q",
        "item_code": case["item_code"] if case and rng.random() < 0.8 else rng.choice([*ITEMS, None]),
        "take_time": take, "call_time": None, "start_time": None, "end_time": end, "status": status,
        "project_no": rng.choice([case["project_no"] if case else None, None, "C-elsewhere"]),
        "applicant_hash": case["applicant_hash"] if case else rng.choice(PEOPLE), "is_test": rng.random() < 0.05,
    }  # fmt: skip


def _review(rng: Random, number: int, cases: list[Row], tickets: list[Row]) -> Row:
    case, ticket = rng.choice([*cases, None]), rng.choice([*tickets, None])
    # A review comes after its case and its ticket are known, but not always after the service.
    known = [row for row in (case and case["apply_time"], ticket and ticket["take_time"]) if row]
    ends = [row for row in (case and case["finish_time"], ticket and ticket["end_time"]) if row]
    about = rng.choice([*ends, *known, moment(rng)])
    assess = max([*known, about + dt.timedelta(seconds=rng.choice([-60, 0, 3, 4, 3600]))])
    window = rng.choice([*WINDOWS, None])
    verify = _later(rng, assess, 4) if rng.random() < 0.5 else None
    return {
        "review_id": f"R{number:03}", "hall_id": WINDOWS[window] if window and rng.random() < 0.7 else None,
        "project_no": case["project_no"] if case and rng.random() < 0.7 else rng.choice([None, "C-elsewhere"]),
        "ticket_id": ticket["ticket_id"] if ticket and rng.random() < 0.7 else rng.choice([None, "T-elsewhere"]),
        "window_id": window, "level": rng.choice([1, 1, 2, 3, 5]),
        "origin": rng.choice(["active", "active", "active", "default", "system_push"]),
        "device_id": rng.choice([None, "V1"]), "named": False, "assess_time": assess,
        "valid": rng.choice([None, None, True, False]), "verify_time": verify,
        "rectify_due": _later(rng, assess, 9) if rng.random() < 0.3 else None,
        "rectify_time": _later(rng, assess, 9) if rng.random() < 0.4 else None,
    }  # fmt: skip


def _row_of_praise(rng: Random) -> list[Row]:
    """A dozen reviews alike from one device, minutes apart or in the same second, at times over the end of a week."""
    at = rng.choice([moment(rng, JUDGED), _at(dt.date(2026, 10, 11), dt.time(23, 55))])
    found = []
    for number in range(rng.choice([0, 12, 14])):
        at += dt.timedelta(seconds=rng.choice([0, 30, 60, 67, 120]))
        found.append(
            {
                "review_id": f"P{rng.randrange(1000):03}-{number}", "hall_id": "H1", "window_id": "W1", "level": 5,
                "origin": "active" if rng.random() < 0.95 else "default", "device_id": "V9", "assess_time": at,
                "project_no": None, "ticket_id": None, "valid": None, "verify_time": None, "rectify_due": None,
                "rectify_time": None,
            }
        )  # fmt: skip
    return found


def _complaint(rng: Random, number: int, cases: list[Row]) -> Row:
    return {
        "complaint_id": f"B{number}", "hall_id": rng.choice([*HALLS, None]), "created_at": moment(rng),
        "project_no": rng.choice([case["project_no"] for case in cases] + [None]),
    }  # fmt: skip


def _deliveries(rng: Random) -> list[Row]:
    found = []
    for table in ("cases", "reviews", "complaints", "tickets"):
        for hall in (*HALLS, "-"):
            for number in range(rng.choice([0, 1, 2, 3])):
                covers = moment(rng, JUDGED)
                found.append(
                    {
                        "source_system": f"s-{table}", "table": table, "hall_id": hall, "batch_id": f"b{number}",
                        "delivered_at": _later(rng, covers, 2), "covers_until": covers,
                    }
                )  # fmt: skip
    return found


def _calendar(rng: Random) -> list[Row]:
    found = []
    for hall in HALLS:
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + dt.timedelta(days=number)
            # Halls keep to working days in the main; on some days all are shut.
            shut = not works(day) and rng.random() < 0.8
            found.append(
                {
                    "hall_id": hall, "date": day, "session": 1, "day_type": "rest" if shut else "work",
                    "open_at": None if shut else _at(day, dt.time(9)),
                    "close_at": None if shut else _at(day, dt.time(17)),
                }
            )  # fmt: skip
    return found


def workdays() -> list[Row]:
    """The working days of the table `workdays`."""
    first = dt.date(2026, 1, 1)
    days = [first + dt.timedelta(days=number) for number in range(500)]
    return [{"date": day, "is_workday": works(day)} for day in days]
