"""Readings 7, 9, 10, 11 and 33 on small tables, worked out by hand."""

import datetime as dt
from typing import Any

import pytest

from tests.metrics.handmade import behind, clock, hall, opening, read, readings, ticket
from tests.metrics.random_city import TODAY, delivery
from tests.metrics.slow.records import DAY, MINUTE, Row, Tables

EVERYTHING = ("tickets", "window_sessions", "window_plan", "roster", "attendance")


def spell(start: str, end: str = "", state: str = "open", window: str = "W", day: dt.date = TODAY) -> Row:
    """A spell at a window."""
    return {
        "session_id": f"{window}-{day}-{start}",
        "window_id": window,
        "start_at": clock(start, day),
        "end_at": clock(end, day) if end else None,
        "state": state,
    }


def plan(start: str, end: str, window: str = "W", day: dt.date = TODAY) -> Row:
    return {"window_id": window, "start_at": clock(start, day), "end_at": clock(end, day)}


def window(name: str, *queues: str, group: str = "G", tidal: bool = False) -> Row:
    return {"window_id": name, "hall_id": "H", "service_group": group, "queue_ids": list(queues), "is_tidal": tidal}


def counters(*tickets: Row, spells: tuple[Row, ...] = (), plans: tuple[Row, ...] = (), **tables: list[Row]) -> Tables:
    """A hall with window W for queue Q and window X for queues Q and R, all of one group; everything delivered."""
    base: Tables = {
        "windows": [window("W", "Q"), window("X", "Q", "R")],
        "window_sessions": list(spells),
        "window_plan": list(plans),
        "deliveries": [
            delivery("file", table, "H", clock("9:00") + 9 * DAY, clock("9:00") + 8 * DAY, 1) for table in EVERYTHING
        ],
    }
    return hall(*tickets, **(base | tables))


def served(name: str, call: str, end: str = "", take: str = "9:00", where: str = "W", **more: Any) -> Row:  # noqa: ANN401
    return ticket(name, take, call, end, window_id=where, **more)


def numbers(row: Row) -> tuple[float, float, float | None, str]:
    return row["numerator"], row["denominator"], row["value"], row["reading"]


def busy(city: Tables, *times: str) -> list[float]:
    return [row["numerator"] for row in readings("window_saturation", city, *times)]


DAYLONG = (plan("9:00", "17:00"), plan("9:00", "17:00", "X"))


def test_people_for_each_window_a_window_of_two_queues_being_half_a_window_for_each() -> None:
    city = counters(
        ticket("a", "9:10"),
        ticket("b", "9:20"),
        ticket("c", "9:25", queue_id="R"),
        ticket("called", "9:05", "9:29", window_id="W"),
        ticket("test", "9:10", is_test=True),
        spells=(spell("9:00"), spell("9:00", window="X")),
        plans=DAYLONG,
    )
    assert numbers(read("queue_per_window", city, "9:30", queue_id="Q")) == (2, 1.5, pytest.approx(4 / 3), "value")
    assert numbers(read("queue_per_window", city, "9:30", queue_id="R")) == (1, 0.5, 2, "value")
    rows = behind("queue_per_window", city, "9:30")
    assert rows == [
        ("W-2026-03-18-9:00", 0, 1),
        ("X-2026-03-18-9:00", 0, 0.5),
        ("X-2026-03-18-9:00", 0, 0.5),
        ("a", 1, 0),
        ("b", 1, 0),
        ("c", 1, 0),
    ]


def test_with_no_window_open_there_is_no_number_of_people_for_each_unless_nobody_waits() -> None:
    city = counters(ticket("a", "9:10"), plans=DAYLONG)
    assert numbers(read("queue_per_window", city, "9:30", queue_id="Q")) == (1, 0, None, "value")
    assert numbers(read("queue_per_window", city, "9:30", queue_id="R")) == (0, 0, 0, "value")


def test_a_queue_for_which_no_window_is_planned_is_not_read() -> None:
    city = counters(ticket("a", "9:10"), plans=(plan("9:30", "10:00"),))
    found = readings("queue_per_window", city, "9:30", "9:35", "10:00", "10:05", queue_id="Q")
    assert [row["at"] for row in found] == [clock("9:35"), clock("10:00")]
    assert readings("queue_per_window", city, "9:35", queue_id="R") == []


