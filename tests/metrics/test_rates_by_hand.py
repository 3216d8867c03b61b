"""One small city in which every rate has been counted by hand; the numbers below were written down, not computed."""

from datetime import date

import pytest

from metrics.periods import parse
from metrics.rates import compute_rates, rates_of
from tests.metrics.plain_rates import plain_rates
from tests.metrics.rate_tables import HALLS, at, case, complaint, item, opening, pause, records, review, ticket

OCTOBER = parse("2026-10")
FRIDAY = date(2026, 10, 9)


def done(number: int, finish: str, **more: object) -> dict[str, object]:
    """A case accepted on Friday the 9th and finished then; three working days are the 10th, 12th and 13th."""
    return case(number, finish_time=at(finish), status="finished", **more)


CITY = {
    "halls": HALLS,
    "departments": [{"dept_code": "d1", "name": "一"}, {"dept_code": "d2", "name": "二"}],
    "calendar": opening("h1", FRIDAY, "09:00-12:00", "13:30-17:00"),
    "items": [
        item("i1", legal_days=20, promise_days=3),
        item("i2", case_type="instant", legal_days=None, promise_days=None, online_capable=False, dept_code="d2"),
        item("i3", legal_days=14, promise_days=7, day_unit="natural", ywtb_exception=True),
        item("i4", apply_based=False, legal_days=0),
        item("i5", valid_to=at("10-20 00:00")),  # abolished within the month
    ],
    "cases": [
        # Ten of scope S: eight by other ways, two at windows of h1, one of unknown origin.
        case(1),
        case(2, platform="unknown"),
        case(3, hall_id=None, region_code="330102000000", channel="app", visit_count=0, delivery="online"),
        case(4, hall_id=None, region_code="330102000000", channel="mini", visit_count=0, delivery="window"),
        case(5, hall_id=None, channel="pc", visit_count=1, delivery="post"),
        case(6, channel="kiosk", platform="manual_backfill", visit_count=1, delivery="window"),
        case(7, channel="hotline", platform="dept", cross_region=True),
        # Finished within their promise of three working days from Friday: due Tuesday the 13th at 24:00.
        done(8, "10-12 16:00", channel="mail", visit_count=1),  # early: the day before
        done(9, "10-14 00:00", channel="mail", visit_count=2),  # on the dot, not early
        done(10, "10-14 00:01", channel="mail", auto_approved=True),  # late by a minute
        # No part of S: exception, not on application, a test, submitted only, accepted in September.
        done(11, "10-09 11:00", item_code="i3", visit_count=0),  # promised in natural days, early, at once
        case(12, item_code="i4", channel="mail"),
        case(13, is_test=True),
        case(14, apply_time=at("10-12 09:00"), accept_time=None, status="submitted", channel="mail"),
        case(15, apply_time=at("09-30 09:00"), accept_time=at("09-30 09:00"), channel="mail"),
        # Asked to mend within the next working day; refused too late; both are no acceptances.
        case(16, apply_time=at("10-12 09:00"), accept_time=None, status="correction", channel="mail"),
        case(17, apply_time=at("10-12 09:00"), accept_time=None, status="rejected", closed_time=at("10-14 00:01")),
    ],
    "case_pauses": [pause(16, at("10-13 15:00"), kind="correction"), pause(17, at("10-13 15:00"), kind="hearing")],
    "tickets": [
        ticket(1),  # waited 5, served 10
        ticket(2, take_time=at("10-09 11:55"), call_time=at("10-09 13:35"), start_time=None,
               end_time=at("10-09 13:55")),  # waited 10 beside the break, served 20
        ticket(3, call_time=at("10-09 09:26"), start_time=None, end_time=at("10-09 09:36"), status="returned"),  # 26
        ticket(4, call_time=at("10-09 09:25"), start_time=None, end_time=at("10-09 09:26"), status="no_show"),  # 25
        ticket(5, call_time=None, start_time=None, end_time=at("10-09 09:20"), status="abandoned"),
        ticket(6, call_time=None, start_time=None, end_time=None, status="waiting"),  # to the last closing
        ticket(7, project_no="p8"),  # is evaluated as its case
        ticket(8, project_no="nobody knows it"),
        ticket(9, is_test=True),
        ticket(10, call_time=None, start_time=None, end_time=at("10-09 09:02"), status="cancelled"),  # a slip
        ticket(11, status="void"),
    ],
    "reviews": [
        review(1),
        review(2, level=3),
        review(3, level=2, callback_time=at("10-10 09:00"), callback_satisfied=True, rectify_time=at("10-17 00:00")),
        review(4, level=1, named=False, callback_time=at("10-10 09:00"), callback_satisfied=False,
               rectify_due=at("10-31 09:00"), rectify_time=at("10-20 09:00")),
        review(5, level=1, callback_time=at("10-10 09:00"), rectify_due=at("11-01 00:00")),  # due on the 31st at 24:00
        review(6, level=1, rectify_due=at("11-02 00:00")),  # due in November
        review(7, level=1, valid=False),
        review(8, origin="default", level=5),
        review(9, origin="default", level=5, valid=True),
        review(10, origin="system_push", level=1),
    ],
    "complaints": [complaint(1), complaint(2, kind="hotline12345"), complaint(3, created_at=at("11-01 00:00"))],
    "window_minutes": [
        {"hall_id": "h1", "date": FRIDAY, "busy_minutes": 300, "open_minutes": 400},
        {"hall_id": "h2", "date": date(2026, 10, 31), "busy_minutes": 60, "open_minutes": 200},
        {"hall_id": "h2", "date": date(2026, 11, 1), "busy_minutes": 60, "open_minutes": 60},
    ],
}  # fmt: skip
#: Of the city: numerator and denominator; the value follows.
EXPECTED = {
    "ywtb_case_rate": (7, 10),
    "ywtb_window_rate": (1, 2),
    "ywtb_items_on_target": (0, 1),  # i1: ten cases, seven of them
    "ywtb_halls_on_target": (0, 0),
    "ywtb_case_rate_low": (7, 10),
    "ywtb_case_rate_high": (8, 10),
    "online_capable_rate": (2, 3),  # i1, i3 of i1, i2, i3
    "online_apply_rate": (3, 10),
    "kiosk_rate": (1, 10),
    "cross_region_rate": (1, 10),
    "full_online_rate": (1, 4),
    "one_visit_rate": (2, 3),
    "auto_rate": (1, 4),
    "instant_rate": (1, 4),
    "promise_compression": (17 + 5, 20 + 10),
    "promise_compression_weighted": (17 * 10, 20 * 10),
    "overdue_finish_rate": (1, 4),
    "early_finish_rate": (2, 4),
    "accept_delay_rate": (2, 15),
    "review_active_rate": (6, 4 + 3),  # four finished cases, tickets 1, 2 and 8
    "review_good_rate": (2, 6),
    "review_bad_rate": (4, 6),
    "review_total_good_rate": (4, 8),
    "callback_rate": (2, 3),
    "callback_satisfied_rate": (1, 2),
    "rectify_on_time_rate": (1, 3),
    "onsite_complaint_rate": (1, 4),
    "wait_avg": (5 + 10 + 26 + 25 + 5 + 5, 6),
    "wait_p90": (None, 6),
    "wait_sla_rate": (5, 7),
    "handle_avg": (10 + 20 + 10 + 10 + 10, 5),
    "abandon_rate": (3, 8),
    "window_saturation": (360, 600),
}
SCALE = {"onsite_complaint_rate": 10_000, "wait_avg": 1, "handle_avg": 1}


