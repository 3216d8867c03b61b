"""Reviews and complaints worked out by hand."""

import pytest

from tests.metrics.by_hand import at, case, city, item, read, review, ticket
from tests.metrics.slow.cut import Row

T = "10-09 20:00"


def test_bad_reviews_are_news_for_seven_days_and_as_long_as_they_are_valid() -> None:
    reviews = [
        review("seven days ago", "10-02 20:00", 2),
        review("longer ago", "10-02 19:59:59.999999", 1),
        review("now", T, 1),
        review("just before", "10-09 19:59:59.999999", 1),
        review("not so bad", "10-08 10:00", 3),
        review("default", "10-08 10:00", 1, origin="default"),
        review("found out", "10-08 10:00", 1, valid=False, verify_time="10-09 19:59"),
        review("found out now", "10-08 10:00", 1, valid=False, verify_time=T, window_id="V"),
        review("of a case", "10-08 10:00", 1, hall_id=None, window_id=None, project_no="c"),
        review("of a ticket", "10-08 10:00", 1, hall_id=None, window_id=None, ticket_id="t"),
        review("of a case of no hall", "10-08 10:00", 1, hall_id=None, project_no="online", ticket_id="t"),
        review("of another hall", "10-08 10:00", 1, hall_id="G", window_id=None),
    ]
    cases = [case("c", "10-08 09:00"), case("online", "10-08 09:00", hall_id=None)]
    tables = city(reviews=reviews, cases=cases, tickets=[ticket("t", "10-08 09:00", None)])
    found = read("bad_review_7d", tables, T, "H")
    # At W: seven days ago, just before; at V: found out now; at no window: of a case, of a ticket.
    assert (found["value"], found["denominator"], found["at_one_window"]) == (5, None, 2)
    quiet = read("bad_review_7d", tables, T, "F")
    assert (quiet["value"], quiet["at_one_window"], quiet["reading"]) == (0, 0, "value")


@pytest.mark.parametrize(
    ("told", "evening", "late"),
    [
        # Friday noon: to be verified by 24:00 of Saturday the 10th, which is worked (调休).
        ({"assess": "10-09 12:00"}, "10-10 20:00", 0),
        ({"assess": "10-09 12:00"}, "10-12 20:00", 1),
        ({"assess": "10-09 12:00", "verify_time": "10-10 12:00"}, "10-12 20:00", 0),
        ({"assess": "10-09 12:00", "verify_time": "10-12 20:00"}, "10-12 20:00", 1),
        # To be rectified by 24:00 of the fifth working day: 10, 12, 13, 14, 15 October.
        ({"assess": "10-09 12:00", "verify_time": "10-10 12:00"}, "10-15 20:00", 0),
        ({"assess": "10-09 12:00", "verify_time": "10-10 12:00"}, "10-16 20:00", 1),
        ({"assess": "10-09 12:00", "verify_time": "10-10 12:00", "rectify_time": "10-16 12:00"}, "10-16 20:00", 0),
        ({"assess": "10-09 12:00", "verify_time": "10-10 12:00", "rectify_due": "10-12 20:00"}, "10-12 20:00", 0),
        ({"assess": "10-09 12:00", "verify_time": "10-10 12:00", "rectify_due": "10-12 19:59"}, "10-12 20:00", 1),
        # Both at once count once; one that is none does not count; after 90 days it is let go.
        ({"assess": "10-09 12:00", "rectify_due": "10-12 12:00"}, "10-13 20:00", 1),
        ({"assess": "10-09 12:00", "valid": False, "verify_time": "10-12 12:00"}, "10-16 20:00", 0),
        ({"assess": "07-20 20:00"}, "10-16 20:00", 1),
        ({"assess": "07-18 20:00"}, "10-16 20:00", 1),
        ({"assess": "07-18 19:59"}, "10-16 20:00", 0),
        ({"assess": "10-09 12:00", "level": 3}, "10-16 20:00", 0),
    ],
)
def test_bad_reviews_must_be_verified_and_rectified_in_time(told: Row, evening: str, late: int) -> None:
    more = dict(told)
    mine = review("mine", str(more.pop("assess")), int(more.pop("level", 1)), **more)
    verified = review("another", "06-01 10:00", 5, verify_time="06-02 10:00")
    found = read("bad_review_overdue", city(reviews=[mine, verified]), evening, "H")
    assert (found["reading"], found["value"]) == ("value", late)


def test_where_nobody_ever_told_of_a_verification_nothing_can_be_said() -> None:
    reviews = [
        review("bad", "09-01 10:00", 1),
        review("another hall", "09-01 10:00", 1, verify_time="09-02 10:00", hall_id="G"),
    ]
    found = read("bad_review_overdue", city(reviews=reviews), T, "H")
    assert (found["reading"], found["numerator"], found["value"]) == ("no_data", 1, None)
    # A review whose hall only its case tells says nothing before the case is known.
    early = review("of a later case", "09-01 10:00", 5, verify_time="09-02 10:00", hall_id=None, project_no="c")
    told = city(reviews=[*reviews, early], cases=[case("c", T)])
    assert [read("bad_review_overdue", told, at_, "H")["reading"] for at_ in (T, "10-10 20:00")] == ["no_data", "value"]
    reviews += [review("verified tonight", "10-08 10:00", 5, verify_time=T)]
    assert read("bad_review_overdue", city(reviews=reviews), T, "H")["reading"] == "no_data"
    assert read("bad_review_overdue", city(reviews=reviews), "10-10 20:00", "H")["reading"] == "value"


