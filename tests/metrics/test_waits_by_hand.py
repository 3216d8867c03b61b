"""Readings 3 to 6 and 8 on small tables, worked out by hand."""

import datetime as dt

import pytest

from tests.metrics.handmade import behind, clock, hall, opening, read, readings, ticket
from tests.metrics.random_city import TODAY
from tests.metrics.slow.records import DAY, MINUTE, Row, view

WEEK = 7 * DAY


def calls(count: int, wait: float, last: str = "9:55", day: dt.date = TODAY, **more: object) -> list[Row]:
    """So many calls, one a second up to `last`, each after the same wait in minutes."""
    rows = []
    for number in range(count):
        call = clock(last, day) - dt.timedelta(seconds=number)
        row = ticket(f"{day}-{last}-{wait}-{number:03}", "9:00", "9:00", day=day, **more)
        rows.append(row | {"take_time": call - wait * MINUTE, "call_time": call})
    return rows


def test_the_mean_wait_is_that_of_the_calls_of_the_last_hour_without_lunch() -> None:
    city = hall(
        *calls(8, 10, "13:30"),
        ticket("over-lunch", "11:30", "13:10"),
        ticket("no-show", "12:40", "13:20", "13:25", status="no_show"),
        ticket("other-queue", "13:00", "13:50", queue_id="R"),
        ticket("late", "11:00", "12:00"),
    )
    found = read("wait_avg", city, "14:00", queue_id="Q")
    # Eight of 10; 11:30 → 13:10 less an hour's break = 40; 12:40 → 13:20 less what is left of the break = 20.
    assert (found["numerator"], found["denominator"], found["value"]) == (140, 10, 14)
    assert read("wait_avg", city, "14:00", queue_id="R")["reading"] == "insufficient"
    assert ("over-lunch", 40, 1) in behind("wait_avg", city, "14:00")


def test_a_call_counts_after_it_happened_and_for_an_hour() -> None:
    city = hall(*calls(9, 10, "9:30"), ticket("tenth", "9:20", "9:35"))
    found = readings("wait_avg", city, "9:35", "9:40", "10:30", "10:35", queue_id="Q")
    assert [(row["sample"], row["reading"]) for row in found] == [
        (9, "insufficient"),
        (10, "value"),
        # Nine calls a second apart end at 9:30:00: only that one is still within the hour.
        (2, "insufficient"),
        (1, "insufficient"),
    ]


def test_who_is_called_after_closing_was_served_late_and_counts_in_no_hour() -> None:
    city = hall(ticket("late", "16:00", "17:05", "17:10"), ticket("at-closing", "16:00", "17:00", "17:10"))
    assert read("wait_avg", city, "17:00", queue_id="Q")["sample"] == 0


def test_the_longest_wait_so_far_is_net_of_lunch_and_of_those_still_waiting() -> None:
    city = hall(
        ticket("first", "11:40"),
        ticket("before-it-but-called", "11:00", "11:50"),
        ticket("gives-up", "11:10", end="13:10", status="abandoned"),
        ticket("last", "13:20"),
    )
    found = readings("wait_max_open", city, "11:30", "12:00", "13:10", "13:15", "17:00", queue_id="Q")
    # 11:00 → 11:30; 11:10 → 12:00; the break counts in none; gone at 13:10, known after; 11:40 → 17:00 less an hour.
    assert [row["value"] for row in found] == [30, 50, 60, 35, 260]
    assert [row["sample"] for row in found] == [2, 2, 2, 1, 2]
    assert behind("wait_max_open", city, "17:00") == [("first", 260, None)]


def test_nobody_waiting_is_a_wait_of_nought_and_ties_name_one_ticket() -> None:
    city = hall(ticket("b", "9:30"), ticket("a", "9:30"), ticket("started", "9:00", start="9:10", end="11:00"))
    assert behind("wait_max_open", city, "10:00") == [("a", 30, None)]
    empty = read("wait_max_open", city, "10:00", queue_id="R")
    assert (empty["value"], empty["sample"], empty["denominator"]) == (0, 0, None)


def test_the_promise_is_kept_for_those_called_within_25_minutes() -> None:
    city = hall(
        *calls(15, 25),
        *calls(2, 25.01),
        ticket("missed", "9:40", "9:50", "9:52", status="no_show"),
        ticket("left-late", "9:00", end="9:25:01", status="abandoned"),
        ticket("gave-back-late", "9:00", end="9:26", status="cancelled"),
        ticket("left-in-time", "9:00", end="9:25", status="abandoned"),
        ticket("waits-too-long", "9:34:59"),
        ticket("waits", "9:35"),
        ticket("called-then-left", "9:00", "9:10", "9:50", status="abandoned"),
    )
    found = read("wait_sla_rate", city, "10:00")
    assert (found["numerator"], found["denominator"]) == (17, 22)
    assert found["value"] == pytest.approx(17 / 22 * 100)
    keys = [key for key, _, _ in behind("wait_sla_rate", city, "10:00")]
    assert len(keys) == len(set(keys)) == 22
    assert {"left-late", "gave-back-late", "waits-too-long"} <= set(keys)


