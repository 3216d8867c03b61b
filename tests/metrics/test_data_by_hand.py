"""Readings 34 to 38 on small tables, worked out by hand."""

import datetime as dt

import pytest

from metrics.instants import daily
from metrics.quantities import all_quantities
from tests.metrics.handmade import behind, clock, hall, opening, read, readings, ticket
from tests.metrics.random_city import TODAY, at, delivery
from tests.metrics.slow.records import DAY, MINUTE, Row, Tables, view

CHECK = "核酸检测"


def of_evening(name: str, tables: Tables, day: dt.date = TODAY) -> list[Row]:
    """Readings of a day's evening."""
    city = view(tables)
    quantity = all_quantities()[name]
    frame = quantity.measure(city, daily(city.sessions, at(day, 20), at(day, 20)))
    return frame.sort(*quantity.grain).to_dicts()


def behind_evening(name: str, tables: Tables) -> list[tuple[str, float | None, float | None]]:
    city = view(tables)
    rows = all_quantities()[name].behind(city, daily(city.sessions, at(TODAY, 20), at(TODAY, 20)))
    return sorted(rows.select("key", "numerator", "denominator").iter_rows())


def on_duty(person: str, start: dt.datetime, hours: float = 8, place: str = "H") -> Row:
    end = start + hours * 60 * MINUTE
    return {"staff_id": person, "start_at": start, "hall_id": place, "end_at": end, "role": "clerk"}


def check(person: str, due: dt.datetime, done: dt.datetime | None, programme: str = CHECK) -> Row:
    return {"staff_id": person, "programme": programme, "due_at": due, "hall_id": "H", "done_at": done}


def test_the_gap_is_whoever_of_todays_roster_missed_the_latest_check() -> None:
    nine, due = at(TODAY, 9), at(TODAY, 17)
    city = hall(
        roster=[on_duty(p, nine) for p in "abcdefg"]
        + [on_duty("a", at(TODAY, 14)), on_duty("not-today", nine - DAY), on_duty("elsewhere", nine, place="G")],
        health_checks=[
            check("a", due, due - DAY),
            check("b", due, None),
            # Done, but only after the evening.
            check("c", due, at(TODAY, 20)),
            # The latest counts: an older one missed does not, a later one is not due yet.
            check("d", due - 7 * DAY, None),
            check("d", due, due),
            check("d", due + DAY, None),
            # Due exactly 30 days ago counts, a moment more does not; due at the instant is not yet.
            check("e", at(TODAY, 20) - 30 * DAY, None),
            check("f", at(TODAY, 20) - 30 * DAY - MINUTE, None),
            check("g", at(TODAY, 20), None),
            check("not-today", due, None),
            check("elsewhere", due, None),
        ],
    )
    (found,) = of_evening("health_check_gap", city)
    assert (found["programme"], found["numerator"], found["denominator"], found["sample"]) == (CHECK, 3, 5, 5)
    assert found["value"] == 60
    assert ("b|核酸检测|2026-03-18T17:00:00+08:00", 1, 1) in behind_evening("health_check_gap", city)


def test_every_programme_is_its_own_place_and_four_people_are_too_few() -> None:
    due = at(TODAY, 17)
    city = hall(
        roster=[on_duty(p, at(TODAY, 9)) for p in "abcde"],
        health_checks=[check(p, due, due) for p in "abcde"] + [check(p, due, None, "体温") for p in "abcd"],
    )
    temperature, acid = sorted(of_evening("health_check_gap", city), key=lambda row: row["denominator"])
    assert (acid["reading"], acid["value"]) == ("value", 0)
    assert (temperature["reading"], temperature["value"], temperature["numerator"]) == ("insufficient", None, 4)


def test_who_works_past_midnight_is_on_the_roster_of_both_days() -> None:
    due = at(TODAY, 17)
    night = on_duty("night", at(TODAY - DAY, 20))
    city = hall(roster=[night], health_checks=[check("night", due, None)])
    assert of_evening("health_check_gap", city)[0]["denominator"] == 1
    city["roster"] = [night | {"end_at": at(TODAY, 0)}]
    assert of_evening("health_check_gap", city)[0]["denominator"] == 0


