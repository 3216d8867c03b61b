"""Rates of the month to date worked out by hand, each row at its edge."""

import pytest

from tests.metrics.by_hand import at, case, city, item, pause, read, review, ticket


def test_scope_counts_from_the_first_instant_of_the_month_to_the_evening() -> None:
    cases = [
        *(case(f"{number}", "10-08 09:00", "10-08 10:00") for number in range(46)),
        case("last of september", "09-30 09:00", "09-30 23:59:59.999999"),
        case("first of october", "10-01 00:00", "10-01 00:00"),
        case("backfilled", "10-08 09:00", "10-08 10:00", platform="manual_backfill"),
        case("unknown", "10-08 09:00", "10-08 10:00", platform="unknown"),
        case("rejected after all", "10-08 09:00", "10-08 10:00", closed_time="10-08 11:00", status="rejected"),
        case("accepted now", "10-08 09:00", "10-09 20:00"),
        case("exception", "10-08 09:00", "10-08 10:00", item_code="exception"),
        case("not applied for", "10-08 09:00", "10-08 10:00", item_code="internal"),
        case("not in force", "10-08 09:00", "10-08 10:00", item_code="gone"),
        case("test", "10-08 09:00", "10-08 10:00", is_test=True),
        case("app", "10-08 09:00", "10-08 10:00", channel="app", hall_id=None, region_code="440106123456"),
        case("elsewhere", "10-08 09:00", "10-08 10:00", hall_id="F", region_code="440106123456"),
        case("nowhere", "10-08 09:00", "10-08 10:00", hall_id=None),
    ]
    items = [
        item("i"), item("exception", ywtb_exception=True), item("internal", apply_based=False),
        item("gone", valid_to=at("10-08 10:00")),
    ]  # fmt: skip
    tables = city(cases=cases, items=items)
    hall = read("ywtb_window_rate", tables, "10-09 20:00", "H")
    # The 46, the first of October, the rejected one; not in the platform: backfilled, unknown.
    assert (hall["numerator"], hall["denominator"], hall["value"]) == (48, 50, 96)
    # The county has the case that was handed in from home in its region; not that of a hall elsewhere.
    county = read("ywtb_case_rate", tables, "10-09 20:00", "K")
    assert (county["numerator"], county["denominator"]) == (49, 51)
    assert read("online_apply_rate", tables, "10-09 20:00", "K")["numerator"] == 1
    assert read("ywtb_case_rate", tables, "10-09 20:00", "L")["denominator"] == 1
    whole = read("ywtb_item_rate", tables, "10-09 20:00", "i")
    assert (whole["numerator"], whole["denominator"]) == (51, 53)
    # On the morning of the 1st September is told, on its evening October so far.
    september = read("ywtb_window_rate", tables, "10-01 06:00", "H")
    assert (september["denominator"], september["reading"]) == (1, "insufficient")
    assert read("ywtb_window_rate", tables, "10-01 20:00", "H")["denominator"] == 1