@pytest.mark.parametrize(
    ("taken", "too_long"), [("11:35", [0, 1, 1]), ("11:34:59", [1, 1, 1]), ("12:20", [0, 0, 1]), ("13:05", [0, 0, 0])]
)
def test_25_minutes_do_not_pass_during_lunch(taken: str, too_long: list[int]) -> None:
    """Who took a ticket at 11:35 has waited just 25 minutes at 12:00 and still so at 13:00."""
    found = readings("wait_sla_rate", hall(ticket("waits", taken)), "12:00", "13:05", "13:30")
    assert [row["denominator"] for row in found] == too_long


def test_fewer_than_twenty_people_tell_no_share() -> None:
    for count, reading in ((19, "insufficient"), (20, "value")):
        assert read("wait_sla_rate", hall(*calls(count, 5)), "10:00")["reading"] == reading
        assert read("abandon_rate", hall(*calls(count, 5)), "10:00")["reading"] == reading


def test_giving_up_and_missing_the_call_are_shares_of_all_called_or_gone() -> None:
    city = hall(
        *calls(20, 5),
        ticket("gone", "9:00", end="9:40", status="abandoned"),
        ticket("called-then-gone", "9:00", "9:30", "9:45", status="abandoned"),
        ticket("missed", "9:00", "9:50", "10:00", status="no_show"),
        ticket("recalled", "9:52", "9:58", "10:30"),
        ticket("gave-back", "9:00", end="9:40", status="cancelled"),
        ticket("void", "9:00", "9:40", "9:50", status="void"),
        ticket("waiting", "9:00"),
    )
    at_ten, later = readings("abandon_rate", city, "10:00", "10:05")
    # The end of the missed call is known only after 10:00; who was called before giving up is one person.
    assert (at_ten["numerator"], at_ten["denominator"]) == (2, 24)
    assert (later["numerator"], later["denominator"]) == (3, 24)
    assert later["value"] == 12.5
    assert ("called-then-gone", 1, 1) in behind("abandon_rate", city, "10:00")
    assert ("missed", 1, 1) in behind("abandon_rate", city, "10:05")


def test_who_gives_up_long_after_the_call_counts_for_an_hour_after_each() -> None:
    city = hall(ticket("a", "9:00", "9:10", "10:30", status="abandoned"))
    found = readings("abandon_rate", city, "10:10", "10:15", "10:30", "10:35", "11:30", "11:35")
    assert [(row["numerator"], row["denominator"]) for row in found] == [(0, 1), (0, 0), (0, 0), (1, 1), (1, 1), (0, 0)]


def weeks(counts_and_waits: list[tuple[int, float]], last: str = "9:55") -> list[Row]:
    return [
        row
        for week, (count, wait) in enumerate(counts_and_waits, 1)
        for row in calls(count, wait, last, TODAY - week * WEEK)
    ]


def test_a_tide_is_the_rise_over_the_median_of_the_same_half_hour() -> None:
    city = hall(*calls(10, 12), *weeks([(10, 4), (9, 99), (12, 8), (10, 6), (20, 10)]), days=5)
    found = read("tidal_wait_rise", city, "10:00", queue_id="Q")
    # The day with nine calls is walked over: 4, 8, 6, 10 → 7.
    assert (found["numerator"], found["denominator"], found["baseline"]) == (12, 7, 7)
    assert found["value"] == pytest.approx(5 / 7 * 100)
    assert (found["comparison"], found["minutes"], found["sample"]) == ("slot_median", 30, 10)
    rows = behind("tidal_wait_rise", city, "10:00")
    # The days of 8 (twelve calls) and 6 (ten calls) are the median: half a mean each.
    assert sum(below for _, _, below in rows if below) == pytest.approx(7)
    assert len([below for _, _, below in rows if below]) == 22


def test_only_the_eight_nearest_days_with_enough_calls_are_usual() -> None:
    days = [(10, 4), (9, 99), *[(10, 4)] * 3, *[(10, 6)] * 4, *[(10, 60)] * 5]
    city = hall(*calls(10, 12), *weeks(days), days=len(days))
    # 4 4 4 4 6 6 6 6; the days of 60 lie too far back.
    assert read("tidal_wait_rise", city, "10:00", queue_id="Q")["denominator"] == 5


