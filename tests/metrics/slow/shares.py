"""Shares of submissions by week and rates of the month to date once more, row by row, in plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.metrics.plain_days import in_force
from tests.metrics.slow.cut import Row, Tables, covered, index, reading
from tests.metrics.slow.handling import item_of, overdue
from tests.metrics.slow.opinions import active, hall_of

Found = dict[tuple[str, ...], Row]
Rows = list[Row]
ONLINE = ("pc", "app", "mini")
DAY = dt.timedelta(days=1)


def _real(known: Tables) -> Rows:
    return [case for case in known["cases"] if not case["is_test"]]


def return_rate(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    found = {}
    corrected = {pause["project_no"] for pause in known["case_pauses"] if pause["kind"] == "correction"}
    for item in {case["item_code"] for case in _real(known)}:
        own = [c for c in index(known, "cases", "item_code")[item] if not c["is_test"]]
        below = [c for c in own if start <= c["apply_time"] < end]
        above = [c for c in below if c["status"] == "rejected" or c["project_no"] in corrected]
        if below:
            found[(item,)] = _share(tables, "cases", None, t, end, above, len(below), 30)
    return found


def online_to_window_rate(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    last = end - 10 * DAY
    found = {}
    for item in {case["item_code"] for case in _real(known)}:
        own = [c for c in index(known, "cases", "item_code")[item] if not c["is_test"]]
        mine = [c for c in own if last - 7 * DAY <= c["apply_time"] < last]
        online = [c for c in mine if c["channel"] in ONLINE and c["delivery"] != "window" and c["applicant_hash"]]
        above = [
            c
            for c in online
            if any(_second_way(c, k) for k in index(known, "tickets", "applicant_hash").get(c["applicant_hash"], []))
        ]
        if mine:
            found[(item,)] = _share(tables, "cases", None, t, end, above, len(online), 30)
    return found


def _second_way(case: Row, ticket: Row) -> bool:
    given_back = ticket["status"] == "cancelled" and ticket["end_time"] - ticket["take_time"] <= dt.timedelta(
        seconds=120
    )
    return (
        not ticket["is_test"]
        and ticket["status"] != "void"
        and not given_back
        and ticket["applicant_hash"] == case["applicant_hash"]
        and ticket["item_code"] == case["item_code"]
        and case["apply_time"] <= ticket["take_time"] < case["apply_time"] + 10 * DAY
        and (case["finish_time"] is None or ticket["take_time"] < case["finish_time"])
    )


def monthly(
    rate: str, place: str, source: str, least: int
) -> Callable[[Tables, Tables, dt.datetime, dt.datetime, dt.datetime], Found]:
    """The slow version of a rate of the month to date."""

    def measured(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
        above, below = _SIDES[rate](known, start, end, t)
        halls = {row["hall_id"]: row["county"] for row in tables["halls"]}
        if place == "hall_id":
            places = dict.fromkeys(halls)
            groups: dict[str, set[str] | None] = {hall: {hall} for hall in places}
        elif place == "county":
            groups = {county: {h for h, c in halls.items() if c == county} for county in halls.values()}
        else:
            groups = {row["item_code"]: None for row in below}
        found = {}
        placed = [_placed(tables, known, side, place) for side in (above, below)]
        for name, near in groups.items():
            mine = [side.get(name, []) for side in placed]
            found[(name,)] = _share(tables, source, near, t, end, mine[0], len(mine[1]), least)
        return found

    return measured


def _share(
    tables: Tables, source: str, halls: set[str] | None, t: dt.datetime, end: dt.datetime, above: Rows, below: int,
    least: int,
) -> Row:  # fmt: skip
    return reading(
        covered(tables, (source,), halls, t, end), below >= least,
        numerator=len(above), denominator=below, sample=below, baseline=None, value=lambda: len(above) / below * 100,
    )  # fmt: skip


def _placed(tables: Tables, known: Tables, rows: Rows, place: str) -> dict[str | None, Rows]:
    found: dict[str | None, Rows] = {}
    for row in rows:
        found.setdefault(_place(tables, known, row, place), []).append(row)
    return found


def _place(tables: Tables, known: Tables, row: Row, place: str) -> str | None:
    if place == "item_code":
        return row["item_code"]  # type: ignore[no-any-return]
    hall = hall_of(known, row) if "review_id" in row else row["hall_id"]
    if place == "hall_id":
        return hall  # type: ignore[no-any-return]
    counties = {h["hall_id"]: h["county"] for h in tables["halls"]}
    if hall is not None:
        return counties[hall]
    digits = (row["region_code"] or "")[:6]
    near = sorted(h["county"] for h in tables["halls"] if h["region_code"][:6] == digits)
    return near[0] if near else "未知区域"


def _within(row: Row, column: str, start: dt.datetime, end: dt.datetime) -> bool:
    return row[column] is not None and start <= row[column] < end


Sides = tuple[Rows, Rows]


def _scope(known: Tables, start: dt.datetime, end: dt.datetime) -> Rows:
    found = []
    for case in _real(known):
        item = item_of(known, case)
        if not _within(case, "accept_time", start, end) or item is None or not in_force(item, case["accept_time"]):
            continue
        if item["apply_based"] and not item["ywtb_exception"]:
            found.append(case)
    return found


def _finished(known: Tables, start: dt.datetime, end: dt.datetime) -> Rows:
    return [c for c in _real(known) if c["status"] == "finished" and _within(c, "finish_time", start, end)]


def _ywtb(known: Tables, start: dt.datetime, end: dt.datetime, t: dt.datetime) -> Sides:
    scope = _scope(known, start, end)
    return [case for case in scope if case["platform"] == "ywtb2"], scope


def _ywtb_window(known: Tables, start: dt.datetime, end: dt.datetime, t: dt.datetime) -> Sides:
    scope = [case for case in _scope(known, start, end) if case["channel"] == "window"]
    return [case for case in scope if case["platform"] == "ywtb2"], scope


def _online(known: Tables, start: dt.datetime, end: dt.datetime, t: dt.datetime) -> Sides:
    scope = _scope(known, start, end)
    return [case for case in scope if case["channel"] in ONLINE], scope


def _one_visit(known: Tables, start: dt.datetime, end: dt.datetime, t: dt.datetime) -> Sides:
    done = [case for case in _finished(known, start, end) if case["visit_count"] is not None]
    return [case for case in done if case["visit_count"] <= 1], done


def _overdue(known: Tables, start: dt.datetime, end: dt.datetime, t: dt.datetime) -> Sides:
    done = []
    for case in _finished(known, start, end):
        item = item_of(known, case)
        if (
            item is not None
            and item["case_type"] == "promise"
            and (case["promise_due"] or item["promise_days"] is not None)
        ):
            done.append(case)
    return [case for case in done if overdue(known, case, t)], done


def _good(known: Tables, start: dt.datetime, end: dt.datetime, t: dt.datetime) -> Sides:
    given = [row for row in known["reviews"] if active(row) and _within(row, "assess_time", start, end)]
    return [row for row in given if row["level"] >= 3], given


def _active(known: Tables, start: dt.datetime, end: dt.datetime, t: dt.datetime) -> Sides:
    cases = {case["project_no"] for case in known["cases"]}
    tickets = [
        row
        for row in known["tickets"]
        if row["status"] == "done" and not row["is_test"] and _within(row, "end_time", start, end)
    ]
    services = _finished(known, start, end) + [row for row in tickets if row["project_no"] not in cases]
    return _good(known, start, end, t)[1], services


_SIDES: dict[str, Callable[[Tables, dt.datetime, dt.datetime, dt.datetime], Sides]] = {
    "ywtb_case_rate": _ywtb,
    "ywtb_window_rate": _ywtb_window,
    "ywtb_item_rate": _ywtb,
    "online_apply_rate": _online,
    "one_visit_rate": _one_visit,
    "overdue_finish_rate": _overdue,
    "active_good_rate": _good,
    "active_review_rate": _active,
}
