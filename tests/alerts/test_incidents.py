"""Incidents: alerts of one place and cause together, from the first that fires to the last that is over."""

from __future__ import annotations

import pytest

from alerts.catalogue import catalogue
from alerts.definition import CAUSES
from alerts.incidents import SAID, Closing, Kind, calmed, incident_id, key_of
from tests.alerts.days import HALL, QUEUE, ZONE, Hall, clock

OTHER = (("hall_id", "H1"), ("queue_id", "Q2"))


def test_the_first_alert_opens_others_of_the_same_place_and_cause_join() -> None:
    hall = Hall()
    assert hall.alert("10:00", "wait_avg", 0, 1, QUEUE) == ["opened"]
    assert hall.alert("10:05", "wait_avg", 0, 1, OTHER) == ["joined"]
    assert hall.alert("10:10", "footfall_peak", 0, 2) == ["joined", "rose"]
    assert len(hall.open) == 1
    assert hall.of().alerts == {("wait_avg", QUEUE): 1, ("wait_avg", OTHER): 1, ("footfall_peak", HALL): 2}
    assert (hall.of().level, hall.of().worst, hall.of().opened_at) == (2, 2, clock("10:00"))


def test_other_causes_and_other_halls_have_incidents_of_their_own() -> None:
    hall = Hall()
    hall.alert("10:00", "wait_avg", 0, 1, QUEUE)
    assert hall.alert("10:00", "off_post_minutes", 0, 1, (("hall_id", "H1"), ("window_id", "W1"))) == ["opened"]
    assert hall.alert("10:00", "wait_avg", 0, 1, (("hall_id", "H2"), ("queue_id", "Q1"))) == ["opened"]
    assert hall.alert("10:05", "window_open_rate", 0, 1) == ["joined"]
    assert len(hall.open) == 3


def test_an_incident_rises_and_falls_with_its_worst_alert() -> None:
    hall = Hall()
    assert hall.alert("10:00", "wait_avg", 0, 3, QUEUE) == ["opened"]
    assert hall.alert("10:05", "footfall_peak", 0, 2) == ["joined"]
    assert hall.alert("10:10", "wait_avg", 3, 1, QUEUE) == ["fell"]
    assert (hall.of().level, hall.of().worst) == (2, 3)
    assert hall.alert("10:15", "footfall_peak", 2, 0) == ["fell"]
    assert hall.alert("10:20", "footfall_peak", 0, 3) == ["joined", "rose"]
    assert hall.alert("10:25", "wait_avg", 1, 0, QUEUE) == []
    assert [event.level for event in hall.events] == [3, 3, 2, 1, 3, 3]


def test_when_all_alerts_are_over_an_acknowledged_incident_closes_by_itself() -> None:
    hall = Hall()
    hall.alert("10:00", "wait_avg", 0, 1, QUEUE)
    hall.alert("10:05", "wait_avg", 0, 2, OTHER)
    hall.people("10:06", Kind.ACKNOWLEDGED)
    assert hall.alert("10:10", "wait_avg", 2, 0, OTHER) == ["fell"]
    assert hall.alert("10:15", "wait_avg", 1, 0, QUEUE) == ["cleared", "closed"]
    assert not hall.open
    assert (hall.closed[0].closing, hall.closed[0].closed_at) == (Closing.RECOVERED, clock("10:15"))
    assert hall.events[-1].detail == {"closing": "recovered"} and hall.events[-1].who == ""


def test_an_unacknowledged_one_stays_for_people_and_takes_in_what_comes_again() -> None:
    hall = Hall()
    hall.alert("10:00", "wait_avg", 0, 1, QUEUE)
    assert hall.alert("10:30", "wait_avg", 1, 0, QUEUE) == ["cleared"]
    first = hall.of()
    assert (first.level, first.closed_at) == (0, None)
    assert hall.alert("11:00", "wait_avg", 0, 2, QUEUE) == ["joined", "rose"]
    assert hall.of().id == first.id and hall.of().worst == 2


def test_after_people_have_closed_it_only_a_level_that_rises_opens_a_new_one() -> None:
    hall = Hall()
    hall.alert("10:00", "wait_avg", 0, 3, QUEUE)
    hall.people("10:05", Kind.CLOSED, closing=Closing.KNOWN)
    assert hall.alert("10:10", "wait_avg", 3, 2, QUEUE) == []  # still fires, but people know
    assert not hall.open
    assert hall.alert("10:15", "wait_avg", 2, 3, QUEUE) == ["opened"]
    hall.people("10:20", Kind.CLOSED, closing=Closing.HANDLED)
    assert hall.alert("10:25", "wait_avg", 3, 0, QUEUE) == []  # nothing is left that could be opened
    assert not hall.open
    assert len({incident.id for incident in hall.closed}) == 2


