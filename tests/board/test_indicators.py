"""指标目录: states, the last 30 days and thresholds of an alert log filled by hand, as each viewer may see them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.catalogue import catalogue
from alerts.incidents import Change, Closing, Incident, Place
from alerts.machine import Reason, State
from alerts.steps import Standing
from alerts.thresholds import ThresholdChange
from cockpit import actions, clock
from cockpit.board import indicator_sheets
from cockpit.board.indicator_month import first_instant, spells
from cockpit.board.indicators import Card, Kind, cards
from cockpit.board.quantity import Level
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog, StandingRecord
from cockpit.records.alert_turns import Turn
from cockpit.watch.standings import as_body
from cockpit.watch.thresholds import change_thresholds
from tests.board.small_city import NOW, build

CITY = Viewer("boss", None, Role.DATA)
S1 = Viewer("of.s1", frozenset({"s1"}), Role.MANAGER)
P1 = Viewer("of.p1", frozenset({"p1"}), Role.MANAGER)
COUNTY = Viewer("of.county", frozenset({"c1", "t1"}), Role.DUTY, counties=frozenset({"云栖区"}))
#: Somebody of a part of the city.
PARTS = (S1, P1, COUNTY)
QUEUES: list[Place] = [(("hall_id", hall), ("queue_id", "q")) for hall in ("s1", "c1", "t1")]
AT = NOW.replace(minute=5)


def standing(name: str, places: list[Place], levels: list[int], **counts: int) -> StandingRecord:
    """What an evaluation at `AT` remembers; the second place is about to rise, the third about to recover."""
    fresh, grain = State.fresh(len(places)), catalogue()[name].grain
    met, past = fresh.met.copy(), fresh.past.copy()
    if len(places) > 2:
        met[1, 2], past[2, levels[2] - 1] = 1, 1
    state = replace(fresh, level=np.array(levels, dtype=np.int64), met=met, past=past)
    rows = [[value for _, value in place] for place in places]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(grain, pl.String), orient="row")
    read: dict[str, dict[str, int]] = {}
    for place in places:
        read.setdefault(place[0][1], {})["value"] = 1
    body = as_body(Standing(frame, state), AT.date()) | {"read": read}
    return StandingRecord(name, AT, "2026.1", body, {"value": len(places)} | counts, None)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    made = build(tmp_path / "data")
    yield made
    made.close()


def change(name: str, place: Place, when: datetime, before: int, level: int) -> Change:
    why = Reason.MET if level > before else Reason.RECOVERED
    return Change(when, (name, place), before, level, why)


def filled(folder: DataFolder) -> DataFolder:
    """Three queues fire, a county and a department did; some indicators have no data, one is ailing."""
    minutes, days = (lambda n: timedelta(minutes=n)), (lambda n: timedelta(days=n))
    s1, c1, t1 = QUEUES
    county, department = (("county", "云栖区"),), (("dept_code", "d1"),)
    with AlertLog(folder.records.database).writing() as book:
        book.set_standings([standing("wait_avg", QUEUES, [2, 1, 3], no_data=4, held=1)])
        book.set_standings([standing("overdue_open", [department], [3])])
        book.set_standings([standing("ywtb_case_rate", [county], [1])])
        book.set_standings([replace(standing("abandon_rate", [], []), counts={"insufficient": 2, "no_data": 1})])
        book.set_standings([replace(standing("window_open_rate", [], []), counts={"no_data": 3})])
        book.set_standings([replace(standing("data_lag", [], []), counts={"held": 0})])
        ailing = replace(standing("wait_max_open", QUEUES, [1, 0, 1]), counts={}, ailing="ZeroDivisionError: by hand")
        book.set_standings([ailing])
        old = standing("staff_on_duty_rate", [(("hall_id", "s1"),)], [3])
        yesterday = {**old.body, "day": f"{AT.date() - days(1)}"}
        book.set_standings([replace(old, at=AT - days(1), body=yesterday)])
        for one in (
            change("wait_avg", s1, AT - days(40), 0, 3),  # longer ago than a month
            change("wait_avg", s1, AT - days(40) + minutes(10), 3, 0),
            change("wait_avg", s1, AT - days(3), 0, 1),
            change("wait_avg", s1, AT - days(3) + minutes(20), 1, 3),
            change("wait_avg", s1, AT - days(3) + minutes(40), 3, 1),
            change("wait_avg", s1, AT - days(3) + minutes(50), 1, 0),
            change("wait_avg", c1, AT - days(3), 0, 2),
            change("wait_avg", c1, AT - days(3) + minutes(10), 2, 0),
            change("wait_avg", s1, AT - minutes(30), 0, 2),
            change("wait_avg", t1, AT - minutes(15), 0, 3),
            change("wait_avg", c1, AT, 0, 1),
            change("ywtb_case_rate", county, AT - days(1), 0, 1),
            change("overdue_open", department, AT - days(1), 0, 3),
        ):
            book.add_changes([(one, "")])
        for number, (place, closing) in enumerate(
            (("s1", Closing.HANDLED), ("s1", Closing.FALSE), ("s1", Closing.DRILL), ("c1", Closing.HANDLED))
        ):
            key = ((("hall_id", place),), "crowd")
            alerts = {("wait_avg", (("hall_id", place), ("queue_id", "q"))): 0}
            closed = AT - days(2)
            book.save(
                Incident(f"i{number}", key, closed - days(1), alerts, 1, closed_at=closed, closing=closing),
                "queue_per_window",
            )
    return folder


def of(folder: DataFolder, viewer: Viewer, name: str, now: datetime = NOW) -> Card:
    return next(card for card in cards(folder, viewer, now) if card.definition.id == name)


def test_before_the_first_evaluation_nothing_is_known_and_nothing_is_green(folder: DataFolder) -> None:
    found = cards(folder, CITY, NOW)
    assert [card.definition for card in found] == list(catalogue().values())
    assert {card.now.kind for card in found} == {Kind.NEVER}
    assert {card.now.level for card in found} == {Level.NO_DATA}
    assert all(card.month.alerts == 0 and len(card.month.days) == 30 for card in found)
    assert all(card.thresholds == card.definition.thresholds and not card.changed for card in found)


def test_the_state_now_is_that_of_the_last_evaluation(folder: DataFolder) -> None:
    now = of(filled(folder), CITY, "wait_avg").now
    assert (now.kind, now.level, now.at) == (Kind.FIRING, Level.RED, AT)
    assert (dict(now.firing), now.alerts, now.pending, now.recovering) == ({1: 1, 2: 1, 3: 1}, 3, 1, 1)
    assert dict(now.read) == {"value": 3, "insufficient": 0, "no_data": 4, "held": 1}


def test_missing_small_shut_ailing_and_yesterdays_readings_are_never_green(folder: DataFolder) -> None:
    filled(folder)
    told = {
        name: (of(folder, CITY, name).now.kind, of(folder, CITY, name).now.level)
        for name in ("abandon_rate", "window_open_rate", "data_lag", "staff_on_duty_rate", "wait_max_open", "link_rate")
    }
    assert told == {
        "abandon_rate": (Kind.INSUFFICIENT, Level.INSUFFICIENT),
        "window_open_rate": (Kind.NO_DATA, Level.NO_DATA),
        "data_lag": (Kind.SHUT, Level.NO_DATA),
        "staff_on_duty_rate": (Kind.WAITING, Level.NO_DATA),  # levels of the moment do not cross days
        "wait_max_open": (Kind.AILING, Level.YELLOW),  # it stays what it was
        "link_rate": (Kind.NEVER, Level.NO_DATA),
    }
    assert of(folder, CITY, "staff_on_duty_rate").now.alerts == 0
    assert of(folder, CITY, "wait_max_open").now.ailing == "ZeroDivisionError: by hand"
    assert of(folder, S1, "wait_max_open").now.ailing == ""


def test_the_last_30_days_counted_by_hand(folder: DataFolder) -> None:
    month = of(filled(folder), CITY, "wait_avg").month
    assert {(day.date, day.yellow, day.orange, day.red) for day in month.days if day.yellow + day.orange + day.red} == {
        (AT.date() - timedelta(days=3), 0, 1, 1),  # s1 was red at worst, c1 orange
        (AT.date(), 1, 1, 1),
    }
    assert (month.alerts, month.levels) == (5, (1, 2, 2))
    assert month.minutes == statistics.median([50, 10])  # the others still fire
    assert (month.days[0].date, month.days[-1].date) == (AT.date() - timedelta(days=29), AT.date())
    assert (month.useful, month.judged) == (pytest.approx(100 * 2 / 3), 3)  # a drill says nothing
    assert of(folder, CITY, "data_lag").month.useful is None


def test_each_viewer_sees_the_own_part_and_no_more(folder: DataFolder) -> None:
    filled(folder)
    told = {
        viewer.name: (
            dict(card.now.firing),
            card.now.pending,
            card.now.recovering,
            card.now.read.get("value"),
            card.now.read.get("no_data"),
            card.month.levels,
            card.month.minutes,
            card.month.judged,
        )
        for viewer in PARTS
        for card in [of(folder, viewer, "wait_avg")]
    }
    assert told == {
        "of.s1": ({2: 1}, 0, 0, 1, 0, (0, 1, 1), 50, 2),
        "of.p1": ({}, 0, 0, 0, 0, (0, 0, 0), None, 0),
        "of.county": ({1: 1, 3: 1}, 1, 1, 2, 0, (1, 1, 1), 10, 1),
    }
    assert of(folder, P1, "wait_avg").now.kind is Kind.SHUT
    assert of(folder, COUNTY, "ywtb_case_rate").now.firing == {1: 1}
    assert of(folder, COUNTY, "ywtb_case_rate").month.alerts == 1
    for viewer, name in ((S1, "ywtb_case_rate"), (S1, "overdue_open"), (COUNTY, "overdue_open")):
        card = of(folder, viewer, name)
        assert (card.now.kind, card.now.alerts, card.month.alerts) == (Kind.OUTSIDE, 0, 0)
    nobody = Viewer("nobody", frozenset(), Role.MANAGER)
    assert all(not card.now.alerts and not card.month.alerts for card in cards(folder, nobody, NOW))


def test_the_places_that_fire_are_listed_within_ones_scope(folder: DataFolder) -> None:
    filled(folder)
    rows = indicator_sheets.firing(folder, CITY, "wait_avg", NOW).frame
    assert rows.select("where", "level", "since", "course").rows() == [
        ("石桥 · 综合", "red", AT - timedelta(minutes=15), "正在恢复"),
        ("市本级 · 综合", "orange", AT - timedelta(minutes=30), "持续"),
        ("云栖 · 综合", "yellow", AT, "可能升级"),
    ]
    for viewer, halls in ((S1, ["s1"]), (P1, []), (COUNTY, ["t1", "c1"])):
        assert indicator_sheets.firing(folder, viewer, "wait_avg", NOW).frame["hall_id"].to_list() == halls
    assert indicator_sheets.firing(folder, S1, "overdue_open", NOW).frame.is_empty()
    assert indicator_sheets.firing(folder, CITY, "staff_on_duty_rate", NOW).frame.is_empty()
    with pytest.raises(Refused, match="没有这个指标"):
        indicator_sheets.firing(folder, CITY, "no_such", NOW)


def test_thresholds_in_force_say_who_changed_them_and_why(folder: DataFolder) -> None:
    def made(place: Place, edge: str, value: float | None, days: int, who: str, why: str) -> ThresholdChange:
        when = NOW - timedelta(days=days)
        return ThresholdChange("wait_avg", place, edge, value, when, who, when, why)  # type: ignore[arg-type]

    change_thresholds(folder, [made((), "yellow", 16, 9, "boss", "秋季")])
    change_thresholds(folder, [made((("hall_id", "s1"),), "yellow", 18, 5, "wang", "窗口少")])
    change_thresholds(folder, [made((("hall_id", "c1"),), "orange", 26, 4, "li", "改造")])
    change_thresholds(folder, [made((("hall_id", "c1"),), "orange", None, 3, "li", "改造完了")])
    told = {viewer.name: of(folder, viewer, "wait_avg") for viewer in (CITY, *PARTS)}
    assert {name: card.thresholds.yellow for name, card in told.items()} == {
        "boss": 16, "of.s1": 18, "of.p1": 16, "of.county": 16,
    }  # fmt: skip
    assert {name: [(edge, one.who, one.why) for edge, one in card.changed.items()] for name, card in told.items()} == {
        "boss": [("yellow", "boss", "秋季")],
        "of.s1": [("yellow", "wang", "窗口少")],
        "of.p1": [("yellow", "boss", "秋季")],
        "of.county": [("yellow", "boss", "秋季")],
    }
    listed = {
        viewer.name: indicator_sheets.changes(folder, viewer, "wait_avg").frame.select("where", "value", "who").rows()
        for viewer in (CITY, S1, P1)
    }
    everywhere, own = ("全市", "16", "boss"), ("市本级", "18", "wang")
    assert listed["boss"] == [("云栖", "恢复默认", "li"), ("云栖", "26", "li"), own, everywhere]
    assert listed["of.s1"] == [own, everywhere]
    assert listed["of.p1"] == [everywhere]


def test_thresholds_are_changed_by_who_may_where_they_may_with_a_reason(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW.astimezone(UTC))
    hall: Place = (("hall_id", "s1"),)
    actions.set_threshold(folder, S1, "wait_avg", hall, {"yellow": 18.0, "recovery": 14.0}, "窗口少，见 13800138000")
    (card,) = [of(folder, S1, "wait_avg")]
    assert (card.thresholds.yellow, card.thresholds.recovery, card.thresholds.orange) == (18, 14, 25)
    assert "13800138000" not in card.changed["yellow"].why
    assert of(folder, CITY, "wait_avg").thresholds == catalogue()["wait_avg"].thresholds
    assert of(folder, CITY, "wait_avg").elsewhere == 1
    for viewer, name, place, values, why, said in (
        (S1, "wait_avg", (), {"yellow": 18.0}, "全市", "不在您负责的范围内"),
        (S1, "wait_avg", (("hall_id", "c1"),), {"yellow": 18.0}, "别的大厅", "不在您负责的范围内"),
        (CITY, "wait_avg", (("hall_id", "zz"),), {"yellow": 18.0}, "没有的大厅", "没有这个大厅"),
        (CITY, "wait_avg", QUEUES[0], {"yellow": 18.0}, "一个队列", "全市或一个大厅"),
        (CITY, "overdue_open", hall, {"yellow": 2.0}, "没有大厅", "没有 hall_id"),
        (CITY, "wait_avg", (), {"yellow": 18.0}, " ", "没有写原因"),
        (CITY, "wait_avg", (), {"yellow": 18.0}, "长" * 501, "超过 500 个字"),
        (CITY, "wait_avg", (), {"yellow": 30.0}, "比橙还高", "恢复 < 黄 < 橙 < 红"),
        (CITY, "wait_avg", (), {}, "没有改", "没有改动"),
        (CITY, "no_such", (), {"yellow": 18.0}, "没有的指标", "没有指标"),
        (COUNTY, "wait_avg", (("hall_id", "c1"),), {"yellow": 18.0}, "值班长", "没有这项权限"),
    ):  # fmt: skip
        before = AlertLog(folder.records.database).thresholds()
        with pytest.raises(Refused, match=said):
            actions.set_threshold(folder, viewer, name, place, values, why)  # type: ignore[arg-type]
        assert AlertLog(folder.records.database).thresholds() == before
        assert folder.people.audit(1)[0][1].action == "refused.set_threshold"
    actions.set_threshold(folder, S1, "wait_avg", hall, None, "窗口够了")
    assert of(folder, S1, "wait_avg").thresholds == catalogue()["wait_avg"].thresholds
    assert not of(folder, S1, "wait_avg").changed


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=60))
def test_alerts_are_put_together_as_plain_python_does(steps: list[tuple[int, int]]) -> None:
    """Three alerts whose levels change at random; the slow way looks at each of them by itself."""
    level, turns = [0, 0, 0], []
    for minute, (which, new) in enumerate(steps):
        if new != level[which]:
            turns.append(Turn(NOW + timedelta(minutes=minute), "x", (("hall_id", f"h{which}"),), level[which], new))
            level[which] = new
    plain = []
    for which in range(3):
        mine = [turn for turn in turns if turn.place == (("hall_id", f"h{which}"),)]
        for at, turn in enumerate(mine):
            if turn.before == 0:
                end = next((n for n in range(at + 1, len(mine)) if mine[n].level == 0), None)
                worst = max(one.level for one in mine[at : end if end is not None else len(mine)])
                plain.append((turn.place, turn.at, worst, None if end is None else mine[end].at))
    assert sorted((s.place, s.begun, s.worst, s.until) for s in spells(turns)) == sorted(plain, key=lambda p: p[:2])


def test_the_30_days_begin_at_midnight_of_the_city() -> None:
    assert first_instant(NOW) == NOW.replace(hour=0, minute=0) - timedelta(days=29)