def test_checks_that_nobody_delivered_since_yesterday_are_no_data() -> None:
    due = at(TODAY, 17)
    city = hall(
        roster=[on_duty(p, at(TODAY, 9)) for p in "abcde"], health_checks=[check(p, due, None) for p in "abcde"]
    )
    for covers, reading in ((at(TODAY, 0), "no_data"), (at(TODAY, 0) + MINUTE, "value")):
        city["deliveries"] = [delivery("s", "health_checks", "H", covers, covers, 1)]
        assert of_evening("health_check_gap", city)[0]["reading"] == reading


def arrivals(*times: str, lag: int = 0, table: str = "tickets", source: str = "queue") -> list[Row]:
    rows = []
    for number, text in enumerate(times):
        moment = clock(text)
        rows.append(delivery(source, table, "H", moment, moment - lag * MINUTE, number))
    return rows


def test_a_source_is_late_by_the_opening_minutes_since_its_news_less_its_usual_interval() -> None:
    city = hall(deliveries=arrivals("10:00", "10:15", "10:30", "10:45", lag=5))
    on_time, later, after_lunch = readings("data_lag", city, "10:50", "12:00", "13:30")
    # News reach to 10:40.
    assert (on_time["numerator"], on_time["baseline"], on_time["value"]) == (10, 15, -5)
    assert (later["numerator"], later["value"]) == (80, 65)
    assert (after_lunch["numerator"], after_lunch["value"], after_lunch["sample"]) == (110, 95, 3)
    assert (later["hall_id"], later["source_system"], later["source_table"]) == ("H", "queue", "tickets")
    assert behind("data_lag", city, "12:00") == [("queue|tickets|H|b0003", 80, None)]


def test_nights_are_no_delay_and_a_late_word_on_the_past_no_news() -> None:
    yesterday = TODAY - DAY
    rows = [
        delivery("queue", "tickets", "H", clock(t, yesterday), clock(t, yesterday), n)
        for n, t in enumerate(("16:15", "16:30", "16:45"))
    ]
    again = delivery("queue", "tickets", "H", clock("9:00"), clock("16:00", yesterday), 9)
    city = hall(deliveries=[*rows, again])
    city["calendar"] += opening("H", yesterday, "9:00-17:00")
    # 16:45 to 17:00 of yesterday and 9:00 to 9:20 of today.
    found = read("data_lag", city, "9:20")
    assert (found["numerator"], found["value"]) == (35, 20)
    assert behind("data_lag", city, "9:20") == [("queue|tickets|H|b0002", 35, None)]


def test_a_delivery_at_the_instant_itself_has_not_come_yet() -> None:
    city = hall(deliveries=arrivals("9:00", "9:15", "9:30"))
    assert [row["numerator"] for row in readings("data_lag", city, "9:05", "9:15", "9:20", "9:30", "9:35")] == [
        5,
        15,
        5,
        15,
        5,
    ]


def test_usual_is_the_median_of_the_last_twenty_intervals() -> None:
    # First 20 intervals of 5 minutes, then 11 of 15: of the last 20 nine are 5 and eleven 15.
    start = at(TODAY, 9)
    moments = [start + 5 * n * MINUTE for n in range(21)]
    moments += [moments[-1] + 15 * n * MINUTE for n in range(1, 12)]
    rows = [delivery("queue", "tickets", "H", m, m, n) for n, m in enumerate(moments)]
    ten, eleven = hall(deliveries=rows[:-1]), hall(deliveries=rows)
    assert (read("data_lag", ten, "16:00")["baseline"], read("data_lag", ten, "16:00")["sample"]) == (10, 20)
    assert read("data_lag", eleven, "16:00")["baseline"] == 15


@pytest.mark.parametrize(("every", "reading"), [(15, "value"), (15.4, "value"), (15.6, "no_data"), (60, "no_data")])
def test_a_slow_source_is_not_judged(every: float, reading: str) -> None:
    moments = [at(TODAY, 9) + every * n * MINUTE for n in range(4)]
    city = hall(deliveries=[delivery("queue", "tickets", "H", m, m, n) for n, m in enumerate(moments)])
    found = read("data_lag", city, "16:00")
    assert (found["reading"], found["baseline"]) == (reading, pytest.approx(every))