def test_without_deliveries_there_is_no_data() -> None:
    city = counters(ticket("a", "9:10"), plans=DAYLONG)
    city["deliveries"] = [row for row in city["deliveries"] if row["table"] != "window_sessions"]
    row = read("queue_per_window", city, "9:30", queue_id="Q")
    assert (row["numerator"], row["value"], row["reading"]) == (1, None, "no_data")
    assert read("demand_capacity_ratio", city, "9:30", queue_id="Q")["reading"] == "no_data"
    assert read("window_saturation", city, "9:30")["reading"] == "no_data"
    assert read("window_open_rate", city, "9:30")["reading"] == "no_data"
    assert {row["reading"] for row in readings("off_post_minutes", city, "9:30")} == {"no_data"}


def test_saturation_is_work_by_open_time_of_the_last_hour() -> None:
    city = counters(
        served("first", "9:10", "9:40"),
        served("second", "9:50", "10:20", take="9:45"),
        served("x", "9:30", "9:36", where="X"),
        ticket("waits", "9:59"),
        spells=(spell("9:00", "10:10"), spell("9:00", "9:45", window="X")),
        plans=DAYLONG,
    )
    # 10:30: W worked 9:30–9:40 and 9:50–10:10 (then it was shut), X 9:30–9:36; open were 40 and 15 minutes.
    row = read("window_saturation", city, "10:30")
    assert numbers(row) == (36, 55, None, "insufficient")
    assert row["waiting_per_window"] is None
    # 10:00: W 9:10–9:40 and 9:50–10:00, X 6 minutes; open 60 and 45. At t only W is open; one waits in its queue.
    row = read("window_saturation", city, "10:00")
    assert numbers(row) == (46, 105, pytest.approx(46 / 1.05), "value")
    assert (row["sample"], row["waiting_per_window"]) == (105, 1)
    assert behind("window_saturation", city, "10:00") == [
        ("W-2026-03-18-9:00", 0, 60),
        ("X-2026-03-18-9:00", 0, 45),
        ("first", 30, 0),
        ("second", 10, 0),
        ("x", 6, 0),
    ]


def test_the_window_does_not_reach_back_before_the_opening_or_over_lunch() -> None:
    city = counters(spells=(spell("8:30", "12:30"), spell("12:50", "17:00")), plans=DAYLONG)
    assert [row["denominator"] for row in readings("window_saturation", city, "9:20", "12:00", "13:10")] == [20, 60, 10]


def test_a_pause_counts_as_open_for_a_quarter_of_an_hour() -> None:
    city = counters(spells=(spell("9:00", "9:20"), spell("9:20", "9:50", "pause"), spell("9:50")), plans=DAYLONG)
    found = readings("window_saturation", city, "9:30", "9:35", "9:40", "9:50", "9:55")
    assert [row["denominator"] for row in found] == [30, 35, 35, 35, 40]
    people = counters(ticket("a", "9:00"), spells=tuple(city["window_sessions"]), plans=DAYLONG)
    found = readings("queue_per_window", people, "9:35", "9:40", "9:50", "9:55", queue_id="Q")
    # Still open at the end of the quarter; at 9:50 the next spell has not begun before t.
    assert [row["denominator"] for row in found] == [1, 0, 0, 1]


def test_a_spell_without_an_end_lasts_until_t_at_most_until_the_last_closing_of_its_day() -> None:
    yesterday = TODAY - DAY
    tables = {"calendar": opening("H", TODAY, "9:00-12:00", "13:00-17:00") + opening("H", yesterday, "9:00-17:00")}
    overnight = spell("16:00", day=yesterday) | {"end_at": clock("9:20")}
    for spells in ((spell("16:00", day=yesterday),), (overnight,)):
        # Not even where it is signed off the next morning: that is nobody's work.
        city = counters(spells=spells, plans=DAYLONG, **tables)
        assert [row["denominator"] for row in readings("window_saturation", city, "9:10", "9:40")] == [0, 0]
    city = counters(spells=(spell("9:00"),), plans=DAYLONG)
    assert [row["denominator"] for row in readings("window_saturation", city, "9:40", "17:00")] == [40, 60]


def test_a_spell_that_nobody_ended_ends_when_the_next_one_begins() -> None:
    city = counters(spells=(spell("9:00"), spell("9:20", "", "pause")), plans=DAYLONG)
    assert [row["denominator"] for row in readings("window_saturation", city, "9:30", "9:50")] == [30, 35]