def test_flapping_is_told_once_in_the_history_and_forgotten_when_it_calms_down() -> None:
    hall = Hall()
    hall.alert("10:00", "wait_max_open", 0, 1, QUEUE)
    assert hall.alert("10:05", "wait_max_open", 1, 0, QUEUE, flapping=True) == ["flapping", "cleared"]
    assert hall.alert("10:10", "wait_max_open", 0, 1, QUEUE, flapping=True) == ["joined", "rose"]
    assert hall.of().flapping == {("wait_max_open", QUEUE)}
    hall.alert("12:00", "wait_max_open", 1, 2, QUEUE)
    assert not hall.of().flapping


def test_what_calms_down_while_it_fires_is_no_longer_kept_from_people() -> None:
    other = (("hall_id", "H1"), ("queue_id", "Q2"))
    hall = Hall()
    hall.alert("10:00", "wait_max_open", 0, 1, QUEUE, flapping=True)
    hall.alert("10:00", "wait_avg", 0, 1, QUEUE, flapping=True)
    one = hall.of()
    assert calmed(one, {"wait_max_open": {QUEUE}}) is one  # still flaps; of the other nothing was read
    assert calmed(one, {"wait_max_open": {other}, "wait_avg": {QUEUE}}).flapping == {("wait_avg", QUEUE)}
    assert not calmed(one, {"wait_max_open": set(), "wait_avg": set()}).flapping


def test_every_line_of_the_history_names_the_alert_and_keeps_its_reading() -> None:
    hall = Hall()
    hall.alert("10:00", "wait_avg", 0, 1, QUEUE)
    (opened,) = hall.events
    assert (opened.at, opened.alert, opened.detail) == (clock("10:00"), ("wait_avg", QUEUE), {"value": 1.5})
    assert opened.incident == hall.of().id


@pytest.mark.parametrize(
    ("indicator", "place", "wanted"),
    [
        ("wait_avg", "hall_id=H1 queue_id=Q1", "hall_id=H1"),
        ("handle_time_drift", "hall_id=H1 item_code=I", "hall_id=H1"),
        ("review_suspect_rate", "hall_id=H1 window_id=W1", "hall_id=H1"),
        ("overdue_open", "dept_code=D", "dept_code=D"),
        ("ywtb_case_rate", "county=C", "county=C"),
        ("return_rate", "item_code=I", "item_code=I"),
        ("invalid_row_rate", "hall_id=H1 source_system=S", "hall_id=H1 source_system=S"),
        ("data_lag", "hall_id=H1 source_system=S source_table=tickets", "hall_id=H1 source_system=S"),
    ],
)
def test_the_place_of_an_incident_is_hall_department_county_item_or_source(
    indicator: str, place: str, wanted: str
) -> None:
    named, expected = (tuple(tuple(part.split("=")) for part in text.split()) for text in (place, wanted))
    definition = catalogue()[indicator]
    assert key_of(definition, named) == (expected, definition.cause)  # type: ignore[arg-type]


def test_the_id_says_place_cause_and_beginning_whatever_the_clock_it_is_told_on() -> None:
    key, at = (HALL, "crowd"), clock("10:00")
    assert incident_id(key, at) == "20261012T020000Z-crowd-H1"
    assert incident_id(key, at.astimezone(ZONE)) == incident_id(key, at.astimezone(None))


def test_every_kind_is_said_in_chinese_and_every_cause_is_that_of_an_indicator() -> None:
    assert set(SAID) == set(Kind)
    assert {definition.cause for definition in catalogue().values()} == set(CAUSES)


def test_alerts_that_share_an_incident_have_one_ladder() -> None:
    ladders: dict[object, set[tuple[str, bool]]] = {}
    for definition in catalogue().values():
        place = tuple((name, "x") for name in definition.grain)
        ladders.setdefault(key_of(definition, place), set()).add((definition.owner, definition.cadence == "RT"))
    assert {key: ladder for key, ladder in ladders.items() if len(ladder) > 1} == {}
