"""All rates once more, in plain Python: row by row, rate by rate, place by place, as slowly as the rules read."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any

from metrics.periods import Period
from metrics.standard import TABLES
from tests.metrics.plain_days import DAY, SHANGHAI, after, before, deadline, due_day, in_force, midnight, version_of
from tests.metrics.plain_past import as_it_was

Row = dict[str, Any]
Place = tuple[str | None, ...]
#: rate, period, place → numerator, denominator, value
Figures = dict[tuple[str, str, Place], tuple[float | None, float, float | None]]
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
NAMES = {"city": (), "county": ("county",), "hall": ("hall_id", "county"), "department": ("dept_code",),
         "item": ("item_code",), "theme": ("theme",)}  # fmt: skip


class City:
    """The tables as they were at t, and what the rules say of each row."""

    def __init__(self, tables: Mapping[str, list[Row]], t: datetime | None) -> None:
        past = {
            name: rows
            if t is None or name not in TABLES
            else [row for row in (as_it_was(name, one, t) for one in rows) if row]
            for name, rows in tables.items()
        }
        self.t = t
        self.tables = past
        self.halls = {row["hall_id"]: row for row in past["halls"]}
        self.cases = {row["project_no"]: row for row in past["cases"]}
        self.tickets = {row["ticket_id"]: row for row in past["tickets"]}
        self.pauses: dict[str, list[Row]] = defaultdict(list)
        for pause in past["case_pauses"]:
            self.pauses[pause["project_no"]].append(pause)
        self.sessions: dict[tuple[str, Any], list[Row]] = defaultdict(list)
        for row in past["calendar"]:
            if row["open_at"] is not None:
                self.sessions[row["hall_id"], row["date"]].append(row)

    def county(self, region: str | None) -> str:
        if region is None:
            return "未知区域"
        near = [hall["county"] for hall in self.halls.values() if hall["region_code"][:6] == region[:6]]
        return min(set(near), key=lambda name: (-near.count(name), name)) if near else region[:6]

    def theme(self, code: str, at: datetime) -> Row | None:
        own = [item for item in self.tables["items"] if item["item_code"] == code]
        begun = [item for item in own if item["valid_from"] <= at]
        order = lambda item: (item["valid_from"], item["version"])  # noqa: E731
        return max(begun, key=order) if begun else min(own, key=order) if own else None

    def place_of_hall(self, hall: str) -> Row:
        return {"hall_id": hall, "county": self.halls[hall]["county"]}

    def place_of_case(self, case: Row) -> Row:
        at = case["accept_time"] or case["apply_time"]
        item = version_of(case, self.tables["items"]) or self.theme(case["item_code"], at)
        hall = {"hall_id": "无大厅(线上)", "county": self.county(case["region_code"])}
        if case["hall_id"] is not None:
            hall = self.place_of_hall(case["hall_id"])
        return {**hall, "dept_code": case["dept_code"], "item_code": case["item_code"], "theme": item and item["theme"]}

    def place_of(self, row: Row) -> Row:
        """Of a review or complaint: its own hall, else its case's, else its ticket's."""
        found: Row = {"hall_id": "无大厅(线上)", "county": "未知区域"}
        if row.get("project_no") in self.cases:
            found = self.place_of_case(self.cases[row["project_no"]])
        elif row.get("ticket_id") in self.tickets:
            ticket = self.tickets[row["ticket_id"]]
            item = ticket["item_code"] and self.theme(ticket["item_code"], ticket["take_time"])
            about = {"dept_code": item["dept_code"], "theme": item["theme"]} if item else {}
            found = {**self.place_of_hall(ticket["hall_id"]), "item_code": ticket["item_code"], **about}
        return {**found, **(self.place_of_hall(row["hall_id"]) if row["hall_id"] else {})}

    def net(self, hall: str, start: datetime, end: datetime) -> timedelta:
        """The time between two instants without the breaks of the first one's day."""
        day = sorted(self.sessions[hall, start.date()], key=lambda row: row["open_at"])
        gaps = [(one["close_at"], other["open_at"]) for one, other in zip(day, day[1:], strict=False)]
        return (end - start) - sum(
            (max(min(end, until) - max(start, since), timedelta(0)) for since, until in gaps), timedelta(0)
        )

    def closing(self, hall: str, at: datetime) -> datetime:
        day = self.sessions[hall, at.date()]
        last = max((row["close_at"] for row in day), default=midnight(at.date()) - TICK)
        return max(last, at)


def inside(period: Period, at: datetime | None) -> bool:
    if at is None:
        return False
    start, end = (datetime.combine(day, time(), SHANGHAI) for day in (period.start, period.end))
    return start <= at < end