def test_a_service_that_nobody_closed_ends_at_the_next_call_or_at_t() -> None:
    city = counters(served("open", "9:05"), served("next", "9:15", "9:20"), spells=(spell("9:00"),), plans=DAYLONG)
    assert busy(city, "9:10", "9:15", "9:20", "9:30") == [5, 10, 15, 15]
    alone = counters(served("open", "9:05"), spells=(spell("9:00", "9:25"), spell("9:35")), plans=DAYLONG)
    # Cut to the window's open time: 9:05–9:25 and from 9:35 on.
    assert busy(alone, "9:30", "9:40") == [20, 25]


def test_a_service_that_is_closed_after_the_next_call_counts_as_it_becomes_known() -> None:
    city = counters(
        served("long", "9:05", "9:32"), served("short", "9:10", "9:15", take="9:09"), spells=(spell("9:00"),),
        plans=DAYLONG,
    )  # fmt: skip
    # Until 9:32 the first seems to have ended when the second was called; then it turns out that it went on.
    assert busy(city, "9:10", "9:20", "9:30", "9:35") == [5, 10, 10, 27]
    assert behind("window_saturation", city, "9:35") == [("W-2026-03-18-9:00", 0, 35), ("long", 22, 0), ("short", 5, 0)]


def test_a_void_ticket_keeps_a_window_busy_until_it_turns_out_void() -> None:
    city = counters(served("void", "9:05", "9:12", status="void"), spells=(spell("9:00"),), plans=DAYLONG)
    assert busy(city, "9:10", "9:15") == [5, 0]


def test_up_to_half_a_minute_between_two_customers_is_work_once_the_next_one_is_called() -> None:
    def changes(*later: Row) -> Tables:
        return counters(served("a", "9:05", "9:10"), *later, spells=(spell("9:00"),), plans=DAYLONG)

    soon = served("b", "9:10:20", "9:12", take="9:02")
    assert busy(changes(soon), "9:15") == [pytest.approx(5 + 2)]
    late = served("b", "9:14:50", "9:14:50", take="9:02")
    assert busy(changes(late), "9:10", "9:15") == [5, pytest.approx(5.5)]
    assert busy(changes(served("b", "9:15", "9:15", take="9:02")), "9:15", "9:20") == [5, pytest.approx(5.5)]
    # Nobody waited until 10 seconds after the end.
    came = served("b", "9:14", "9:14", take="9:10:10")
    assert busy(changes(came), "9:15") == [pytest.approx(5 + 20 / 60)]
    # Whoever waits in a queue that the window does not serve is not waiting for it.
    other = [ticket("r", "9:01", queue_id="R"), served("b", "9:14", "9:14", take="9:14")]
    assert busy(changes(*other), "9:15") == [5]


def test_where_a_source_tells_no_calls_the_start_is_the_call() -> None:
    city = counters(served("a", "", "9:20", start="9:10"), spells=(spell("9:00"),), plans=DAYLONG)
    assert busy(city, "9:15", "9:30") == [5, 10]


def crowd(count: int, first: str, **more: Any) -> list[Row]:  # noqa: ANN401
    rows = [ticket(f"{first}-{number}", first, **more) for number in range(count)]
    return [row | {"take_time": row["take_time"] + number * MINUTE / 60} for number, row in enumerate(rows)]


def handled(days: int, minutes: int, count: int = 2) -> tuple[list[Row], list[Row]]:
    """Services of days before today, and the calendar."""
    tickets, calendar = [], opening("H", TODAY, "9:00-12:00", "13:00-17:00")
    for back in range(1, days + 1):
        day = TODAY - back * DAY
        calendar += opening("H", day, "9:00-12:00")
        for number in range(count):
            tickets.append(served(f"{day}-{number}", "10:00", f"10:{minutes:02}", "9:30", day=day))
    return tickets, calendar