def test_reviews_that_come_before_the_service_can_be_over_are_suspect() -> None:
    monday, day = "10-12 06:00", "10-08"
    tickets = [ticket("t", f"{day} 09:00", f"{day} 10:00"), ticket("open", f"{day} 09:00", None),
               ticket("ends later", f"{day} 09:00", monday)]  # fmt: skip
    cases = [
        case("instant", f"{day} 09:00", f"{day} 09:00", finish_time=f"{day} 10:00", item_code="instant"),
        case("promise", f"{day} 09:00", f"{day} 09:00", finish_time=f"{day} 10:00"),
    ]
    reviews = [
        review("3 s after", f"{day} 10:00:03", ticket_id="t"),
        review("longer after", f"{day} 10:00:03.000001", ticket_id="t"),
        review("before", f"{day} 09:30", ticket_id="t", valid=False),
        review("of an open service", f"{day} 10:00", ticket_id="open"),
        review("of one that ends later", f"{day} 10:00", ticket_id="ends later"),
        review("of an instant case", f"{day} 10:00:02", project_no="instant"),
        review("of a promise", f"{day} 10:00:02", project_no="promise"),
        review("the ticket goes first", f"{day} 10:00:02", project_no="instant", ticket_id="open"),
        review("not by itself", f"{day} 09:30", ticket_id="t", origin="default"),
        *(review(f"plain {n}", f"{day} 12:00") for n in range(22)),
    ]
    items = [item("i"), item("instant", case_type="instant", promise_days=None)]
    found = read(
        "review_suspect_rate", city(reviews=reviews, tickets=tickets, cases=cases, items=items), monday, "H", "W"
    )
    assert (found["numerator"], found["denominator"], found["value"]) == (3, 30, 10)


def test_the_tenth_of_one_level_from_one_device_within_ten_minutes_is_suspect() -> None:
    monday = "10-12 06:00"
    # Eleven a minute apart: the 10th comes 9 minutes after the 1st, the 11th 9 minutes after the 2nd.
    alike = [review(f"a{n:02}", f"10-08 10:{n:02}", device_id="V") for n in range(11)]
    apart = [review(f"b{n:02}", f"10-08 12:{n * 67 // 60:02}:{n * 67 % 60:02}", device_id="V") for n in range(10)]
    other = [review(f"c{n:02}", f"10-08 14:{n:02}", 4 + n % 2, device_id="V") for n in range(10)]
    # The row begins on Sunday night: only the Monday's reviews belong to the next week, but they are the 10th and 11th.
    night = [review(f"d{n:02}", f"10-11 23:5{n}", device_id="V") for n in range(1, 10)]
    night += [review("d10", "10-12 00:00", device_id="V"), review("d11", "10-12 00:00", device_id="V")]
    tables = city(reviews=alike + apart + other + night)
    found = read("review_suspect_rate", tables, monday, "H", "W")
    # Ten at 67 s are 603 s apart; of one level there are five each.
    assert (found["numerator"], found["denominator"]) == (2, 40)
    following = read("review_suspect_rate", tables, "10-19 06:00", "H", "W")
    assert (following["numerator"], following["denominator"], following["reading"]) == (2, 2, "insufficient")


def test_complaints_are_held_against_twelve_weeks_as_a_u_chart_does() -> None:
    monday = "10-19 06:00"

    # The week from the 12th; the twelve weeks before begin on 20 July.
    def complaint(name: str, when: str, **more: object) -> Row:
        return {"complaint_id": name, "hall_id": "H", "kind": "cannot_do", "created_at": at(when), **more}

    complaints = [
        complaint("first of old", "07-20 00:00"),
        complaint("too old", "07-19 23:59"),
        complaint("old 2", "09-01 10:00"),
        complaint("old 3", "10-11 23:59", hall_id=None, project_no="c"),
        complaint("old 4", "09-01 10:00"),
        complaint("1", "10-12 00:00"),
        complaint("2", "10-18 23:59"),
        complaint("3", "10-14 10:00", hall_id=None, project_no="c"),
        complaint("next week", "10-19 00:00"),
        complaint("elsewhere", "10-14 10:00", hall_id="G"),
    ]
    tickets = [ticket(f"old {n}", "09-01 09:00", "09-01 10:00") for n in range(8)]
    tickets += [ticket(f"new {n}", "10-14 09:00", "10-14 10:00") for n in range(2)]
    tickets += [ticket("returned", "10-14 09:00", "10-14 10:00", status="returned")]
    tables = city(complaints=complaints, tickets=tickets, cases=[case("c", "10-08 09:00")])
    found = read("complaint_z", tables, monday, "H")
    # 4 ÷ 8 tickets before: one is expected of two tickets; three came: (3 − 1) ÷ √1.
    assert (found["numerator"], found["denominator"], found["sample"]) == (3, 2, 4)
    assert (found["baseline"], found["value"]) == (5000, pytest.approx(2))
    # Half a complaint to be expected is enough, less is not.
    assert read("complaint_z", {**tables, "tickets": tickets[:9]}, monday, "H")["value"] == pytest.approx(
        2.5 / 0.5**0.5
    )
    more = [*tickets[:9], ticket("old 9", "09-01 09:00", "09-01 10:00")]
    assert read("complaint_z", {**tables, "tickets": more}, monday, "H")["reading"] == "insufficient"
    assert read("complaint_z", {**tables, "tickets": []}, monday, "H")["baseline"] is None
