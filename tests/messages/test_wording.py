"""Two lines and the link, whatever the records hold; numbers whole, units right, nothing that means something else."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.catalogue import catalogue
from alerts.definition import Definition
from alerts.incidents import Kind
from cockpit.door.roles import Role
from cockpit.records.messages import Post
from cockpit.watch.outbox import deliver
from cockpit.watch.readings_said import against
from cockpit.watch.telling import escalate
from cockpit.watch.wording import Writer, harmless
from tests.messages.city import alert, build, clock, deed, hall_place, person, reopened, staffed
from tests.messages.conftest import Opened
from tests.messages.servers import Webhook

WILD = "**甲**[点我](http://evil.example/x)<b>@all\n第二行\u202e反\u0007|`x`#1~_&"


def written(
    city: Opened, indicator: str, place: tuple[tuple[str, str], ...], level: int, **frozen: object
) -> list[str]:
    folder = city()
    alert(folder, clock("10:00"), indicator, place, 0, level, **frozen)
    escalate(folder, clock("10-13 08:30"))
    (one,) = {one.incident.id: one for one in Post(folder.records.database).waiting()}.values()
    return Writer(folder).written([one], again=False).split("\n")


@pytest.mark.parametrize("indicator", sorted(catalogue()))
@pytest.mark.parametrize("value", [27.25, 0.0, None])
def test_every_indicator_can_be_said(indicator: str, value: float | None) -> None:
    definition = catalogue()[indicator]
    frozen = {"value": value, "baseline": None, "thresholds": vars(definition.thresholds)}
    for level in (1, 2, 3):
        said = against(definition, frozen, level)
        assert said.endswith("。") and not re.search(r"None|nan|inf|。。", said)
        if value:
            assert said.startswith("27.2")


@pytest.mark.parametrize(
    ("indicator", "value", "baseline", "level", "said"),
    [
        ("wait_avg", 27.25, None, 2, "27.2 分钟，橙色线 25 分钟。"),
        ("footfall_peak", 1.62, 81.0, 2, "1.62 倍，橙色线 1.6 倍，平时 81。"),
        ("wait_sla_rate", 79.96, None, 1, "79.96%，黄色线 80%。"),
        ("complaint_z", 3.0, None, 2, "3σ，橙色线 3σ。"),
        ("queue_per_window", None, None, 3, "没有窗口开放，"),
        ("bad_review_7d", 12345, None, 3, "12,345 条，红色线 6 条。"),
        ("ywtb_case_rate", 0.04, None, 3, "0.04%，红色线 85%。"),
    ],
)
def test_a_reading_against_its_line(
    indicator: str, value: float | None, baseline: float | None, level: int, said: str
) -> None:
    frozen = {"value": value, "baseline": baseline, "thresholds": vars(catalogue()[indicator].thresholds)}
    assert against(catalogue()[indicator], frozen, level).startswith(said)


def test_without_a_kept_reading_only_what_to_do_is_said() -> None:
    assert against(catalogue()["wait_avg"], {}, 1) == ""


@given(
    st.sampled_from(sorted(catalogue())),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.integers(1, 3),
)
def test_a_rounded_number_is_never_on_the_other_side_of_its_line(indicator: str, value: float, level: int) -> None:
    definition: Definition = catalogue()[indicator]
    frozen = {"value": value, "thresholds": vars(definition.thresholds)}
    said = against(definition, frozen, level)
    shown = float(re.match(r"-?[\d,.]+", said).group().replace(",", ""))  # type: ignore[union-attr]
    line = definition.thresholds.of(level)
    assert abs(shown - value) <= 0.05 + 1e-9
    if f"色线 {line:g}" in said and abs(value - line) > 1e-4:
        assert (shown >= line) == (definition.direction == "up")


@given(st.text())
def test_a_name_is_one_short_line_in_which_nothing_acts(text: str) -> None:
    said = harmless(text)
    assert len(said) <= 20 and said == " ".join(said.split())
    assert not set(said) & set("*_[]()<>#|~`\\@&\n\r\u202e\u2066") and "://" not in said


def test_wild_names_stay_names(tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch, cheap: None) -> None:
    monkeypatch.setenv("COCKPIT_CHANNELS__HOOK", hook.url)
    # What a file may bring in at all; line breaks and signs that turn the writing are refused there.
    wild = re.sub(r"[\x00-\x1f\u202e]", "", WILD)
    first = build(tmp_path, halls=2, names={"H1": wild, "Q1": "很长的名字" * 20})
    staffed(first, 2)
    folder = reopened(
        first, messages={"routes": [{"channel": "hook"}]}, web={"public_url": "https://cockpit.example.cn"}
    )
    incident = alert(folder, clock("10:00"), "wait_avg", hall_place(1, queue_id="Q1"), 0, 1)
    escalate(folder, clock("10:00"))
    assert deliver(folder, clock("10:00")) == 1
    lines = hook.texts()[0].split("\n")
    assert len(lines) == 3
    assert lines[0].startswith("【黄】＊＊甲＊＊［点我］（http：//ev… 很长的名字")
    assert lines[1] == "27.2 分钟，黄色线 15 分钟，平时 11。先做：增开窗口。"
    assert lines[2] == f"https://cockpit.example.cn/alerts?incident={incident.id}"
    first.close()
    folder.close()


def test_places_are_told_by_their_names(city: Opened) -> None:
    first, second, _ = written(city, "overdue_open", (("dept_code", "D1"),), 2, value=4.0, baseline=None)
    assert first == "【橙】规划和自然资源局：超期未办结，10-12 10:00 起。"
    assert second == "4%，橙色线 3%。先做：红牌督办。"


def test_what_is_over_and_what_has_gone_up_says_so(city: Opened, hook: Webhook) -> None:
    folder = city()
    alert(folder, clock("10:00"), "wait_avg", hall_place(1, queue_id="Q1"), 0, 1)
    alert(folder, clock("10:00"), "footfall_peak", hall_place(1), 0, 1)
    escalate(folder, clock("10:00"))
    deliver(folder, clock("10:00"))
    assert "等 2 项，" in hook.texts()[0]
    alert(folder, clock("10:05"), "wait_avg", hall_place(1, queue_id="Q1"), 1, 0)
    alert(folder, clock("10:05"), "footfall_peak", hall_place(1), 1, 0)
    escalate(folder, clock("10:15"))
    deliver(folder, clock("10:15"))
    first = hook.texts()[1].split("\n")[0]
    assert "；到时无人签收，上报一级；现已恢复，尚无人签收。" in first


def test_acknowledged_incidents_do_not_count_as_many_at_once_when_over(city: Opened, hook: Webhook) -> None:
    folder = city()
    person(folder, "boss", Role.LEADER, contact="boss@example.cn")
    for number in (1, 2, 3):
        incident = alert(folder, clock("10:00"), "device_offline", hall_place(number), 0, 1)
        if number < 3:
            deed(folder, clock("10:00"), incident.id, Kind.ACKNOWLEDGED)
            alert(folder, clock("10:01"), "device_offline", hall_place(number), 1, 0)
    escalate(folder, clock("10:01"))
    deliver(folder, clock("10:01") + dt.timedelta(seconds=1))
    assert len(hook.got) == 1 and "全市" not in hook.texts()[0]