def test_demand_is_what_comes_by_what_it_takes_by_the_windows_open() -> None:
    past, calendar = handled(6, 12)
    long_ago = served("long", "10:00", "10:50", "9:30", day=TODAY - 30 * DAY)
    city = counters(
        *past,
        long_ago,
        *crowd(14, "9:05", transferred_from="x"),
        served("today", "9:01", "9:55", take="9:00"),
        spells=(spell("9:00"), spell("9:00", window="X")),
        plans=DAYLONG,
        calendar=calendar,
    )
    # Thirty days ago the hall was shut: no open day. 15 taken · 12 minutes = 3 hours of work, for 1.5 windows.
    row = read("demand_capacity_ratio", city, "10:00", queue_id="Q")
    assert numbers(row) == (pytest.approx(3), 1.5, pytest.approx(2), "value")
    assert row["waiting_per_window"] == pytest.approx(14 / 1.5)
    found = {key: (above, below) for key, above, below in behind("demand_capacity_ratio", city, "10:00")}
    assert found["9:05-0"] == (pytest.approx(0.2), 0)
    assert found["W-2026-03-18-9:00"] == (0, 1)
    # Whose services tell how long handling takes is listed too, and adds nothing.
    services = {row["ticket_id"] for row in past}
    assert len(services) == 12
    assert {key for key, counts in found.items() if counts == (0, 0)} == services


def test_demand_needs_twelve_people_and_five_days() -> None:
    past, calendar = handled(5, 12)
    spells = (spell("9:00"),)
    few = counters(*past, *crowd(11, "9:05"), spells=spells, plans=DAYLONG, calendar=calendar)
    assert read("demand_capacity_ratio", few, "10:00", queue_id="Q")["reading"] == "insufficient"
    enough = counters(*past, *crowd(12, "9:05"), spells=spells, plans=DAYLONG, calendar=calendar)
    assert read("demand_capacity_ratio", enough, "10:00", queue_id="Q")["value"] == pytest.approx(2.4)
    past, calendar = handled(4, 12)
    young = counters(*past, *crowd(12, "9:05"), spells=spells, plans=DAYLONG, calendar=calendar)
    assert read("demand_capacity_ratio", young, "10:00", queue_id="Q")["reading"] == "insufficient"


def test_only_the_last_twenty_days_tell_how_long_handling_takes() -> None:
    past, calendar = handled(22, 12)
    oldest = {TODAY - 21 * DAY, TODAY - 22 * DAY}
    past = [
        row | {"end_time": row["end_time"] + 30 * MINUTE} if row["take_time"].date() in oldest else row for row in past
    ]
    city = counters(*past, *crowd(12, "9:05"), spells=(spell("9:00"),), plans=DAYLONG, calendar=calendar)
    assert read("demand_capacity_ratio", city, "10:00", queue_id="Q")["numerator"] == pytest.approx(2.4)


def test_with_no_window_open_demand_has_no_value() -> None:
    past, calendar = handled(5, 12)
    city = counters(*past, *crowd(12, "9:05"), plans=DAYLONG, calendar=calendar)
    row = read("demand_capacity_ratio", city, "10:00", queue_id="Q")
    assert numbers(row) == (pytest.approx(2.4), 0, None, "value")
    assert row["waiting_per_window"] is None


def test_open_as_planned_from_half_an_hour_after_opening() -> None:
    city = counters(
        spells=(spell("9:10", "9:40"), spell("9:00", "12:00", window="X")),
        plans=(plan("9:00", "9:50"), plan("9:20", "12:00", "X")),
    )
    found = readings("window_open_rate", city, "9:25", "9:30", "10:00", "13:25", "13:30")
    assert [row["at"] for row in found] == [clock("9:30"), clock("10:00"), clock("13:30")]
    # 9:30: W 20 of 30, X 10 of 10. 10:00: W 30 of 50, X 40 of 40. In the afternoon nothing is planned.
    assert [numbers(row)[:2] for row in found] == [(30, 40), (70, 90), (0, 0)]
    assert [row["value"] for row in found] == [75, pytest.approx(70 / 0.9), None]
    assert [row["reading"] for row in found] == ["value", "value", "insufficient"]


def test_two_plans_of_one_window_are_one_planned_window_and_count_no_minute_twice() -> None:
    city = counters(
        spells=(spell("9:00"),), plans=(plan("9:00", "9:40"), plan("9:30", "10:00"), plan("10:00", "11:00"))
    )
    row = read("window_open_rate", city, "10:00")
    assert (row["numerator"], row["denominator"], row["sample"], row["reading"]) == (60, 60, 1, "insufficient")
    # The plan from 10:00 on has no minute before 10:00.
    rows = behind("window_open_rate", city, "10:00")
    assert [(above, below) for _, above, below in rows] == [(60, 0), (0, 40), (0, 20)]
    assert rows[1][0] == "W|2026-03-18T09:00:00+08:00"


