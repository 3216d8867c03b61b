"""Reviews and complaints once more, one at a time, in plain Python."""

from __future__ import annotations

import datetime as dt
import math

from tests.metrics.plain_days import after, midnight
from tests.metrics.slow.cut import Row, Tables, covered, index, reading
from tests.metrics.slow.handling import item_of

Found = dict[tuple[str, ...], Row]
WEEK, DAYS_90 = dt.timedelta(days=7), dt.timedelta(days=90)


def hall_of(known: Tables, row: Row) -> str | None:
    """The row's own hall, else its case's, else (without a known case) its ticket's."""
    if row["hall_id"] is not None:
        return str(row["hall_id"])
    for name, key in (("cases", "project_no"), ("tickets", "ticket_id")):
        if row.get(key) is not None and row[key] in index(known, name, key):
            return index(known, name, key)[row[key]][0]["hall_id"]  # type: ignore[no-any-return]
    return None


def active(row: Row) -> bool:
    return bool(row["origin"] == "active" and row["valid"] in (True, None))


def bad(row: Row) -> bool:
    return active(row) and row["level"] <= 2


def bad_review_7d(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    found = {}
    for hall in _open_halls(tables, t):
        mine = [r for r in known["reviews"] if bad(r) and r["assess_time"] >= t - WEEK and hall_of(known, r) == hall]
        windows = [r["window_id"] for r in mine if r["window_id"] is not None]
        found[(hall,)] = reading(
            covered(tables, ("reviews",), {hall}, t, end), True,
            numerator=len(mine), denominator=None, sample=len(mine), baseline=None,
            at_one_window=max((windows.count(window) for window in windows), default=0), value=lambda m=mine: len(m),
        )  # fmt: skip
    return found


def neglected(row: Row, t: dt.datetime) -> bool:
    day = row["assess_time"].date()
    unverified = row["verify_time"] is None and t > midnight(after(day, 1))
    due = row["rectify_due"] or midnight(after(day, 5))
    return unverified or (row["rectify_time"] is None and t > due)


def bad_review_overdue(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    found = {}
    for hall in _open_halls(tables, t):
        mine = [r for r in known["reviews"] if hall_of(known, r) == hall]
        late = [r for r in mine if bad(r) and r["assess_time"] >= t - DAYS_90 and neglected(r, t)]
        told = any(r["verify_time"] is not None for r in mine)
        found[(hall,)] = reading(
            covered(tables, ("reviews",), {hall}, t, end) and told, True,
            numerator=len(late), denominator=None, sample=len(late), baseline=None, value=lambda m=late: len(m),
        )  # fmt: skip
    return found


def suspect(known: Tables, row: Row) -> bool:
    tickets = index(known, "tickets", "ticket_id").get(row["ticket_id"], [])
    cases = index(known, "cases", "project_no").get(row["project_no"], [])
    over = None
    if tickets:
        over = tickets[0]["end_time"]
    elif cases:
        item = item_of(known, cases[0])
        over = cases[0]["finish_time"] if item is not None and item["case_type"] == "instant" else None
    if over is not None and row["assess_time"] <= over + dt.timedelta(seconds=3):
        return True
    if row["device_id"] is None:
        return False
    place = (row["assess_time"], row["review_id"])
    before = [
        r
        for r in index(known, "reviews", "device_id")[row["device_id"]]
        if r["origin"] == "active"
        and r["level"] == row["level"]
        and (r["assess_time"], r["review_id"]) < place
        and row["assess_time"] - r["assess_time"] < dt.timedelta(minutes=10)
    ]
    return len(before) >= 9


def review_suspect_rate(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    found = {}
    for window in tables["windows"]:
        mine = [
            r
            for r in index(known, "reviews", "window_id").get(window["window_id"], [])
            if start <= r["assess_time"] < end
        ]
        if not mine:
            continue
        below = [r for r in mine if r["origin"] == "active"]
        above = [r for r in below if suspect(known, r)]
        found[window["hall_id"], window["window_id"]] = reading(
            covered(tables, ("reviews",), {window["hall_id"]}, t, end), len(below) >= 30,
            numerator=len(above), denominator=len(below), sample=len(below), baseline=None,
            value=lambda a=above, b=below: len(a) / len(b) * 100,
        )  # fmt: skip
    return found


def complaint_z(tables: Tables, known: Tables, t: dt.datetime, start: dt.datetime, end: dt.datetime) -> Found:
    def complaints(hall: str, since: dt.datetime, until: dt.datetime) -> int:
        return len([c for c in known["complaints"] if since <= c["created_at"] < until and hall_of(known, c) == hall])

    def done(hall: str, since: dt.datetime, until: dt.datetime) -> int:
        mine = [k for k in known["tickets"] if k["hall_id"] == hall and k["status"] == "done" and not k["is_test"]]
        return len([k for k in mine if since <= k["end_time"] < until])

    found = {}
    for row in tables["halls"]:
        hall, before = row["hall_id"], start - 12 * WEEK
        now, served = complaints(hall, start, end), done(hall, start, end)
        past, past_served = complaints(hall, before, start), done(hall, before, start)
        usual = past * 10_000 / past_served if past_served else None
        expected = usual * served / 10_000 if usual is not None else 0
        found[(hall,)] = reading(
            covered(tables, ("complaints", "tickets"), {hall}, t, end), past >= 3 and expected >= 0.5,
            numerator=now, denominator=served, sample=past, baseline=usual,
            # u-chart: rates per 10,000 and the standard deviation of such a rate.
            value=lambda n=now, s=served, u=usual: (n * 10_000 / s - u) / math.sqrt(u / (s / 10_000)),
        )  # fmt: skip
    return found


def _open_halls(tables: Tables, t: dt.datetime) -> list[str]:
    rows = tables["calendar"]
    return sorted({row["hall_id"] for row in rows if row["date"] == t.date() and row["open_at"] is not None})
