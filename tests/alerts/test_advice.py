"""What to do at a queue, on a hall small enough to work out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from alerts.advice import Advice, Candidate, advice, sentence
from tests.metrics.handmade import clock, opening, ticket
from tests.metrics.random_city import TODAY
from tests.metrics.slow.records import DAY, Row, Tables, view
from tests.metrics.test_windows_by_hand import counters, plan, spell, window

WEEKDAYS = [TODAY - step * DAY for step in range(1, 9)]


def history() -> list[Row]:
    """On eight days before, one service of ten minutes each."""
    return [ticket(f"p{day}", "9:00", "9:10", "9:20", day=day, start="9:10", window_id="W") for day in WEEKDAYS]


def city(came: int, windows: list[Row], *open_windows: str, busy: str = "", **more: Any) -> Tables:  # noqa: ANN401
    """So many people come to queue Q between 9:30 and 10:00 and wait; some windows are open since nine."""
    people = [ticket(f"a{number:02d}", f"9:{30 + number}") for number in range(came)]
    if busy:
        people.append(ticket("served", "9:10", "9:50", window_id=busy, start="9:50", queue_id="R"))
    spells = tuple(spell("9:00", window=name) for name in open_windows)
    plans = tuple(plan("9:00", "17:00", name) for name in open_windows)
    tables = counters(*people, *history(), spells=spells, plans=plans, **more)
    tables["windows"] = windows
    tables["calendar"] = [*tables["calendar"], *(row for day in WEEKDAYS for row in opening("H", day, "9:00-17:00"))]
    return tables


def at_ten(tables: Tables) -> Advice:
    (found,) = [one for one in advice(view(tables), clock("10:00"), ["Q"])]
    return found


def erlang_wait(load: float, windows: int, handle: float) -> float:
    """Mean wait by the textbook's sum, minutes."""
    if load >= windows:
        return math.inf
    last = load**windows / math.factorial(windows) * windows / (windows - load)
    waiting = last / (sum(load**k / math.factorial(k) for k in range(windows)) + last)
    return waiting * handle / (windows - load)


def test_the_number_of_windows_and_the_waits_follow_from_arrivals_handling_and_those_who_wait() -> None:
    windows = [window("W", "Q"), window("X", "Q"), window("Y", "Q"), window("T", "Q", tidal=True)]
    found = at_ten(city(12, windows, "W", "X"))
    # Twelve came in the hour, ten minutes each: two windows' work; all twelve still wait.
    assert (found.arrivals, found.handle, found.waiting) == (12, pytest.approx(10), 12)
    assert found.load == pytest.approx(2.0)
    # (12 + 6) people in half an hour, ten minutes each: six windows; there are four.
    assert (found.open_now, found.needed, found.there_are, found.to_open) == (2, 6, 4, 2)
    assert found.wait_now == math.inf and found.wait_then == pytest.approx(erlang_wait(2.0, 4, 10))
    assert found.candidates == (Candidate("T", "tidal"), Candidate("Y", "shut"))
    # Four windows take 24 in an hour and 12 more come: the twelve are gone in an hour.
    assert (found.until, found.beyond, found.closable) == (clock("11:00"), False, 0)
    assert sentence(found, {"T": "潮汐1号窗"}) == (
        "建议增开 2 个窗口，共 4 个（需要 6 个，全部只有 4 个），至少到 11:00：潮汐1号窗（潮汐窗口）、Y（未开的窗口）；"
        "预计等候由越来越长降到不到 1 分钟。"
    )


def test_more_work_than_all_windows_can_do_is_said_as_such() -> None:
    windows = [window("W", "Q"), window("X", "Q"), window("I", "R", group="G")]
    found = at_ten(city(15, windows, "W", "X", "I"))
    assert found.load == pytest.approx(2.5) and found.beyond and found.to_open == 0
    assert found.candidates == (Candidate("I", "idle"),)
    assert sentence(found) == (
        "超出产能：来的业务要 2.5 个窗口一直忙，全部只有 2 个；"
        "窗口已全部打开，并请 I（同组空闲窗口）支援，同时分流、错峰。"
    )


