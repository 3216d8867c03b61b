"""A timeline for each indicator of the catalogue, found by its id; replay, live and a plain fold agree on it."""

from __future__ import annotations

import datetime as dt
import importlib
from pathlib import Path

import pytest

from alerts.catalogue import catalogue
from tests.alerts.naive import Turn, fold
from tests.alerts.published import published
from tests.alerts.storyline import Move, Step, as_course, as_live, as_naive, days, steps

TIMELINES = Path(__file__).parent / "timelines"


def timeline(id_: str) -> list[Step]:
    """The timeline of an indicator."""
    assert (TIMELINES / f"{id_}.py").exists(), f"the indicator {id_} has no timeline in tests/alerts/timelines"
    told: str = importlib.import_module(f"tests.alerts.timelines.{id_}").TIMELINE
    return steps(told, published(id_))


def expected(told: list[Step]) -> list[Move]:
    found: list[Move] = []
    level = 0
    for step in told:
        if step.level != level:
            assert step.reason, f"{step.at}: why does the level change?"
            found.append((step.at, level, step.level, step.reason))
        else:
            assert not step.reason, f"{step.at}: the level stays what it was"
        level = step.level
    return found


def readable(moves: list[Move]) -> list[str]:
    return [
        f"{at:%m-%d %H:%M} {'正黄橙红'[before]} → {'正黄橙红'[level]} {reason}" for at, before, level, reason in moves
    ]


@pytest.mark.parametrize("id_", catalogue())
def test_a_timeline_goes_as_told_in_replay_live_and_in_plain_python(id_: str) -> None:
    told, definition = timeline(id_), catalogue()[id_]
    wanted = readable(expected(told))
    assert readable(as_naive(told, published(id_))) == wanted
    assert readable(as_course(told, definition)) == wanted
    assert readable(as_live(told, definition)) == wanted


@pytest.mark.parametrize("id_", catalogue())
def test_a_timeline_shows_all_that_can_happen(id_: str) -> None:
    told, of = timeline(id_), published(id_)
    parts = [[step for step in part if not step.closing] for part in days(told)]
    turns = [turn for part in parts for turn in fold(of, [step.reading for step in part])]
    kinds = [step.reading["reading"] if step.reading else "absent" for part in parts for step in part]
    entered = {turn.level for turn in turns if turn.reason == "达到阈值"}
    assert entered == {1, 2, 3}, "every level is entered"
    reasons = {turn.reason for turn in turns} | {step.reason for step in told}
    assert {"达到阈值", "已恢复", "样本不足"} <= reasons
    assert ("闭厅" in reasons) == (of.cadence == "RT"), "levels of the moment end with the day, others never"
    assert any(between(turn) for turn in turns), "a reading between threshold and recovery changes nothing"
    assert any(
        kind == "no_data" and turn.level == turn.before > 0 and "value" in kinds[number:]
        for number, (kind, turn) in enumerate(zip(kinds, turns, strict=True))
    ), "a black-out in the midst"
    assert any(too_short(turns, number) for number in range(len(turns))) == (of.hold != (1, 1, 1)), "hold"


def between(turn: Turn) -> bool:
    judged = turn.judged
    return judged is not None and turn.level == turn.before > judged.met and turn.level not in judged.past


def too_short(turns: list[Turn], number: int) -> bool:
    """Whether a reading met a higher level, and the next one that could be judged did not, before it counted."""
    here = turns[number]
    if here.judged is None or here.judged.met <= here.level:
        return False
    following = next((turn.judged for turn in turns[number + 1 :] if turn.judged), None)
    return following is not None and following.met <= here.level


@pytest.mark.parametrize("id_", [one.id for one in catalogue().values() if one.cadence == "RT"])
def test_the_instants_of_a_day_follow_each_other_on_the_grid(id_: str) -> None:
    every = dt.timedelta(minutes=published(id_).minutes)
    for part in days(timeline(id_)):
        read = [step.at for step in part if not step.closing]
        gaps = [later - earlier for earlier, later in zip(read, read[1:], strict=False)]
        noon = [gap for gap, at in zip(gaps, read, strict=False) if gap != every and at.time() != dt.time(12)]
        assert not noon, "only the lunch break may interrupt a day"


def test_every_timeline_is_that_of_an_indicator() -> None:
    assert {path.stem for path in TIMELINES.glob("*.py")} == set(catalogue())
