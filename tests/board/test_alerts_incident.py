"""One incident: its history in words, what was before it, the hand-over sheet, usefulness, missed trouble, its rows."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import timedelta

import pytest

from alerts.catalogue import catalogue
from alerts.deeds import Deed
from alerts.incidents import Closing, Kind
from cockpit import handling
from cockpit.board import incident_alike, incident_rows, missed
from cockpit.board.alert_use import use_sheet
from cockpit.board.hand_over import hand_over
from cockpit.board.incident import whole
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.missed import MissedStep
from metrics.keys import row_key
from tests.board.incidents_by_hand import HALL_C1, HALL_S1, HALL_T1, MINUTE, Q_S1, Hand
from tests.board.small_city import NOW, build
from tests.board.test_alerts import AUDITOR, CITY, DUTY_S1, LEADER, OF_COUNTY, at, emptied
from tests.web.people import account_in, at_time


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    made = build(tmp_path_factory.mktemp("incident") / "data")
    for name, role, hall in (("wang", Role.DUTY, "s1"), ("zhao", Role.MANAGER, "s1"), ("li", Role.DUTY, "c1")):
        account_in(made, name, role, Binding("hall", (hall,)))
    account_in(made, "sun", Role.LEADER)
    yield made
    made.close()


@pytest.fixture
def folder(city: DataFolder) -> DataFolder:
    return emptied(city)


def test_the_history_is_told_in_words_the_latest_first(folder: DataFolder) -> None:
    hand = Hand(folder)
    one = hand.turn(at(40), "wait_avg", Q_S1, 1)
    hand.told(one, at(40))
    hand.turn(at(30), "tidal_wait_rise", Q_S1, 2)
    hand.did(Deed(at(25), one, Kind.ACKNOWLEDGED, "wang"))
    hand.did(Deed(at(24), one, Kind.ASSIGNED, "wang", "请到场", whom="zhao"))
    hand.did(Deed(at(20), one, Kind.NOTED, "zhao", "已增开 3 号窗"))
    hand.did(Deed(at(19), one, Kind.SILENCED, "zhao", "正在处置", until=at(-30)))
    hand.turn(at(10), "tidal_wait_rise", Q_S1, 0)
    found = whole(folder, DUTY_S1, one, NOW)
    told = [(line.at, line.who, line.what, line.text) for line in found.history]
    assert told == [
        (at(10), "", "级别降低为黄", ""),
        (at(19), "zhao", f"静默到 {at(-30):%Y-%m-%d %H:%M}", "正在处置"),
        (at(20), "zhao", "备注", "已增开 3 号窗"),
        (at(24), "wang", "转派给zhao", "请到场"),
        (at(25), "wang", "签收", ""),
        (at(30), "", "级别升高为橙", ""),
        (at(30), "", "又一项指标报警：等候同比升幅（潮汐窗口），综合", ""),
        (at(40), "", "已通知值班长（新的报警）", ""),
        (at(40), "", "开始报警：平均等候，综合（黄）", ""),
    ]
    assert found.deeds == 4
    assert [(alarm.alert[0], alarm.level, alarm.nth, alarm.begun_at) for alarm in found.alarms] == [
        ("wait_avg", 1, 0, at(40)), ("tidal_wait_rise", 0, 1, at(30)),
    ]  # fmt: skip
    assert found.alarms[1].turns == ((at(30), 0, 2), (at(10), 2, 0))
    assert list(found.people) == ["wang", "zhao"]  # oneself first; nobody of other halls, no leader
    assert whole(folder, LEADER, one, NOW).people == {}
    hand.turn(at(5), "wait_avg", Q_S1, 0)
    assert [line.what for line in whole(folder, CITY, one, NOW).history[:2]] == [
        "关闭：已自行恢复", "已全部恢复（已恢复）",
    ]  # fmt: skip
    for viewer, name in ((OF_COUNTY, one), (CITY, "none"), (DUTY_S1, "")):
        with pytest.raises(Refused, match="不在您负责的范围内，或者并不存在"):
            whole(folder, viewer, name, NOW)


def test_what_was_written_late_stands_where_it_happened(folder: DataFolder) -> None:
    hand = Hand(folder)
    one = hand.turn(at(40), "wait_avg", Q_S1, 1)
    hand.did(Deed(at(10), one, Kind.NOTED, "wang", "后一步"))
    hand.turn(at(20), "tidal_wait_rise", Q_S1, 2)  # evaluated late, after an interruption
    assert [line.at for line in whole(folder, DUTY_S1, one, NOW).history] == [at(10), at(20), at(20), at(40)]


def test_what_was_frozen_stays_and_its_rows_are_found_again(folder: DataFolder) -> None:
    tickets = folder.lake.snapshot().scan("tickets").select("ticket_no", row_key("tickets")).collect()
    keys = tickets["key"].to_list()
    kept = [["tickets", key, 1.0 if number == 2 else 0.0, 1.0] for number, key in enumerate(keys)]
    frozen = {
        "value": 26.5, "numerator": 53.0, "denominator": 2.0, "sample": 2, "baseline": None,
        "thresholds": {"yellow": 15.0, "orange": 25.0, "red": 40.0, "recovery": 12.0},
        "rows": [*kept, ["tickets", "gone", 1.0, 1.0]], "rows_behind": len(keys) + 4,
    }  # fmt: skip
    one = Hand(folder).turn(at(10), "wait_avg", Q_S1, 2, frozen)
    (alarm,) = whole(folder, CITY, one, NOW).alarms
    assert (alarm.number("value"), alarm.number("sample"), alarm.number("baseline")) == (26.5, 2, None)
    assert alarm.thresholds is not None and alarm.thresholds.orange == 25
    (sheet,) = incident_rows.behind(folder, CITY, alarm, NOW)
    assert sorted(sheet.frame["ticket_no"].to_list()) == sorted(tickets["ticket_no"].to_list())
    assert sheet.frame["numerator"][0] == 1  # what made it bad stands first
    assert "另有 3 行" in sheet.note and "1 行后来已不在记录里" in sheet.note
    assert set(sheet.frame["queue_id"]) == {"综合"} and set(sheet.frame["status"]) <= {"办结", "已叫号", "等候"}
    (wide,) = incident_rows.behind_of(folder, CITY, {"incident": one, "alarm": "0"}, NOW)
    assert len(wide.fields) > len(sheet.fields) and "applicant_hash" not in {field.name for field in wide.fields}
    for viewer, asked in (
        (AUDITOR, {"incident": one}),
        (OF_COUNTY, {"incident": one}),
        (CITY, {"incident": one, "alarm": "7"}),
        (CITY, {"incident": "none"}),
        (CITY, {}),
    ):
        with pytest.raises(Refused):
            incident_rows.behind_of(folder, viewer, asked, NOW)


def closed(hand: Hand, place: tuple[tuple[str, str], ...], days: int, minutes: int, closing: Closing, text: str) -> str:
    """An incident of some days ago that was well again after some minutes and then closed."""
    begun = NOW - timedelta(days=days)
    one = hand.turn(begun, "footfall_peak", place, 2)
    hand.turn(begun + minutes * MINUTE, "footfall_peak", place, 0)
    hand.did(Deed(begun + 99 * MINUTE, one, Kind.CLOSED, "wang", text, closing=closing))
    return one


def test_what_was_before_here_and_at_halls_of_the_same_kind(folder: DataFolder) -> None:
    hand = Hand(folder)
    lasted = [12, 30, 18, 44, 20, 26, 8]
    mine = [closed(hand, HALL_S1, 20 - n, lasted[n], Closing.HANDLED, f"第 {n} 次") for n in range(7)]
    closed(hand, HALL_C1, 5, 15, Closing.FALSE, "误触")
    now = hand.turn(at(5), "footfall_peak", HALL_S1, 1)
    found = incident_alike.before(folder, CITY, whole(folder, CITY, now, NOW).shown, NOW)
    assert found.total == 7 and [one.id for one in found.here] == list(reversed(mine))[:5]
    assert [one.minutes for one in found.here] == list(reversed(lasted))[:5]
    assert found.here[0].closing == "属实已处置" and found.here[0].said == ("wang：第 6 次",)
    assert found.elsewhere == () and found.others is None  # c1 is a hall of another kind


def test_of_other_halls_one_learns_only_what_many_have_in_common(folder: DataFolder) -> None:
    from cockpit.board.incident_alike import _together
    from cockpit.records.alert_past import of_cause

    hand = Hand(folder)
    facts = [(f"x{n % 4}", 10 + n, Closing.HANDLED if n % 2 else Closing.FALSE) for n in range(8)]
    for days, (hall, minutes, closing) in enumerate(facts, 1):
        closed(hand, (("hall_id", hall),), days, minutes, closing, "")
    past = of_cause(folder.records.database, "crowd", NOW, 99)
    summary = _together(past)
    assert summary is not None
    assert (summary.incidents, summary.halls, summary.handled) == (8, 4, 4)
    assert summary.minutes == statistics.median(minutes for _, minutes, _ in facts)
    assert _together([one for one in past if dict(one.place)["hall_id"] in ("x0", "x1")]) is None


def test_the_hand_over_sheet_tells_what_goes_on_and_what_was_done(folder: DataFolder) -> None:
    hand = Hand(folder)
    queue = hand.turn(at(50), "wait_avg", Q_S1, 2)
    hand.did(Deed(at(45), queue, Kind.ACKNOWLEDGED, "wang"))
    hand.did(Deed(at(40), queue, Kind.NOTED, "wang", "已增开 3 号窗"))
    posts = hand.turn(at(30), "staff_on_duty_rate", HALL_S1, 1)
    done = hand.turn(at(64), "device_offline", HALL_S1, 1)
    hand.did(Deed(at(10), done, Kind.CLOSED, "zhao", "重启取号机", closing=Closing.HANDLED))
    earlier = hand.turn(
        at(600), "data_lag", (("hall_id", "s1"), ("source_system", "a"), ("source_table", "tickets")), 1
    )
    hand.did(Deed(at(500), earlier, Kind.CLOSED, "zhao", closing=Closing.KNOWN))
    hand.turn(at(30), "footfall_peak", HALL_T1, 3)
    found = hand_over(folder, DUTY_S1, "s1", "session", NOW)
    assert found.since == NOW.replace(hour=9, minute=0)  # when the doors opened
    assert [one.shown.id for one in found.open] == [queue, posts]
    assert [one.shown.id for one in found.closed] == [done]
    assert (found.open[0].who, found.open[0].state, found.open[1].state) == ("wang", "处置中", "待签收")
    assert found.text().splitlines() == [
        "市本级 交接班（10月12日 09:00 至 10月12日 10:07）",
        "一、未关闭 2 件",
        "1. 【橙】排队拥挤：平均等候，10月12日 09:17 起，处置中，wang在办",
        "   09:22 wang签收",
        "   09:27 wang备注：已增开 3 号窗",
        "2. 【黄】窗口人员不到位：在岗率，10月12日 09:37 起，待签收，无人签收",
        "二、本班关闭 1 件",
        "1. 【黄】设备离线：设备离线率，10月12日 09:03 起，属实已处置",
        "   09:57 zhao关闭：属实已处置：重启取号机",
        "交班人：wang　接班人：",
    ]
    assert [one.shown.id for one in hand_over(folder, DUTY_S1, "s1", "two", NOW).closed] == [done, earlier]
    assert len(hand_over(folder, DUTY_S1, "s1", "day", NOW).closed) == 2
    for viewer, hall in ((DUTY_S1, "c1"), (OF_COUNTY, "s1"), (DUTY_S1, "zz")):
        with pytest.raises(Refused):
            hand_over(folder, viewer, hall, "day", NOW)


def test_usefulness_is_recomputed_and_missed_trouble_counted(folder: DataFolder) -> None:
    hand = Hand(folder)
    reasons = [Closing.HANDLED] * 3 + [Closing.FALSE, Closing.KNOWN, Closing.DRILL, Closing.DUPLICATE]
    for days, reason in enumerate(reasons, 1):
        closed(hand, HALL_S1, days, 10, reason, "")
    closed(hand, HALL_C1, 3, 10, Closing.FALSE, "")
    closed(hand, HALL_S1, 120, 10, Closing.FALSE, "")  # too long ago
    with at_time(NOW):
        boss = Viewer("boss", None, Role.MANAGER)
        one = handling.report_missed(folder, boss, "s1", at(90), at(60), "排到门外", "办事群众")
        handling.look_into_missed(folder, boss, one, MissedStep.LOOKED_INTO, "wait_avg", "阈值太高", 1)
    rows = {row["name"]: row for row in use_sheet(folder, CITY, NOW).frame.to_dicts()}
    footfall, wait = rows[catalogue()["footfall_peak"].name], rows[catalogue()["wait_avg"].name]
    assert footfall["useful"] == pytest.approx(100 * 3 / 6) and footfall["total"] == 8
    assert (footfall["handled"], footfall["false"], footfall["drill"], footfall["missed"]) == (3, 2, 1, 0)
    assert (wait["useful"], wait["total"], wait["missed"]) == (None, 0, 1)
    (own,) = use_sheet(folder, OF_COUNTY, NOW).frame.to_dicts()
    assert (own["useful"], own["total"], own["missed"]) == (0, 1, 0)


def test_missed_trouble_is_listed_with_what_was_found_and_what_did_fire(folder: DataFolder) -> None:
    with at_time(NOW):
        boss = Viewer("boss", None, Role.MANAGER)
        before = {one.id for one in missed.reports(folder, boss, NOW)}
        one = handling.report_missed(folder, boss, "s1", at(90), at(60), "取号机吐不出票", "导办")
        two = handling.report_missed(folder, boss, "c1", at(30), None, "空调坏了")
        hand = Hand(folder)
        fired = hand.turn(at(70), "footfall_peak", HALL_S1, 1)
        hand.turn(at(50), "staff_on_duty_rate", HALL_S1, 1)  # after the trouble
        handling.look_into_missed(folder, boss, one, MissedStep.LOOKED_INTO, "device_offline", "设备没有报状态", 1)
        handling.look_into_missed(folder, boss, two, MissedStep.CLOSED, "", "不在指标范围", 1)
    found = [report for report in missed.reports(folder, CITY, NOW) if report.id not in before]
    assert [report.id for report in found] == [one, two]  # those that are closed stand last
    told = found[0]
    assert (told.hall, told.begun, told.ended, told.reported_by) == ("市本级", at(90), at(60), "导办")
    assert (told.state, told.indicator, told.found) == (MissedStep.LOOKED_INTO, "设备离线率", "设备没有报状态")
    assert told.alerts == (fired,) and told.steps == 2
    assert (found[1].indicator, found[1].ended) == ("现有指标都看不到", None)
    assert {report.id for report in missed.reports(folder, OF_COUNTY, NOW)} & {one, two} == {two}
    assert missed.sheet(folder, DUTY_S1, NOW).frame["hall"].unique().to_list() == ["市本级"]