def test_one_delivery_tells_no_interval_and_several_batches_at_once_are_one() -> None:
    once = hall(deliveries=arrivals("9:00"))
    found = read("data_lag", once, "10:00")
    assert (found["reading"], found["sample"], found["baseline"], found["numerator"]) == ("no_data", 0, None, 60)
    twice = hall(deliveries=[*arrivals("9:00", "9:15", "9:15", "9:15")])
    assert (read("data_lag", twice, "10:00")["baseline"], read("data_lag", twice, "10:00")["sample"]) == (15, 1)


def test_only_tables_that_are_to_come_all_day_are_judged() -> None:
    city = hall(deliveries=[*arrivals("9:00", "9:15", table="cases"), *arrivals("9:00", "9:15", table="attendance")])
    assert [row["source_table"] for row in readings("data_lag", city, "10:00")] == ["attendance"]


def item(code: str, version: str, *, needs: bool, since: dt.datetime, until: dt.datetime | None = None) -> Row:
    return {"item_code": code, "version": version, "needs_case": needs, "valid_from": since, "valid_to": until}


EARLY, CHANGE = at(TODAY - 99 * DAY, 0), clock("10:00")
ITEMS = [
    item("case", "1", needs=True, since=EARLY),
    item("talk", "1", needs=False, since=EARLY),
    item("new", "1", needs=False, since=EARLY, until=CHANGE),
    item("new", "2", needs=True, since=CHANGE),
    item("old", "1", needs=True, since=EARLY, until=CHANGE),
]


def test_linked_are_the_days_done_tickets_whose_number_names_a_case() -> None:
    def done(name: str, number: str | None, item: str = "case", take: str = "9:00", **more: object) -> Row:
        return ticket(name, take, "10:10", "10:20", item_code=item, project_no=number, **more)

    city = hall(
        done("linked", "P1"),
        done("no-number", None),
        done("no-such-case", "P9"),
        done("case-not-yet-there", "P2"),
        done("test-case", "P3"),
        done("needs-none", None, "talk"),
        done("before-the-new-version", None, "new", "9:59"),
        done("after-it", "P1", "new", "10:00"),
        done("no-version-any-more", None, "old", "10:00"),
        done("returned", None) | {"status": "returned"},
        done("test", None, is_test=True),
        done("ends-later", None) | {"end_time": at(TODAY, 20)},
        done("yesterday", None) | {"take_time": clock("9:00") - DAY, "end_time": clock("9:00") - DAY},
        items=ITEMS,
        cases=[
            {"project_no": "P1", "apply_time": clock("10:15"), "is_test": False},
            {"project_no": "P2", "apply_time": at(TODAY, 20), "is_test": False},
            {"project_no": "P3", "apply_time": clock("10:15"), "is_test": True},
        ],
    )
    (found,) = of_evening("link_rate", city)
    assert (found["numerator"], found["denominator"], found["reading"]) == (2, 6, "insufficient")
    assert behind_evening("link_rate", city) == [
        ("after-it", 1, 1),
        ("case-not-yet-there", 0, 1),
        ("linked", 1, 1),
        ("no-number", 0, 1),
        ("no-such-case", 0, 1),
        ("test-case", 0, 1),
    ]


def test_fifty_tickets_tell_how_many_are_linked() -> None:
    rows = [
        ticket(f"t{n}", "9:00", "9:10", "9:20", item_code="case", project_no="P1" if n else None) for n in range(50)
    ]
    case = {"project_no": "P1", "apply_time": clock("9:15"), "is_test": False}
    (found,) = of_evening("link_rate", hall(*rows, items=ITEMS, cases=[case]))
    assert found["value"] == 98
    assert of_evening("link_rate", hall(*rows[1:], items=ITEMS, cases=[case]))[0]["reading"] == "insufficient"