def test_a_window_planned_an_hour_ago_is_still_one_of_those_planned() -> None:
    city = counters(plans=(plan("9:00", "9:31"), plan("9:30", "12:00", "X")))
    assert [row["sample"] for row in readings("window_open_rate", city, "10:30", "10:35")] == [2, 1]


def test_a_window_stands_empty_since_it_was_planned_left_or_wanted_whichever_came_last() -> None:
    people = [ticket("a", "9:05"), ticket("b", "9:30")]
    city = counters(*people, plans=(plan("9:10", "12:00"),))
    assert read("off_post_minutes", city, "9:40", window_id="W")["value"] == 30
    left = counters(*people, spells=(spell("9:00", "9:22"),), plans=(plan("9:10", "12:00"),))
    assert read("off_post_minutes", left, "9:40", window_id="W")["value"] == 18
    wanted = counters(people[1], plans=(plan("9:10", "12:00"),))
    row = read("off_post_minutes", wanted, "9:40", window_id="W")
    assert (row["value"], row["sample"], row["denominator"]) == (10, 1, None)
    assert behind("off_post_minutes", wanted, "9:40") == [
        ("W|2026-03-18T09:10:00+08:00", 10, None),
        ("b", 0, None),
    ]


def test_behind_a_window_that_stands_empty_is_everybody_who_waited_for_it_meanwhile() -> None:
    people = [
        ticket("before", "9:01", end="9:07", status="abandoned"),
        ticket("bridge", "9:02", end="9:09:30", status="abandoned"),
        ticket("gone", "9:10:30", end="9:20", status="abandoned"),
        ticket("called", "9:19", "9:39", window_id="X"),
        ticket("there", "9:25"),
    ]
    city = counters(*people, plans=(plan("9:10", "12:00"),))
    assert read("off_post_minutes", city, "9:40", window_id="W")["value"] == 30
    rows = behind("off_post_minutes", city, "9:40")
    assert [key for key, _, _ in rows] == ["W|2026-03-18T09:10:00+08:00", "bridge", "called", "gone", "there"]


def test_a_window_that_pauses_stands_empty_only_after_a_quarter_of_an_hour() -> None:
    spells = (spell("9:00", "9:20"), spell("9:20", "", "pause"))
    city = counters(ticket("a", "9:05"), spells=spells, plans=(plan("9:00", "12:00"),))
    assert [row["value"] for row in readings("off_post_minutes", city, "9:35", "9:40", window_id="W")] == [0, 5]


def test_times_without_anybody_break_the_spell_only_from_two_minutes_on() -> None:
    def queue(*second: str) -> list[Row]:
        people = [ticket("a", "9:02", end="9:15", status="abandoned"), *(ticket("b", take) for take in second)]
        return readings(
            "off_post_minutes", counters(*people, plans=(plan("9:00", "12:00"),)), "9:15", "9:20", "9:25", window_id="W"
        )

    assert [row["value"] for row in queue("9:16:59")] == [13, 18, 23]
    assert [row["value"] for row in queue("9:17")] == [13, 3, 8]
    assert [row["value"] for row in queue()] == [13, 0, 0]
    # A gap that is still running: a minute and a half after the last one left, and two minutes after.
    for end, value in (("9:18:30", 18), ("9:18", 0)):
        city = counters(ticket("a", "9:02", end=end, status="abandoned"), plans=(plan("9:00", "12:00"),))
        assert read("off_post_minutes", city, "9:20", window_id="W")["value"] == value


def test_only_windows_planned_that_day_are_read_and_only_planned_time_counts() -> None:
    city = counters(ticket("a", "9:05"), plans=(plan("9:10", "9:30"), plan("10:00", "11:00", "X")))
    found = readings("off_post_minutes", city, "9:10", "9:30", "9:35", "10:05")
    # 9:10 not planned yet (start < t); 9:30 W planned, X not but its queue is; 9:35 nobody; 10:05 X planned, W not.
    assert [(row["window_id"], row["at"], row["value"]) for row in found] == [
        ("W", clock("9:30"), 20),
        ("W", clock("10:05"), 0),
        ("X", clock("9:30"), 0),
        ("X", clock("10:05"), 5),
    ]


def test_a_shift_change_and_lunch_do_not_count_as_time_and_do_not_hide_it() -> None:
    city = counters(ticket("a", "9:05"), plans=(plan("9:10", "10:00"), plan("10:00", "17:00")))
    assert [row["value"] for row in readings("off_post_minutes", city, "10:30", "13:10", window_id="W")] == [80, 180]
