"""Deadlines, delays, piles and returns worked out by hand."""

import datetime as dt

import pytest

from tests.metrics.by_hand import MICRO, at, case, city, item, pause, read, ticket
from tests.metrics.plain_days import works
from tests.metrics.slow.cut import TZ, Row

T = "10-09 20:00"
"""A Friday; the Saturday after it is worked (调休)."""


def due(name: str, when: str, **more: object) -> Row:
    return case(name, "09-28 09:00", "09-28 10:00", promise_due=when, **more)


def test_due_soon_looks_to_the_end_of_the_next_working_day_and_leaves_out_what_is_paused_or_late() -> None:
    far = [due(f"far{number}", "10-20 17:00") for number in range(16)]
    cases = [
        *far,
        due("saturday night", "10-11 00:00"),  # 24:00 of the Saturday that is worked
        due("sunday", "10-11 00:01"),
        due("tonight", T),  # at its deadline nobody is late yet
        due("moved on", "10-09 18:00"),
        due("late", "10-09 19:59"),
        due("paused", "10-10 12:00"),
        due("finished", "10-10 12:00", finish_time="10-09 12:00"),
        due("finishes now", "10-10 12:00", finish_time=T),
        due("short", "10-10 12:00", item_code="short"),
        due("instant", "10-10 12:00", item_code="instant"),
        due("test", "10-10 12:00", is_test=True),
    ]
    pauses = [
        pause("paused", "10-09 10:00"),
        pause("moved on", "10-08 10:00", "10-09 10:00"),  # one working day: due on Saturday at 18:00
        pause("late", "10-09 19:59:30"),  # hides nothing
    ]
    items = [item("i"), item("short", promise_days=4), item("instant", case_type="instant", promise_days=None)]
    found = read("due_soon_rate", city(cases=cases, case_pauses=pauses, items=items), T, "D")
    # Soon: saturday night, tonight, moved on, finishes now; besides them the sixteen and the Sunday.
    assert (found["numerator"], found["denominator"], found["value"]) == (4, 21, pytest.approx(4 / 21 * 100))
    fewer = read("due_soon_rate", city(cases=cases[2:], case_pauses=pauses, items=items), T, "D")
    assert (fewer["denominator"], fewer["reading"], fewer["value"]) == (19, "insufficient", None)


def test_overdue_open_counts_from_the_instant_after_the_deadline() -> None:
    cases = [
        due("at its deadline", T),
        due("just late", "10-09 19:59:59.999999"),
        due("stopped", "10-09 12:00"),
        due("stopped too late", "10-09 12:00"),
        due("moved on", "10-09 12:00"),
        due("paused until tonight", "10-09 12:00"),
        due("ends now", "10-09 12:00", finish_time=T),
        due("ended", "10-09 12:00", finish_time="10-09 19:00"),
        due("withdrawn", "10-09 12:00", closed_time="10-09 19:00", status="withdrawn"),
        case("accepted now", "10-09 09:00", T, promise_due="10-09 20:00"),
        case("without a deadline", "10-01 09:00", "10-01 10:00", item_code="endless"),
    ]
    pauses = [
        pause("stopped", "10-09 12:00"),
        pause("stopped too late", "10-09 12:00:01"),
        pause("moved on", "10-08 12:00", "10-09 11:00"),
        pause("paused until tonight", "10-09 10:00", "10-09 21:00"),  # adds no day
    ]
    items = [item("i"), item("endless", promise_days=None)]
    tables = city(cases=cases, case_pauses=pauses, items=items)
    found = read("overdue_open", tables, T, "D")
    # Late: just late, stopped too late, ends now. Open with a deadline: these, at its deadline, stopped, moved on,
    # paused until tonight.
    assert (found["numerator"], found["denominator"], found["value"]) == (3, 7, pytest.approx(300 / 7))
    # On Saturday evening those at its deadline, moved on to Saturday noon and paused until the night are late as well,
    # and the one accepted on Friday evening; one has ended.
    later = read("overdue_open", tables, "10-10 20:00", "D")
    assert (later["numerator"], later["denominator"]) == (6, 7)
    assert read("overdue_open", city(), T, "D")["value"] == 0


