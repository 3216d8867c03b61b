"""The counts of the first screen, each against a small table made by hand and counted a second way in plain Python."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from metrics.facts import overview

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 10, 12)  # a Monday
START = datetime(2026, 10, 12, tzinfo=ZONE)
TIME = pl.Datetime("us", "Asia/Shanghai")


def at(clock: str | None) -> datetime | None:
    return None if clock is None else datetime.fromisoformat(f"2026-10-12T{clock}").replace(tzinfo=ZONE)


T = datetime(2026, 10, 12, 10, 0, tzinfo=ZONE)

#: hall, take, call, end, status, is_test; the tickets of `TRANSFERRED` are taken at a transfer
TICKETS: list[tuple[str, str, str | None, str | None, str, bool]] = [
    ("a", "09:00:00", "09:10:00", "09:20:00", "done", False),
    ("a", "09:30:00", None, None, "waiting", False),
    ("a", "09:40:00", "10:05:00", None, "called", False),  # called later than t: still waits at t
    ("a", "09:45:00", "09:59:59", None, "called", False),
    ("a", "09:50:00", "10:00:00", None, "called", False),  # called exactly at t: has not happened yet
    ("a", "10:00:00", None, None, "waiting", False),  # taken exactly at t: does not exist yet
    ("a", "09:10:00", None, "09:30:00", "abandoned", False),
    ("a", "09:11:00", None, "10:30:00", "abandoned", False),  # leaves later than t: waits at t
    ("a", "09:12:00", None, "09:13:00", "void", False),
    ("a", "09:12:30", None, "10:13:00", "void", False),  # made void later than t: counts at t
    ("a", "09:14:00", None, "09:16:00", "cancelled", False),  # after exactly 120 s: a slip
    ("a", "09:14:00", None, "09:16:01", "cancelled", False),  # after 121 s: a visitor
    ("a", "09:15:00", None, None, "waiting", True),
    ("b", "08:00:00", None, None, "waiting", False),  # hall b closed at 09:30: gone
    ("b", "08:30:00", "09:40:00", "09:50:00", "done", False),
    ("c", "08:30:00", None, None, "waiting", False),  # hall c has no calendar
    ("d", "09:00:00", "09:10:00", "09:20:00", "done", False),
    ("d", "09:20:01", None, None, "waiting", False),  # the same visitor, sent on to another queue: waits, came once
]
#: Hall and instant of the tickets that somebody got who had already taken one.
TRANSFERRED = {("d", "09:20:01")}
CLOSING = {"a": "12:00:00", "b": "09:30:00"}


def tickets() -> pl.LazyFrame:
    rows = [
        {
            "hall_id": hall,
            "take_time": at(take),
            "call_time": at(call),
            "end_time": at(end),
            "status": status,
            "is_test": t,
            "transferred_from": "before" if (hall, take) in TRANSFERRED else None,
        }
        for hall, take, call, end, status, t in TICKETS
    ]
    schema: dict[str, Any] = {"hall_id": pl.String, "take_time": TIME, "call_time": TIME, "end_time": TIME}
    schema |= {"status": pl.String, "is_test": pl.Boolean, "transferred_from": pl.String}
    return pl.LazyFrame(rows, schema=schema)


def closing() -> pl.LazyFrame:
    rows = [{"hall_id": hall, "last_close": at(clock)} for hall, clock in CLOSING.items()]
    return pl.LazyFrame(rows, schema={"hall_id": pl.String, "last_close": TIME})


def by_hall(frame: pl.LazyFrame) -> dict[str | None, dict[str, Any]]:
    return {row.pop("hall_id"): row for row in frame.collect().to_dicts()}


def test_tickets_and_waiting_are_counted_as_known_at_the_instant() -> None:
    expected: dict[str | None, dict[str, int]] = {}
    for hall, take, call, end, status, test in TICKETS:
        take_time, call_time, end_time = at(take), at(call), at(end)
        assert take_time is not None
        ended = end_time is not None and end_time < T
        slip = (
            ended and status == "cancelled" and end_time is not None and end_time - take_time <= timedelta(seconds=120)
        )
        if test or take_time >= T or slip or (ended and status == "void"):
            continue
        row = expected.setdefault(hall, {"tickets": 0, "waiting": 0})
        row["tickets"] += (hall, take) not in TRANSFERRED
        close = at(CLOSING.get(hall))
        called = call_time is not None and call_time < T
        row["waiting"] += not called and not ended and (close is None or close >= T)

    counted = by_hall(overview.ticket_counts(tickets(), closing(), START, T))

    assert counted == expected
    assert counted["a"] == {"tickets": 9, "waiting": 5}
    assert counted["b"] == {"tickets": 2, "waiting": 0}
    assert counted["c"] == {"tickets": 1, "waiting": 1}
    assert counted["d"] == {"tickets": 1, "waiting": 1}


def test_yesterdays_tickets_neither_count_nor_wait() -> None:
    old = tickets().with_columns(pl.col("take_time", "call_time", "end_time") - timedelta(days=1))

    assert by_hall(overview.ticket_counts(old, closing(), START, T)) == {}


#: window, start, end, state and whether the window is open at 10:00 because of this spell
SPELLS: list[tuple[str, str, str | None, str, bool]] = [
    ("open", "09:00:00", None, "open", True),
    ("ends-later", "09:00:00", "10:30:00", "open", True),
    ("ends-now", "09:00:00", "10:00:00", "open", True),  # its end has not happened yet
    ("ended", "09:00:00", "09:59:59", "open", False),
    ("starts-now", "10:00:00", None, "open", False),
    ("short-pause", "09:50:00", None, "pause", True),
    ("pause-ends-now", "09:45:00", "10:00:00", "pause", True),
    ("long-pause", "09:44:59", None, "pause", False),
    ("past-pause", "09:50:00", "09:55:00", "pause", False),
    ("closed-hall", "08:00:00", None, "open", False),  # hall b closed at 09:30
]


def test_windows_are_open_in_open_spells_and_in_the_first_quarter_hour_of_a_pause() -> None:
    spells = pl.LazyFrame(
        [{"window_id": w, "start_at": at(s), "end_at": at(e), "state": state} for w, s, e, state, _ in SPELLS],
        schema={"window_id": pl.String, "start_at": TIME, "end_at": TIME, "state": pl.String},
    )
    windows = pl.LazyFrame(
        [{"window_id": w, "hall_id": "b" if w == "closed-hall" else "a"} for w, *_ in SPELLS],
        schema={"window_id": pl.String, "hall_id": pl.String},
    )

    counted = by_hall(overview.open_windows(spells, windows, closing(), START, T))

    assert counted["a"]["open_windows"] == sum(opened for *_, opened in SPELLS) == 5
    assert counted["b"]["open_windows"] == 0


def test_a_window_with_two_spells_is_one_window() -> None:
    spells = pl.LazyFrame(
        {
            "window_id": ["w", "w"],
            "start_at": [at("09:50:00"), at("09:55:00")],
            "end_at": [None, None],
            "state": ["pause", "open"],
        },
        schema={"window_id": pl.String, "start_at": TIME, "end_at": TIME, "state": pl.String},
    )
    windows = pl.LazyFrame({"window_id": ["w"], "hall_id": ["c"]})

    assert by_hall(overview.open_windows(spells, windows, closing(), START, T)) == {"c": {"open_windows": 1}}


def test_the_latest_snapshot_of_each_queue_is_added_up() -> None:
    rows = [
        ("a", "q1", "09:00:00", 9, 2),
        ("a", "q1", "09:55:00", 4, 3),
        ("a", "q1", "10:00:00", 99, 9),  # not yet
        ("a", "q2", "09:30:00", 1, 2),
        ("b", "q1", "08:00:00", 0, 0),
    ]
    snapshots = pl.LazyFrame(
        [{"hall_id": h, "queue_id": q, "at": at(c), "waiting": w, "open_windows": o} for h, q, c, w, o in rows],
        schema={"hall_id": pl.String, "queue_id": pl.String, "at": TIME, "waiting": pl.Int64, "open_windows": pl.Int64},
    )

    counted = by_hall(overview.queue_states(snapshots, START, T))

    assert counted["a"] == {"waiting": 5, "windows_by_queue": 5, "seen_at": at("09:55:00")}
    assert counted["b"] == {"waiting": 0, "windows_by_queue": 0, "seen_at": at("08:00:00")}


def cases() -> pl.LazyFrame:
    rows = [
        ("p1", "a", at("09:00:00"), None, False),
        ("p2", "a", at("09:30:00"), at("09:40:00"), False),
        ("p3", "a", START - timedelta(days=9), at("09:59:00"), False),  # older, finished today
        ("p4", "a", at("10:00:00"), None, False),  # not yet
        ("p5", "a", at("09:10:00"), at("10:00:00"), False),  # finish not yet
        ("p6", None, at("00:00:00"), None, False),  # online, at the first instant of the day
        ("p7", "a", at("09:00:00"), None, True),
        ("p8", "b", START - timedelta(seconds=1), None, False),
    ]
    return pl.LazyFrame(
        [
            dict(zip(("project_no", "hall_id", "apply_time", "finish_time", "is_test"), row, strict=True))
            for row in rows
        ],
        schema={
            "project_no": pl.String,
            "hall_id": pl.String,
            "apply_time": TIME,
            "finish_time": TIME,
            "is_test": pl.Boolean,
        },
    )


def test_cases_submitted_and_finished_today_are_counted_by_hall() -> None:
    assert by_hall(overview.case_counts(cases(), START, T)) == {
        "a": {"submitted": 3, "finished": 2},
        None: {"submitted": 1, "finished": 0},
    }


def test_reviews_count_in_their_own_hall_or_in_that_of_their_case() -> None:
    rows = [
        ("a", None, 5, "active", "09:00:00", None),
        ("a", None, 1, "active", "09:01:00", True),
        ("a", None, 2, "default", "09:02:00", None),  # bad, but nobody gave it
        ("a", None, 1, "active", "09:03:00", False),  # found invalid
        (None, "p3", 2, "active", "09:04:00", None),  # placed by its case
        (None, "p6", 4, "active", "09:05:00", None),  # its case has no hall
        (None, "unknown", 3, "active", "09:06:00", None),
        ("a", None, 5, "active", "10:00:00", None),  # not yet
    ]
    names = ("hall_id", "project_no", "level", "origin", "assess_time", "valid")
    reviews = pl.LazyFrame(
        [dict(zip(names, (h, p, lv, o, at(c), v), strict=True)) for h, p, lv, o, c, v in rows],
        schema={
            "hall_id": pl.String,
            "project_no": pl.String,
            "level": pl.Int64,
            "origin": pl.String,
            "assess_time": TIME,
            "valid": pl.Boolean,
        },
    )

    assert by_hall(overview.review_counts(reviews, cases(), START, T)) == {
        "a": {"reviews": 4, "bad_reviews": 2},
        None: {"reviews": 2, "bad_reviews": 0},
    }


def test_a_quarter_hour_in_which_nobody_came_is_a_zero_and_one_in_which_no_machine_spoke_is_unknown() -> None:
    days = [DAY - timedelta(weeks=week) for week in range(1, 5)]
    counts = pl.DataFrame(
        [(days[0], 36, 10), (days[1], 36, 20), (days[2], 36, 30), (days[3], 36, 40), (days[0], 38, 8), (DAY, 36, 999)],
        schema={"day": pl.Date, "slot": pl.Int64, "count": pl.Int64},
        orient="row",
    )

    arrivals = overview.usual_course(counts, days, range(36, 39), empty_is_zero=True)
    states = overview.usual_course(counts, days, range(36, 39), empty_is_zero=False)

    assert arrivals["usual"].to_list() == [25.0, 0.0, 0.0]
    assert states["usual"].to_list() == [25.0, None, 8.0]


def test_slots_are_quarter_hours_of_the_citys_clock() -> None:
    times = pl.LazyFrame({"x": [at("00:00:00"), at("00:14:59"), at("09:15:00"), at("23:59:59")]}, schema={"x": TIME})

    counted = overview.slot_counts(times, "x").collect().sort("slot")

    assert counted.rows() == [(DAY, 0, 2), (DAY, 37, 1), (DAY, 95, 1)]


def test_people_waiting_in_a_quarter_hour_are_each_queues_last_word_in_it() -> None:
    rows = [("a", "1", "09:00:00", 5), ("a", "1", "09:10:00", 3), ("a", "2", "09:01:00", 2), ("b", "1", "09:16:00", 7)]
    frame = pl.LazyFrame(
        [{"hall_id": h, "queue_id": q, "at": at(c), "waiting": w} for h, q, c, w in rows],
        schema={"hall_id": pl.String, "queue_id": pl.String, "at": TIME, "waiting": pl.Int64},
    )

    assert overview.waiting_by_slot(frame).collect().sort("slot").rows() == [(DAY, 36, 5), (DAY, 37, 7)]


def test_usual_days_are_the_latest_eight_of_the_same_weekday_and_none_if_fewer_than_four() -> None:
    mondays = [DAY - timedelta(weeks=week) for week in range(1, 30)]
    none = pl.Series([], dtype=pl.Date)

    assert overview.usual_days(DAY, pl.Series(mondays), none) == mondays[:8]
    assert overview.usual_days(DAY, pl.Series(mondays), pl.Series(mondays[:3])) == mondays[3:11]
    assert overview.usual_days(DAY, pl.Series(mondays[:3]), none) == []
    assert overview.usual_days(DAY, pl.Series(mondays[13:]), none) == []  # only three of them within 16 weeks
    assert overview.usual_days(DAY, pl.Series([DAY - timedelta(days=1)] * 9), none) == []


def test_halls_are_open_between_opening_and_closing_of_any_session() -> None:
    rows = [
        ("a", 1, "08:30:00", "12:00:00"),
        ("a", 2, "14:00:00", "17:00:00"),
        ("b", 1, None, None),
        ("c", 1, "10:00:00", "11:00:00"),
    ]
    calendar = pl.LazyFrame(
        [{"hall_id": h, "date": DAY, "session": s, "open_at": at(o), "close_at": at(c)} for h, s, o, c in rows],
        schema={"hall_id": pl.String, "date": pl.Date, "session": pl.Int64, "open_at": TIME, "close_at": TIME},
    )

    def open_at(clock: str) -> set[str]:
        instant = at(clock)
        assert instant is not None
        return set(overview.open_halls(calendar, instant).collect()["hall_id"])

    assert open_at("10:00:00") == {"a", "c"}
    assert open_at("12:00:00") == set()
    assert open_at("14:00:00") == {"a"}
    assert by_hall(overview.last_closing(calendar, DAY)) == {
        "a": {"last_close": at("17:00:00")},
        "b": {"last_close": None},
        "c": {"last_close": at("11:00:00")},
    }
