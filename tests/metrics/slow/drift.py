"""Reading 13 as the indicators 2026.1 say it: day by day, with lists."""

import datetime as dt
from math import log, sqrt
from statistics import mean, stdev

from tests.metrics.slow.records import Row, Tables, covered, sessions, visitors
from tests.metrics.slow.windows import handle


def logs_of(tables: Tables, hall: str, item: str, day: dt.date) -> list[float]:
    """Logarithms of the handling times of tickets taken and ended on a day."""
    found = []
    for row in visitors(tables):
        length = handle(row)
        if length is None or row["hall_id"] != hall or row["item_code"] != item:
            continue
        if row["take_time"].date() == row["end_time"].date() == day:
            found.append(log(length))
    return found


def handle_time_drift(tables: Tables, hall: str, item: str, t: dt.datetime) -> Row | None:
    """13, of rows that are cut at t; None where the item was not served on the last 21 open days."""
    days = sorted({row["date"] for row in tables["calendar"] if row["hall_id"] == hall and row["date"] <= t.date()})
    days = [day for day in days if sessions(tables, hall, day)]
    logs = [logs_of(tables, hall, item, day) for day in days]
    if not any(logs[-21:]):
        return None
    usual: list[tuple[int, float]] = []
    state, seen, judged, compared = 0.0, False, False, 0.0
    for number, day_logs in enumerate(logs):
        judged = False
        if len(day_logs) < 15:
            continue
        level = mean(day_logs)
        examples = [value for index, value in usual if index <= number - 10][-20:]
        if len(examples) == 20 and stdev(examples) > 1e-9:
            judged = seen = True
            compared = mean(examples)
            state = 0.2 * (level - compared) / stdev(examples) + 0.8 * state
        if not (judged and state / sqrt(0.2 / 1.8) >= 4):
            usual.append((number, level))
    midnight = dt.datetime.combine(t.date(), dt.time(), t.tzinfo)
    known = covered(tables, "tickets", hall, midnight)
    reading = "no_data" if not known else "value" if judged else "insufficient"
    return {
        "numerator": state,
        "denominator": sqrt(0.2 / 1.8) if seen else 0.0,
        "sample": len(logs[-1]),
        "baseline": 2.718281828459045**compared if judged else None,
        "reading": reading,
        "value": state / sqrt(0.2 / 1.8) if reading == "value" else None,
    }
