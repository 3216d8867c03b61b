"""Windows as the indicators 2026.1 say them, for one instant, on rows that are cut at it: no kernel, loops only."""

import datetime as dt

from tests.metrics.slow.records import DAY, MINUTE, Row, Tables, covered, cut, last_close, net, session_at, visitors
from tests.metrics.slow.spans import Span, crossed, minutes, stands, union

HOUR = dt.timedelta(hours=1)


def window_of(tables: Tables, hall: str, t: dt.datetime) -> Span:
    """The last 60 minutes, not reaching back before the session's opening."""
    session = session_at(tables, hall, t)
    assert session is not None
    return max(t - HOUR, session["open_at"]), t


def of_hall(tables: Tables, hall: str) -> list[Row]:
    return [row for row in tables["windows"] if row["hall_id"] == hall]


def queues_of(window: Row) -> set[str]:
    return set(window["queue_ids"])


def serving(tables: Tables, queue: str) -> list[tuple[Row, float]]:
    """Windows that serve a queue, with what each counts."""
    return [(row, 1 / len(queues_of(row))) for row in tables["windows"] if queue in row["queue_ids"]]


def ended(row: Row, start: dt.datetime, name: str) -> dt.datetime | None:
    """When a spell ended; an end on a later day is none."""
    end: dt.datetime | None = row[name]
    return end if end is not None and end.date() == start.date() else None


def open_spans(tables: Tables, window: Row, t: dt.datetime) -> list[Span]:
    """When a window was open, as known at t."""
    rows = [row for row in tables["window_sessions"] if row["window_id"] == window["window_id"]]
    rows.sort(key=lambda row: (row["start_at"], row["session_id"]))
    found = []
    for number, row in enumerate(rows):
        start = row["start_at"]
        end = ended(row, start, "end_at")
        if end is None:
            closing = last_close(tables, window["hall_id"], start.date())
            end = min(t, max(closing, start)) if closing else start
        if number + 1 < len(rows):
            end = min(end, rows[number + 1]["start_at"])
        if row["state"] == "pause":
            end = min(end, start + 15 * MINUTE)
        if end > start:
            found.append((start, end))
    return found


def plans(tables: Tables, window: Row) -> list[Span]:
    rows = [row for row in tables["window_plan"] if row["window_id"] == window["window_id"]]
    return [(row["start_at"], row["end_at"]) for row in rows]


def begun(row: Row) -> dt.datetime | None:
    """When somebody took a ticket up, on the day of its taking."""
    times = [time for time in (row["call_time"], row["start_time"]) if time is not None]
    return min(times) if times and min(times).date() == row["take_time"].date() else None


def waiting_spans(tables: Tables, queues: set[str], t: dt.datetime) -> list[Span]:
    """When somebody waited in one of the queues, as the hall saw it at that moment: void tickets too."""
    found = []
    for row in tables["tickets"]:
        if row["is_test"] or row["queue_id"] not in queues:
            continue
        take = row["take_time"]
        closing = last_close(tables, row["hall_id"], take.date())
        midnight = dt.datetime.combine(take.date() + DAY, dt.time(), take.tzinfo)
        ends = [row["call_time"], row["start_time"], row["end_time"], max(closing, take) if closing else None, midnight]
        found.append((take, min(end for end in [*ends, t] if end is not None)))
    return union(found)


def waiting(tables: Tables, queues: set[str], t: dt.datetime) -> int:
    """How many wait at t in the queues."""
    return sum(
        row["queue_id"] in queues
        and row["take_time"].date() == t.date()
        and not (row["call_time"] or row["start_time"] or row["end_time"])
        and (last_close(tables, row["hall_id"], t.date()) or t) >= t
        for row in visitors(tables)
    )


