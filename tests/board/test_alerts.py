"""预警处置: what is open, for whom, in what order, until when; recomputed in plain Python on incidents made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.catalogue import catalogue
from alerts.deeds import Deed
from alerts.incidents import Closing, Kind, Place
from alerts.ladder import Why
from cockpit.board import alerts as board
from cockpit.board.alert_shown import State, urgency
from cockpit.board.alerts import Wanted
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records import alert_tables
from tests.board.incidents_by_hand import COUNTY, DEPARTMENT, HALL_C1, HALL_S1, HALL_T1, MINUTE, Q_S1, Hand
from tests.board.small_city import NOW, build

CITY = Viewer("boss", None, Role.MANAGER)
LEADER = Viewer("leader", None, Role.LEADER)
DATA = Viewer("data", None, Role.DATA)
AUDITOR = Viewer("auditor", None, Role.AUDITOR)
DUTY_S1 = Viewer("wang", frozenset({"s1"}), Role.DUTY)
OF_COUNTY = Viewer("li", frozenset({"c1", "t1"}), Role.MANAGER, counties=frozenset({"云栖区"}))
ALL = (CITY, LEADER, DATA, AUDITOR, DUTY_S1, OF_COUNTY)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    made = build(tmp_path_factory.mktemp("alerts") / "data")
    yield made
    made.close()


@pytest.fixture
def folder(city: DataFolder) -> DataFolder:
    """The small city, in which nothing has ever fired."""
    return emptied(city)


def emptied(folder: DataFolder) -> DataFolder:
    import sqlalchemy as sa

    with folder.records.transaction() as connection:
        for table in (alert_tables.incidents, alert_tables.incident_events, alert_tables.alert_changes):
            connection.execute(sa.delete(table))
    for kept in (board._open, board._seen):
        kept._kept.clear()
    return folder


def at(minutes: float) -> datetime:
    """So many minutes before the present."""
    return NOW - minutes * MINUTE


def filled(folder: DataFolder) -> dict[str, str]:
    """Six incidents: two of queues, one of posts, one of a county, one of a department, one of a source."""
    hand, found = Hand(folder), {}
    found["queue"] = hand.turn(at(30), "wait_avg", Q_S1, 1)
    hand.turn(at(20), "tidal_wait_rise", Q_S1, 2)
    hand.told(found["queue"], at(20))
    found["posts"] = hand.turn(at(12), "staff_on_duty_rate", HALL_C1, 3)
    hand.told(found["posts"], at(12))
    hand.did(Deed(at(10), found["posts"], Kind.ACKNOWLEDGED, "li"))
    found["crowd"] = hand.turn(at(8), "footfall_peak", HALL_T1, 1)
    hand.turn(at(2), "footfall_peak", HALL_T1, 0)
    found["county"] = hand.turn(at(14 * 60), "ywtb_case_rate", COUNTY, 2)
    found["department"] = hand.turn(at(14 * 60), "overdue_open", DEPARTMENT, 3)
    place: Place = (("hall_id", "s1"), ("source_system", "hand"), ("source_table", "tickets"))
    found["delivery"] = hand.turn(at(5), "data_lag", place, 1)
    return found


def names(viewer: Viewer, folder: DataFolder, found: dict[str, str], wanted: Wanted | None = None) -> list[str]:
    ids = {incident: name for name, incident in found.items()}
    rows = board.open_incidents(folder, viewer, NOW).rows
    return [ids[row.id] for row in (wanted or Wanted()).of(rows, NOW)]


def test_the_most_urgent_stand_first(folder: DataFolder) -> None:
    found = filled(folder)
    assert names(CITY, folder, found) == ["posts", "queue", "delivery", "department", "county", "crowd"]
    rows = {row.id: row for row in board.open_incidents(folder, CITY, NOW).rows}
    assert {name: rows[key].level for name, key in found.items()} == {
        "queue": 2, "posts": 3, "crowd": 0, "county": 2, "department": 3, "delivery": 1,
    }  # fmt: skip
    assert {name: rows[key].state(NOW) for name, key in found.items()} == {
        "queue": State.WAITING, "posts": State.WORKING, "crowd": State.OVER, "county": State.WAITING,
        "department": State.WAITING, "delivery": State.WAITING,
    }  # fmt: skip
    queue = rows[found["queue"]]
    assert (queue.where, queue.title, queue.firing) == ("市本级", "排队拥挤", ("等候同比升幅（潮汐窗口）", "平均等候"))
    assert (queue.hall_id, queue.county, queue.opened_at) == ("s1", "市本级", at(30))
    assert (rows[found["county"]].where, rows[found["county"]].county) == ("云栖区", "云栖区")
    assert rows[found["delivery"]].where == "市本级 · hand"
    assert rows[found["department"]].hall_id == rows[found["department"]].county == ""


def test_deadlines_run_from_when_somebody_was_told(folder: DataFolder) -> None:
    found = filled(folder)
    rows = {row.id: row for row in board.open_incidents(folder, CITY, NOW).rows}
    due = {name: rows[key].deadline for name, key in found.items()}
    told = {name: one and (one.at, one.why) for name, one in due.items()}
    # It is Monday 10:07; what was read on Sunday evening is told on Monday at 08:30 and to be acknowledged on Tuesday.
    morning = NOW.replace(hour=8, minute=30) + timedelta(days=1)
    assert told == {
        "queue": (at(20) + 10 * MINUTE, Why.NOT_ACKNOWLEDGED),
        "posts": (at(10) + 20 * MINUTE, Why.NOT_DONE),
        "crowd": (at(8) + 15 * MINUTE, Why.NOT_ACKNOWLEDGED),  # nobody has been told yet: from its opening
        "county": (morning, Why.NOT_ACKNOWLEDGED),
        "department": (morning, Why.NOT_ACKNOWLEDGED),
        "delivery": (at(5) + 15 * MINUTE, Why.NOT_ACKNOWLEDGED),
    }


def test_each_sees_the_own_part_and_what_concerns_them(folder: DataFolder) -> None:
    found = filled(folder)
    seen = {viewer.name: set(names(viewer, folder, found)) for viewer in ALL}
    everything = set(found)
    assert seen == {
        "boss": everything, "leader": everything, "data": everything, "auditor": everything,
        "wang": {"queue", "delivery"}, "li": {"posts", "crowd", "county"},
    }  # fmt: skip
    mine = {viewer.name: set(names(viewer, folder, found, Wanted(mine=True))) for viewer in ALL}
    assert mine == {
        "boss": {"posts", "department"},  # red was told to the centre; a department has no account of its own
        "leader": {"posts"}, "data": {"delivery"}, "auditor": set(), "wang": {"queue", "delivery"}, "li": {"county"},
    }  # fmt: skip
    handled = {
        viewer.name: {row.id for row in board.open_incidents(folder, viewer, NOW).rows if row.handled} for viewer in ALL
    }
    assert handled["leader"] == handled["auditor"] == set() and handled["data"] == {found["delivery"]}
    assert handled["boss"] == set(found.values()) and len(handled["wang"]) == 2 and len(handled["li"]) == 3


def test_what_is_assigned_to_one_is_one_s_own(folder: DataFolder) -> None:
    found = filled(folder)
    hand = Hand(folder, {}, {})
    from cockpit.records.alert_log import AlertLog

    for record in AlertLog(folder.records.database).incidents():
        hand.incidents[record.incident.id], hand.openers[record.incident.id] = record.incident, record.indicator
    hand.did(Deed(at(1), found["crowd"], Kind.ASSIGNED, "boss", whom="li"))
    assert set(names(OF_COUNTY, folder, found, Wanted(mine=True))) == {"county", "crowd"}
    hand.did(Deed(at(1), found["queue"], Kind.SILENCED, "wang", "设备检修", until=NOW + 30 * MINUTE))
    assert names(CITY, folder, found)[-1] == "queue"  # silenced ones stand last
    assert names(CITY, folder, found, Wanted(state="silenced")) == ["queue"]
    (row,) = [one for one in board.open_incidents(folder, CITY, NOW + 31 * MINUTE).rows if one.id == found["queue"]]
    assert row.state(NOW + 31 * MINUTE) is State.WAITING


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (Wanted(hall="s1"), {"queue", "delivery"}),
        (Wanted(county="云栖区"), {"posts", "crowd", "county"}),
        (Wanted(level="3"), {"posts", "department"}),
        (Wanted(level="0"), {"crowd"}),
        (Wanted(group="staff"), {"posts"}),
        (Wanted(state="working"), {"posts"}),
        (Wanted(hall="s1", level="2"), {"queue"}),
        (Wanted(hall="none"), set()),
    ],
)
def test_filters_leave_what_is_looked_for(folder: DataFolder, wanted: Wanted, left: set[str]) -> None:
    found = filled(folder)
    assert set(names(CITY, folder, found, wanted)) == left


def test_when_nothing_is_open_it_says_since_when(folder: DataFolder) -> None:
    assert board.open_incidents(folder, CITY, NOW).calm_since is None
    hand = Hand(folder)
    for place, closed in ((HALL_S1, 40), (HALL_C1, 20)):
        one = hand.turn(at(60), "footfall_peak", place, 1)
        hand.did(Deed(at(closed), one, Kind.CLOSED, "boss", closing=Closing.HANDLED))
    told = {viewer.name: board.open_incidents(folder, viewer, NOW).calm_since for viewer in (CITY, DUTY_S1, OF_COUNTY)}
    assert told == {"boss": at(20), "wang": at(40), "li": at(20)}
    assert board.open_incidents(folder, CITY, NOW).rows == ()
    assert [row.hall_id for row in board.closed_since(folder, CITY, at(30), NOW)] == ["c1"]
    assert [row.hall_id for row in board.closed_since(folder, CITY, at(50), NOW)] == ["c1", "s1"]
    assert board.closed_since(folder, DUTY_S1, at(30), NOW) == []


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["wait_avg", "footfall_peak", "staff_on_duty_rate"]),
        st.sampled_from(["s1", "c1", "t1"]),
        st.integers(0, 3),
        st.sampled_from(["turn", "turn", "turn", "ack", "close"]),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_counts_and_levels_as_plain_python_finds_them(
    folder: DataFolder, steps: list[tuple[str, str, int, str]]
) -> None:
    """Levels come and go at random; the slow way looks at every alert by itself."""
    hand = Hand(emptied(folder))
    for number, (name, hall, level, what) in enumerate(steps):
        when = at(200 - number)
        place: Place = (("hall_id", hall), ("queue_id", "q")) if name == "wait_avg" else (("hall_id", hall),)
        cause = catalogue()[name].cause
        open_ = [
            one
            for one in hand.incidents.values()
            if one.closed_at is None and one.key == (((("hall_id", hall)),), cause)
        ]
        now = max((one.alerts.get((name, place), 0) for one in open_), default=0)
        if what == "turn" and level != now and (open_ or level > now):
            hand.turn(when, name, place, level)
        elif what != "turn" and open_:
            closing = Closing.HANDLED if what == "close" else None
            hand.did(Deed(when, open_[0].id, Kind.CLOSED if closing else Kind.ACKNOWLEDGED, "x", closing=closing))
    alive = [one for one in hand.incidents.values() if one.closed_at is None]
    found = board.open_incidents(folder, CITY, NOW)
    assert {row.id: row.level for row in found.rows} == {one.id: max(one.alerts.values()) for one in alive}
    assert dict(found.levels) == {
        level: len([one for one in alive if max(one.alerts.values()) == level]) for level in (3, 2, 1, 0)
    }
    for viewer in ALL:
        rows = [
            row for row in board.open_incidents(folder, viewer, NOW).rows if row.mine and row.acknowledged_at is None
        ]
        assert board.waiting_for(folder, viewer, NOW) == len(rows)
        assert board.open_incidents(folder, viewer, NOW).unacknowledged(NOW) == len(rows)
    order = [urgency(row, NOW) for row in found.rows]
    assert order == sorted(order)


def test_thousands_are_told_quickly(folder: DataFolder, tmp_path: Path) -> None:
    import time

    from alerts.incidents import Incident
    from cockpit.records.alert_log import AlertLog

    with AlertLog(folder.records.database).writing() as book:
        for number in range(820):
            key = ((("hall_id", f"h{number % 82}"),), ["crowd", "posts", "slow", "service", "asking"][number % 5])
            alerts = {("footfall_peak", (("hall_id", f"h{number % 82}"),)): 1 + number % 3}
            book.save(Incident(f"i{number}", key, at(number % 90), alerts, 1 + number % 3), "footfall_peak")
    begun = time.perf_counter()
    assert len(board.open_incidents(folder, CITY, NOW).rows) == 820
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    for _ in range(40):
        board.open_incidents(folder, CITY, NOW)
    again = (time.perf_counter() - begun) / 40
    assert first < 1.0 and again < 0.01, (first, again)