def plain_rates(tables: Mapping[str, list[Row]], period: Period, by: str, t: datetime | None) -> Figures:
    """Every rate of every place that has anything below the line."""
    city = City(tables, t)
    figures: Figures = {}
    for rate, (rows, scale) in _populations(city, period).items():
        sums: dict[Place, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for place, above, below in rows:
            key = tuple(place.get(name) for name in NAMES[by])
            if by in ("city", "county", "hall") or None not in key:
                sums[key][0] += Fraction(above)
                sums[key][1] += Fraction(below)
        for key, (above, below) in sums.items():
            if below:
                figures[rate, period.label, key] = (float(above), float(below), float(scale * above / below))
    figures.update(_anew(city, period, by))
    return figures


def _populations(city: City, period: Period) -> dict[str, tuple[list[tuple[Row, Any, Any]], int]]:
    """Rate → what each row adds above and below the line, with its place; and the scale."""
    found: dict[str, tuple[list[tuple[Row, Any, Any]], int]] = {}

    def ratio(rate: str, rows: Iterable[Row], above: Callable[[Row], Any], scale: int = 100) -> None:
        found[rate] = ([(row["place"], above(row), 1) for row in rows], scale)

    cases = [row | {"place": city.place_of_case(row)} for row in city.cases.values() if not row["is_test"]]
    scope = [row for row in cases if _in_scope(city, row, period)]
    known = [row for row in scope if row["visit_count"] is not None and row["delivery"] is not None]
    window = [row for row in scope if row["channel"] == "window"]
    ratio("ywtb_case_rate", scope, lambda row: row["platform"] == "ywtb2")
    ratio("ywtb_item_rate", scope, lambda row: row["platform"] == "ywtb2")
    ratio("ywtb_window_rate", window, lambda row: row["platform"] == "ywtb2")
    ratio("ywtb_case_rate_low", scope, lambda row: row["platform"] == "ywtb2")
    ratio("ywtb_case_rate_high", scope, lambda row: row["platform"] in ("ywtb2", "unknown"))
    ratio("online_apply_rate", scope, lambda row: row["channel"] in ("pc", "app", "mini"))
    ratio("kiosk_rate", scope, lambda row: row["channel"] == "kiosk")
    ratio("cross_region_rate", scope, lambda row: row["cross_region"])
    ratio("full_online_rate", known, _fully_online)

    finished = [row for row in cases if row["status"] == "finished" and inside(period, row["finish_time"])]
    ratio("one_visit_rate", [r for r in finished if r["visit_count"] is not None], lambda row: row["visit_count"] <= 1)
    ratio("auto_rate", finished, lambda row: row["auto_approved"])
    ratio("instant_rate", finished, _same_day)
    due = [row | {"due": _due(city, row)} for row in finished]
    due = [row for row in due if row["due"] is not None]
    ratio("overdue_finish_rate", due, lambda row: row["finish_time"] > row["due"])
    ratio("early_finish_rate", due, lambda row: row["finish_time"].date() <= before(due_day(row["due"])))

    submitted = [row for row in cases if inside(period, row["apply_time"])]
    submitted = [row | {"answer_by": midnight(after(row["apply_time"].date(), 1))} for row in submitted]
    submitted = [row for row in submitted if city.t is None or row["answer_by"] <= city.t]
    ratio("accept_delay_rate", submitted, lambda row: not _answered(city, row))

    _reviews(city, period, finished, ratio, found)
    _tickets(city, period, ratio, found)
    _items(city, period, scope, found)
    return found


def _in_scope(city: City, case: Row, period: Period) -> bool:
    item = version_of(case, city.tables["items"])
    return (
        inside(period, case["accept_time"])
        and item is not None
        and in_force(item, case["accept_time"])
        and item["apply_based"]
        and not item["ywtb_exception"]
    )


def _fully_online(case: Row) -> bool:
    return (
        case["channel"] in ("pc", "app", "mini") and case["visit_count"] == 0 and case["delivery"] in ("online", "post")
    )


def _same_day(case: Row) -> bool:
    return case["accept_time"] is not None and case["accept_time"].date() == case["finish_time"].date()


def _due(city: City, case: Row) -> datetime | None:
    item = version_of(case, city.tables["items"])
    if item is None or item["case_type"] != "promise":
        return None
    return deadline(case, item, city.pauses[case["project_no"]], case["finish_time"])[0]


def _answered(city: City, case: Row) -> bool:
    asked = [pause["start_at"] for pause in city.pauses[case["project_no"]] if pause["kind"] == "correction"]
    answers = [at for at in (case["accept_time"], case["closed_time"], *asked) if at is not None]
    return any(at <= case["answer_by"] for at in answers)


def _reviews(
    city: City, period: Period, finished: list[Row], ratio: Callable[..., None], found: dict[str, Any]
) -> None:
    reviews = [row | {"place": city.place_of(row)} for row in city.tables["reviews"] if row["valid"] is not False]
    given = [row for row in reviews if inside(period, row["assess_time"])]
    active = [row for row in given if row["origin"] == "active"]
    bad = [row for row in active if row["level"] <= 2]
    answered = [row for row in bad if row["callback_time"] and row["callback_satisfied"] is not None]
    ratio("review_good_rate", active, lambda row: row["level"] >= 3)
    ratio("review_bad_rate", active, lambda row: row["level"] <= 2)
    both = [row for row in given if row["origin"] in ("active", "default")]
    ratio("review_total_good_rate", both, lambda row: row["origin"] == "default" or row["level"] >= 3)
    ratio("callback_rate", [row for row in bad if row["named"]], lambda row: row["callback_time"] is not None)
    ratio("callback_satisfied_rate", answered, lambda row: row["callback_satisfied"])

    to_mend = [row for row in reviews if row["origin"] == "active" and row["level"] <= 2]
    to_mend = [row | {"due": row["rectify_due"] or midnight(after(row["assess_time"].date(), 5))} for row in to_mend]
    to_mend = [row for row in to_mend if inside(period, row["due"] - TICK) and not (city.t and row["due"] > city.t)]
    ratio(
        "rectify_on_time_rate",
        to_mend,
        lambda row: row["rectify_time"] is not None and row["rectify_time"] <= row["due"],
    )

    done = [row for row in city.tables["tickets"] if _done(row) and inside(period, row["end_time"])]
    services = [row["place"] for row in finished]
    services += [city.place_of_hall(row["hall_id"]) for row in done if row["project_no"] not in city.cases]
    found["review_active_rate"] = (
        [*((row["place"], 1, 0) for row in active), *((place, 0, 1) for place in services)], 100,
    )  # fmt: skip
    complaints = [row for row in city.tables["complaints"] if row["kind"] == "onsite"]
    complaints = [city.place_of(row) for row in complaints if inside(period, row["created_at"])]
    found["onsite_complaint_rate"] = (
        [(place, 1, 0) for place in complaints] + [(city.place_of_hall(row["hall_id"]), 0, 1) for row in done],
        10_000,
    )


def _done(ticket: Row) -> bool:
    return ticket["status"] == "done" and not ticket["is_test"]


def _visitors(city: City) -> list[Row]:
    """Tickets that stand for a visitor, with how the wait of each ended."""
    rows = []
    for ticket in city.tables["tickets"]:
        slip = ticket["status"] == "cancelled" and ticket["end_time"] - ticket["take_time"] <= 2 * MINUTE
        if ticket["is_test"] or ticket["status"] == "void" or slip:
            continue
        rows.append(ticket | {"place": city.place_of_hall(ticket["hall_id"])} | _ending(city, ticket))
    return rows


def _ending(city: City, ticket: Row) -> Row:
    """How a wait ended: `how` is call, abandoned, cancelled, waiting or None; `at`; `wait`."""
    closing = city.closing(ticket["hall_id"], ticket["take_time"])
    how, at = None, None
    if ticket["call_time"] is not None:
        how, at = "call", ticket["call_time"]
    elif ticket["start_time"] is None:
        if ticket["end_time"] is not None and ticket["end_time"] <= closing:
            how, at = ticket["status"], ticket["end_time"]
        elif ticket["status"] in ("abandoned", "cancelled", "waiting"):
            how, at = "abandoned", closing
            if city.t is not None and closing >= city.t:
                how, at = "waiting", city.t
    counts = how in ("call", "abandoned", "cancelled", "waiting")
    return {"how": how, "at": at, "wait": city.net(ticket["hall_id"], ticket["take_time"], at) if counts else None}


def _ended_in(row: Row, period: Period) -> bool:
    return row["wait"] is not None and inside(period, row["at"] - TICK if row["how"] == "waiting" else row["at"])


def _tickets(city: City, period: Period, ratio: Callable[..., None], found: dict[str, Any]) -> None:
    rows = [row for row in _visitors(city) if _ended_in(row, period)]
    calls = [row for row in rows if row["how"] == "call"]
    lost = [row for row in rows if row["how"] == "abandoned"]
    long = [row for row in rows if row["how"] != "call" and row["wait"] > 25 * MINUTE]
    found["wait_avg"] = ([(row["place"], Fraction(row["wait"] // TICK, 60_000_000), 1) for row in calls], 1)
    ratio("wait_sla_rate", calls + long, lambda row: row["how"] == "call" and row["wait"] <= 25 * MINUTE)
    missed = ("no_show", "abandoned")
    ratio("abandon_rate", calls + lost, lambda row: row["how"] == "abandoned" or row["status"] in missed)
    handled = []
    for row in _visitors(city):
        begin = row["start_time"] or row["call_time"]
        if (
            row["status"] in ("done", "returned")
            and inside(period, row["end_time"])
            and begin
            and row["end_time"] > begin
        ):
            handled.append((row["place"], Fraction((row["end_time"] - begin) // TICK, 60_000_000), 1))
    found["handle_avg"] = (handled, 1)
    minutes = [row for row in city.tables.get("window_minutes", []) if period.start <= row["date"] < period.end]
    found["window_saturation"] = (
        [(city.place_of_hall(row["hall_id"]), row["busy_minutes"], row["open_minutes"]) for row in minutes], 100,
    )  # fmt: skip


def _items(city: City, period: Period, scope: list[Row], found: dict[str, Any]) -> None:
    last = datetime.combine(period.end, time(), SHANGHAI) - TICK
    current = {}
    for item in sorted(city.tables["items"], key=lambda row: (row["valid_from"], row["version"])):
        if in_force(item, last):
            current[item["item_code"]] = item
    online, plain, weighted = [], [], []
    for code, item in current.items():
        place = {"dept_code": item["dept_code"]}
        if item["apply_based"]:
            online.append((place, int(item["online_capable"]), 1))
        if item["case_type"] == "promise" and (item["legal_days"] or 0) > 0 and item["promise_days"] is not None:
            unit = Fraction(5, 7) if item["day_unit"] == "natural" else 1
            cases = sum(row["item_code"] == code for row in scope)
            legal, saved = item["legal_days"] * unit, (item["legal_days"] - item["promise_days"]) * unit
            plain.append((place, saved, legal))
            weighted.append((place, saved * cases, legal * cases))
    found["online_capable_rate"] = (online, 100)
    found["promise_compression"] = (plain, 100)
    found["promise_compression_weighted"] = (weighted, 100)


def _anew(city: City, period: Period, by: str) -> Figures:
    """What does not add up: items and halls on target, the wait of nine in ten; and who has cases of unknown origin."""
    cases = [row | {"place": city.place_of_case(row)} for row in city.cases.values() if not row["is_test"]]
    scope = [row for row in cases if _in_scope(city, row, period)]
    window = [row for row in scope if row["channel"] == "window" and row["hall_id"] is not None]
    calls = [row for row in _visitors(city) if row["how"] == "call" and _ended_in(row, period)]
    figures: Figures = {}

    def grouped(rows: list[Row]) -> dict[Place, list[Row]]:
        groups: dict[Place, list[Row]] = defaultdict(list)
        for row in rows:
            groups[tuple(row["place"].get(name) for name in NAMES[by])].append(row)
        return groups

    for rate, rows, unit, least in (
        ("ywtb_items_on_target", scope, "item_code", 10),
        ("ywtb_halls_on_target", window, "hall_id", 50),
    ):
        for place, mine in grouped(rows).items():
            sizes: dict[str, list[bool]] = defaultdict(list)
            for row in mine:
                sizes[row[unit]].append(row["platform"] == "ywtb2")
            enough = [found for found in sizes.values() if len(found) >= least]
            if enough:
                good = sum(Fraction(sum(found), len(found)) >= Fraction(9, 10) for found in enough)
                figures[rate, period.label, place] = (good, len(enough), 100 * good / len(enough))
    for place, mine in grouped(calls).items():
        waits = sorted(row["wait"] for row in mine)
        rank = math.ceil(Fraction(9, 10) * len(waits))
        figures["wait_p90", period.label, place] = (None, len(waits), waits[rank - 1] / MINUTE)
    return figures


def unknown_origin(tables: Mapping[str, list[Row]], period: Period, by: str, t: datetime | None) -> set[Place]:
    """Places with a case of unknown platform: only they are told a range."""
    city = City(tables, t)
    rows = [row for row in city.cases.values() if not row["is_test"] and _in_scope(city, row, period)]
    rows = [city.place_of_case(row) for row in rows if row["platform"] == "unknown"]
    return {tuple(place.get(name) for name in NAMES[by]) for place in rows}


__all__ = ["DAY", "NAMES", "Figures", "Place", "Row", "plain_rates", "unknown_origin"]
