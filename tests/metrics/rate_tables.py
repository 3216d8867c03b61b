"""Rows for the tests of the rates, with everything that a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from metrics.rates import RateRecords
from metrics.standard import TABLES
from tests.metrics.plain_days import SHANGHAI, work_calendar

Row = dict[str, Any]
WORK = work_calendar()
NAMES = ("halls", "calendar", "departments", "items", "cases", "case_pauses", "tickets", "reviews", "complaints")
MINUTES = {"hall_id": pl.String, "date": pl.Date, "busy_minutes": pl.Int64, "open_minutes": pl.Int64}
#: Halls of two counties and of the city itself, which counts as a county of its own.
HALLS: list[Row] = [
    {"hall_id": "h1", "county": "云栖区", "region_code": "330102000000"},
    {"hall_id": "h2", "county": "云栖区", "region_code": "330102001000"},
    {"hall_id": "h3", "county": "市本级", "region_code": "330100000000"},
]


def at(text: str) -> datetime:
    """A time in 2026, such as `10-09 14:00`."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def frame(name: str, rows: Sequence[Row]) -> pl.LazyFrame:
    stamp = pl.Datetime("us", "Asia/Shanghai")
    types = {key: stamp if isinstance(dtype, pl.Datetime) else dtype for key, dtype in TABLES[name].dtypes.items()}
    return pl.DataFrame([{key: row.get(key) for key in types} for row in rows], schema=types, orient="row").lazy()


def records(tables: Mapping[str, Sequence[Row]]) -> RateRecords:
    minutes = pl.LazyFrame(tables["window_minutes"], schema=MINUTES) if "window_minutes" in tables else None
    return RateRecords(**{name: frame(name, tables.get(name, [])) for name in NAMES}, work=WORK, window_minutes=minutes)


def item(code: str = "i1", **more: object) -> Row:
    return {
        "item_code": code, "version": "1", "name": code, "dept_code": "d1", "theme": "business", "case_type": "promise",
        "needs_case": True, "apply_based": True, "legal_days": 20, "promise_days": 3, "day_unit": "workday",
        "online_capable": True, "ywtb_exception": False, "valid_from": at("01-01 00:00"), "valid_to": None, **more,
    }  # fmt: skip


def case(number: object = 1, **more: object) -> Row:
    """A case that was handed in at a window of h1 on the morning of Friday the 9th and accepted at once."""
    return {
        "project_no": f"p{number}", "item_code": "i1", "item_version": None, "hall_id": "h1", "dept_code": "d1",
        "region_code": None, "channel": "window", "platform": "ywtb2", "apply_time": at("10-09 09:00"),
        "accept_time": at("10-09 09:00"), "promise_due": None, "finish_time": None, "closed_time": None,
        "status": "accepted", "auto_approved": False, "delivery": None, "visit_count": None, "cross_region": False,
        "is_test": False, **more,
    }  # fmt: skip


def pause(number: object, start: datetime, end: datetime | None = None, **more: object) -> Row:
    return {"pause_id": f"s{number}", "project_no": f"p{number}", "kind": "special", "start_at": start, "end_at": end,
            **more}  # fmt: skip


def ticket(number: object = 1, **more: object) -> Row:
    """A visitor of h1 on the morning of Friday the 9th, called after five minutes, served for ten."""
    return {
        "ticket_id": f"k{number}", "hall_id": "h1", "item_code": "i1", "take_time": at("10-09 09:00"),
        "call_time": at("10-09 09:05"), "start_time": at("10-09 09:06"), "end_time": at("10-09 09:16"),
        "window_id": None, "staff_id": None, "status": "done", "project_no": None, "is_test": False, **more,
    }  # fmt: skip


def review(number: object = 1, **more: object) -> Row:
    return {
        "review_id": f"r{number}", "hall_id": "h1", "project_no": None, "ticket_id": None, "level": 5,
        "origin": "active", "named": True, "assess_time": at("10-09 10:00"), "valid": None, "verify_time": None,
        "callback_time": None, "rectify_due": None, "rectify_time": None, "callback_satisfied": None, **more,
    }  # fmt: skip


def complaint(number: object = 1, **more: object) -> Row:
    return {"complaint_id": f"c{number}", "hall_id": "h1", "kind": "onsite", "created_at": at("10-09 10:00"),
            "closed_at": None, "project_no": None, "dept_code": None, **more}  # fmt: skip


