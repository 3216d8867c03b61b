"""What goes out when: digests, quiet hours, what is overtaken, retries, channels that die and come back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from alerts.incidents import Closing, Kind
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.message_list import message_lines, notice_counts, notice_lines
from cockpit.records.messages import Post, State
from cockpit.watch import channel_trouble
from cockpit.watch.outbox import PAUSES, deliver
from cockpit.watch.telling import escalate
from tests.messages.city import alert, build, clock, deed, hall_place, reopened, staffed
from tests.messages.conftest import Opened
from tests.messages.servers import Webhook
from tests.postgres import PostgresServer

QUEUE = hall_place(1, queue_id="Q1")
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)


def told(folder: DataFolder, when: str | dt.datetime) -> int:
    """The ladder and the outbox at an instant; how many messages went out."""
    at = clock(when) if isinstance(when, str) else when
    escalate(folder, at)
    return deliver(folder, at)


def states(folder: DataFolder) -> dict[str, int]:
    return {state.value: number for state, number in notice_counts(folder.records.database).items()}


def test_a_yellow_alert_reaches_the_duty_officer_of_its_hall_in_two_lines_and_the_link(
    city: Opened, hook: Webhook
) -> None:
    folder = city()
    incident = alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    assert told(folder, "10:00") == 1
    (letter,) = hook.got
    assert letter.path == "/duty1@example.cn"
    assert letter.text == (
        "【黄】第1大厅 综合受理：平均等候，10-12 10:00 起。\n"
        "27.2 分钟，黄色线 15 分钟，平时 11。先做：增开窗口。\n"
        f"http://127.0.0.1:8501/alerts?incident={incident.id}"
    )
    assert told(folder, "10:00") == told(folder, "10:14") == 0
    assert told(folder, "10:15") == 1
    assert hook.got[1].path == "/manager1@example.cn"
    assert "到时无人签收，上报一级" in hook.got[1].text
    (second, first) = message_lines(folder.records.database)
    assert (first.account, second.account) == ("duty1", "manager1")
    assert {line.state for line in (first, second)} == {State.SENT}
    assert states(folder) == {"sent": 2}


def test_several_incidents_for_one_addressee_are_one_message(city: Opened, hook: Webhook) -> None:
    folder = city()
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    alert(folder, clock("10:00"), "window_open_rate", hall_place(1), 0, 1)
    assert told(folder, "10:00") == 1
    first, second, link = hook.got[0].text.split("\n")
    assert first.startswith("【黄】2 个预警事件")
    assert "①黄 第1大厅 综合受理 平均等候" in second and "②黄 第1大厅 窗口开放率" in second
    assert link == "http://127.0.0.1:8501/alerts"


def test_no_addressee_gets_two_messages_within_a_minute(city: Opened, hook: Webhook) -> None:
    folder = city()
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    assert told(folder, "10:00") == 1
    at = clock("10:00") + 5 * SECOND
    alert(folder, at, "window_open_rate", hall_place(1), 0, 1)
    alert(folder, at, "data_lag", hall_place(1, source_system="s", source_table="tickets"), 0, 1)
    assert [told(folder, clock("10:00") + number * SECOND) for number in (5, 30, 59)] == [0, 0, 0]
    assert told(folder, clock("10:01")) == 1
    assert "2 个预警事件" in hook.got[1].text


def test_the_same_cause_in_half_of_the_city_is_said_to_everybody(city: Opened, hook: Webhook) -> None:
    folder = city()
    for number in (1, 2, 3):
        alert(folder, clock("10:00"), "device_offline", hall_place(number), 0, 3 if number < 3 else 1)
    told(folder, "10:00")
    by_path = {letter.path: letter.text for letter in hook.got}
    assert "全市 3 个大厅同时出现：设备离线" in by_path["/mayor@example.cn"]
    assert "【红】2 个预警事件" in by_path["/mayor@example.cn"]
    assert "；全市 3 个大厅同时出现。" in by_path["/duty3@example.cn"]


def test_a_group_behind_a_channel_gets_one_message_and_each_account_of_it_is_on_record(
    city: Opened, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_CHANNELS__GROUP", f"{hook.url}/group")
    folder = city({"channel": "group"})
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    alert(folder, clock("10:00"), "wait_avg", hall_place(2, queue_id="Q2"), 0, 2)
    assert told(folder, "10:00") == 1
    assert [letter.path for letter in hook.got] == ["/group"]
    assert {line.account for line in notice_lines(folder.records.database)} == {"duty1", "manager2"}
    assert states(folder) == {"sent": 2}


def test_yellow_waits_for_the_end_of_the_quiet_hours_and_red_does_not(city: Opened, hook: Webhook) -> None:
    folder = city({"channel": "hook", "quiet": "22:00-07:30", "quiet_levels": ["yellow", "orange"]})
    alert(folder, clock("22:00"), "wait_avg", QUEUE, 0, 1)
    alert(folder, clock("22:00"), "wait_avg", hall_place(2, queue_id="Q2"), 0, 2)
    alert(folder, clock("22:00"), "wait_avg", hall_place(3, queue_id="Q3"), 0, 3)
    escalate(folder, clock("22:00"))
    assert deliver(folder, clock("22:00")) == 1
    assert "【红】" in hook.got[0].text
    assert deliver(folder, clock("10-13 07:29")) == 0
    assert deliver(folder, clock("10-13 07:30")) == 2


@pytest.mark.parametrize("how", [Kind.ACKNOWLEDGED, Kind.CLOSED, Kind.SILENCED])
def test_what_is_dealt_with_before_it_is_sent_is_not_sent_late(city: Opened, hook: Webhook, how: Kind) -> None:
    folder = city({"channel": "hook", "quiet": "22:00-07:30"})
    incident = alert(folder, clock("22:00"), "wait_avg", QUEUE, 0, 1)
    escalate(folder, clock("22:00"))
    more = {
        Kind.CLOSED: {"closing": Closing.HANDLED},
        Kind.SILENCED: {"text": "演练", "until": clock("10-13 12:00")},
    }.get(how, {})
    deed(folder, clock("23:00"), incident.id, how, **more)
    assert deliver(folder, clock("10-13 07:30")) == 0
    assert hook.got == []
    (line,) = notice_lines(folder.records.database)
    said = {Kind.ACKNOWLEDGED: "发送前已有人签收", Kind.CLOSED: "发送前已关闭", Kind.SILENCED: "发送前已静默"}
    assert (line.state, line.said) == (State.OVERTAKEN, said[how])


def test_a_yellow_notice_that_waited_is_overtaken_by_red_to_the_same_person(
    city: Opened, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = city({"channel": "hook", "quiet": "22:00-07:30"})
    place = (("county", "月湖区"),)
    alert(folder, clock("20:00"), "ywtb_case_rate", place, 0, 1)
    escalate(folder, clock("10-13 08:30"))
    with Post(folder.records.database).writing():
        pass
    alert(folder, clock("10-13 20:00"), "ywtb_case_rate", place, 1, 3)
    escalate(folder, clock("10-13 20:00"))
    assert deliver(folder, clock("10-13 20:00")) == 1
    assert states(folder) == {"overtaken": 1, "sent": 1}
    assert "【红】" in hook.got[0].text and "级别升高" in hook.got[0].text


def test_a_try_that_fails_is_repeated_with_growing_pauses_and_marked(city: Opened, hook: Webhook) -> None:
    folder = city(dead_after=100)
    alert(folder, clock("10:00"), "wait_avg", hall_place(1, queue_id="Q1"), 0, 3)
    hook.mood = "500"
    tried, at = [], clock("10:00")
    while at < clock("12:00"):
        before = hook.asked
        told(folder, at)
        if hook.asked > before:
            tried.append(at)
        at += 15 * SECOND
    pauses = [(later - at) / MINUTE for at, later in zip(tried, tried[1:], strict=False)]
    assert pauses == [pause / MINUTE for pause in (*PAUSES, PAUSES[-1], PAUSES[-1])]
    hook.mood = "ok"
    assert told(folder, "13:00") == 1
    assert hook.texts()[0].startswith("（补发）【红】第1大厅")
    line = message_lines(folder.records.database)[0]
    assert (line.state, line.attempts) == (State.SENT, len(tried) + 1)


def test_a_dead_channel_is_an_incident_told_by_another_channel_and_closes_when_it_works_again(
    city: Opened, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Webhook() as broken:
        monkeypatch.setenv("COCKPIT_CHANNELS__SMS", f"{broken.url}/{{contact}}")
        broken.mood = "500"
        folder = city({"channel": "sms"}, {"channel": "hook", "roles": ["data"]}, dead_after=3)
        alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 3)
        minutes = [clock("10:00") + number * MINUTE for number in range(20)]
        for at in minutes:
            told(folder, at)
        (record,) = (one for one in AlertLog(folder.records.database).incidents() if one.indicator == "message_channel")
        assert record.incident.key == ((("channel", "sms"),), channel_trouble.CAUSE)
        assert record.incident.opened_at == clock("10:03")
        assert {letter.path for letter in hook.got} == {"/data@example.cn", "/chief@example.cn"}
        assert hook.texts()[0].startswith(
            "【橙】sms：消息通道中断，10-12 10:03 起。\n消息发不出去，通知不到人。先做：检查通道"
        )
        assert len(hook.got) == 2
        broken.mood = "ok"
        assert told(folder, "10:59") == 1
        (again,) = (
            one
            for one in AlertLog(folder.records.database).incidents(clock("10:00"))
            if one.indicator == "message_channel"
        )
        assert again.incident.closed_at == clock("10:59")
        assert broken.texts()[0].startswith("（补发）")
        kinds = [event.kind for event in AlertLog(folder.records.database).events(again.incident.id)]
        assert kinds == [Kind.OPENED, Kind.TOLD, Kind.CLEARED, Kind.CLOSED]


def test_of_what_waits_for_a_dead_channel_one_is_tried_and_all_follow_when_it_gets_through(
    city: Opened, hook: Webhook
) -> None:
    folder = city(dead_after=3)
    hook.mood = "503"
    for number in (1, 2, 3):
        alert(folder, clock("10:00"), "wait_avg", hall_place(number, queue_id=f"Q{number}"), 0, 1)
    escalate(folder, clock("10:00"))
    deliver(folder, clock("10:00"))
    asked = hook.asked
    assert asked == 3
    deliver(folder, clock("10:05"))
    assert hook.asked == asked + 1
    hook.mood = "ok"
    assert deliver(folder, clock("10:30")) == 1
    assert deliver(folder, clock("10:30") + 5 * SECOND) == 2
    assert states(folder) == {"sent": 3}


def test_an_account_without_a_contact_and_a_rung_without_a_route_are_on_record(city: Opened, hook: Webhook) -> None:
    folder = city({"channel": "hook", "roles": ["duty"]})
    folder.people.set_contact(folder.people.account("duty1").account_id, None, _line())  # type: ignore[union-attr]
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    told(folder, "10:00")
    told(folder, "10:15")
    assert {(one.account, one.state, one.said) for one in notice_lines(folder.records.database)} == {
        ("duty1", State.UNREACHABLE, "账号没有登记联系方式"),
        ("manager1", State.UNROUTED, ""),
    }
    assert hook.got == []


def test_what_cannot_be_sent_for_a_day_is_given_up(city: Opened, hook: Webhook) -> None:
    folder = city()
    hook.mood = "500"
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 3)
    escalate(folder, clock("10:00"))
    deliver(folder, clock("10:00"))
    deliver(folder, clock("10-13 10:01"))
    (line,) = notice_lines(folder.records.database)
    assert (line.state, line.said, line.last) == (State.FAILED, "24 小时没有发出去", "对方返回 500")


def test_a_channel_without_an_address_keeps_its_notices_until_it_has_one(
    city: Opened, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = city({"channel": "later"})
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    assert told(folder, "10:00") == 0
    monkeypatch.setenv("COCKPIT_CHANNELS__LATER", f"{hook.url}/later")
    assert told(folder, "10:10") == 1


def test_on_postgresql_it_is_the_same(
    postgres_url: PostgresServer,
    tmp_path: Path,
    hook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COCKPIT_CHANNELS__HOOK", f"{hook.url}/{{contact}}")
    first = build(tmp_path, halls=2, records_url=postgres_url())
    staffed(first, 2)
    folder = reopened(first, messages={"routes": [{"channel": "hook"}], "dead_after": 2})
    alert(folder, clock("10:00"), "wait_avg", QUEUE, 0, 1)
    alert(folder, clock("10:00"), "window_open_rate", hall_place(1), 0, 1)
    hook.mood = "500"
    assert [told(folder, clock("10:00") + number * MINUTE) for number in range(4)] == [0, 0, 0, 0]
    hook.mood = "ok"
    assert told(folder, "10:08") == 1
    # The two incidents to the duty officer, then the dead channel's own to nobody, then the next rung.
    assert "（补发）【黄】2 个预警事件" in hook.texts()[0]
    assert told(folder, "10:15") == 1
    assert states(folder) == {"sent": 4, "unrouted": 2}
    first.close()
    folder.close()


def _line():  # noqa: ANN202
    from cockpit.records.people import line

    return line("test", "account.contact", "duty1")
