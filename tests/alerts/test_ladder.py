"""The ladder minute by minute: whom an incident reaches, and when the next one up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from alerts.catalogue import catalogue
from alerts.definition import OWNERS
from alerts.incidents import Incident, Kind
from alerts.ladder import RT_RUNGS, SAID, SLOW_RUNGS, Why, deadline, notice, rungs_of
from tests.alerts.days import QUEUE, Hall, clock, morning

DEPARTMENT = (("dept_code", "D"),)


def told(hall: Hall, first: str, last: str, cause: str = "crowd", *, every: int = 1) -> list[str]:
    """Everybody told between two clock times, asked every minute."""
    at, found = clock(first), []
    while at <= clock(last):
        if said := hall.told(f"{at:%m-%d %H:%M}", cause):
            found.append(f"{at:%H:%M} {said}")
        at += dt.timedelta(minutes=every)
    return found


def firing(level: int) -> Hall:
    hall = Hall()
    hall.alert("10:00", "wait_avg", 0, level, QUEUE)
    return hall


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        (1, ["10:00 duty 黄 new", "10:15 manager 黄 not_acknowledged", "10:30 city 黄 not_acknowledged"]),
        (2, ["10:00 manager 橙 new", "10:10 city 橙 not_acknowledged"]),
        (3, ["10:00 city 红 new"]),
    ],
)
def test_what_nobody_acknowledges_goes_up_to_the_top_and_then_is_quiet(level: int, wanted: list[str]) -> None:
    assert told(firing(level), "10:00", "13:00") == wanted


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        (1, ["10:00 duty 黄 new", "11:05 manager 黄 not_done", "12:05 city 黄 not_done"]),
        (2, ["10:00 manager 橙 new", "10:45 city 橙 not_done"]),
        (3, ["10:00 city 红 new"]),
    ],
)
def test_what_is_acknowledged_and_still_fires_goes_up_at_the_deadline(level: int, wanted: list[str]) -> None:
    hall = firing(level)
    found = told(hall, "10:00", "10:05")
    hall.people("10:05", Kind.ACKNOWLEDGED)
    assert found + told(hall, "10:06", "14:00") == wanted


def test_deadlines_of_red_that_began_lower_are_those_of_red() -> None:
    hall = firing(1)
    assert told(hall, "10:00", "10:04") == ["10:00 duty 黄 new"]
    hall.alert("10:05", "footfall_peak", 0, 2)
    assert told(hall, "10:05", "10:14") == ["10:05 manager 橙 rose"]
    assert told(hall, "10:15", "10:20") == ["10:15 city 橙 not_acknowledged"]
    hall.alert("10:25", "wait_avg", 1, 3, QUEUE)
    assert told(hall, "10:25", "12:00") == ["10:25 city 红 rose"]


def test_what_has_gone_up_does_not_come_down_again_when_it_rises() -> None:
    hall = firing(1)
    assert told(hall, "10:00", "10:34")[-1] == "10:30 city 黄 not_acknowledged"
    hall.alert("10:35", "wait_avg", 1, 2, QUEUE)
    assert told(hall, "10:35", "12:00") == ["10:35 city 橙 rose"]


def test_a_level_that_rises_after_acknowledgement_is_told_at_once_and_the_deadline_runs_from_then() -> None:
    hall = firing(1)
    told(hall, "10:00", "10:05")
    hall.people("10:05", Kind.ACKNOWLEDGED)
    hall.alert("10:30", "wait_avg", 1, 2, QUEUE)
    assert told(hall, "10:30", "12:00") == ["10:30 manager 橙 rose", "11:10 city 橙 not_done"]


def test_a_level_that_falls_and_comes_again_is_not_told_again() -> None:
    hall = firing(2)
    told(hall, "10:00", "10:05")
    hall.people("10:05", Kind.ACKNOWLEDGED)
    hall.alert("10:10", "wait_avg", 2, 1, QUEUE)
    hall.alert("10:20", "wait_avg", 1, 2, QUEUE)
    assert told(hall, "10:06", "10:44") == []


def test_what_is_over_and_was_never_acknowledged_still_goes_up() -> None:
    hall = firing(1)
    assert told(hall, "10:00", "10:09") == ["10:00 duty 黄 new"]
    hall.alert("10:10", "wait_avg", 1, 0, QUEUE)
    assert told(hall, "10:10", "10:20") == ["10:15 manager 黄 not_acknowledged"]
    hall.people("10:21", Kind.ACKNOWLEDGED)
    assert not hall.open


def test_what_is_assigned_and_over_is_not_told_again() -> None:
    hall = firing(1)
    told(hall, "10:00", "10:00")
    hall.alert("10:05", "wait_avg", 1, 0, QUEUE)
    hall.people("10:06", Kind.ASSIGNED, whom="wang")
    assert told(hall, "10:06", "14:00", every=5) == []


def test_nobody_is_told_during_a_silence_and_what_is_due_is_told_when_it_ends() -> None:
    hall = firing(1)
    told(hall, "10:00", "10:04")
    hall.people("10:05", Kind.SILENCED, text="消防演练", until=clock("11:00"))
    hall.alert("10:20", "wait_avg", 1, 3, QUEUE)
    assert told(hall, "10:05", "10:59") == []
    assert told(hall, "11:00", "11:10") == ["11:00 city 红 rose"]


def test_a_silence_before_anybody_was_told_and_over_before_it_ends_is_told_nobody() -> None:
    hall = firing(1)
    hall.people("10:00", Kind.SILENCED, text="消防演练", until=clock("11:00"))
    hall.alert("10:30", "wait_avg", 1, 0, QUEUE)
    assert told(hall, "10:00", "12:00", every=5) == []


@pytest.mark.parametrize("acknowledging", [False, True])
def test_what_comes_and_goes_too_often_is_not_told_each_time_but_red_is(acknowledging: bool) -> None:
    hall = Hall()
    found = []
    for number in range(12):
        at = f"10:{5 * number:02d}"
        up = number % 2 == 0
        hall.alert(at, "wait_max_open", 0 if up else 1, 1 if up else 0, QUEUE, flapping=number >= 6)
        if hall.open:
            found += [said for said in told(hall, at, at) if "not_acknowledged" not in said]
            if acknowledging and up:
                hall.people(at, Kind.ACKNOWLEDGED)
    why = "new" if acknowledging else "rose"
    assert found == ["10:00 duty 黄 new", f"10:10 duty 黄 {why}", f"10:20 duty 黄 {why}"]
    hall.alert("11:00", "wait_max_open", 0, 3, QUEUE, flapping=True)
    assert told(hall, "11:00", "11:05") == [f"11:00 city 红 {why}"]


def test_what_comes_again_the_next_day_is_told_again_though_nobody_had_acknowledged_it() -> None:
    hall = firing(1)
    assert told(hall, "10:00", "12:00")[-1] == "10:30 city 黄 not_acknowledged"
    hall.alert("12:00", "wait_avg", 1, 0, QUEUE)
    hall.alert("10-13 09:30", "wait_avg", 0, 1, QUEUE)
    assert told(hall, "10-13 09:30", "10-13 10:00") == [
        "09:30 duty 黄 rose",
        "09:45 manager 黄 not_acknowledged",
        "10:00 city 黄 not_acknowledged",
    ]


def test_notices_are_lines_of_the_history_too() -> None:
    hall = firing(1)
    hall.told("10:00")
    assert (hall.events[-1].kind, hall.events[-1].who) == (Kind.TOLD, "")
    assert hall.events[-1].detail == {"rung": "duty", "why": "new"}
    assert (hall.notices[0].incident, hall.notices[0].at) == (hall.of().id, clock("10:00"))


def slow(when: str, level: int = 1) -> Hall:
    hall = Hall()
    hall.alert(when, "overdue_open", 0, level, DEPARTMENT)
    return hall


def mornings(hall: Hall, first: str, last: str) -> list[str]:
    """Everybody told at 08:30, 14:00 and 20:00 of the days between, of what a department is told."""
    at, found = clock(f"{first} 00:00"), []
    while at <= clock(f"{last} 23:59"):
        for hours in (8.5, 14, 20):
            now = f"{at + dt.timedelta(hours=hours):%m-%d %H:%M}"
            if said := hall.told(now, "deadlines", indicator="overdue_open"):
                found.append(f"{now} {said}")
        at += dt.timedelta(days=1)
    return found


def test_an_evening_is_told_the_next_working_morning_and_goes_up_a_working_day_later() -> None:
    # Monday evening.
    assert mornings(slow("10-12 20:00"), "10-13", "10-20") == [
        "10-13 08:30 liaison 黄 new",
        "10-14 08:30 city 黄 not_acknowledged",
    ]


def test_weekends_and_holidays_are_no_working_days() -> None:
    # Friday evening; Monday is the next working day.
    assert mornings(slow("10-16 20:00", 2), "10-17", "10-23") == [
        "10-19 08:30 liaison 橙 new",
        "10-20 08:30 city 橙 not_acknowledged",
    ]
    # The evening before National Day: eight days later; the Saturday after it is worked instead.
    assert mornings(slow("09-30 20:00"), "10-01", "10-14") == [
        "10-08 08:30 liaison 黄 new",
        "10-09 08:30 city 黄 not_acknowledged",
    ]
    assert mornings(slow("10-09 20:00"), "10-10", "10-14") == [
        "10-10 08:30 liaison 黄 new",
        "10-12 08:30 city 黄 not_acknowledged",
    ]


def test_monday_at_six_is_told_the_same_morning() -> None:
    hall = Hall()
    hall.alert("10-12 06:00", "return_rate", 0, 1, (("item_code", "I"),))
    assert hall.told("10-12 08:25", "guidance", indicator="return_rate") == ""
    assert hall.told("10-12 08:30", "guidance", indicator="return_rate") == "liaison 黄 new"


def test_acknowledged_it_has_five_working_days() -> None:
    hall = slow("10-12 20:00")
    assert mornings(hall, "10-13", "10-13") == ["10-13 08:30 liaison 黄 new"]
    hall.people("10-13 16:00", Kind.ACKNOWLEDGED, cause="deadlines")
    # Wednesday, Thursday, Friday, Monday, Tuesday are its own; Wednesday morning it goes up.
    assert mornings(hall, "10-14", "10-30") == ["10-21 08:30 city 黄 not_done"]


def test_what_is_told_some_minutes_late_is_due_in_the_same_morning() -> None:
    hall = slow("10-12 20:00")
    assert hall.told("10-13 08:31", "deadlines", indicator="overdue_open") == "liaison 黄 new"
    assert hall.told("10-14 08:29", "deadlines", indicator="overdue_open") == ""
    assert hall.told("10-14 08:30", "deadlines", indicator="overdue_open") == "city 黄 not_acknowledged"
    hall = slow("10-12 20:00")
    hall.told("10-13 08:31", "deadlines", indicator="overdue_open")
    hall.people("10-13 09:00", Kind.ACKNOWLEDGED, cause="deadlines")
    assert mornings(hall, "10-14", "10-30") == ["10-20 08:30 city 黄 not_done"]


def test_a_slow_level_that_rises_is_told_at_once() -> None:
    hall = slow("10-12 20:00")
    mornings(hall, "10-13", "10-13")
    hall.people("10-13 16:00", Kind.ACKNOWLEDGED, cause="deadlines")
    hall.alert("10-16 20:00", "overdue_open", 1, 3, DEPARTMENT)
    assert hall.told("10-16 20:00", "deadlines", indicator="overdue_open") == "liaison 红 rose"
    # From Monday on it has five working days.
    assert mornings(hall, "10-17", "10-30") == ["10-26 08:30 city 红 not_done"]


def test_what_is_over_before_the_morning_is_told_all_the_same() -> None:
    # The month before is read on the 1st at 06:00, the new month in the evening: too few to judge.
    hall = Hall()
    hall.alert("10-01 06:00", "ywtb_window_rate", 0, 3)
    hall.alert("10-01 20:00", "ywtb_window_rate", 3, 0)
    assert hall.of("platform").level == 0
    assert hall.told("10-07 08:30", "platform", indicator="ywtb_window_rate") == ""
    assert hall.told("10-08 08:30", "platform", indicator="ywtb_window_rate") == "manager 红 new"
    assert hall.told("10-09 08:30", "platform", indicator="ywtb_window_rate") == "county 红 not_acknowledged"
    assert hall.told("10-10 08:30", "platform", indicator="ywtb_window_rate") == "city 红 not_acknowledged"
    assert hall.told("10-12 08:30", "platform", indicator="ywtb_window_rate") == ""


def test_the_ladder_ends_at_the_centre_and_begins_with_the_owner() -> None:
    for owner in OWNERS:
        if owner in SLOW_RUNGS:
            assert rungs_of(owner, fast=False)[0] == owner
        if owner != "city":
            assert rungs_of(owner, fast=True) == RT_RUNGS
    assert {rungs[-1] for rungs in (*SLOW_RUNGS.values(), RT_RUNGS)} == {"city"}
    assert set(SAID) == set(Why)


def test_the_working_mornings_of_these_tests() -> None:
    assert morning(clock("10-12 08:30"), 0) == clock("10-12 08:30")
    assert morning(clock("10-12 08:31"), 0) == clock("10-13 08:30")
    assert morning(clock("10-16 20:00"), 1) == clock("10-20 08:30")


_TOLD = {"fast": ("10-12 09:40", "footfall_peak"), "slow": ("10-09 20:00", "overdue_open")}


@pytest.mark.parametrize("kind", _TOLD)
@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("acknowledged", [False, True])
def test_the_deadline_shown_is_when_the_next_one_up_is_told(kind: str, level: int, acknowledged: bool) -> None:
    """Told, perhaps acknowledged after three minutes: nobody more is told a second before the deadline, then one is."""
    opened, name = clock(_TOLD[kind][0]), _TOLD[kind][1]
    definition, fast = catalogue()[name], kind == "fast"
    alert = (name, (("hall_id", "H"),))
    incident = Incident("i", ((("hall_id", "H"),), definition.cause), opened, {alert: level}, level)
    expected = deadline(incident, definition.owner, opened, morning, fast=fast)
    now = opened if fast else morning(opened, 0)
    told, first, _ = notice(incident, definition.owner, now, morning, fast=fast)
    assert first is not None and expected is not None
    # Shown before anybody was told, it is the one that holds then.
    assert deadline(told, definition.owner, now, morning, fast=fast) == expected
    if acknowledged:
        told = replace(told, acknowledged_at=now + dt.timedelta(minutes=3), by="x")
    due = deadline(told, definition.owner, now, morning, fast=fast)
    assert due is not None and due.why is (Why.NOT_DONE if acknowledged else Why.NOT_ACKNOWLEDGED)
    for seconds in (-1, 0):
        _, more, _ = notice(told, definition.owner, due.at + dt.timedelta(seconds=seconds), morning, fast=fast)
        top = told.rung == len(rungs_of(definition.owner, fast=fast)) - 1
        assert (more is not None) == (seconds == 0 and not top)
        assert more is None or more.why is due.why


def test_no_clock_runs_for_what_is_closed_or_well_again_and_acknowledged() -> None:
    now = clock("10-12 10:00")
    alert = ("footfall_peak", (("hall_id", "H"),))
    over = Incident("i", ((("hall_id", "H"),), "crowd"), now, {alert: 0}, 2, told_level=2, rung=1, told_at=now)
    assert deadline(over, "duty", now, morning, fast=True) is not None  # it stays for people until one acknowledges
    for done in (replace(over, acknowledged_at=now, by="x"), replace(over, closed_at=now)):
        assert deadline(done, "duty", now, morning, fast=True) is None