def test_accept_delay_looks_at_the_five_working_days_that_ended_last() -> None:
    # Ended by then: 8 October, 30, 29, 28 and 24 September (the 25th is Mid-Autumn Day).
    cases = [
        case("too old", "09-22 09:00"),
        case("thursday", "09-24 09:00"),
        case("in the holidays", "10-03 09:00", "10-09 00:00"),  # on the stroke of the deadline
        case("a moment late", "10-03 09:00", "10-09 00:00:00.000001"),
        case("not over yet", "10-08 09:00"),
        case("asked", "09-29 09:00"),
        case("paused otherwise", "09-29 09:00"),
        case("rejected", "09-29 09:00", closed_time="09-30 12:00", status="rejected"),
        *(case(f"quick {number}", "09-28 09:00", "09-28 09:30") for number in range(14)),
    ]
    pauses = [pause("asked", "09-30 12:00", kind="correction"), pause("paused otherwise", "09-30 12:00")]
    found = read("accept_delay_rate", city(cases=cases, case_pauses=pauses), T, "D")
    # Left without an answer: thursday, a moment late, paused otherwise.
    assert (found["numerator"], found["denominator"], found["value"]) == (3, 20, 15)


def test_backlog_is_measured_in_days_of_work_and_against_its_own_past() -> None:
    days = [dt.date(2026, 6, 1) + dt.timedelta(days=number) for number in range(131)]
    workdays = [day for day in days if works(day)]
    assert days[-1] == dt.date(2026, 10, 9)
    standing = [case(f"old {number}", "02-01 09:00", "02-01 10:00") for number in range(50)]
    # One case a working day, taken up and finished at noon; on rest days as well, where finishes count nowhere.
    daily = [
        case(f"{day}", f"{day:%m-%d} 09:00", f"{day:%m-%d} 10:00", finish_time=f"{day:%m-%d} 12:00") for day in days
    ]
    tables = city(cases=standing + daily)
    found = read("backlog_ratio", tables, T, "D")
    assert (found["numerator"], found["denominator"], found["baseline"], found["value"]) == (50, 20, 50, 1)
    assert len(workdays) > 80
    # One that was finished on Thursday and withdrawn on Friday noon counts on Thursday evening alone.
    undone = case(
        "undone", "10-08 09:00", "10-08 10:00", finish_time="10-08 12:00", closed_time="10-09 12:00", status="withdrawn"
    )
    with_undone = {**tables, "cases": [*standing, *daily, undone]}
    assert read("backlog_ratio", with_undone, "10-08 20:00", "D")["denominator"] == 21
    assert read("backlog_ratio", with_undone, T, "D")["denominator"] == 20
    wave = [case(f"new {number}", "10-09 09:00", "10-09 10:00") for number in range(25)]
    assert read("backlog_ratio", {**tables, "cases": standing + daily + wave}, T, "D")["value"] == 1.5
    # 49 open cases are too few; a past of 19 evenings is too short.
    assert read("backlog_ratio", {**tables, "cases": standing[1:] + daily}, T, "D")["reading"] == "insufficient"
    short = [row for row in daily if row["finish_time"].date() in workdays[-20:]]
    told = read("backlog_ratio", {**tables, "cases": standing + short}, T, "D")
    assert (told["baseline"], told["reading"]) == (None, "insufficient")
    enough = [row for row in daily if row["finish_time"].date() in workdays[-21:]]
    assert read("backlog_ratio", {**tables, "cases": standing + enough}, T, "D")["reading"] == "value"