def busy_spans(tables: Tables, window: Row, t: dt.datetime) -> list[Span]:
    """When a window was busy while open, as known at t."""
    rows = [row for row in tables["tickets"] if row["window_id"] == window["window_id"] and not row["is_test"]]
    calls = sorted(call for row in rows if (call := begun(row)))
    people = [row for row in visitors(tables) if row["window_id"] == window["window_id"] and begun(row)]
    waits = waiting_spans(tables, queues_of(window), t)
    found = []
    for row in people:
        start = begun(row)
        assert start is not None
        end = ended(row, start, "end_time")
        if end is None:
            closing = last_close(tables, window["hall_id"], start.date())
            later = [call for call in calls if call > start]
            found.append((start, min([max(closing, start) if closing else start, t, *later])))
            continue
        found.append((start, end))
        nexts = [call for call in calls if call >= end and call.date() == end.date()]
        if nexts:
            found += crossed([(end, min(nexts[0], end + dt.timedelta(seconds=30)))], waits)
    return crossed(union(found), union(open_spans(tables, window, t)))


def is_open(tables: Tables, window: Row, t: dt.datetime) -> bool:
    return stands(open_spans(tables, window, t), t)


def open_for(tables: Tables, queue: str, t: dt.datetime) -> float:
    return sum(part for window, part in serving(tables, queue) if is_open(tables, window, t))


def is_planned(tables: Tables, window: Row, t: dt.datetime) -> bool:
    return stands(plans(tables, window), t)


def result(
    tables: Tables,
    hall: str,
    t: dt.datetime,
    needs: tuple[str, ...],
    *,
    enough: bool,
    value: float | None,
    sample: int,
    parts: tuple[float, float | None],
    **extras: float | None,
) -> Row:
    """A reading."""
    known = all(covered(tables, table, hall, t - HOUR) for table in needs)
    reading = "no_data" if not known else "value" if enough else "insufficient"
    return {
        "numerator": parts[0],
        "denominator": parts[1],
        "sample": sample,
        "reading": reading,
        "value": value if reading == "value" else None,
        **extras,
    }


def queue_per_window(tables: Tables, hall: str, queue: str, t: dt.datetime) -> Row | None:
    """7; None where no window is planned for the queue."""
    if not any(is_planned(tables, window, t) for window, _ in serving(tables, queue)):
        return None
    people, windows = waiting(tables, {queue}, t), open_for(tables, queue, t)
    value = 0.0 if not people else people / windows if windows else None
    needs = ("tickets", "window_sessions")
    return result(tables, hall, t, needs, enough=True, value=value, sample=people, parts=(people, windows))


def window_saturation(tables: Tables, hall: str, group: str, t: dt.datetime) -> Row:
    """9."""
    since, until = window_of(tables, hall, t)
    windows = [row for row in of_hall(tables, hall) if row["service_group"] == group]
    busy = sum(minutes(busy_spans(tables, row, t), since, until) for row in windows)
    open_ = round(sum(minutes(open_spans(tables, row, t), since, until) for row in windows), 9)
    there = [row for row in windows if is_open(tables, row, t)]
    queues = {queue for row in there for queue in row["queue_ids"]}
    return result(
        tables,
        hall,
        t,
        ("tickets", "window_sessions"),
        enough=open_ >= 60,
        value=busy / open_ * 100 if open_ else None,
        sample=int(open_),
        parts=(busy, open_),
        waiting_per_window=waiting(tables, queues, t) / len(there) if there else None,
    )


def demand_capacity_ratio(tables: Tables, hall: str, queue: str, t: dt.datetime) -> Row:
    """10."""
    since, until = window_of(tables, hall, t)
    own = [row for row in visitors(tables) if row["queue_id"] == queue]
    taken = sum(since <= row["take_time"] < until and row["hall_id"] == hall for row in own)
    days: dict[dt.date, list[float]] = {}
    for row in own:
        length = handle(row)
        if length is None or not 1 <= (t.date() - row["end_time"].date()).days <= 45:
            continue
        if last_close(tables, hall, row["end_time"].date()):
            days.setdefault(row["end_time"].date(), []).append(length)
    last = [length for day in sorted(days)[-20:] for length in days[day]]
    mean = sum(last) / len(last) / 60 if last else 0.0
    windows = open_for(tables, queue, t)
    return result(
        tables,
        hall,
        t,
        ("tickets", "window_sessions"),
        enough=taken >= 12 and len(days) >= 5,
        value=taken * mean / windows if windows else None,
        sample=taken,
        parts=(taken * mean, windows),
        waiting_per_window=waiting(tables, {queue}, t) / windows if windows else None,
    )


