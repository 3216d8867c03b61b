"""The commands of early warning as programs and people use them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from alerts.catalogue import catalogue
from alerts.incidents import Closing, Incident
from cockpit.cli.app import app
from cockpit.demo.city import write_city
from cockpit.records.alert_log import AlertLog
from cockpit.records.database import Database

LEVELS = {"ok", "yellow", "orange", "red"}
KEYS = ["indicator", "place", "at", "numerator", "denominator", "value", "sample", "baseline", "reading", "met"]


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object) -> Any:  # noqa: ANN401
    done = run(*words, "--json")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three halls and 45 days, brought in as people bring them in."""
    place = tmp_path_factory.mktemp("warning")
    write_city(place / "files", halls=3, days=45, until=dt.date(2026, 10, 19), seed=3)
    done = run("import", "standard", place / "files", "--data", place / "data")
    assert done.exit_code == 0, done.output
    yield place / "data"


def test_an_evaluation_gives_every_reading_that_is_due(data: Path) -> None:
    found = answer("evaluate", "--at", "2026-10-19 10:30", "--dry-run", "--data", data)
    assert {one["indicator"] for one in found} == {name for name, one in catalogue().items() if one.cadence == "RT"}
    for one in found:
        assert [key for key in one if key not in ("comparison", "people_from")] == KEYS
        assert one["at"] == "2026-10-19T10:30:00+08:00" and one["reading"] in {"value", "insufficient", "no_data"}
        assert (one["met"] in LEVELS) == (one["reading"] == "value") and one["met"] != ""
        if one["reading"] != "value":
            assert one["value"] is None and one["met"] is None
    places = {one["indicator"]: set(one["place"]) for one in found}
    assert places["data_lag"] == {"hall_id", "source", "table"} and places["wait_avg"] == {"hall_id", "queue_id"}
    assert places["window_saturation"] == {"hall_id", "service_group"}
    extras = {one["indicator"]: one for one in found}
    assert "comparison" in extras["tidal_wait_rise"] and "people_from" in extras["hall_occupancy"]
    assert not AlertLog(Database(f"sqlite:///{data / 'records.sqlite'}")).standings()


def test_what_is_due_follows_from_the_time_and_an_evaluation_is_on_record(data: Path) -> None:
    evening = answer("evaluate", "--at", "2026-10-18 20:00", "--cadence", "D", "--cadence", "M", "--data", data)
    cadences = {catalogue()[one["indicator"]].cadence for one in evening}
    assert cadences == {"M"}  # a Sunday: every hall is shut, departments are not read either
    monday = answer("evaluate", "--at", "2026-10-19 06:00", "--data", data)
    assert {catalogue()[one["indicator"]].cadence for one in monday} == {"W"}
    weeks = [one for one in catalogue().values() if one.cadence == "W"]
    assert {one["indicator"] for one in monday} <= {one.id for one in weeks}
    again = run("evaluate", "--at", "2026-10-19 06:00", "--data", data)
    assert again.exit_code == 1 and "已经判定到 2026-10-19 06:00" in again.stderr
    shown = run("evaluate", "--at", "2026-10-19 09:00", "--data", data)
    assert shown.exit_code == 0 and "平均等候" in shown.stdout and "级别变化" in shown.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "2026-10-19 10:32"), "不是判定时刻"),
        (("--at", "下午三点"), "不是时间"),
        (("--at", "2026-10-19 10:30", "--cadence", "W"), "没有到期的 W 判定"),
        (("--at", "2126-10-19 10:30"), "还没有到，没有判定"),
    ],
)
def test_an_evaluation_that_cannot_be_meant_is_refused_in_a_sentence(
    data: Path, words: tuple[str, ...], said: str
) -> None:
    done = run("evaluate", *words, "--data", data)
    assert done.exit_code == 1 and said in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert run("evaluate", "--cadence", "X", "--data", data).exit_code == 2