def test_one_visit_and_overdue_count_by_the_finish_until_a_case_is_closed_after_all() -> None:
    done = {"accept": "09-28 10:00", "visit_count": 1}
    cases = [
        *(case(f"{n}", "09-28 09:00", **done, finish_time="10-08 10:00", promise_due="10-08 10:00") for n in range(97)),
        case("late", "09-28 09:00", **done, finish_time="10-08 10:00:00.000001", promise_due="10-08 10:00"),
        case("moved on", "09-28 09:00", **done, finish_time="10-10 10:00", promise_due="10-08 10:00"),
        case(
            "twice", "09-28 09:00", "09-28 10:00", visit_count=2, finish_time="10-08 10:00", promise_due="10-08 10:00"
        ),
        case("unknown visits", "09-28 09:00", "09-28 10:00", finish_time="10-08 10:00", item_code="instant"),
        case(
            "withdrawn", "09-28 09:00", **done, finish_time="10-08 10:00", closed_time="10-10 12:00", status="withdrawn"
        ),
        case("september", "09-28 09:00", **done, finish_time="09-30 23:59"),
    ]
    pauses = [pause("moved on", "09-29 10:00", "10-08 10:00")]  # 30 September and 8 October: due on the 10th at 10:00
    items = [item("i"), item("instant", case_type="instant", promise_days=None)]
    tables = city(cases=cases, case_pauses=pauses, items=items)
    visits = read("one_visit_rate", tables, "10-10 20:00", "H")
    assert (visits["numerator"], visits["denominator"], visits["value"]) == (99, 100, 99)
    overdue = read("overdue_finish_rate", tables, "10-10 20:00", "H")
    assert (overdue["numerator"], overdue["denominator"], overdue["value"]) == (1, 100, 1)
    # The evening before: one not finished yet, one not withdrawn yet (due five working days after 28 September).
    before = read("overdue_finish_rate", tables, "10-09 20:00", "H")
    assert (before["numerator"], before["denominator"]) == (1, 100)


def test_reviews_count_until_they_are_found_to_be_none() -> None:
    reviews = [
        *(review(f"{n}", "10-08 10:00", 3) for n in range(48)),
        review("bad", "10-08 10:00", 2),
        review("not valid", "10-08 10:00", 1, valid=False, verify_time="10-09 12:00"),
        review("never valid", "10-08 10:00", 1, valid=False),
        review("found out now", "10-08 10:00", 1, valid=False, verify_time="10-09 20:00"),
        review("default", "10-08 10:00", 5, origin="default"),
        review("pushed", "10-08 10:00", 5, origin="system_push"),
        review("of a case", "10-08 10:00", 4, hall_id=None, project_no="c"),
        review("of another hall", "10-08 10:00", 1, hall_id="G"),
        review("september", "09-30 23:59", 1),
    ]
    tables = city(reviews=reviews, cases=[case("c", "10-08 09:00")])
    found = read("active_good_rate", tables, "10-09 20:00", "H")
    # Good: the 48 and that of the case; bad: two.
    assert (found["numerator"], found["denominator"], found["value"]) == (49, 51, pytest.approx(4900 / 51))
    later = read("active_good_rate", tables, "10-10 20:00", "H")
    assert (later["numerator"], later["denominator"], later["value"]) == (49, 50, 98)


def test_what_could_be_reviewed_are_finished_cases_and_done_tickets_without_one() -> None:
    cases = [case(f"c{n}", "10-07 09:00", "10-07 10:00", finish_time="10-08 10:00") for n in range(60)]
    cases += [case("online", "10-07 09:00", "10-07 10:00", finish_time="10-08 10:00", hall_id=None)]
    tickets = [
        *(ticket(f"t{n}", "10-08 09:00", "10-08 10:00") for n in range(38)),
        ticket("of a case", "10-08 09:00", "10-08 10:00", project_no="c1"),
        ticket("of no known case", "10-08 09:00", "10-08 10:00", project_no="elsewhere"),
        ticket("returned", "10-08 09:00", "10-08 10:00", status="returned"),
        ticket("test", "10-08 09:00", "10-08 10:00", is_test=True),
        ticket("not done yet", "10-09 19:00", "10-09 20:00"),
        ticket("case comes later", "10-08 09:00", "10-08 10:00", project_no="later"),
    ]
    cases += [case("later", "10-09 20:00")]
    reviews = [review(f"{n}", "10-08 10:00") for n in range(30)]
    tables = city(cases=cases, tickets=tickets, reviews=reviews)
    found = read("active_review_rate", tables, "10-09 20:00", "H")
    assert (found["numerator"], found["denominator"], found["value"]) == (30, 100, 30)
    # A day later the case that the last ticket names is known, and one more ticket is done.
    assert read("active_review_rate", tables, "10-10 20:00", "H")["denominator"] == 100
