"""Small random cities in which everything that is awkward happens often: for the slow versions to be held against."""

import datetime as dt
from random import Random
from zoneinfo import ZoneInfo

from tests.metrics.slow.records import DAY, MINUTE, ZONE, Row, Tables

TZ = ZoneInfo(ZONE)
#: The day that is judged, a Wednesday.
TODAY = dt.date(2026, 3, 18)
HALLS = ("H1", "H2", "H3")
QUEUES = {"H1": ("H1-A", "H1-B"), "H2": ("H2-A",), "H3": ("H3-A",)}
WINDOWS = {"H1": ("H1-1", "H1-2", "H1-3"), "H2": ("H2-1",), "H3": ("H3-1", "H3-2")}
STATUSES = ("done", "done", "done", "done", "returned", "no_show", "abandoned", "cancelled", "void")


def at(day: dt.date, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    """An instant in the city's zone."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=TZ)


def random_city(seed: int, busy: int = 40) -> Tables:
    """A random city of three halls: halls, calendar, queues, windows, tickets, headcounts, deliveries.

    Args:
        seed: which.
        busy: tickets of a hall on an ordinary day.
    """
    rng = Random(seed)
    days = _days(rng)
    calendar = [row for hall in HALLS for day in days for row in _calendar(rng, hall, day)]
    tickets = [row for hall in HALLS for day in days for row in _tickets(rng, calendar, hall, day, busy)]
    rng.shuffle(tickets)
    return {
        "halls": [{"hall_id": h, "capacity": rng.choice([None, 0, 20, 40, 40])} for h in HALLS],
        "calendar": calendar,
        "queues": [{"queue_id": q, "hall_id": hall} for hall, own in QUEUES.items() for q in own],
        "windows": [{"window_id": w, "hall_id": hall} for hall, own in WINDOWS.items() for w in own],
        "tickets": tickets,
        "headcounts": _headcounts(rng),
        "deliveries": _deliveries(rng),
    }


def snapped(rng: Random, moment: dt.datetime) -> dt.datetime:
    """Many things happen exactly on the 5-minute grid, some at the same second as others."""
    luck = rng.random()
    if luck < 0.25:
        return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)
    return moment.replace(microsecond=0) if luck < 0.6 else moment


def instants(rng: Random, tables: Tables, count: int) -> list[dt.datetime]:
    """Some instants of today on the grid, with opening, closing, lunch and half hours among them."""
    grid = [at(TODAY, 8) + 5 * number * MINUTE for number in range(0, 12 * 11)]
    edges = [row["close_at"] for row in tables["calendar"] if row["date"] == TODAY and row["close_at"]]
    halves = [t for t in grid if t.minute % 30 == 0]
    rush = [t for t in halves if at(TODAY, 9) < t < at(TODAY, 12)]
    chosen = rng.sample(grid, count // 2) + rng.sample(halves, count // 4) + rng.sample(rush, count // 4) + edges
    return sorted({t.replace(minute=t.minute // 5 * 5, second=0) for t in chosen})


def _days(rng: Random) -> list[dt.date]:
    """Today, the same weekday of some weeks (a year ago too), and some days between."""
    share = rng.choice([0.3, 0.6, 0.9])
    weeks = [TODAY - step * 7 * DAY for step in range(1, 15) if rng.random() < share]
    near = [TODAY - step * DAY for step in range(1, 12) if rng.random() < 0.5]
    year_ago = dt.date.fromisocalendar(TODAY.isocalendar().year - 1, TODAY.isocalendar().week, TODAY.isoweekday())
    return sorted({TODAY, *weeks, *near, *([year_ago] if rng.random() < 0.7 else [])})


def _calendar(rng: Random, hall: str, day: dt.date) -> list[Row]:
    kind = rng.choices(["work", "rest", "holiday", "makeup"], [8, 1, 0.5, 1 if day == TODAY else 0.3])[0]
    row = {"hall_id": hall, "date": day, "day_type": kind, "bad_data": rng.random() < 0.08, "session": 1}
    if rng.random() < 0.06 and day != TODAY:
        return [row | {"open_at": None, "close_at": None}]
    opening = at(day, 9) if rng.random() < 0.8 else at(day, 8, rng.choice([30, 57]))
    closing = at(day, 12) if rng.random() < 0.7 else at(day, 11, rng.choice([30, 58]))
    first = row | {"open_at": opening, "close_at": closing}
    if hall == "H2" or rng.random() < 0.1:
        return [first]
    again = at(day, 13) if rng.random() < 0.8 else at(day, 12, rng.choice([15, 33]))
    return [first, row | {"session": 2, "open_at": again, "close_at": at(day, 17)}]


def _tickets(rng: Random, calendar: list[Row], hall: str, day: dt.date, busy: int) -> list[Row]:
    own = [row for row in calendar if row["hall_id"] == hall and row["date"] == day and row["open_at"]]
    count = rng.choice([0, 2, busy // 2, busy, busy, busy, 2 * busy]) if day != TODAY else 3 * busy
    # Crowded in one hour, mostly that of the other days, and empty in the next.
    rush = at(day, 9, 30) if rng.random() < 0.8 else rng.choice([at(day, 9), at(day, 10, 30), at(day, 13, 30)])
    rows = []
    for number in range(count if own else min(count, 3)):
        luck = rng.random()
        take = rush + rng.random() * 60 * MINUTE if luck < 0.75 else at(day, 8, 30) + rng.random() * 540 * MINUTE
        take = at(day, 23, 50) + rng.random() * 9 * MINUTE if luck > 0.99 else take
        rows.append(_ticket(rng, f"{hall}-{day}-{number:03}", hall, snapped(rng, take)))
    return rows


def _ticket(rng: Random, name: str, hall: str, take: dt.datetime) -> Row:
    status = rng.choice(STATUSES)
    length = rng.choice([0, 1, 5, 5, 20, 30, 60, 200])
    wait = rng.random() * length * MINUTE if length else dt.timedelta(minutes=rng.choice([0, 2, 25]))
    call: dt.datetime | None = snapped(rng, take + wait)
    end: dt.datetime | None
    start: dt.datetime | None = call if rng.random() < 0.5 else None
    if call is None or call < take:
        call = take
    if start is not None:
        start = call + rng.choice([0, 1]) * MINUTE
    if status in ("abandoned", "cancelled", "void") and rng.random() < 0.85:
        end, call, start = take + rng.choice([0.5, 2, 10, 26, 70]) * MINUTE, None, None
    elif rng.random() < 0.05:
        start, call, end = call, None, call + 4 * MINUTE
    else:
        end = (start or call) + rng.choice([0, 1, 4, 12, 40]) * MINUTE
    fate = rng.random()
    if fate < 0.06:
        end, status = None, "serving"
    elif fate < 0.14:
        call = start = end = None
        status = "waiting"
    served = call or start
    return {
        "ticket_id": name,
        "hall_id": hall,
        "queue_id": rng.choice(QUEUES[hall]) if rng.random() < 0.98 else "elsewhere",
        "take_time": take,
        "call_time": call,
        "start_time": start,
        "end_time": end,
        "window_id": rng.choice(WINDOWS[hall]) if served and rng.random() < 0.9 else None,
        "status": status,
        "transferred_from": "x" if rng.random() < 0.08 else None,
        "is_test": rng.random() < 0.04,
    }


def _headcounts(rng: Random) -> list[Row]:
    rows = []
    for source in ("door", "camera"):
        moment = at(TODAY, 9)
        while moment < at(TODAY, 16):
            present = rng.choice([None, 0, rng.randrange(40)])
            rows.append({"hall_id": "H1", "source": source, "at": moment, "entered": 1, "present": present})
            moment = snapped(rng, moment + rng.choice([5, 5, 5, 7, 10, 10, 12, 40]) * MINUTE) + MINUTE
    return rows


def _deliveries(rng: Random) -> list[Row]:
    rows = []
    for hall in HALLS:
        for table in ("tickets", "headcounts"):
            if rng.random() < 0.3:
                covers = rng.choice([at(TODAY, 11), at(TODAY, 18)])
                rows.append(delivery("file", table, hall, covers + DAY, covers, 0))
                continue
            moment = at(TODAY, 8, 45)
            while moment < at(TODAY, 18):
                covers = moment - rng.choice([0, 1, 20]) * MINUTE
                rows.append(delivery("queue", table, hall, snapped(rng, moment), covers, len(rows)))
                moment += rng.choice([15, 15, 15, 15, 90]) * MINUTE
    return rows


def delivery(source: str, table: str, hall: str, delivered: dt.datetime, covers: dt.datetime, number: int) -> Row:
    """One delivery."""
    return {
        "source_system": source,
        "table": table,
        "hall_id": hall,
        "batch_id": f"b{number:04}",
        "delivered_at": delivered,
        "covers_until": covers,
        "rows_read": 10 + number % 70,
        "rows_quarantined": number % 3,
    }