def test_tables_lose_no_column_on_a_screen_of_eighty_columns(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = run("evaluate", "--at", "2026-10-19 10:30", "--dry-run", "--data", data).stdout
    assert all(f" {name} ┃" in shown for name in ("暂停", "黄", "橙", "红")) and "达到这一级的地点" in shown
    assert "0.85/0.95/1.05 · 0.8 倍 │" in run("indicators", "--data", data).stdout


def test_the_catalogue_is_told_with_the_thresholds_in_force(data: Path) -> None:
    found = answer("indicators", "--data", data)
    assert [one["number"] for one in found] == [one.number for one in catalogue().values()]
    first = found[3]
    assert (first["indicator"], first["name"], first["cadence"], first["unit"]) == (
        "wait_avg",
        "平均等候",
        "RT",
        "分钟",
    )
    assert first["thresholds"] == {"yellow": 15, "orange": 25, "red": 40, "recovery": 12} == first["defaults"]
    assert "平均等候" in run("indicators", "--data", data).stdout


def test_proposed_thresholds_are_in_force_only_when_applied(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[thresholds.wait_sla_rate]\nyellow = 82\n[[thresholds.wait_avg.at]]\nhall_id = "H001"\nyellow = 18\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("COCKPIT_CONFIG", str(config))
    before = answer("thresholds", "list", "--data", data)
    assert [one["indicator"] for one in before["proposed"]] == ["wait_sla_rate", "wait_avg"] and not before["changes"]
    assert "尚未采用" in run("thresholds", "list", "--data", data).stdout
    assert run("thresholds", "apply", "--why", " ", "--data", data).exit_code == 1
    done = run("thresholds", "apply", "--why", "按去年的情况", "--by", "王主任", "--data", data)
    assert (done.exit_code, done.stdout.strip()) == (0, "已采用 2 处阈值，从现在起生效。")
    after = answer("thresholds", "list", "--data", data)
    assert not after["proposed"] and [one["who"] for one in after["changes"]] == ["王主任"] * 2
    assert after["changes"][1]["place"] == {"hall_id": "H001"}
    force = {one["indicator"]: one["yellow"] for one in after["in_force"]}
    assert force["wait_sla_rate"] == 82 and force["wait_avg"] == 15
    assert "没有尚未采用的提议" in run("thresholds", "apply", "--why", "再来", "--data", data).stdout
    config.write_text("[thresholds.wait_avg]\nyellow = 50\n", encoding="utf-8")
    refused = run("thresholds", "apply", "--why", "试试", "--data", data)
    assert refused.exit_code == 1 and "恢复 < 黄 < 橙 < 红" in refused.stderr
    assert "现为 黄 15、橙 25、红 40、恢复 12" in refused.stderr
    config.write_text('[[thresholds.wait_avg.at]]\nhall_id = "H010"\nyellow = 19\n', encoding="utf-8")
    nowhere = run("thresholds", "apply", "--why", "试试", "--data", data)
    assert nowhere.exit_code == 1 and "没有编号或名称为 H010 的大厅（hall_id），没有改动；是否想写 H0" in nowhere.stderr
    assert len(answer("thresholds", "list", "--data", data)["changes"]) == 2
    config.write_text("[thresholds.wait_agv]\nyellow = 50\n", encoding="utf-8")
    assert "是否想写 wait_avg" in run("thresholds", "apply", "--why", "试试", "--data", data).stderr


def test_a_replay_tells_how_people_judged_what_was_really_told(data: Path) -> None:
    at, place = dt.datetime(2026, 10, 13, 9, tzinfo=dt.UTC), (("hall_id", "H001"),)
    closings = [Closing.HANDLED, Closing.HANDLED, Closing.FALSE, Closing.DRILL]
    with AlertLog(Database(f"sqlite:///{data / 'records.sqlite'}")).writing() as book:
        for number, closing in enumerate(closings):
            alerts = {("wait_avg", place): 0}
            one = Incident(f"by-hand-{number}", (place, "crowd"), at, alerts, 1, closed_at=at, closing=closing)
            book.save(one, "wait_avg")
    span = ("--from", "2026-10-13", "--to", "2026-10-13", "--indicator", "wait_avg", "--data", data)
    (found,) = answer("replay", *span)["indicators"]
    assert found["judged"] == 3 and found["usefulness"] == pytest.approx(200 / 3)
    assert "平均等候：这段时间由人关闭的 3 起中，属实的占 67%。" in run("replay", *span).stdout


def test_a_replay_tells_before_and_after_with_other_thresholds(data: Path) -> None:
    span = ("--from", "2026-10-12", "--to", "2026-10-16", "--data", data)
    found = answer(
        "replay", *span, "--indicator", "demand_capacity_ratio", "--set", "demand_capacity_ratio.yellow=0.81"
    )
    (after,), (before,) = found["indicators"], found["before"]["indicators"]
    total = [sum(one["alerts"].values()) for one in (before, after)]
    assert total[1] > total[0] > 0
    weeks = [sum(week[level] for level in ("yellow", "orange", "red")) for week in after["hall_weeks"]]
    assert after["usefulness"] is None and after["judged"] == 0  # nobody has closed anything
    assert sum(weeks) == total[1] and {week["week"] for week in after["hall_weeks"]} == {"2026-W42"}
    assert found["score"] is None  # the files hold no labels
    shown = run("replay", *span, "--indicator", "demand_capacity_ratio", "--budget", "yellow=0.5")
    assert shown.exit_code == 0 and "需求产能比：建议 黄" in shown.stdout and "没有标注的事件" in shown.stdout
    for words, said in (
        (("--set", "wait_avg=3"), "没有"), (("--set", "wait_avg.yellow=x"), "看不懂"),
        (("--indicator", "nope"), "没有指标"), (("--budget", "blue=1"), "看不懂"),
        (("--set", "wait_avg.yellow=30"), "恢复 < 黄 < 橙 < 红"),
    ):  # fmt: skip
        done = run("replay", *span, *words)
        assert done.exit_code == 1 and said in done.stderr, done.output
    assert run("replay", "--from", "2026-10-16", "--to", "2026-10-12", "--data", data).exit_code == 1
    nobody = run("replay", "--from", "2028-03-01", "--to", "2028-03-02", "--budget", "orange=1", "--data", data)
    assert nobody.exit_code == 1 and "没有大厅开门" in nobody.stderr
    shut = run("replay", "--from", "2028-03-01", "--to", "2028-03-01", "--indicator", "wait_avg", "--data", data)
    assert shut.exit_code == 0 and "没有大厅开门" in shut.stdout
    weekly = run("replay", *span, "--indicator", "return_rate", "--budget", "orange=1").stdout
    assert "退件补正率：不是大厅的指标" in weekly and "回放之前的级别不知道" in weekly