def handle(row: Row) -> float | None:
    """Minutes of a service that counts; None for others."""
    start = row["start_time"] or row["call_time"]
    if row["status"] not in ("done", "returned") or row["end_time"] is None or start is None:
        return None
    return (row["end_time"] - start) / MINUTE or None


def window_open_rate(tables: Tables, hall: str, t: dt.datetime) -> Row | None:
    """11; None in the first 30 minutes of a session."""
    session = session_at(tables, hall, t)
    assert session is not None
    if t < session["open_at"] + 30 * MINUTE:
        return None
    since, until = window_of(tables, hall, t)
    there = planned = 0.0
    windows = 0
    for window in of_hall(tables, hall):
        wanted = union(plans(tables, window))
        planned += minutes(wanted, since, until)
        windows += minutes(wanted, since, until) > 0
        there += minutes(crossed(wanted, union(open_spans(tables, window, t))), since, until)
    return result(
        tables,
        hall,
        t,
        ("window_plan", "window_sessions"),
        enough=windows >= 2,
        value=there / planned * 100 if planned else None,
        sample=windows,
        parts=(there, planned),
    )


def off_post_minutes(tables: Tables, hall: str, name: str, t: dt.datetime) -> Row | None:
    """33; None for a window without a plan that day, or while no window is planned for one of its queues."""
    window = next(row for row in tables["windows"] if row["window_id"] == name)
    if not any(start.date() == t.date() for start, _ in plans(tables, window)):
        return None
    queues = queues_of(window)
    others = [row for queue in queues for row, _ in serving(tables, queue)]
    if not any(is_planned(tables, row, t) for row in others):
        return None
    waits = union(waiting_spans(tables, queues, t), 2 * MINUTE)
    running = [start for start, end in waits if start < t and t - end < 2 * MINUTE]
    length = 0.0
    if is_planned(tables, window, t) and not is_open(tables, window, t) and running:
        planned = next(start for start, end in union(plans(tables, window)) if start < t <= end)
        left = [end for _, end in open_spans(tables, window, t)]
        since = max([planned, running[-1], *left])
        length = net(tables, hall, since, t) / MINUTE if since < t else 0.0
    return result(
        tables,
        hall,
        t,
        ("window_plan", "window_sessions", "tickets"),
        enough=True,
        value=length,
        sample=waiting(tables, queues, t),
        parts=(length, None),
    )


def idle_day(tables: Tables, hall: str, group: str, t: dt.datetime, day: dt.date) -> tuple[float, float]:
    """Busy and open minutes of a day's windows that are not tidal: as known at its end, or at t."""
    start = dt.datetime.combine(day, dt.time(), t.tzinfo)
    known_at = min(t, start + DAY)
    known = cut(tables, known_at)
    windows = [row for row in of_hall(tables, hall) if row["service_group"] == group and not row["is_tidal"]]
    return (
        sum(minutes(busy_spans(known, row, known_at), start, start + DAY) for row in windows),
        round(sum(minutes(open_spans(known, row, known_at), start, start + DAY) for row in windows), 9),
    )


def window_idle_rate(tables: Tables, hall: str, group: str, t: dt.datetime) -> Row:
    """12; of the rows that are not cut: a past day is taken as it was known when it ended."""
    days = [idle_day(tables, hall, group, t, t.date() - back * DAY) for back in range(15)]
    full = [(busy, open_) for busy, open_ in days if open_ >= 360]
    lowest = min(full[:5], key=lambda day: 1 - day[0] / day[1], default=(0.0, 0.0))
    idle = lowest[1] - lowest[0]
    known = all(
        covered(cut(tables, t), table, hall, dt.datetime.combine(t.date(), dt.time(), t.tzinfo))
        for table in ("tickets", "window_sessions")
    )
    reading = "no_data" if not known else "value" if len(full) >= 5 else "insufficient"
    return {
        "numerator": idle,
        "denominator": lowest[1],
        "sample": len(full),
        "reading": reading,
        "value": idle / lowest[1] * 100 if reading == "value" else None,
    }