def opening(hall: str, day: date, *hours: str) -> list[Row]:
    """Sessions of a day such as `09:00-12:00`; none: the hall is shut."""
    clocks = [
        [datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=SHANGHAI) for clock in h.split("-")] for h in hours
    ]
    return [
        {"hall_id": hall, "date": day, "session": n, "day_type": "work", "bad_data": False, "open_at": one,
         "close_at": two}
        for n, (one, two) in enumerate(clocks or [[None, None]], 1)
    ]  # fmt: skip


_STEP = timedelta(hours=3)
_FIRST = at("09-24 00:00")
CLOCKS = st.integers(0, 8 * 22).map(lambda n: _FIRST + n * _STEP)
MAYBE = st.none() | CLOCKS
MINUTE_OF_DAY = st.tuples(
    st.sampled_from([date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 10)]),
    st.sampled_from([0, 8 * 60, 11 * 60, 11 * 60 + 40, 12 * 60, 12 * 60 + 30, 14 * 60, 17 * 60, 18 * 60]),
)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    cases, pauses = [], []
    for n in range(draw(st.integers(0, 9))):
        apply, accept, finish, closed = sorted(draw(st.lists(CLOCKS, min_size=4, max_size=4)))
        status = draw(st.sampled_from(["submitted", "accepted", "finished", "finished", "rejected", "withdrawn"]))
        cases.append(
            case(
                n,
                item_code=draw(st.sampled_from(["i1", "i2", "i3"])),
                item_version=draw(st.sampled_from([None, None, "1", "2"])),
                hall_id=draw(st.sampled_from([None, "h1", "h2", "h3"])),
                dept_code=draw(st.sampled_from(["d1", "d2"])),
                region_code=draw(st.sampled_from([None, "330102009000", "330199000000"])),
                channel=draw(st.sampled_from(["window", "pc", "app", "mini", "kiosk", "mail"])),
                platform=draw(st.sampled_from(["ywtb2", "dept", "manual_backfill", "unknown"])),
                apply_time=apply,
                accept_time=draw(st.sampled_from([None, accept])) if status != "accepted" else accept,
                promise_due=draw(MAYBE),
                finish_time=finish if status == "finished" else None,
                closed_time=closed if status in ("rejected", "withdrawn") else None,
                status=status,
                auto_approved=draw(st.booleans()),
                delivery=draw(st.sampled_from([None, "window", "online", "post"])),
                visit_count=draw(st.sampled_from([None, 0, 1, 2])),
                cross_region=draw(st.booleans()),
                is_test=draw(st.integers(0, 5)) == 0,
            )
        )
        for m in range(draw(st.integers(0, 2))):
            start, end = sorted(draw(st.lists(CLOCKS, min_size=2, max_size=2)))
            kind = draw(st.sampled_from(["correction", "special"]))
            ended = draw(st.sampled_from([end, None]))
            pauses.append(pause(f"{n}-{m}", start, ended, project_no=f"p{n}", kind=kind))
    return cases, pauses


@st.composite
def _tickets(draw: st.DrawFn) -> list[Row]:
    rows = []
    for n in range(draw(st.integers(0, 8))):
        day, minute = draw(MINUTE_OF_DAY)
        take = datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(minutes=minute)
        steps = draw(st.lists(st.sampled_from([0, 1, 2, 3, 25, 26, 60, 400]), min_size=3, max_size=3))
        call, start, end = (take + timedelta(minutes=sum(steps[: k + 1])) for k in range(3))
        live = ["waiting", "called", "serving"]
        status = draw(st.sampled_from(["done", "returned", "abandoned", "no_show", "cancelled", "void", *live]))
        called = draw(st.booleans()) and status != "waiting"
        started = draw(st.booleans()) and status in ("done", "returned", "serving")
        rows.append(
            ticket(
                n,
                hall_id=draw(st.sampled_from(["h1", "h2", "h3"])),
                item_code=draw(st.sampled_from([None, "i1", "i2", "i3"])),
                take_time=take,
                call_time=call if called else None,
                start_time=start if started else None,
                end_time=None if status in live else end,
                status=status,
                project_no=draw(st.sampled_from([None, None, "p1", "p2", "p99"])),
                is_test=draw(st.integers(0, 5)) == 0,
            )
        )
    return rows


