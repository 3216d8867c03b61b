"""82 halls with ten alerts each, all at once: one message for each addressee, which names the common cause."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.definition import LEVELS
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.message_list import message_lines, notice_counts
from cockpit.records.messages import State
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
from tests.messages.city import alerts, build, clock, hall_place, reopened, staffed
from tests.messages.servers import Webhook

HALLS = 82
SOURCES = 10


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory, cheap: None) -> Iterator[DataFolder]:
    first = build(tmp_path_factory.mktemp("storm"), halls=HALLS)
    staffed(first, HALLS)
    folder = reopened(first, messages={"routes": [{"channel": "hook"}]})
    first.close()
    yield folder
    folder.close()


def level_of(hall: int, source: int) -> int:
    """Of each hall's ten sources one is red, three are orange, the others yellow."""
    return 3 if source == hall % SOURCES else 2 if source < 3 else 1


def test_every_addressee_gets_one_message_that_names_the_common_cause(
    storm: DataFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = clock("10:00")
    moves = [
        (now, "data_lag", hall_place(hall, source_system=f"s{source}", source_table="tickets"), 0, level, {})
        for hall in range(1, HALLS + 1)
        for source in range(SOURCES)
        if (level := level_of(hall, source))
    ]
    alerts(storm, moves)
    begun, clocked = time.process_time(), time.perf_counter()
    assert escalate(storm, now) == HALLS * SOURCES
    cpu, wall = time.process_time() - begun, time.perf_counter() - clocked
    print(f"escalate: {cpu:.2f} s CPU, {wall:.2f} s")
    assert cpu <= 1.0
    begun = time.process_time()
    assert escalate(storm, now) == 0
    assert time.process_time() - begun <= 0.5
    with Webhook() as hook:
        monkeypatch.setenv("COCKPIT_CHANNELS__HOOK", f"{hook.url}/{{contact}}")
        sent, calls, clocked = 0, 0, time.perf_counter()
        while notice_counts(storm.records.database).get(State.WAITING) and calls < 10:
            sent += deliver(storm, now)
            calls += 1
        print(f"deliver: {sent} messages, {calls} calls, {time.perf_counter() - clocked:.2f} s")
        # A duty officer, a manager for each hall, and the head of the city; nobody else.
        expected = {f"/duty{n}@example.cn" for n in range(1, HALLS + 1)}
        expected |= {f"/manager{n}@example.cn" for n in range(1, HALLS + 1)} | {"/mayor@example.cn"}
        assert sorted(letter.path for letter in hook.got) == sorted(expected)
        texts = {letter.path: letter.text for letter in hook.got}
    for hall in range(1, HALLS + 1):
        levels = [level_of(hall, source) for source in range(SOURCES)]
        for name, level in (("duty", 1), ("manager", 2)):
            first = texts[f"/{name}{hall}@example.cn"].split("\n")[0]
            assert f"【{LEVELS[level]}】{levels.count(level)} 个预警事件" in first
            assert "全市 82 个大厅同时出现：数据未按时送达" in first
    first, second, _ = texts["/mayor@example.cn"].split("\n")
    assert first == "【红】82 个预警事件，全市 82 个大厅同时出现：数据未按时送达。"
    assert second.count("红 第") == 3 and second.endswith("；另 79 个见链接。")
    assert len(message_lines(storm.records.database, 10_000)) == len(expected)
    assert notice_counts(storm.records.database) == {State.SENT: HALLS * SOURCES}
    assert len(AlertLog(storm.records.database).incidents()) == HALLS * SOURCES