def test_invalid_rows_are_those_refused_of_all_that_a_source_brought_in_seven_days() -> None:
    evening = at(TODAY, 20)

    def brought(
        number: int, moment: dt.datetime, read: int, bad: int, table: str = "tickets", source: str = "queue"
    ) -> Row:
        return delivery(source, table, "H", moment, moment, number) | {"rows_read": read, "rows_quarantined": bad}

    city = hall(
        deliveries=[
            brought(1, evening - 7 * DAY, 40, 3),
            brought(2, evening - 7 * DAY - MINUTE, 500, 500),
            brought(3, clock("12:00"), 60, 2, "window_sessions"),
            brought(4, evening, 500, 500),
            brought(5, clock("12:00"), 99, 9, source="door"),
            brought(6, evening + MINUTE, 99, 9, source="future"),
            brought(7, clock("12:00"), 99, 9) | {"hall_id": "-"},
        ]
    )
    door, queue = of_evening("invalid_row_rate", city)
    assert (door["source_system"], door["reading"], door["numerator"], door["denominator"]) == (
        "door",
        "insufficient",
        9,
        99,
    )
    assert (queue["source_system"], queue["numerator"], queue["denominator"], queue["value"]) == ("queue", 5, 100, 5)
    assert ("queue|window_sessions|H|b0003", 2, 60) in behind_evening("invalid_row_rate", city)


def test_a_source_that_has_fallen_silent_is_too_few_rows() -> None:
    old = delivery("queue", "tickets", "H", clock("9:00") - 9 * DAY, clock("9:00"), 1)
    (found,) = of_evening("invalid_row_rate", hall(deliveries=[old]))
    assert (found["reading"], found["numerator"], found["denominator"]) == ("insufficient", 0, 0)


def device(name: str, *, key: bool = False, since: str = "", until: str = "") -> Row:
    row = {"device_id": name, "hall_id": "H", "kind": "kiosk", "key_device": key}
    return row | {"valid_from": clock(since) if since else None, "valid_to": clock(until) if until else None}


def state(name: str, start: str, end: str = "", *, online: bool = True) -> Row:
    return {"device_id": name, "from_at": clock(start), "to_at": clock(end) if end else None, "online": online}


def test_devices_are_off_without_a_state_that_says_they_are_on() -> None:
    city = hall(
        devices=[device(n, key=n in "ab") for n in "abcdef"]
        + [device("later", since="10:00"), device("past", until="10:00")],
        device_states=[
            state("a", "8:00"),
            state("b", "8:00", "9:30"),
            state("b", "9:30", online=False),
            state("c", "8:00", "9:40"),
            # Nobody ended it, but then came another.
            state("d", "8:00"),
            state("d", "9:30", "9:50", online=False),
            state("e", "10:00"),
            state("later", "8:00"),
            state("past", "8:00"),
        ],
    )
    early, at_ten, later = readings("device_offline", city, "9:55", "10:00", "10:05")
    # b says so, c and d are silent since, e has no state yet (at 10:00 neither), f never had one.
    assert (early["numerator"], early["denominator"], early["key_off"]) == (5, 7, 1)
    assert (at_ten["numerator"], at_ten["denominator"]) == (5, 7)
    assert (later["numerator"], later["denominator"], later["value"]) == (4, 7, pytest.approx(4 / 7 * 100))
    assert [key for key, off, _ in behind("device_offline", city, "10:05") if off] == ["b", "c", "d", "f"]
    assert [key for key, _, _ in behind("device_offline", city, "9:55")] == [*"abcdef", "past"]


def test_a_state_ends_at_its_end_and_is_known_from_just_after_its_beginning() -> None:
    city = hall(devices=[device("a")], device_states=[state("a", "9:30", "10:00")])
    times = ("9:30", "9:35", "10:00", "10:05")
    assert [row["numerator"] for row in readings("device_offline", city, *times)] == [1, 0, 0, 1]


def test_a_hall_without_devices_is_not_judged() -> None:
    found = read("device_offline", hall(), "10:00")
    assert (found["reading"], found["numerator"], found["denominator"]) == ("insufficient", 0, 0)
