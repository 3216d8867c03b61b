"""Readings 1 and 2 on small tables, worked out by hand."""

import datetime as dt

import pytest

from tests.metrics.handmade import behind, clock, hall, opening, read, readings, ticket
from tests.metrics.random_city import TODAY
from tests.metrics.slow.records import DAY, Row

WEEK = 7 * DAY


def crowd(count: int, day: dt.date, start: str = "9:30", **more: object) -> list[Row]:
    """So many tickets, one every ten seconds."""
    first = clock(start, day)
    rows = []
    for number in range(count):
        row = ticket(f"{day}-{start}-{number:03}", start, day=day, **more)
        rows.append(row | {"take_time": first + dt.timedelta(seconds=10 * number)})
    return rows


def past(counts: list[int], start: str = "9:30") -> list[Row]:
    return [row for week, count in enumerate(counts, 1) for row in crowd(count, TODAY - week * WEEK, start)]


def test_a_peak_is_what_came_in_an_hour_over_the_median_of_eight_such_weekdays() -> None:
    # The eight nearest: 10, 20, 12, 12, 8, 16, 14, 10 → sorted 8 10 10 12 | 12 14 16 20 → 12; the ninth does not count.
    city = hall(*crowd(36, TODAY), *past([10, 20, 12, 12, 8, 16, 14, 10, 300]), days=9)
    found = read("footfall_peak", city, "10:00")
    assert found["numerator"] == found["sample"] == 36
    assert found["baseline"] == found["denominator"] == 12
    assert found["value"] == 3
    rows = behind("footfall_peak", city, "10:00")
    assert sum(above for _, above, _ in rows if above) == 36
    # Two days lie in the middle and have 12 each: all their tickets count half.
    assert sorted({below for _, _, below in rows if below}) == [0.5]
    assert sum(below for _, _, below in rows if below) == 12


def test_transfers_tests_void_tickets_and_slips_are_nobody_who_came() -> None:
    kept = [
        ticket("a", "9:00"),
        ticket("given-back-late", "9:00", end="9:02:01", status="cancelled"),
    ]
    left_out = [
        ticket("transfer", "9:00", transferred_from="a"),
        ticket("test", "9:00", is_test=True),
        ticket("void", "9:00", end="9:30", status="void"),
        ticket("slip", "9:00", end="9:02", status="cancelled"),
        ticket("before-opening", "8:59:59"),
    ]
    city = hall(*kept, *left_out)
    assert [row["numerator"] for row in readings("footfall_peak", city, "9:05", "9:30", "9:35", "10:05")] == [
        3,
        3,
        2,
        0,
    ]


def test_the_hour_is_half_open_and_begins_with_the_session() -> None:
    city = hall(ticket("at-nine", "9:00"), ticket("at-ten", "10:00"), ticket("lunch", "12:30"), ticket("one", "13:00"))
    times = ("9:05", "10:00", "10:05", "11:00", "11:05", "13:05", "13:30")
    assert [row["numerator"] for row in readings("footfall_peak", city, *times)] == [1, 1, 1, 1, 0, 1, 1]


def test_the_hour_does_not_reach_over_a_short_break() -> None:
    city = hall(ticket("before", "11:50"), ticket("after", "12:20"))
    city["calendar"] = opening("H", TODAY, "9:00-12:00", "12:15-17:00")
    assert [row["numerator"] for row in readings("footfall_peak", city, "12:00", "12:20", "12:25")] == [1, 0, 1]


def test_fewer_than_four_days_tell_nothing_of_what_is_usual() -> None:
    busy = crowd(40, TODAY)
    three = read("footfall_peak", hall(*busy, *past([10, 10, 10]), days=3), "10:00")
    assert (three["reading"], three["numerator"], three["baseline"]) == ("insufficient", 40, None)
    assert read("footfall_peak", hall(*busy, *past([10] * 4), days=4), "10:00")["value"] == 4


@pytest.mark.parametrize(
    ("now", "usual", "reading"),
    [(30, 8, "value"), (30, 7, "insufficient"), (29, 20, "insufficient"), (18, 8, "value"), (17, 8, "insufficient")],
)
def test_a_peak_needs_a_usual_crowd_and_many_or_ten_more(now: int, usual: int, reading: str) -> None:
    city = hall(*crowd(now, TODAY), *past([usual] * 4), days=4)
    assert read("footfall_peak", city, "10:00")["reading"] == reading