@pytest.fixture(scope="module")
def city() -> dict[str, tuple[float | None, float, float | None]]:
    found = compute_rates(records(CITY), OCTOBER, "city", t=at("11-20 09:00"))
    return {row["rate"]: (row["numerator"], row["denominator"], row["value"]) for row in found.to_dicts()}


def test_the_city_of_the_hand_count_has_every_rate_of_a_city(city: dict[str, tuple]) -> None:
    assert city.keys() == EXPECTED.keys() == {rate.id for rate in rates_of() if "city" in rate.places}


@pytest.mark.parametrize("rate", sorted(EXPECTED))
def test_the_rate_is_what_was_counted_by_hand(rate: str, city: dict[str, tuple]) -> None:
    numerator, denominator = EXPECTED[rate]
    assert city[rate][:2] == (numerator, denominator)
    if rate == "wait_p90":
        assert city[rate][2] == 26  # the sixth of 5, 5, 5, 10, 25, 26
    elif denominator:
        assert city[rate][2] == pytest.approx(SCALE.get(rate, 100) * numerator / denominator)
    else:
        assert city[rate][2] is None


def test_the_plain_reading_of_the_rules_counts_the_same() -> None:
    figures = plain_rates(CITY, OCTOBER, "city", at("11-20 09:00"))
    counted = {rate: figure[:2] for (rate, _, _), figure in figures.items() if rate != "ywtb_item_rate"}
    assert counted == {rate: figure for rate, figure in EXPECTED.items() if figure[1]}


def test_the_rate_of_a_single_item_is_told_by_item() -> None:
    found = compute_rates(records(CITY), OCTOBER, "item", rates=["ywtb_item_rate"])
    assert {row["item_code"]: (row["numerator"], row["denominator"], row["value"]) for row in found.to_dicts()} == {
        "i1": (7, 10, 70), "i2": (0, 0, None), "i3": (0, 0, None), "i4": (0, 0, None), "i5": (0, 0, None),
    }  # fmt: skip
