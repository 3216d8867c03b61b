"""The course of a reading around an alert is what evaluation reads at each instant; advice is that of its queues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from alerts.catalogue import catalogue
from alerts.incidents import Place
from cockpit.board.incident import Alarm
from cockpit.board.incident_course import _queues, _view, advised, course
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.watch.evaluate import Evaluator
from tests.web import sights
from tests.web.people import opened

CITY = Viewer("boss", None, Role.MANAGER)
NOW = datetime(2026, 11, 20, 10, 37, tzinfo=ZoneInfo("Asia/Shanghai"))
EVENING = NOW.replace(hour=20, minute=0) - timedelta(days=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """Three halls and seven weeks, told about until the morning of a Friday."""
    place = tmp_path_factory.mktemp("course") / "data"
    sights.demo_city(place, halls=3, days=49, now=NOW)
    with opened(place) as found:
        yield found


def alarm(name: str, place: Place, begun: datetime) -> Alarm:
    return Alarm(0, (name, place), catalogue()[name], "", 1, begun, 1, {}, ())


def place_of(readings: pl.DataFrame, name: str) -> Place:
    """A place of which something is read."""
    row = readings.filter(pl.col("reading") == "value").row(0, named=True)
    return tuple((column, row[column]) for column in catalogue()[name].grain)


def test_readings_of_the_moment_are_those_of_evaluation(folder: DataFolder) -> None:
    evaluator = Evaluator(folder)
    instants = [NOW.replace(minute=0) + timedelta(minutes=minutes) for minutes in (-30, 0, 10, 30, 35)]
    read = {at: evaluator.evaluate(at, dry=True).readings for at in instants}
    for name in ("wait_avg", "tidal_wait_rise", "window_saturation", "footfall_peak", "staff_on_duty_rate"):
        place = place_of(read[instants[3]][name], name)
        found = course(folder, CITY, alarm(name, place, instants[3]), NOW).points
        told = {row["at"]: row for row in found.to_dicts()}
        assert max(told) <= NOW and min(told).date() == NOW.date()
        compared = 0
        for at in instants:
            for row in read[at][name].filter(*(pl.col(column) == value for column, value in place)).to_dicts():
                assert told[at]["reading"] == row["reading"], (name, at)
                for number in ("value", "numerator", "denominator", "baseline"):
                    assert told[at][number] == (row[number] if row[number] is None else pytest.approx(row[number]))
                compared += 1
        assert compared >= 2


def test_readings_of_a_day_are_those_of_evaluation(folder: DataFolder) -> None:
    name = "window_idle_rate"
    read = Evaluator(folder).evaluate(EVENING, ("D",), dry=True).readings[name]
    place = place_of(read, name)
    found = course(folder, CITY, alarm(name, place, EVENING), NOW)
    assert not found.fast
    (row,) = read.filter(*(pl.col(column) == value for column, value in place)).to_dicts()
    (told,) = found.points.filter(pl.col("at") == EVENING).to_dicts()
    assert told["value"] == pytest.approx(row["value"]) and told["denominator"] == pytest.approx(row["denominator"])
    days = found.points["at"].dt.date().to_list()
    assert days == sorted(days) and len(set(days)) == len(days) >= 8


def test_advice_is_that_of_the_queues_concerned_while_the_hall_is_open(folder: DataFolder) -> None:
    view = _view(folder, NOW.date(), NOW)
    windows = view.records["windows"].to_dicts()
    hall, group = windows[0]["hall_id"], windows[0]["service_group"]
    mine = {
        queue
        for one in windows
        if (one["hall_id"], one["service_group"]) == (hall, group)
        for queue in one["queue_ids"] or ()
    }
    assert _queues(view, hall, group) == sorted(mine)
    place: Place = (("hall_id", hall), ("service_group", group))
    found = advised(folder, CITY, alarm("window_saturation", place, NOW), NOW)
    assert {one.queue_id for one in found} <= mine and all(one.at == NOW.replace(minute=35) for one in found)
    for queue in mine:
        one = alarm("tidal_wait_rise", (("hall_id", hall), ("queue_id", queue)), NOW)
        assert set(advised(folder, CITY, one, NOW)) <= set(found)
    night = NOW.replace(hour=3)
    assert advised(folder, CITY, alarm("window_saturation", place, NOW), night) == []
    assert advised(folder, CITY, alarm("footfall_peak", (("hall_id", hall),), NOW), NOW) == []


def test_nothing_is_told_of_places_outside_ones_part(folder: DataFolder) -> None:
    elsewhere = Viewer("li", frozenset({"none"}), Role.MANAGER)
    one = alarm("footfall_peak", (("hall_id", "H001"),), NOW)
    for act in (course, advised):
        with pytest.raises(Refused, match="不在您负责的范围内"):
            act(folder, elsewhere, one, NOW)