def test_tides_are_read_at_the_half_hours_only() -> None:
    city = hall(*calls(10, 12), *weeks([(10, 4)] * 4), days=4)
    assert [
        row["at"].minute for row in readings("tidal_wait_rise", city, "9:55", "10:00", "10:05", "10:30", queue_id="Q")
    ] == [0, 30]
    assert readings("tidal_wait_rise", city, "9:55") == []


def test_too_few_calls_in_a_half_hour_are_looked_at_over_the_hour_on_both_sides() -> None:
    now = [*calls(6, 12), *calls(5, 30, "9:20")]
    past = weeks([(6, 4)] * 4) + weeks([(6, 8)] * 4, "9:20")
    found = read("tidal_wait_rise", hall(*now, *past, days=4), "10:00", queue_id="Q")
    assert (found["sample"], found["minutes"], found["comparison"]) == (11, 60, "slot_median")
    assert found["numerator"] == pytest.approx((6 * 12 + 5 * 30) / 11)
    assert found["denominator"] == pytest.approx(6)


def test_enough_now_but_too_few_in_the_past_widens_both_sides_too() -> None:
    now = [*calls(10, 12), *calls(10, 30, "9:20")]
    past = weeks([(6, 4)] * 4) + weeks([(6, 8)] * 4, "9:20")
    found = read("tidal_wait_rise", hall(*now, *past, days=4), "10:00", queue_id="Q")
    assert (found["sample"], found["minutes"], found["numerator"], found["denominator"]) == (20, 60, 21, 6)


def test_without_a_usual_half_hour_the_year_before_is_compared_then_the_week_before() -> None:
    # ISO week 12, Wednesday: a year before, that is 2025-03-19.
    year_ago = dt.date(2025, 3, 19)
    city = hall(*calls(10, 12), *calls(10, 5, day=year_ago), *weeks([(10, 8)]), days=1)
    city["calendar"] += opening("H", year_ago, "9:00-17:00", kind="holiday")
    found = read("tidal_wait_rise", city, "10:00", queue_id="Q")
    assert (found["comparison"], found["denominator"], found["value"]) == ("yoy", 5, 140)
    city["calendar"][-1]["bad_data"] = True
    found = read("tidal_wait_rise", city, "10:00", queue_id="Q")
    assert (found["comparison"], found["denominator"], found["value"]) == ("wow", 8, 50)
    city["calendar"] = opening("H", TODAY, "9:00-17:00")
    found = read("tidal_wait_rise", city, "10:00", queue_id="Q")
    assert (found["reading"], found["comparison"], found["minutes"]) == ("insufficient", None, 30)
    assert (found["numerator"], found["denominator"], found["baseline"], found["sample"]) == (12, None, None, 10)


def test_the_configured_comparison_is_the_first_and_those_before_it_are_not_tried() -> None:
    city = hall(*calls(10, 12), *weeks([(10, 8), (10, 4), (10, 4), (10, 4)]), days=4)
    assert read("tidal_wait_rise", city, "10:00", queue_id="Q")["denominator"] == 4
    last_week = view(city, tidal_comparison="wow")
    assert read("tidal_wait_rise", last_week, "10:00", queue_id="Q")["denominator"] == 8


def test_a_year_has_no_fellow_of_its_week_53() -> None:
    # 2026-12-30 lies in week 53; 2025 has none.
    day = dt.date(2026, 12, 30)
    assert day.isocalendar().week == 53
    city = hall(*calls(10, 12, day=day), *calls(10, 5, day=dt.date(2025, 12, 31)))
    city["calendar"] = [*opening("H", day, "9:00-17:00"), *opening("H", dt.date(2025, 12, 31), "9:00-17:00")]
    assert read("tidal_wait_rise", city, clock("10:00", day), queue_id="Q")["comparison"] is None


@pytest.mark.parametrize(("usual", "counts_as"), [(0, 2), (1.5, 2), (2, 2), (2.5, 2.5)])
def test_a_usual_wait_under_two_minutes_counts_as_two(usual: float, counts_as: float) -> None:
    city = hall(*calls(10, 4), *weeks([(10, usual)] * 4), days=4)
    found = read("tidal_wait_rise", city, "10:00", queue_id="Q")
    assert (found["denominator"], found["baseline"]) == (usual, counts_as)
    assert found["value"] == pytest.approx((4 - counts_as) / counts_as * 100)


def test_no_wait_over_180_minutes_is_compared_with() -> None:
    city = hall(*calls(10, 12), *weeks([(10, 6)] * 4), *weeks([(10, 181)] * 4), days=4)
    assert read("tidal_wait_rise", city, "10:00", queue_id="Q")["denominator"] == 6