@st.composite
def _reviews(draw: st.DrawFn) -> list[Row]:
    rows = []
    for n in range(draw(st.integers(0, 8))):
        assess, *later = sorted(draw(st.lists(CLOCKS, min_size=4, max_size=4)))
        verify, callback, rectify = (draw(st.sampled_from([None, one])) for one in later)
        rows.append(
            review(
                n,
                hall_id=draw(st.sampled_from([None, "h1", "h2"])),
                project_no=draw(st.sampled_from([None, "p0", "p1", "p99"])),
                ticket_id=draw(st.sampled_from([None, "k0", "k1", "k99"])),
                level=draw(st.integers(1, 5)),
                origin=draw(st.sampled_from(["active", "active", "default", "system_push"])),
                named=draw(st.booleans()),
                assess_time=assess,
                valid=draw(st.sampled_from([None, True, False])),
                verify_time=verify,
                callback_time=callback,
                rectify_due=draw(MAYBE),
                rectify_time=rectify,
                callback_satisfied=draw(st.sampled_from([None, True, False])),
            )
        )
    return rows


@st.composite
def cities(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Tables of a city of three halls around National Day 2026, with whatever may go wrong in them."""
    cases, pauses = draw(_cases())
    days = [date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 10)]
    hours = [["09:00-12:00", "13:30-17:00"], ["09:00-11:30", "12:00-14:00", "15:00-17:00"], ["09:00-17:00"], []]
    calendar = [
        row
        for hall in ("h1", "h2")  # h3 has no calendar at all
        for day in days
        for row in opening(hall, day, *draw(st.sampled_from(hours)))
    ]
    items = []
    for code, version in (("i1", "1"), ("i2", "1"), ("i2", "2")):
        since = draw(st.sampled_from([at("01-01 00:00"), at("10-01 00:00"), at("10-09 00:00")]))
        until = draw(st.sampled_from([None, at("10-09 00:00"), at("11-01 00:00")]))
        items.append(
            item(
                code,
                version=version,
                dept_code=draw(st.sampled_from(["d1", "d2"])),
                theme=draw(st.sampled_from(["business", "livelihood"])),
                case_type=draw(st.sampled_from(["promise", "promise", "instant"])),
                apply_based=draw(st.integers(0, 4)) > 0,
                legal_days=draw(st.sampled_from([None, 0, 5, 20])),
                promise_days=draw(st.sampled_from([None, 0, 1, 3])),
                day_unit=draw(st.sampled_from(["workday", "natural"])),
                online_capable=draw(st.booleans()),
                ywtb_exception=draw(st.integers(0, 4)) == 0,
                valid_from=since,
                valid_to=until if until is None or until >= since else None,
            )
        )
    # One that was abolished, and one that is still to come: cases of them have no version in force.
    items.append(item("i3", valid_from=at("01-01 00:00"), valid_to=at("09-25 00:00"), theme="investment"))
    items.append(item("i3", version="2", valid_from=at("11-01 00:00"), dept_code="d2"))
    complaints = [
        complaint(
            n,
            hall_id=draw(st.sampled_from([None, "h1", "h3"])),
            kind=draw(st.sampled_from(["onsite", "onsite", "hotline12345"])),
            created_at=draw(CLOCKS),
            project_no=draw(st.sampled_from([None, "p0", "p99"])),
        )
        for n in range(draw(st.integers(0, 3)))
    ]
    minutes = [
        {"hall_id": hall, "date": day, "busy_minutes": draw(st.integers(0, 9)), "open_minutes": draw(st.integers(0, 9))}
        for hall in draw(st.sets(st.sampled_from(["h1", "h2", "h3"])))
        for day in days
    ]  # fmt: skip
    return {
        "halls": HALLS,
        "calendar": calendar,
        "departments": [{"dept_code": "d1", "name": "一"}, {"dept_code": "d3", "name": "三"}],
        "items": items,
        "cases": cases,
        "case_pauses": pauses,
        "tickets": draw(_tickets()),
        "reviews": draw(_reviews()),
        "complaints": complaints,
        "window_minutes": minutes,
    }
