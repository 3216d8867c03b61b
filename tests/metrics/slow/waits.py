"""Readings 3 to 6 and 8 as the indicators 2026.1 say them, for one place and instant, on rows that are cut at it."""

import datetime as dt
from statistics import mean

from tests.metrics.slow.flow import HOUR, baseline, on_day, past_windows, waiting, window
from tests.metrics.slow.records import DAY, MINUTE, Row, Tables, covered, net, suspect, visitors


def minutes(length: dt.timedelta) -> float:
    return length / MINUTE


def calls_of(tables: Tables, hall: str, since: dt.datetime, until: dt.datetime, queue: str | None = None) -> list[Row]:
    return [
        row
        for row in visitors(tables)
        if row["hall_id"] == hall
        and queue in (None, row["queue_id"])
        and row["call_time"]
        and since <= row["call_time"] < until
    ]


def wait(tables: Tables, row: Row) -> float:
    return minutes(net(tables, row["hall_id"], row["take_time"], row["call_time"]))


def judged(tables: Tables, hall: str, t: dt.datetime, *, enough: bool) -> str:
    if not covered(tables, "tickets", hall, t - HOUR):
        return "no_data"
    return "value" if enough else "insufficient"


def wait_avg(tables: Tables, hall: str, queue: str, t: dt.datetime) -> Row:
    """4: mean wait of calls in 60 min."""
    waits = [wait(tables, row) for row in calls_of(tables, hall, *window(tables, hall, t), queue)]
    reading = judged(tables, hall, t, enough=len(waits) >= 10)
    return {
        "numerator": sum(waits),
        "denominator": len(waits),
        "sample": len(waits),
        "baseline": None,
        "reading": reading,
        "value": mean(waits) if reading == "value" else None,
    }


def wait_max_open(tables: Tables, hall: str, queue: str, t: dt.datetime) -> Row:
    """6: longest wait so far among waiting."""
    waits = [
        minutes(net(tables, hall, row["take_time"], t))
        for row in waiting(tables, hall, t)
        if row["queue_id"] == queue
    ]  # fmt: skip
    reading = judged(tables, hall, t, enough=True)
    longest = max(waits, default=0.0)
    return {
        "numerator": longest,
        "denominator": None,
        "sample": len(waits),
        "baseline": None,
        "reading": reading,
        "value": longest if reading == "value" else None,
    }


def _share(tables: Tables, hall: str, t: dt.datetime, good: int, everybody: int) -> Row:
    reading = judged(tables, hall, t, enough=everybody >= 20)
    return {
        "numerator": good,
        "denominator": everybody,
        "sample": everybody,
        "baseline": None,
        "reading": reading,
        "value": good / everybody * 100 if reading == "value" else None,
    }


def wait_sla_rate(tables: Tables, hall: str, t: dt.datetime) -> Row:
    """5: calls with wait ≤ 25 min ÷ (calls + left uncalled after > 25 min + still waiting > 25 min)."""
    since, until = window(tables, hall, t)
    waits = [wait(tables, row) for row in calls_of(tables, hall, since, until)]
    left = [
        row
        for row in visitors(tables)
        if row["hall_id"] == hall
        and row["status"] in ("abandoned", "cancelled")
        and not row["call_time"]
        and not row["start_time"]
        and since <= row["end_time"] < until
        and minutes(net(tables, hall, row["take_time"], row["end_time"])) > 25
    ]
    still = [row for row in waiting(tables, hall, t) if minutes(net(tables, hall, row["take_time"], t)) > 25]
    return _share(tables, hall, t, sum(w <= 25 for w in waits), len(waits) + len(left) + len(still))


def abandon_rate(tables: Tables, hall: str, t: dt.datetime) -> Row:
    """8: (abandoned + no_show called) ÷ (called + abandoned); a ticket counts once."""
    since, until = window(tables, hall, t)
    called = calls_of(tables, hall, since, until)
    abandoned = [
        row
        for row in visitors(tables)
        if row["hall_id"] == hall and row["status"] == "abandoned" and since <= row["end_time"] < until
    ]
    missed = {row["ticket_id"] for row in called if row["status"] == "no_show"}
    gone = {row["ticket_id"] for row in abandoned}
    return _share(tables, hall, t, len(missed | gone), len({row["ticket_id"] for row in called} | gone))


def tidal_wait_rise(tables: Tables, hall: str, queue: str, t: dt.datetime, start: str = "slot_median") -> Row:
    """3: (mean wait of the half hour − comparison) ÷ comparison."""

    def mean_wait(since: dt.datetime, until: dt.datetime) -> float | None:
        rows = [row for row in calls_of(tables, hall, since, until, queue) if not suspect(row)]
        return mean(wait(tables, row) for row in rows) if len(rows) >= 10 else None

    order = ["slot_median", "yoy", "wow"]
    half = [wait(tables, row) for row in calls_of(tables, hall, *window(tables, hall, t, 30 * MINUTE), queue)]
    result: Row = {
        "numerator": mean(half) if half else None,
        "denominator": None,
        "baseline": None,
        "sample": len(half),
        "comparison": None,
        "minutes": 30,
        "reading": judged(tables, hall, t, enough=False),
        "value": None,
    }
    for comparison in order[order.index(start) :]:
        for width in (30, 60):
            since, until = window(tables, hall, t, width * MINUTE)
            now = [wait(tables, row) for row in calls_of(tables, hall, since, until, queue)]
            usual = _usual(tables, hall, comparison, since, t, mean_wait)
            if len(now) < 10 or usual is None:
                continue
            counts = max(usual, 2.0)
            reading = judged(tables, hall, t, enough=True)
            return {
                "numerator": mean(now),
                "denominator": usual,
                "baseline": counts,
                "sample": len(now),
                "comparison": comparison,
                "minutes": width,
                "reading": reading,
                "value": (mean(now) - counts) / counts * 100 if reading == "value" else None,
            }
    return result


def _usual(tables: Tables, hall: str, comparison: str, since: dt.datetime, t: dt.datetime, mean_wait) -> float | None:  # noqa: ANN001
    if comparison == "slot_median":
        return baseline(past_windows(tables, hall, since, t), mean_wait)
    day = t.date() - 7 * DAY
    if comparison == "yoy":
        year, week, weekday = t.isocalendar()
        try:
            day = dt.date.fromisocalendar(year - 1, week, weekday)
        except ValueError:
            return None
    if any(r["bad_data"] for r in tables["calendar"] if r["hall_id"] == hall and r["date"] == day and r["open_at"]):
        return None
    found = on_day(tables, hall, since, t, day)
    return mean_wait(*found[0]) if found else None
