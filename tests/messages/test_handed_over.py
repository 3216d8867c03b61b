"""Who is given an incident gets a message of it (转派): by their own channel, once, unless it is needless by then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from alerts.incidents import Closing
from cockpit import clock as clocks
from cockpit import handling
from cockpit.door.roles import Role
from cockpit.door.scope import viewer_of_account
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.message_list import notice_lines
from cockpit.records.messages import State
from cockpit.watch.handed_over import rungs_on
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
from tests.messages.city import alert, clock, hall_place, person
from tests.messages.conftest import Opened
from tests.messages.servers import Webhook

QUEUE = hall_place(1, queue_id="Q1")
At = Callable[[str], dt.datetime]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Set the clock by which people act."""

    def set_(text: str) -> dt.datetime:
        now = clock(text)
        monkeypatch.setattr(clocks, "now", lambda: now)
        return now

    return set_


def viewer(folder: DataFolder, name: str) -> Viewer:
    account = folder.people.account(name)
    assert account is not None
    return viewer_of_account(folder, account)


def test_who_is_given_an_incident_is_told_who_gave_it_and_what_they_said(city: Opened, hook: Webhook, at: At) -> None:
    folder = city()
    incident = alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    escalate(folder, clock("10:00"))
    assert deliver(folder, clock("10:00")) == 1
    now = at("10:05")
    given = handling.assign(folder, viewer(folder, "manager1"), incident.id, "duty1", "请到 3 号窗 看看")
    assert given.told and given.incident.assigned_to == "duty1"
    assert deliver(folder, now) == 1
    letter = hook.got[-1]
    assert letter.path == "/duty1@example.cn"
    first, second, link = letter.text.split("\n")
    assert first == "【黄】第1大厅 综合受理：平均等候，10-12 10:00 起；由 manager1 转派给 duty1。"
    assert second == "27.2 分钟，黄色线 15 分钟，平时 11。交代：请到 3 号窗 看看。"
    assert link.endswith(f"/alerts?incident={incident.id}")
    assert deliver(folder, clock("10:07")) == 0


def test_a_given_incident_is_told_in_spite_of_a_silence_but_not_once_it_is_closed_or_given_on(
    city: Opened, hook: Webhook, at: At
) -> None:
    folder = city()
    person(folder, "second", Role.DUTY, "H1", contact="second@example.cn")
    boss = viewer(folder, "manager1")
    incident = alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    at("10:01")
    handling.silence(folder, boss, incident.id, clock("12:00"), "检修")
    at("10:02")
    handling.assign(folder, boss, incident.id, "duty1")
    now = at("10:03")
    handling.assign(folder, boss, incident.id, "second")
    assert deliver(folder, now) == 1
    assert hook.got[-1].path == "/second@example.cn"
    at("10:05")
    handling.assign(folder, boss, incident.id, "duty1")
    now = at("10:06")
    handling.close(folder, boss, incident.id, Closing.HANDLED)
    assert deliver(folder, now) == 0
    lines = {(line.account, line.state) for line in notice_lines(folder.records.database)}
    assert lines == {("duty1", State.OVERTAKEN), ("second", State.SENT)}


def test_who_takes_it_on_for_themselves_is_not_told(city: Opened, at: At) -> None:
    folder = city()
    incident = alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    now = at("10:01")
    assert not handling.assign(folder, viewer(folder, "duty1"), incident.id, "duty1").told
    assert deliver(folder, now) == 0 and notice_lines(folder.records.database) == []


def test_where_no_message_can_reach_the_person_the_answer_says_so(city: Opened, at: At) -> None:
    folder = city({"channel": "hook", "roles": ["manager"]})
    person(folder, "mute", Role.MANAGER, "H1")
    incident = alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    at("10:01")
    boss = viewer(folder, "manager1")
    assert not handling.assign(folder, boss, incident.id, "duty1").told  # no route for 值班长
    at("10:02")
    assert not handling.assign(folder, boss, incident.id, "mute").told  # no contact
    states = {line.account: line.state for line in notice_lines(folder.records.database)}
    assert states == {"duty1": State.UNROUTED, "mute": State.WAITING}


def test_a_message_of_the_night_waits_for_the_end_of_the_quiet_hours(city: Opened, hook: Webhook, at: At) -> None:
    folder = city({"channel": "hook", "quiet": "21:00-07:30", "quiet_levels": ["yellow"]})
    incident = alert(folder, clock("21:30"), "wait_avg", QUEUE, 0, 1)
    at("21:35")
    assert handling.assign(folder, viewer(folder, "manager1"), incident.id, "duty1").told
    assert deliver(folder, clock("21:36")) == 0
    assert deliver(folder, clock("10-13 07:30")) == 1


def test_routes_are_those_of_the_rungs_on_which_a_person_stands(city: Opened) -> None:
    folder = city()
    person(folder, "whole", Role.MANAGER)
    person(folder, "cloud", Role.MANAGER, county="云栖区")
    found = {}
    for name in ("duty1", "manager1", "whole", "cloud", "data", "mayor"):
        account = folder.people.account(name)
        assert account is not None
        found[name] = set(rungs_on(account))
    assert found == {
        "duty1": {"duty"}, "manager1": {"manager"}, "whole": {"manager", "liaison", "city"},
        "cloud": {"manager", "county"}, "data": {"data"}, "mayor": {"city"},
    }  # fmt: skip
