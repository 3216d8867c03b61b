"""What people do about incidents: with the right, without it, outside one's part, two at once; each step audited."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts.deeds import by_people
from alerts.incidents import Closing, Event, Incident, Kind
from cockpit import clock, handling
from cockpit.door import accounts
from cockpit.door.accounts import Binding
from cockpit.door.charge import DATA_CAUSES
from cockpit.door.roles import RIGHTS, Right, Role
from cockpit.door.scope import viewer_of_account
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records import alert_tables, missed_tables
from cockpit.records.alert_log import AlertLog
from cockpit.records.alert_pulse import pulse
from cockpit.records.missed import Missed, MissedStep
from tests.board.incidents_by_hand import COUNTY, DEPARTMENT, HALL_C1, HALL_S1, Hand
from tests.board.small_city import NOW
from tests.door.conftest import Move
from tests.web.people import account_in, audit_of

S1, C1, CITY, CLOUD = Binding("hall", ("s1",)), Binding("hall", ("c1",)), Binding(), Binding("county", ("云栖区",))
HOUR = timedelta(hours=1)
Act = Callable[[DataFolder, Viewer, str], object]
#: Every action, the right it needs, and how it is done to an incident (or a hall) of s1.
ACTS: dict[str, tuple[Right, Act]] = {
    "acknowledge": (Right.HANDLE, lambda f, v, i: handling.acknowledge(f, v, i)),
    "assign": (Right.HANDLE, lambda f, v, i: handling.assign(f, v, i, "wang", "请到场")),
    "note": (Right.HANDLE, lambda f, v, i: handling.note(f, v, i, "已增开 3 号窗")),
    "silence": (Right.HANDLE, lambda f, v, i: handling.silence(f, v, i, clock.now() + HOUR, "叫号机检修")),
    "close": (Right.HANDLE, lambda f, v, i: handling.close(f, v, i, Closing.HANDLED, "已恢复")),
    "report_missed": (
        Right.REPORT_MISSED,
        lambda f, v, i: handling.report_missed(f, v, "s1", clock.now() - HOUR, None, "排到门外", "办事群众"),
    ),
    "look_into_missed": (
        Right.LOOK_INTO_MISSED,
        lambda f, v, i: handling.look_into_missed(f, v, "m1", MissedStep.LOOKED_INTO, "wait_avg", "阈值太高", 1),
    ),
}


@pytest.fixture
def folder(small: DataFolder, move: Move) -> DataFolder:
    """The small city with nothing in its alert log; the clock stands still."""
    with small.records.transaction() as connection:
        for table in (alert_tables.incidents, alert_tables.incident_events, alert_tables.alert_changes):
            connection.execute(sa.delete(table))
        connection.execute(sa.delete(missed_tables.missed_events))
    account_in(small, "wang", Role.DUTY, S1)
    account_in(small, "li", Role.DUTY, C1)
    return small


@pytest.fixture
def incident(folder: DataFolder) -> str:
    """Crowds at s1, since ten minutes; and a report of trouble there."""
    boss = person(folder, "boss", Role.MANAGER)
    found = Hand(folder).turn(NOW - HOUR / 6, "footfall_peak", HALL_S1, 2)
    reported = handling.report_missed(folder, boss, "s1", NOW - HOUR, NOW, "取号机吐不出票", "导办")
    with folder.records.transaction() as connection:
        connection.execute(sa.update(missed_tables.missed_events).values(missed_id="m1"))
    assert reported != "m1"
    return found


def person(folder: DataFolder, name: str, role: Role, binding: Binding = CITY) -> Viewer:
    return viewer_of_account(folder, accounts.known(folder, account_in(folder, name, role, binding)))


def history(folder: DataFolder, incident: str) -> list[Event]:
    return list(by_people(AlertLog(folder.records.database).events(incident)))


def kept(folder: DataFolder, incident: str) -> Incident:
    found = AlertLog(folder.records.database).incident(incident)
    assert found is not None
    return found.incident


def test_every_action_is_in_the_table() -> None:
    own = {
        name: thing for name, thing in vars(handling).items() if getattr(thing, "__module__", "") == handling.__name__
    }
    public = {name for name, thing in own.items() if not isinstance(thing, type)}
    assert {name for name in public if not name.startswith("_")} == ACTS.keys()


@pytest.mark.parametrize("act", ACTS)
def test_who_has_the_right_does_it_and_it_is_written_down_once(folder: DataFolder, incident: str, act: str) -> None:
    by = person(folder, "zhao", Role.MANAGER, S1)
    before = len(audit_of(folder))
    ACTS[act][1](folder, by, incident)
    (line,) = audit_of(folder)[: len(audit_of(folder)) - before]
    assert line[0] == "zhao" and not line[1].startswith("refused")
    if ACTS[act][0] is Right.HANDLE:
        (event,) = history(folder, incident)
        assert line[1:] == (f"incident.{event.kind.value}", incident) and event.who == "zhao"


@pytest.mark.parametrize("act", ACTS)
def test_who_has_not_the_right_is_refused_and_nothing_changes(folder: DataFolder, incident: str, act: str) -> None:
    right, do = ACTS[act]
    state = kept(folder, incident), Missed(folder.records.database).all()
    for role in Role:
        if right in RIGHTS[role]:
            continue
        with pytest.raises(Refused, match="没有这项权限"):
            do(folder, Viewer(f"a {role}", None, role), incident)
        assert (kept(folder, incident), Missed(folder.records.database).all()) == state
        assert history(folder, incident) == []
        assert audit_of(folder)[0] == (f"a {role}", f"refused.{act}", f"a {role}")


@pytest.mark.parametrize("act", ACTS)
def test_outside_ones_own_part_it_is_as_if_there_were_none(folder: DataFolder, incident: str, act: str) -> None:
    by = person(folder, "qian", Role.MANAGER, C1)
    state = kept(folder, incident), Missed(folder.records.database).all()
    told = set()
    for name in (incident, "no-such-incident"):
        with pytest.raises(Refused, match="不在您负责的范围内") as refused:
            ACTS[act][1](folder, by, name)
        told.add(refused.value.sentence)
    assert len(told) == 1
    assert (kept(folder, incident), Missed(folder.records.database).all()) == state
    assert audit_of(folder)[0][:2] == ("qian", f"refused.{act}")


def test_each_place_has_those_who_are_in_charge_of_it(folder: DataFolder) -> None:
    hand = Hand(folder)
    found = {
        "hall": hand.turn(NOW, "footfall_peak", HALL_C1, 1),
        "county": hand.turn(NOW, "ywtb_case_rate", COUNTY, 1),
        "department": hand.turn(NOW, "overdue_open", DEPARTMENT, 1),
        "data": hand.turn(NOW, "device_offline", HALL_C1, 1),
    }
    may = {
        ("li", Role.DUTY, C1): {"hall", "data"},
        ("county", Role.MANAGER, CLOUD): {"hall", "county", "data"},
        ("city", Role.MANAGER, CITY): {"hall", "county", "department", "data"},
        ("data", Role.DATA, CITY): {"data"},
        ("data.c1", Role.DATA, C1): {"data"},
        ("data.s1", Role.DATA, S1): set(),
    }
    assert {"delivery", "links", "rows", "devices"} == DATA_CAUSES
    for (name, role, binding), allowed in may.items():
        by = person(folder, name, role, binding)
        done = set()
        for what, one in found.items():
            try:
                handling.note(folder, by, one, "看过")
                done.add(what)
            except Refused:
                pass
        assert done == allowed, name


def test_two_who_acknowledge_are_told_who_was_first(folder: DataFolder, incident: str, move: Move) -> None:
    first, second = person(folder, "wang", Role.DUTY, S1), person(folder, "zhao", Role.MANAGER, S1)
    when = clock.now()
    assert handling.acknowledge(folder, first, incident).by == "wang"
    move(60)
    again = handling.acknowledge(folder, second, incident)
    assert (again.by, again.acknowledged_at) == ("wang", when)
    assert [event.who for event in history(folder, incident)] == ["wang"]


def test_who_decides_on_what_others_have_changed_since_is_told_and_nothing_is_lost(
    folder: DataFolder, incident: str
) -> None:
    wang, zhao = person(folder, "wang", Role.DUTY, S1), person(folder, "zhao", Role.MANAGER, S1)
    handling.assign(folder, wang, incident, "wang", seen=0)
    for late in (
        lambda: handling.close(folder, zhao, incident, Closing.FALSE, seen=0),
        lambda: handling.assign(folder, zhao, incident, "wang", seen=0),
        lambda: handling.silence(folder, zhao, incident, clock.now() + HOUR, "检修", seen=0),
    ):
        with pytest.raises(Refused, match="wang 于 10:07 转派（wang）"):
            late()
    handling.note(folder, zhao, incident, "我也看到了")  # a note takes nothing from anybody
    handling.close(folder, zhao, incident, Closing.HANDLED, "增开一窗", seen=2)
    with pytest.raises(Refused, match="zhao 于 10:07 关闭（属实已处置）"):
        handling.note(folder, wang, incident, "晚了一步")
    assert [(event.who, event.kind) for event in history(folder, incident)] == [
        ("wang", Kind.ASSIGNED), ("zhao", Kind.NOTED), ("zhao", Kind.CLOSED),
    ]  # fmt: skip


def test_twenty_at_once_lose_nothing(folder: DataFolder, incident: str) -> None:
    by = [person(folder, f"p{number}", Role.MANAGER, S1) for number in range(20)]
    faults: list[Exception] = []

    def act(number: int) -> None:
        try:
            handling.acknowledge(folder, by[number], incident)
            handling.note(folder, by[number], incident, f"第 {number} 条")
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    done = history(folder, incident)
    assert sum(event.kind is Kind.ACKNOWLEDGED for event in done) == 1
    assert {event.text for event in done if event.kind is Kind.NOTED} == {f"第 {number} 条" for number in range(20)}
    assert sum(line[1].startswith("incident.") for line in audit_of(folder)) == len(done)


def test_on_both_databases_one_is_first_and_open_pages_learn_of_it(shared: DataFolder, move: Move) -> None:
    with shared.records.transaction() as connection:
        for table in (alert_tables.incidents, alert_tables.incident_events, alert_tables.alert_changes):
            connection.execute(sa.delete(table))
    seen = [pulse(shared.records.database)]
    incident = Hand(shared).turn(NOW - HOUR, "footfall_peak", HALL_S1, 2)
    seen.append(pulse(shared.records.database))
    viewers = [Viewer(f"p{number}", frozenset({"s1"}), Role.DUTY) for number in range(8)]
    found: list[Incident] = []
    threads = [
        threading.Thread(target=lambda by=by: found.append(handling.acknowledge(shared, by, incident)))  # type: ignore[misc]
        for by in viewers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen.append(pulse(shared.records.database))
    assert len(found) == 8 and len({one.by for one in found}) == 1 and len(history(shared, incident)) == 1
    handling.close(shared, viewers[0], incident, Closing.KNOWN, "停电")
    seen.append(pulse(shared.records.database))
    assert len(set(seen)) == len(seen)
    assert pulse(shared.records.database) == seen[-1]


def test_only_who_is_in_charge_is_given_an_incident(folder: DataFolder, incident: str) -> None:
    zhao = person(folder, "zhao", Role.MANAGER, S1)
    account_in(folder, "sun", Role.LEADER, S1)
    account_in(folder, "gone", Role.DUTY, S1)
    accounts.disable(folder, "gone", by="测试")
    for whom in ("li", "sun", "gone", "nobody", ""):
        with pytest.raises(Refused, match="没有转派"):
            handling.assign(folder, zhao, incident, whom)
    after = handling.assign(folder, zhao, incident, "wang", "请到场").incident
    assert (after.assigned_to, after.by, after.acknowledged_at) == ("wang", "zhao", clock.now())


def test_what_cannot_be_meant_is_refused_in_a_sentence(folder: DataFolder, incident: str) -> None:
    zhao, now = person(folder, "zhao", Role.MANAGER, S1), clock.now()
    for act, said in (
        (lambda: handling.note(folder, zhao, incident, " "), "备注没有内容"),
        (lambda: handling.note(folder, zhao, incident, "长" * 501), "超过 500 个字"),
        (lambda: handling.silence(folder, zhao, incident, now + HOUR, " "), "原因和结束时间"),
        (lambda: handling.silence(folder, zhao, incident, now - HOUR, "检修"), "在现在之后"),
        (lambda: handling.silence(folder, zhao, incident, now + timedelta(days=31), "检修"), "最长 30 天"),
        (lambda: handling.close(folder, zhao, incident, Closing.RECOVERED), "选一个原因"),
        (lambda: handling.report_missed(folder, zhao, "s1", now - HOUR, None, " "), "没有写发生了什么"),
        (lambda: handling.report_missed(folder, zhao, "s1", now + HOUR, None, "x"), "时间对不上"),
        (lambda: handling.report_missed(folder, zhao, "s1", now - HOUR, now - 2 * HOUR, "x"), "时间对不上"),
        (lambda: handling.report_missed(folder, zhao, "s1", now - timedelta(days=99), None, "x"), "时间对不上"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            act()
    assert history(folder, incident) == []


def test_numbers_of_people_are_masked(folder: DataFolder, incident: str) -> None:
    zhao = person(folder, "zhao", Role.MANAGER, S1)
    handling.note(folder, zhao, incident, "群众张某 13800138000 反映")
    handling.report_missed(folder, zhao, "s1", clock.now() - HOUR, None, "来电 13800138000", "张某 330102199001011234")
    everything = repr((history(folder, incident), Missed(folder.records.database).all(), folder.people.audit(99)))
    assert "13800138000" not in everything and "330102199001011234" not in everything


def test_the_register_of_missed_trouble_only_grows(folder: DataFolder, incident: str) -> None:
    zhao, data = person(folder, "zhao", Role.MANAGER, S1), person(folder, "data", Role.DATA)

    def look(by: Viewer, step: MissedStep, seen: int, name: str = "wait_avg", text: str = "看过") -> None:
        handling.look_into_missed(folder, by, "m1", step, name, text, seen)

    look(zhao, MissedStep.LOOKED_INTO, 1)
    with pytest.raises(Refused, match="别人又登记了一步"):
        look(data, MissedStep.CLOSED, 1)
    for wrong, said in (
        (lambda: look(data, MissedStep.REPORTED, 2), "已经关闭"),
        (lambda: look(data, MissedStep.LOOKED_INTO, 2, "no_such"), "没有这个指标"),
        (lambda: look(data, MissedStep.LOOKED_INTO, 2, "", " "), "没有写查到了什么"),
        (lambda: handling.look_into_missed(folder, zhao, "zz", MissedStep.CLOSED, "", "x", 0), "不在您负责的范围内"),
    ):
        with pytest.raises(Refused, match=said):
            wrong()
    look(data, MissedStep.CLOSED, 2, "", "现有指标看不到取号机卡纸")
    with pytest.raises(Refused, match="已经关闭"):
        look(zhao, MissedStep.LOOKED_INTO, 3)
    steps = [one for one in Missed(folder.records.database).all() if one.missed_id == "m1"]
    assert [(one.step, one.who, one.indicator) for one in steps] == [
        (MissedStep.REPORTED, "boss", ""),
        (MissedStep.LOOKED_INTO, "zhao", "wait_avg"),
        (MissedStep.CLOSED, "data", ""),
    ]  # fmt: skip
    assert {one.hall_id for one in steps} == {"s1"}