def test_where_all_windows_are_open_and_still_too_few_nobody_is_told_that_they_are_enough() -> None:
    windows = [window("W", "Q"), window("X", "Q"), window("Y", "Q"), window("I", "R", group="G")]
    found = at_ten(city(12, windows, "W", "X", "Y", "I"))
    # Two windows' work for three windows, yet twelve wait: six would be needed.
    assert (found.needed, found.open_now, found.there_are, found.beyond, found.to_open) == (6, 3, 3, False, 0)
    wait = f"{erlang_wait(2.0, 3, 10):.0f}"
    assert sentence(found) == (
        f"需要 6 个窗口，全部 3 个都已打开；可请 I（同组空闲窗口）支援，或分流、错峰，预计等候 {wait} 分钟。"
    )


@pytest.mark.parametrize(("since", "open_now", "who"), [("9:50", 2, ()), ("9:40", 1, (Candidate("X", "paused"),))])
def test_a_window_that_has_paused_for_long_is_not_open(since: str, open_now: int, who: tuple[Candidate, ...]) -> None:
    tables = city(12, [window("W", "Q"), window("X", "Q")], "W")
    spells = [*tables["window_sessions"], spell("9:00", since, window="X"), spell(since, window="X", state="pause")]
    found = at_ten(tables | {"window_sessions": spells})
    assert (found.open_now, found.candidates) == (open_now, who)


def test_a_window_that_serves_somebody_or_another_group_is_no_help() -> None:
    windows = [window("W", "Q"), window("I", "R", group="G"), window("J", "R", group="别组")]
    assert at_ten(city(12, windows, "W", "I", "J", busy="I")).candidates == ()


def test_clerks_on_duty_at_no_window_can_help() -> None:
    windows = [window("W", "Q"), window("X", "Q"), window("Y", "Q")]
    spells = [spell("9:00") | {"staff_id": "S1"}]
    roster = [
        {"staff_id": name, "hall_id": "H", "start_at": clock("9:00"), "end_at": clock("17:00"), "role": role}
        for name, role in (("S1", "clerk"), ("S2", "clerk"), ("S3", "clerk"), ("S4", "duty_officer"), ("S5", "guide"))
    ]
    there = [
        {"staff_id": name, "hall_id": "H", "start_at": clock("8:50"), "end_at": None}
        for name in ("S1", "S2", "S4", "S5")
    ]
    tables = city(12, windows, "W", roster=roster, attendance=there) | {"window_sessions": spells}
    found = at_ten(tables)
    assert found.staff == ("S2",) and "在岗未坐窗口的 1 人可以上" in sentence(found)


def test_when_the_tide_is_over_windows_opened_for_it_can_close() -> None:
    windows = [window("W", "Q"), window("X", "Q"), window("T", "Q", tidal=True), window("U", "Q", tidal=True)]
    tables = city(0, windows, "W", "X", "T", "U")
    tables["tickets"] = [*tables["tickets"], ticket("z", "9:30", "9:31", "9:40", start="9:31", window_id="W")]
    found = at_ten(tables)
    # One came, ten minutes: one window is enough, two of the four were opened for the tide.
    assert (found.needed, found.open_now, found.closable, found.to_open) == (1, 4, 2, 0)
    assert sentence(found) == "潮已退：现开 4 个窗口，1 个就够，可以收回 2 个。"
    without = [row | {"is_tidal": False} for row in windows]
    assert at_ten(tables | {"windows": without}).closable == 0


def test_a_queue_of_which_nothing_is_known_has_no_advice() -> None:
    assert advice(view(city(3, [window("W", "Q")], "W")), clock("10:00"), ["R"]) == []
    assert advice(view(city(3, [window("W", "Q")], "W")), clock("20:00"), ["Q"]) == []