def test_days_that_do_not_count_are_walked_over() -> None:
    """Bad data, a holiday, a day it was shut or not open at that time, and days before the first ticket."""
    weeks = [TODAY - week * WEEK for week in range(1, 12)]
    city = hall(*crowd(40, TODAY), *past([99, 99, 99, 99, 10, 12, 14, 16], start="9:30"))
    city["calendar"] += opening("H", weeks[0], "9:00-17:00", bad=True)
    city["calendar"] += opening("H", weeks[1], "9:00-17:00", kind="holiday")
    city["calendar"] += opening("H", weeks[2])
    city["calendar"] += opening("H", weeks[3], "10:00-17:00")
    for day in weeks[4:]:
        city["calendar"] += opening("H", day, "9:00-17:00", kind="rest")
    found = read("footfall_peak", city, "10:00")
    # 10, 12, 14, 16; the quiet days before the first ticket of all are not the hall's.
    assert found["baseline"] == 13


def test_at_most_sixteen_weeks_are_walked_back() -> None:
    counts = [0] * 12 + [20] * 4
    for weeks, usual in ((counts, 20), ([0, *counts], None)):
        city = hall(*crowd(40, TODAY), *past(weeks), days=len(weeks))
        for row in city["calendar"]:
            row["bad_data"] = row["date"] != TODAY and row["date"] > TODAY - (len(weeks) - 3) * WEEK
        assert read("footfall_peak", city, "10:00")["baseline"] == usual


def test_a_makeup_day_is_compared_with_the_last_working_days() -> None:
    days = [TODAY - step * DAY for step in range(1, 7)]
    city = hall(*crowd(40, TODAY), *(row for n, day in enumerate(days) for row in crowd(10 + n, day)))
    city["calendar"] = opening("H", TODAY, "9:00-17:00", kind="makeup")
    for day, kind in zip(days, ["work", "rest", "work", "makeup", "work", "work"], strict=True):
        city["calendar"] += opening("H", day, "9:00-17:00", kind=kind)
    # Working days: 10, 12, 14, 15.
    assert read("footfall_peak", city, "10:00")["baseline"] == 13


def test_at_most_sixteen_working_days_are_walked_back_from_a_makeup_day() -> None:
    days = [TODAY - step * DAY for step in range(1, 18)]
    city = hall(*crowd(40, TODAY), *(row for day in days for row in crowd(10, day)))
    for bad, usual in ((12, 10), (13, None)):
        city["calendar"] = opening("H", TODAY, "9:00-17:00", kind="makeup")
        for number, day in enumerate(days):
            city["calendar"] += opening("H", day, "9:00-17:00", bad=number < bad)
        assert read("footfall_peak", city, "10:00")["baseline"] == usual


def test_waits_that_cannot_be_believed_stay_out_of_what_is_usual() -> None:
    usual = past([10] * 4)
    odd = [ticket(f"odd{n}", "9:40", "13:00", "13:05", day=TODAY - n * WEEK) for n in range(1, 5)]
    # Exactly 180 minutes are no error.
    even = [ticket(f"even{n}", "9:40", "12:40", "12:45", day=TODAY - n * WEEK) for n in range(1, 5)]
    city = hall(*crowd(40, TODAY), *usual, *odd, *even, days=4)
    assert read("footfall_peak", city, "10:00")["baseline"] == 11


def test_what_was_not_delivered_is_no_data_and_the_numbers_stay() -> None:
    city = hall(*crowd(40, TODAY), *past([10] * 4), days=4)
    city["deliveries"] = []
    found = read("footfall_peak", city, "10:00")
    assert (found["reading"], found["value"], found["numerator"], found["denominator"]) == ("no_data", None, 40, 10)


def count(source: str, time: str, present: int | None) -> Row:
    return {"hall_id": "H", "source": source, "at": clock(time), "entered": 1, "present": present}


