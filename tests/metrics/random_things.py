"""Random rosters, checks, deliveries, items, cases and devices, to be added to a small random city."""

import datetime as dt
from random import Random

from tests.metrics.random_city import HALLS, TODAY, at, delivery, random_city, snapped
from tests.metrics.slow.records import DAY, MINUTE, Row, Tables

PROGRAMMES = ("核酸检测", "体温")
SOURCES = (("queue", "tickets"), ("queue", "window_sessions"), ("door", "headcounts"), ("daily", "attendance"))
DAYS = [TODAY - step * DAY for step in range(3, -1, -1)]


def random_things(seed: int) -> Tables:
    """A random city whose last four days have everything that readings 34 to 38 look at."""
    rng = Random(seed)
    tables = random_city(seed, 8)
    for row in tables["tickets"]:
        row["item_code"] = rng.choice([None, "A", "B", "C", "unknown"])
        row["project_no"] = rng.choice([None, *(f"P{n}" for n in range(12))])
    return tables | {
        "roster": [row for hall in HALLS for day in DAYS for row in _roster(rng, hall, day)],
        "health_checks": _checks(rng),
        "items": _items(),
        "cases": [
            {
                "project_no": f"P{n}",
                "apply_time": at(TODAY, rng.randrange(24), rng.randrange(60)) - rng.choice([0, 0, 1]) * DAY,
                "is_test": rng.random() < 0.1,
            }
            for n in range(10)
        ],
        "deliveries": [
            row for hall in HALLS for source, table in SOURCES for row in _delivered(rng, hall, source, table)
        ]
        + [row for hall in HALLS for row in _single(rng, hall)],
        "devices": [row for hall in HALLS for row in _devices(rng, hall)],
        "device_states": [row for hall in HALLS for n in range(6) for row in _states(rng, f"{hall}-D{n}")],
    }


def _roster(rng: Random, hall: str, day: dt.date) -> list[Row]:
    rows = []
    for person in rng.sample(range(12), rng.choice([0, 4, 7, 10])):
        start = at(day, rng.choice([0, 8, 9, 20]))
        length = rng.choice([0.5, 3, 4, 10])
        rows.append(
            {
                "staff_id": f"{hall if person < 10 else 'shared'}-{person}",
                "start_at": start,
                "hall_id": hall,
                "end_at": start + length * 60 * MINUTE,
                "role": "clerk",
            }
        )
    return rows


def _checks(rng: Random) -> list[Row]:
    rows: dict[tuple[str, str, dt.datetime], Row] = {}
    for hall in HALLS:
        for person in range(12):
            for programme in PROGRAMMES:
                for _ in range(rng.choice([0, 1, 2, 2, 3])):
                    edge = rng.choice([TODAY, TODAY - DAY, TODAY - 30 * DAY, TODAY - 31 * DAY, TODAY - 10 * DAY])
                    due = at(edge, rng.choice([9, 17, 20, 23]))
                    done = None if rng.random() < 0.3 else due + rng.choice([-20, -1, 0, 1, 5]) * 60 * MINUTE
                    name = f"{hall if person < 10 else 'shared'}-{person}"
                    rows[name, programme, due] = {
                        "staff_id": name,
                        "programme": programme,
                        "due_at": due,
                        "hall_id": hall,
                        "done_at": done,
                    }
    return list(rows.values())


def _items() -> list[Row]:
    change = at(TODAY, 10)
    early = at(TODAY - 900 * DAY, 0)
    row = {"name": "x", "dept_code": "D", "case_type": "instant"}
    return [
        row | {"item_code": "A", "version": "1", "needs_case": True, "valid_from": early, "valid_to": None},
        row | {"item_code": "B", "version": "1", "needs_case": False, "valid_from": early, "valid_to": change},
        row | {"item_code": "B", "version": "2", "needs_case": True, "valid_from": change, "valid_to": None},
        row | {"item_code": "C", "version": "1", "needs_case": True, "valid_from": early, "valid_to": change},
    ]


def _delivered(rng: Random, hall: str, source: str, table: str) -> list[Row]:
    rows: list[Row] = []
    if rng.random() < 0.15:
        return rows
    every = rng.choice([5, 15, 15, 15, 20, 60])
    for day in DAYS:
        moment = at(day, rng.choice([8, 9]))
        while moment < at(day, 20):
            for _ in range(rng.choice([1, 1, 1, 2])):
                covers = moment - rng.choice([0, 0, 5, 400]) * MINUTE
                number = len(rows)
                rows.append(delivery(source, table, hall, snapped(rng, moment), covers, number))
            moment += (every + rng.choice([0, 0, 0, 1, 0.3, 60])) * MINUTE
    return rows


def _single(rng: Random, hall: str) -> list[Row]:
    covers = rng.choice([at(TODAY, 0), at(TODAY, 0) + MINUTE, at(TODAY, 11), at(TODAY, 19)])
    given = rng.choice([covers + DAY, covers + MINUTE])
    return [delivery("once", table, hall, given, covers, 7) for table in ("health_checks", "device_states")]


def _devices(rng: Random, hall: str) -> list[Row]:
    edges = [None, None, None, at(TODAY - DAY, 0), at(TODAY, 10), at(TODAY, 10, 2)]
    rows = []
    for number in range(rng.choice([0, 2, 6])):
        since, until = rng.choice(edges), rng.choice(edges)
        if since and until and since > until:
            since, until = until, since
        rows.append(
            {
                "device_id": f"{hall}-D{number}",
                "hall_id": hall,
                "kind": "kiosk",
                "key_device": rng.random() < 0.4,
                "valid_from": since,
                "valid_to": until,
            }
        )
    return rows


def _states(rng: Random, device: str) -> list[Row]:
    rows: list[Row] = []
    moment = at(TODAY - DAY, 8)
    while moment < at(TODAY, 18) and len(rows) < 40:
        start, moment = moment, snapped(rng, moment + rng.choice([5, 10, 30, 200, 900]) * MINUTE)
        if moment <= start:
            moment = start + MINUTE
        ends = rng.choice([moment, moment, None, start + (moment - start) / 2])
        rows.append({"device_id": device, "from_at": start, "to_at": ends, "online": rng.random() < 0.7})
    return rows if rng.random() < 0.9 else []
