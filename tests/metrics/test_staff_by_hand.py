"""Reading 32 on small tables, worked out by hand."""

import pytest

from tests.metrics.handmade import behind, clock, hall, opening, read, readings
from tests.metrics.random_city import TODAY, delivery
from tests.metrics.slow.records import DAY, Row, Tables


def duty(person: str, start: str, end: str, where: str = "H", role: str = "clerk") -> Row:
    return {"staff_id": person, "hall_id": where, "start_at": clock(start), "end_at": clock(end), "role": role}


def there(person: str, start: str, end: str = "", where: str = "H") -> Row:
    return {"staff_id": person, "hall_id": where, "start_at": clock(start), "end_at": clock(end) if end else None}


def team(roster: list[Row], attendance: list[Row], **tables: list[Row]) -> Tables:
    covers = [
        delivery("file", table, "H", clock("9:00") + 9 * DAY, clock("9:00") + 8 * DAY, 1)
        for table in ("roster", "attendance")
    ]
    return hall(**({"roster": roster, "attendance": attendance, "deliveries": covers} | tables))


EVERYBODY = [duty(f"S{number}", "9:00", "12:00", role="guide" if number else "duty_officer") for number in range(5)]


def test_who_came_and_went_counts_by_the_minutes_of_the_last_hour() -> None:
    attendance = [
        there("S0", "8:50"),
        there("S1", "9:15", "9:45"),
        there("S1", "9:50"),
        there("S2", "8:30", "9:10"),
        there("S3", "8:30", "12:00"),
        there("stranger", "8:00"),
    ]
    row = read("staff_on_duty_rate", team(EVERYBODY, attendance), "10:00")
    # S0 60, S1 30 + 10, S2 10, S3 60, S4 never came: 170 of 300. Missing at t are S2 and S4.
    assert (row["numerator"], row["denominator"], row["sample"]) == (170, 300, 5)
    assert row["value"] == pytest.approx(170 / 3)
    assert row["missing"] == 2
    rows = behind("staff_on_duty_rate", team(EVERYBODY, attendance), "10:00")
    assert ("S1|2026-03-18T09:15:00+08:00", 30, 0) in rows
    assert ("S4|2026-03-18T09:00:00+08:00", 0, 60) in rows
    assert not any(key.startswith("stranger") for key, _, _ in rows)


def test_fewer_than_five_rostered_are_too_few() -> None:
    city = team(EVERYBODY[:4], [])
    row = read("staff_on_duty_rate", city, "10:00")
    assert (row["reading"], row["sample"], row["missing"], row["value"]) == ("insufficient", 4, 4, None)
    city["deliveries"] = [row for row in city["deliveries"] if row["table"] == "roster"]
    assert read("staff_on_duty_rate", city, "10:00")["reading"] == "no_data"


def test_an_attendance_without_an_end_lasts_until_the_last_rostered_end_of_the_day() -> None:
    roster = [
        duty("S0", "9:00", "10:00"),
        duty("S0", "10:30", "11:00"),
        duty("S0", "13:00", "13:10", "G"),
        *EVERYBODY[1:],
    ]
    city = team(roster, [there("S0", "9:10")])
    found = readings("staff_on_duty_rate", city, "9:30", "11:00", "12:00")
    assert [row["numerator"] for row in found] == [20, 30, 0]
    # Signed off the next day only: no end either. On the next day nothing is known of it.
    late = team(roster, [there("S0", "9:10") | {"end_at": clock("9:30") + DAY}])
    assert [row["numerator"] for row in readings("staff_on_duty_rate", late, "9:30", "11:00")] == [20, 30]


def test_two_attendances_at_once_count_no_minute_twice() -> None:
    city = team(EVERYBODY, [there("S0", "9:00", "9:40"), there("S0", "9:20", "10:00"), there("S0", "9:30")])
    row = read("staff_on_duty_rate", city, "10:00")
    assert (row["numerator"], row["missing"]) == (60, 4)


def test_who_is_rostered_at_two_halls_counts_at_each_when_rostered_there() -> None:
    roster = [*EVERYBODY[1:], duty("S0", "9:00", "9:30"), duty("S0", "9:30", "10:00", "G")]
    tables = {"calendar": opening("H", TODAY, "9:00-12:00") + opening("G", TODAY, "9:00-12:00")}
    tables["halls"] = [{"hall_id": "H"}, {"hall_id": "G"}]
    city = team(roster, [there("S0", "9:10", "9:50")], **tables)
    found = readings("staff_on_duty_rate", city, "10:00")
    assert [(row["hall_id"], row["numerator"], row["denominator"]) for row in found] == [
        ("G", 20, 30),
        ("H", 20, 30 + 4 * 60),
    ]