def test_returns_are_rejections_and_corrections_that_are_known_on_monday_morning() -> None:
    monday = "10-12 06:00"
    cases = [
        *(case(f"smooth {number}", "10-08 09:00") for number in range(26)),
        case("first", "10-05 00:00", closed_time="10-09 09:00", status="rejected"),
        case("last", "10-11 23:59:59.999999"),
        case("withdrawn", "10-08 09:00", closed_time="10-09 09:00", status="withdrawn"),
        case("rejected later", "10-08 09:00", closed_time=monday, status="rejected"),
        case("next week", "10-12 00:00", closed_time="10-12 01:00", status="rejected"),
        case("test", "10-08 09:00", closed_time="10-09 09:00", status="rejected", is_test=True),
    ]
    pauses = [
        pause("last", "10-12 05:59", kind="correction"),
        pause("smooth 0", monday, kind="correction"),
        pause("smooth 1", "10-09 09:00"),
    ]
    found = read("return_rate", city(cases=cases, case_pauses=pauses), monday, "i")
    assert (found["numerator"], found["denominator"], found["value"]) == (2, 30, pytest.approx(200 / 30))


def test_who_applied_online_and_came_all_the_same_is_counted_in_the_week_that_is_long_enough_ago() -> None:
    monday = "10-19 06:00"
    # The week ends at 00:00 of the 19th; the submissions are those of the seven days until 00:00 of the 9th.
    online = {"channel": "app", "delivery": "online"}
    cases = [
        *(case(f"home {n}", "10-05 09:00", **online, applicant_hash=f"h{n}") for n in range(24)),
        case("first", "10-02 00:00", **online, applicant_hash="a"),
        case("ten days", "10-02 00:00", **online, applicant_hash="b"),
        case("unknown way home", "10-08 23:59", channel="pc", applicant_hash="c"),
        case("other item", "10-05 09:00", **online, applicant_hash="d"),
        case("finished", "10-05 09:00", "10-05 10:00", finish_time="10-06 09:00", **online, applicant_hash="e"),
        case("void", "10-05 09:00", **online, applicant_hash="f"),
        case("to be fetched", "10-05 09:00", channel="app", delivery="window", applicant_hash="a"),
        case("nameless", "10-05 09:00", **online),
        case("too late", "10-09 00:00", **online, applicant_hash="a"),
        case("at a kiosk", "10-05 09:00", channel="kiosk", delivery="online", applicant_hash="a"),
    ]
    tickets = [
        ticket("1", "10-11 23:59:59", "10-12 00:10", applicant_hash="a", item_code="i"),
        ticket("2", "10-12 00:00", "10-12 00:10", applicant_hash="b", item_code="i"),  # ten days are over
        ticket("3", "10-18 23:58", None, applicant_hash="c", item_code="i"),
        ticket("4", "10-06 09:00", "10-06 09:10", applicant_hash="d", item_code="other"),
        ticket("5", "10-06 09:00", "10-06 09:10", applicant_hash="e", item_code="i"),  # finished at that moment
        ticket("6", "10-06 09:00", "10-06 09:10", applicant_hash="f", item_code="i", status="void"),
    ]
    found = read("online_to_window_rate", city(cases=cases, tickets=tickets), monday, "i")
    # Came: first, unknown way home.
    assert (found["numerator"], found["denominator"], found["value"]) == (2, 30, pytest.approx(200 / 30))


def test_nothing_is_judged_that_was_not_delivered() -> None:
    tables = city(cases=[due("late", "10-09 12:00")])
    for delivery in tables["deliveries"]:
        # Any hall will do for a department; the second delivery keeps it from counting as delivered once.
        delivery["covers_until"] = at("10-09 00:00") if delivery["hall_id"] != "F" else at("10-09 00:00") + MICRO
    twice = [{**row, "batch_id": "c", "covers_until": at("10-01 00:00")} for row in tables["deliveries"]]
    tables["deliveries"] = tables["deliveries"] + twice
    assert read("overdue_open", tables, T, "D")["reading"] == "value"
    tables["deliveries"] = [row for row in tables["deliveries"] if row["hall_id"] != "F"]
    found = read("overdue_open", tables, T, "D")
    assert (found["reading"], found["numerator"], found["value"]) == ("no_data", 1, None)
    assert at(T).tzinfo is TZ
