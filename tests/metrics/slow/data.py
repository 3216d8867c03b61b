"""Readings 34 to 38 as the indicators 2026.1 say them, for one place and instant, on rows that are cut at it."""

import datetime as dt
from statistics import median

from tests.metrics.slow.records import DAY, MINUTE, Row, Tables, covered, sessions, visitors

LIVE = ("tickets", "window_sessions", "attendance", "headcounts", "device_states")


def _result(reading: str, above: float, below: float | None, sample: int, baseline: float | None, value: float) -> Row:
    return {
        "numerator": above,
        "denominator": below,
        "sample": sample,
        "baseline": baseline,
        "reading": reading,
        "value": value if reading == "value" else None,
    }


def _share(known: bool, above: int, below: int, least: int) -> Row:
    reading = "no_data" if not known else "value" if below >= least else "insufficient"
    return _result(reading, above, below, below, None, above / below * 100 if below else 0.0)


def _end_of_day(t: dt.datetime) -> dt.datetime:
    return t.replace(hour=0, minute=0, second=0, microsecond=0) + DAY


def health_check_gap(tables: Tables, hall: str, programme: str, t: dt.datetime) -> Row:
    """34: of everybody rostered that day, latest check due in [t − 30 days, t): not done ÷ those with one."""
    midnight = _end_of_day(t) - DAY
    staff = {
        row["staff_id"]
        for row in tables["roster"]
        if row["hall_id"] == hall and row["start_at"] < midnight + DAY and row["end_at"] > midnight
    }
    latest = []
    for person in staff:
        checks = [
            row
            for row in tables["health_checks"]
            if row["staff_id"] == person and row["programme"] == programme and t - 30 * DAY <= row["due_at"] < t
        ]
        if checks:
            latest.append(max(checks, key=lambda row: row["due_at"]))
    missing = sum(row["done_at"] is None for row in latest)
    return _share(covered(tables, "health_checks", hall, midnight), missing, len(latest), 5)


def opening_minutes(tables: Tables, hall: str, since: dt.datetime, until: dt.datetime) -> float:
    total, day = 0.0, since.date()
    while day <= until.date():
        for row in sessions(tables, hall, day):
            total += max((min(row["close_at"], until) - max(row["open_at"], since)) / MINUTE, 0.0)
        day += DAY
    return total


def data_lag(tables: Tables, hall: str, source: str, table: str, t: dt.datetime) -> Row:
    """35: opening minutes from the greatest covers_until to t, less the usual interval."""
    own = [
        row
        for row in tables["deliveries"]
        if (row["hall_id"], row["source_system"], row["table"]) == (hall, source, table) and row["delivered_at"] < t
    ]
    moments = sorted({row["delivered_at"] for row in own})
    intervals = [(b - a) / MINUTE for a, b in zip(moments, moments[1:], strict=False)][-20:]
    usual = median(intervals) if intervals else None
    lag = opening_minutes(tables, hall, max(row["covers_until"] for row in own), t)
    live = usual is not None and round(usual) <= 15
    return _result("value" if live else "no_data", lag, None, len(intervals), usual, lag - (usual or 0.0))


def link_rate(tables: Tables, hall: str, t: dt.datetime) -> Row:
    """36: done tickets of the day whose item needs a case: with a project_no that names a known case ÷ all."""
    midnight = _end_of_day(t) - DAY
    cases = {row["project_no"] for row in tables["cases"] if not row["is_test"]}
    done = [
        row
        for row in visitors(tables)
        if row["hall_id"] == hall
        and row["status"] == "done"
        and row["end_time"]
        and midnight <= row["end_time"]
        and any(
            item["item_code"] == row["item_code"]
            and item["needs_case"]
            and item["valid_from"] <= row["take_time"]
            and (item["valid_to"] is None or row["take_time"] < item["valid_to"])
            for item in tables["items"]
        )
    ]
    linked = sum(row["project_no"] in cases for row in done)
    return _share(covered(tables, "tickets", hall, midnight), linked, len(done), 50)


def invalid_row_rate(tables: Tables, hall: str, source: str, t: dt.datetime) -> Row:
    """37: rows quarantined ÷ rows read in the deliveries of the 7 days before t."""
    own = [
        row
        for row in tables["deliveries"]
        if row["hall_id"] == hall and row["source_system"] == source and t - 7 * DAY <= row["delivered_at"] < t
    ]
    return _share(True, sum(row["rows_quarantined"] for row in own), sum(row["rows_read"] for row in own), 100)


def device_offline(tables: Tables, hall: str, t: dt.datetime) -> Row:
    """38: devices in use not online at t ÷ devices in use."""
    used = [
        row
        for row in tables["devices"]
        if row["hall_id"] == hall
        and (row["valid_from"] is None or row["valid_from"] <= t)
        and (row["valid_to"] is None or t < row["valid_to"])
    ]
    off = []
    for device in used:
        states = [row for row in tables["device_states"] if row["device_id"] == device["device_id"]]
        last = max(states, key=lambda row: row["from_at"], default=None)
        if last is None or not last["online"] or last["to_at"] is not None:
            off.append(device)
    result = _share(covered(tables, "device_states", hall, t - 60 * MINUTE), len(off), len(used), 1)
    return result | {"key_off": sum(row["key_device"] for row in off)}