def test_people_are_the_latest_head_counts_of_ten_minutes_added_up() -> None:
    counts = [
        count("door", "9:50", 7),
        count("door", "9:57", 10),
        count("door", "9:59", None),
        count("camera", "9:50", 5),
    ]
    city = hall(ticket("a", "9:30"), headcounts=counts)
    at_ten, later, far = readings("hall_occupancy", city, "10:00", "10:05", "10:10")
    assert (at_ten["numerator"], at_ten["denominator"], at_ten["value"]) == (15, 50, 30)
    assert at_ten["people_from"] == "headcounts"
    assert (later["numerator"], later["people_from"]) == (10, "headcounts")
    # At 10:10 the last count is 13 minutes old: the one who waits.
    assert (far["numerator"], far["people_from"]) == (1, "tickets")
    assert behind("hall_occupancy", city, "10:00") == [
        ("H", 0, 50),
        ("H|camera|2026-03-18T09:50:00+08:00", 5, 0),
        ("H|door|2026-03-18T09:57:00+08:00", 10, 0),
    ]


def test_a_head_count_at_the_instant_itself_is_not_known_yet() -> None:
    city = hall(headcounts=[count("door", "10:00", 9)])
    assert [row["numerator"] for row in readings("hall_occupancy", city, "10:00", "10:05", "10:10")] == [0, 9, 9]


def test_head_counts_that_do_not_arrive_give_way_to_tickets() -> None:
    city = hall(ticket("a", "9:30"), headcounts=[count("door", "9:55", 33)])
    city["deliveries"] = [row for row in city["deliveries"] if row["table"] != "headcounts"]
    found = read("hall_occupancy", city, "10:00")
    assert (found["numerator"], found["people_from"], found["reading"]) == (1, "tickets", "value")
    city["deliveries"] = []
    assert read("hall_occupancy", city, "10:00")["reading"] == "no_data"


def test_without_head_counts_those_who_wait_and_are_served_are_inside() -> None:
    city = hall(
        ticket("waits", "9:10"),
        ticket("called", "9:10", "9:50", window_id="W1"),
        ticket("served", "9:10", "9:30", "10:00", window_id="W2", start="9:31"),
        ticket("started-without-call", "9:10", end="10:20", start="9:40", window_id="W3"),
        ticket("gone", "9:10", "9:20", "9:55", window_id="W4"),
        ticket("void-later", "9:10", end="10:05", status="void"),
        ticket("test", "9:10", is_test=True),
    )
    # As of 10:00 the end at 10:00 is not known, nor that one ticket turns out void.
    assert [row["numerator"] for row in readings("hall_occupancy", city, "10:00", "10:05", "10:10")] == [5, 4, 3]
    assert [key for key, _, _ in behind("hall_occupancy", city, "10:10")] == [
        "H",
        "called",
        "started-without-call",
        "waits",
    ]


def test_a_service_never_closed_ends_at_the_next_call_of_its_window() -> None:
    city = hall(
        ticket("forgotten", "9:10", "9:20", window_id="W"),
        ticket("next", "9:11", "9:40", "9:50", window_id="W"),
        ticket("elsewhere", "9:10", "9:20", window_id="V"),
    )
    assert [r["numerator"] for r in readings("hall_occupancy", city, "9:40", "9:45", "9:55", "17:00")] == [3, 2, 1, 1]


def test_nobody_stays_in_a_hall_overnight() -> None:
    yesterday = TODAY - DAY
    city = hall(
        ticket("forgotten", "16:00", "16:10", day=yesterday, window_id="W"),
        ticket("never-called", "16:00", day=yesterday),
        ticket("taken-while-shut", "16:00", day=TODAY - 2 * DAY),
        ticket("taken-yesterday-called-today", "16:00", day=yesterday)
        | {"call_time": clock("9:02"), "status": "called"},
    )
    city["calendar"] += [*opening("H", yesterday, "9:00-17:00"), *opening("H", TODAY - 2 * DAY)]
    assert [row["numerator"] for row in readings("hall_occupancy", city, "9:05", "17:00")] == [1, 1]


@pytest.mark.parametrize("capacity", [None, 0])
def test_a_hall_of_unknown_capacity_is_not_judged(capacity: int | None) -> None:
    city = hall(ticket("a", "9:30"), halls=[{"hall_id": "H", "capacity": capacity}])
    found = read("hall_occupancy", city, "10:00")
    assert (found["reading"], found["value"], found["numerator"]) == ("insufficient", None, 1)
