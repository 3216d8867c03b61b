"""Thresholds for a budget of alerts: worked out behind the page, once, for who sees the city."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

import pytest

from alerts.catalogue import catalogue
from alerts.thresholds import EDGES, Edge, ThresholdChange
from cockpit.board.trials import NO_DAYS, Trial, Trials
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.watch.replay import Replay
from cockpit.watch.thresholds import change_thresholds
from tests.board.small_city import NOW, build
from tests.web.people import opened
from tests.web.sights import MORNING, demo_city

CITY = Viewer("boss", None, Role.DATA)
MANAGER = Viewer("of.s1", frozenset({"s1"}), Role.MANAGER)


def awaited(trials: Trials, folder: DataFolder, edge: Edge, budget: float, now: datetime) -> Trial:
    """What comes of asking; asked for again and again, as a page does."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        found = trials.ask(folder, CITY, "wait_avg", edge, budget, now)
        if found.state != "working":
            return found
        time.sleep(0.05)
    raise AssertionError("it was never done")


def plainly_counted(past: Replay, changes: list[ThresholdChange]) -> int:
    """Alerts of 黄 or above, each change looked at by itself."""
    return sum(row["before"] == 0 for row in past.play(changes, ["wait_avg"]).changes["wait_avg"].to_dicts())


def test_it_is_for_who_sees_the_city_and_for_indicators_of_halls(tmp_path: Path) -> None:
    folder = build(tmp_path / "data")
    with pytest.raises(Refused, match="不在您负责的范围内"):
        Trials().ask(folder, MANAGER, "wait_avg", "orange", 3, NOW)
    for name in ("overdue_open", "no_such"):
        with pytest.raises(Refused, match="不在大厅里"):
            Trials().ask(folder, CITY, name, "orange", 3, NOW)
    found = awaited(Trials(), folder, "orange", 3, NOW)
    assert (found.state, found.sentence) == ("failed", NO_DAYS)
    folder.close()


def test_so_many_are_worked_on_and_no_more(tmp_path: Path) -> None:
    folder, trials = build(tmp_path / "data"), Trials()
    with trials._turn:  # the one before takes its time
        for budget in (1, 2, 3):
            assert trials.ask(folder, CITY, "wait_avg", "orange", budget, NOW).state == "working"
        assert trials.ask(folder, CITY, "wait_avg", "orange", 2, NOW).state == "working"  # the same once more
        with pytest.raises(Refused, match="正在回放的已经有几项"):
            trials.ask(folder, CITY, "wait_avg", "orange", 5, NOW)
    for budget in (1, 2, 3):
        awaited(trials, folder, "orange", budget, NOW)
    folder.close()


def test_the_suggestion_keeps_within_the_budget_as_counted_plainly(tmp_path: Path) -> None:
    demo_city(tmp_path / "data", halls=4, days=31, now=MORNING)
    with opened(tmp_path / "data") as folder:
        trials, budget = Trials(), 0.1
        found = awaited(trials, folder, "yellow", budget, MORNING)
        last = MORNING.date() - timedelta(days=1)
        assert (found.state, found.first, found.last) == ("done", last - timedelta(days=27), last)
        suggestion, suggested = found.suggestion, found.thresholds
        assert suggestion is not None and suggested is not None and suggestion.value == suggested.yellow
        assert suggested.recovery < suggested.yellow < suggested.orange < suggested.red

        past = Replay(folder.lake, folder.lake.snapshot(), _at(found.first), _at(found.last, clock_time(23, 55)))
        when = past.span[0]
        tried = [ThresholdChange("wait_avg", (), edge, getattr(suggested, edge), when, "", when, "") for edge in EDGES]
        hall_weeks = 4 * 4
        assert suggestion.alerts_now == plainly_counted(past, []) / hall_weeks > budget
        assert suggestion.alerts_then == plainly_counted(past, tried) / hall_weeks <= budget
        assert suggestion.now == catalogue()["wait_avg"].thresholds.yellow

        assert trials.ask(folder, CITY, "wait_avg", "yellow", budget, MORNING) is found
        # Other thresholds are another question.
        change_thresholds(folder, [ThresholdChange("wait_avg", (), "yellow", 16, MORNING, "boss", MORNING, "试行")])
        assert trials.ask(folder, CITY, "wait_avg", "yellow", budget, MORNING).state == "working"
        # What was changed today is in force, although the past that it is tried on ended yesterday.
        again = awaited(trials, folder, "yellow", budget, MORNING).suggestion
        assert again is not None and again.now == 16

        # A hall that has thresholds of its own keeps them while others are tried for the whole city.
        halls = past.views()[0][0].sessions["hall_id"].unique().sort()
        own = [
            ThresholdChange("wait_avg", (("hall_id", hall),), edge, value, MORNING, "boss", MORNING, "试行")
            for hall in halls for edge, value in (("red", 900), ("orange", 800), ("yellow", 700))
        ]  # fmt: skip
        change_thresholds(folder, own)
        quiet = awaited(trials, folder, "yellow", budget, MORNING).suggestion
        assert quiet is not None and (quiet.value, quiet.alerts_now) == (16, 0)


def _at(day: date, at: clock_time = clock_time()) -> datetime:  # noqa: B008 (a constant)
    return datetime.combine(day, at, MORNING.tzinfo)
