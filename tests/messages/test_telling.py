"""Whom the ladder reaches: accounts by role and place, the roster, rungs without anybody, mornings of working days."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from alerts.incidents import Kind
from cockpit.door.roles import Role
from cockpit.errors import Busy
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.database import Database
from cockpit.records.lease import Lease
from cockpit.records.message_list import notice_lines
from cockpit.records.tables import leases
from cockpit.watch.addressees import Addressees, Where
from cockpit.watch.mornings import working_mornings
from cockpit.watch.telling import escalate
from tests.messages.city import ZONE, alert, build, clock, deed, hall_place, person, reopened, staffed
from tests.messages.conftest import Opened
from tests.postgres import PostgresServer

QUEUE = hall_place(1, queue_id="Q1")


def accounts(folder: DataFolder) -> list[str]:
    """Everybody told so far, in order: account, level, why."""
    lines = reversed(notice_lines(folder.records.database, 1000))
    return [f"{line.at.astimezone(ZONE):%d %H:%M} {line.account} {'正黄橙红'[line.level]} {line.why}" for line in lines]


def lived(folder: DataFolder, first: str, last: str, every: int = 1) -> list[str]:
    """Everybody told between two instants, asked every so many minutes."""
    at = clock(first)
    while at <= clock(last):
        escalate(folder, at)
        at += dt.timedelta(minutes=every)
    return accounts(folder)


def test_what_nobody_acknowledges_climbs_from_the_hall_to_the_city(city: Opened) -> None:
    folder = city()
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    assert lived(folder, "10:00", "12:00") == [
        "12 10:00 duty1 黄 new",
        "12 10:15 manager1 黄 not_acknowledged",
        "12 10:30 mayor 黄 not_acknowledged",
    ]


def test_a_rise_is_told_at_once_and_what_is_acknowledged_is_left_until_its_deadline(city: Opened) -> None:
    folder = city()
    incident = alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    lived(folder, "10:00", "10:04")
    deed(folder, clock("10:05"), incident.id, Kind.ACKNOWLEDGED)
    lived(folder, "10:05", "10:29")
    alert(folder, clock("10:30"), "wait_avg", QUEUE, 1, 2)
    assert lived(folder, "10:30", "12:00")[1:] == ["12 10:30 manager1 橙 rose", "12 11:10 mayor 橙 not_done"]


def test_what_is_not_of_the_moment_waits_for_a_working_morning(city: Opened) -> None:
    folder = city()
    # Friday evening; Monday, its morning, and a working day later one rung up.
    alert(folder, clock("10-16 20:00"), "bad_review_7d", hall_place(2), 0, 1)
    assert lived(folder, "10-16 20:00", "10-21 20:00", every=30) == [
        "19 08:30 manager2 黄 new",
        "20 08:30 county1 黄 not_acknowledged",
        "21 08:30 mayor 黄 not_acknowledged",
    ]


def test_mornings_are_those_of_the_city_s_working_days(city: Opened) -> None:
    folder = city()
    morning = working_mornings(folder.lake.snapshot(), clock("10:00"))
    # The evening before National Day; eight days off, but for the Saturday that is worked instead.
    assert morning(clock("09-30 20:00"), 0) == clock("10-08 08:30")
    assert morning(clock("10-09 08:31"), 0) == clock("10-10 08:30")
    assert morning(clock("10-09 08:30"), 2) == clock("10-12 08:30")
    # Beyond what the city has said, Monday to Friday.
    assert morning(dt.datetime(2027, 3, 5, 9, tzinfo=ZONE), 1) == dt.datetime(2027, 3, 9, 8, 30, tzinfo=ZONE)
    # New Year's Day, which the import has filled in.
    assert morning(clock("12-29 09:00"), 3) == dt.datetime(2027, 1, 5, 8, 30, tzinfo=ZONE)


def test_mornings_are_those_that_one_finds_day_by_day(city: Opened) -> None:
    from tests.alerts import days

    morning = working_mornings(city().lake.snapshot(), clock("10:00"))
    for hours in range(0, 24 * 45, 5):
        at = clock("09-20 00:00") + dt.timedelta(hours=hours, minutes=30)
        for number in (0, 1, 5):
            assert morning(at, number) == days.morning(at, number)


def test_of_several_duty_officers_the_one_on_the_roster_is_told(city: Opened) -> None:
    folder = city()
    person(folder, "early", Role.DUTY, "H1", staff_id="S1")
    person(folder, "late", Role.DUTY, "H1", staff_id="S2")

    def on_duty(when: str) -> list[str]:
        return [one.name for one in Addressees(folder, clock(when)).of("duty", Where("H1"))]

    assert on_duty("08:29") == ["duty1", "early", "late"]
    assert on_duty("08:30") == on_duty("11:59") == ["early"]
    assert on_duty("12:00") == ["late"]
    assert on_duty("17:30") == ["duty1", "early", "late"]


def test_whoever_looks_after_less_is_nearer(city: Opened) -> None:
    folder = city()
    person(folder, "county_manager", Role.MANAGER, county="月湖区")
    person(folder, "everywhere", Role.MANAGER)
    people = Addressees(folder, clock("10:00"))

    def names(rung: str, place: tuple[tuple[str, str], ...]) -> list[str]:
        return [one.name for one in people.of(rung, people.where(place))]

    assert names("manager", hall_place(1)) == ["manager1"]
    assert names("manager", hall_place(99)) == ["everywhere"]
    assert names("county", hall_place(1)) == ["county2", "county_manager"]
    assert names("county", (("county", "云栖区"),)) == ["county1"]
    assert names("city", hall_place(1)) == ["everywhere", "mayor"]
    assert names("liaison", (("dept_code", "D1"),)) == ["everywhere"]


def test_a_rung_without_anybody_is_passed_over_and_the_history_says_so(city: Opened) -> None:
    folder = city()
    folder.people.change_account(_id(folder, "duty1"), {"disabled": True}, _line())
    incident = alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    assert lived(folder, "10:00", "10:20") == ["12 10:00 manager1 黄 new", "12 10:15 mayor 黄 not_acknowledged"]
    told = [event for event in AlertLog(folder.records.database).events(incident.id) if event.kind is Kind.TOLD]
    assert told[0].text == "没有值班长的账号，改为通知大厅主任"
    assert told[0].detail == {"rung": "manager", "why": "new", "to": ["manager1"]}


def test_where_nobody_is_above_those_below_are_told(city: Opened) -> None:
    folder = city()
    folder.people.change_account(_id(folder, "mayor"), {"disabled": True}, _line())
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 3)
    assert lived(folder, "10:00", "10:30") == ["12 10:00 manager1 红 new"]


def test_a_department_without_a_liaison_is_told_to_the_city(city: Opened) -> None:
    folder = city()
    alert(folder, clock("20:00"), "overdue_open", (("dept_code", "D1"),), 0, 1)
    assert lived(folder, "20:00", "10-13 20:00", every=30) == ["13 08:30 mayor 黄 new"]


def test_a_city_without_accounts_has_it_in_the_history_and_tells_whoever_comes(city: Opened) -> None:
    folder = city()
    for one in folder.people.accounts():
        folder.people.change_account(one.account_id, {"disabled": True}, _line())
    incident = alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    slow = alert(folder, clock("10:00"), "overdue_open", (("dept_code", "D1"),), 0, 1)
    assert lived(folder, "10:00", "10:40") == []
    log = AlertLog(folder.records.database)
    (event,) = [one for one in log.events(incident.id) if one.kind is Kind.TOLD]
    assert event.text == "没有值班长的账号，上下各级也没有，没有通知到人；有账号以后再通知"
    known = log.incident(incident.id)
    assert known is not None and (known.incident.told_at, known.incident.rung) == (None, -1)
    folder.people.change_account(_id(folder, "duty1"), {"disabled": False}, _line())
    assert lived(folder, "10:41", "10:42") == ["12 10:41 duty1 黄 new"]
    folder.people.change_account(_id(folder, "mayor"), {"disabled": False}, _line())
    assert lived(folder, "10-16 10:00", "10-16 10:01")[-1].startswith("16 10:00 mayor 黄")
    assert log.incident(slow.id).incident.told_at == clock("10-16 10:00")  # type: ignore[union-attr]


def test_nothing_is_told_by_whoever_has_lost_the_lease(city: Opened) -> None:
    folder = city()
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    with Lease(folder.records.database, "runner", seconds=30, wait=0) as lease:
        with folder.records.transaction() as connection:
            connection.execute(sa.update(leases).values(owner="somebody:1:1:else"))
        with pytest.raises(Busy):
            escalate(folder, clock("10:00"), lease)
    assert accounts(folder) == []
    assert escalate(folder, clock("10:00")) == 1


def test_a_ladder_asked_by_two_at_once_is_climbed_once(
    postgres_url: PostgresServer, tmp_path_factory: pytest.TempPathFactory, cheap: None
) -> None:
    from threading import Barrier, Thread

    folder = build(tmp_path_factory.mktemp("two"), halls=2, records_url=postgres_url())
    staffed(folder, 2)
    for number in range(6):
        alert(folder, clock("10:00"), "data_lag", hall_place(1, source_system=f"s{number}", source_table="x"), 0, 1)
    others = [reopened(folder) for _ in range(3)]
    gate, found = Barrier(3), []

    def climb(one: DataFolder) -> None:
        gate.wait()
        found.append(escalate(one, clock("10:00")))

    threads = [Thread(target=climb, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 0, 6]
    assert len(accounts(folder)) == 6
    for one in (folder, *others):
        one.close()
    assert isinstance(folder.records.database, Database)


def _id(folder: DataFolder, name: str) -> int:
    account = folder.people.account(name)
    assert account is not None
    return account.account_id


def _line():  # noqa: ANN202
    from cockpit.records.people import line

    return line("test", "account.disable", "x")
