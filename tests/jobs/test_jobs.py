"""When jobs are due, and that each piece of their work is done once."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit import clock
from cockpit.errors import StorageError
from cockpit.intake.health import Finding
from cockpit.jobs.health import job_findings
from cockpit.jobs.job import LEASE, Asked, Every, Job, Monthly
from cockpit.jobs.runner import Runner
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.records.jobs import GIVE_UP_AFTER, JobRuns, Outcome, Run, Turn
from cockpit.records.lease import Lost, holder
from cockpit.settings import Settings
from tests.postgres import PostgresServer

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 10, 12, 10, 7, 23, tzinfo=ZONE)
MINUTE = dt.timedelta(minutes=1)
NONE = dt.timedelta()


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[DataFolder]:
    """An empty data folder, its state in either database."""
    records = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_url")
        records = {"url": server()}
    opened = open_folder(Settings(data_dir=data_dir, records=records), create=True)
    yield opened
    opened.close()


def runs_of(folder: DataFolder) -> JobRuns:
    return JobRuns(folder.records.database)


def test_a_job_again_and_again_is_due_at_the_last_time_of_its_grid() -> None:
    (piece,) = Every(15 * MINUTE).due(NOW)
    assert (piece.label, piece.at) == ("2026-10-12T10:00+08:00", NOW.replace(minute=0, second=0))
    (piece,) = Every(dt.timedelta(seconds=5)).due(NOW)
    assert piece.label == "2026-10-12T10:07:20+08:00"


@given(second=st.integers(0, 365 * 86400), minutes=st.sampled_from([1, 5, 15, 60, 1440]))
@settings(deadline=None)
def test_the_grid_counted_minute_by_minute_is_the_same(second: int, minutes: int) -> None:
    here = dt.datetime(2026, 1, 1, tzinfo=ZONE) + dt.timedelta(seconds=second)
    (piece,) = Every(minutes * MINUTE).due(here)
    last = None
    for number in range(0, 24 * 60, minutes):
        if here.replace(hour=0, minute=0, second=0, microsecond=0) + number * MINUTE <= here:
            last = here.replace(hour=number // 60, minute=number % 60, second=0, microsecond=0)
    assert piece.at == last


def test_an_hour_that_comes_twice_has_two_labels_for_each_of_its_times() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first, second = (dt.datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    labels = [Every(15 * MINUTE).due(one)[0].label for one in (first, second)]
    assert labels == ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"]


def test_a_monthly_job_is_due_for_the_month_before_from_its_day_on_and_stays_due() -> None:
    when = Monthly(3, dt.time(6, 30))
    looks = [dt.datetime(2026, 11, day, hour, 30, tzinfo=ZONE) for day, hour in ((3, 5), (3, 6), (28, 0))]
    labels = [when.due(look)[0].label for look in looks]
    assert labels == ["2026-09", "2026-10", "2026-10"]
    assert when.due(dt.datetime(2027, 1, 2, tzinfo=ZONE))[0].label == "2026-11"


def test_a_piece_of_work_is_begun_once_and_done_once(folder: DataFolder) -> None:
    runs = runs_of(folder)
    with folder.records.lease(LEASE, seconds=30, wait=1) as lease:
        run = runs.begin(lease, "report:2026-09", "report", NOW, tries=3, pause=NONE)
        assert isinstance(run, Run)
        runs.done(run, "已生成。")
        assert runs.begin(lease, "report:2026-09", "report", NOW, tries=3, pause=NONE) is Turn.OVER
    (record,) = runs.all()
    assert (record.outcome, record.said, record.attempt, record.planned_at) == (Outcome.DONE, "已生成。", 1, NOW)
    assert record.finished_at is not None and record.finished_at >= record.started_at


def test_what_failed_is_tried_again_after_a_pause_and_given_up_after_some_tries(folder: DataFolder) -> None:
    runs = runs_of(folder)
    with folder.records.lease(LEASE, seconds=30, wait=1) as lease:
        for _ in range(2):
            run = runs.begin(lease, "a:1", "a", NOW, tries=2, pause=NONE)
            assert isinstance(run, Run)
            runs.failed(run, "磁盘已满。")
            if run.failures < 2:
                assert runs.begin(lease, "a:1", "a", NOW, tries=2, pause=MINUTE) is Turn.LATER
        assert runs.begin(lease, "a:1", "a", NOW, tries=2, pause=NONE) is Turn.OVER
    assert [(one.outcome, one.attempt, one.failures) for one in runs.all()] == [(Outcome.FAILED, 2, 2)]


def test_what_another_process_left_behind_is_told_as_abandoned_and_begun_again(folder: DataFolder) -> None:
    runs = runs_of(folder)
    with folder.records.lease(LEASE, seconds=30, wait=1) as dead:
        runs.begin(dead, "a:1", "a", NOW, tries=1, pause=NONE)
    with folder.records.lease(LEASE, seconds=30, wait=1) as lease:
        assert [one.key for one in runs.take_over(lease)] == ["a:1"]
        assert runs.all()[0].outcome == Outcome.ABANDONED
        again = runs.begin(lease, "a:1", "a", NOW, tries=1, pause=NONE)
        assert isinstance(again, Run) and again.attempt == 2
        runs.done(again, "")
        assert runs.take_over(lease) == []


def test_what_kills_every_process_that_begins_it_is_given_up_at_last(folder: DataFolder) -> None:
    runs = runs_of(folder)
    with folder.records.lease(LEASE, seconds=30, wait=1) as lease:
        for _ in range(GIVE_UP_AFTER):
            assert isinstance(runs.begin(lease, "a:1", "a", NOW, tries=3, pause=NONE), Run)
        assert runs.begin(lease, "a:1", "a", NOW, tries=3, pause=NONE) is Turn.OVER
    assert (runs.all()[0].outcome, runs.is_over("a:1", 3)) == (Outcome.FAILED, True)


def test_whoever_lost_the_lease_writes_nothing_any_more(folder: DataFolder) -> None:
    runs = runs_of(folder)
    with folder.records.lease(LEASE, seconds=30, wait=1) as old:
        run = runs.begin(old, "a:1", "a", NOW, tries=1, pause=NONE)
        assert isinstance(run, Run)
    with folder.records.lease(LEASE, seconds=30, wait=1):
        for write in (
            lambda: runs.done(run, "太晚了"),
            lambda: runs.failed(run, "太晚了"),
            lambda: runs.begin(old, "a:2", "a", NOW, tries=1, pause=NONE),
            lambda: runs.take_over(old),
        ):
            with pytest.raises(Lost):
                write()
    assert [(one.key, one.outcome) for one in runs.all()] == [("a:1", Outcome.RUNNING)]


def test_old_runs_are_deleted_frequent_ones_sooner_and_the_latest_of_each_job_never(folder: DataFolder) -> None:
    runs = runs_of(folder)
    day = dt.timedelta(days=1)
    with folder.records.lease(LEASE, seconds=30, wait=1) as lease:
        for job, ages in (("often", (40, 3, 1)), ("seldom", (40, 35, 3)), ("gone", (90, 80))):
            for age in ages:
                run = runs.begin(lease, f"{job}:{age}", job, NOW - age * day, tries=1, pause=NONE)
                assert isinstance(run, Run)
                runs.done(run, "")
    assert runs.forget(NOW - 30 * day, frequent=["often"], frequent_before=NOW - 2 * day) == 5
    assert [one.key for one in runs.all()] == ["gone:80", "seldom:3", "often:1"]


SECOND = dt.timedelta(seconds=1)


def test_a_job_that_fails_stops_no_other_and_is_told_after_three_times(
    folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    runs = runs_of(folder)
    done: list[str] = []

    def fine(run: Run) -> str:
        done.append(run.key)
        return "做好了。"

    def full(run: Run) -> str:
        raise StorageError("磁盘已满，请清理。")

    def wrong(run: Run) -> str:
        raise ZeroDivisionError

    def missing(now: dt.datetime) -> list[dt.datetime]:
        return [NOW + number * MINUTE for number in range(len(done), 6)]

    def enough(run: Run) -> str:
        if len(runs.failing("full")) >= 3 and len(runs.failing("wrong")) >= 3 and len(done) == 6:
            runner.stop()
        return ""

    jobs = [
        Job("full", "会失败的作业", Every(SECOND), full, "one"),
        Job("wrong", "出错的作业", Every(SECOND), wrong, "one"),
        Job("good", "正常的作业", Asked(missing, look=SECOND), fine, "one"),
        Job("end", "看够了没有", Every(SECOND), enough, "two"),
    ]
    runner = Runner(folder, jobs, clock.now)
    runner.run()
    assert done == [f"good:{(NOW + number * MINUTE).isoformat(timespec='minutes')}" for number in range(6)]
    assert {one.outcome for one in runs.all("good")} == {Outcome.DONE}
    assert {one.outcome for one in runs.all("full") + runs.all("wrong")} == {Outcome.FAILED}
    assert "会失败的作业已连续失败 3 次" in caplog.text
    assert runs.all("wrong")[0].said == "程序内部出错（ZeroDivisionError），详情见日志。"
    found = {one.subject: one for one in job_findings(folder, jobs, clock.now())}
    assert not found["作业进程"].healthy and "没有在运行" in found["作业进程"].sentence
    assert not found["会失败的作业"].healthy and "磁盘已满，请清理。" in found["会失败的作业"].sentence
    assert found["看够了没有"].healthy


def test_a_piece_that_fails_holds_later_ones_back_until_it_is_done_or_given_up(folder: DataFolder) -> None:
    tried: list[str] = []

    def work(run: Run) -> str:
        tried.append(f"{run.planned_at:%M}")
        if run.planned_at == NOW and run.failures < 2:
            raise StorageError("磁盘已满，请清理。")
        if run.planned_at == NOW + MINUTE:
            raise StorageError("磁盘已满，请清理。")
        if run.planned_at == NOW + 2 * MINUTE:
            runner.stop()
        return ""

    when = Asked(lambda now: [NOW + number * MINUTE for number in range(3)], look=SECOND / 5)
    runner = Runner(folder, [Job("a", "甲", when, work, "one", tries=3, pause=NONE)], clock.now)
    runner.run()
    assert tried == ["07", "07", "07", "08", "08", "08", "09"]


def test_doctor_s_findings_name_who_works_and_what_is_overdue(folder: DataFolder) -> None:
    seen: list[list[Finding]] = []
    late = clock.now() - dt.timedelta(hours=1)

    def look(run: Run) -> str:
        seen.append(job_findings(folder, jobs, clock.now()))
        runner.stop()
        return ""

    jobs = [
        Job("waits", "等着的作业", Asked(lambda now: [late] if seen else []), lambda run: "", "two"),
        Job("look", "看一眼", Every(SECOND), look, "one"),
    ]
    assert [(one.healthy, one.sentence[:7]) for one in job_findings(folder, jobs, clock.now())] == [
        (True, "还没有启动过；")
    ]
    runner = Runner(folder, jobs, clock.now)
    runner.run()
    ((working, waits, _),) = seen
    assert working.healthy and f"进程 {os.getpid()} 正在工作" in working.sentence
    assert waits == Finding("等着的作业", True, "还没有做完过一次。")
    waits = job_findings(folder, jobs, clock.now())[1]
    assert not waits.healthy and "就该做的还没有做" in waits.sentence


LONG = """
import sys, time
from pathlib import Path
from cockpit.jobs.job import Every, Job
from cockpit.jobs.runner import run_jobs
from cockpit.lake.folder import open_folder
from cockpit.settings import Settings
from datetime import timedelta

folder = open_folder(Settings(data_dir=Path(sys.argv[1])))
run_jobs(folder, [Job("long", "要很久的作业", Every(timedelta(days=1)), lambda run: time.sleep(600) or "", "one")])
"""


def test_whoever_asks_to_stop_does_not_wait_for_what_takes_minutes(data_dir: Path) -> None:
    folder = open_folder(Settings(data_dir=data_dir), create=True)
    runs = runs_of(folder)
    process = subprocess.Popen([sys.executable, "-c", LONG, str(data_dir)], stderr=subprocess.PIPE, text=True)
    while not runs.all():
        time.sleep(0.1)
    process.terminate()
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert "“要很久的作业”还没有做完，就此中断；没有写完的都不会写入，下次启动时重做。" in said
    assert holder(folder.records.database, LEASE) is None
    with folder.records.lease(LEASE, seconds=30, wait=1) as lease:
        assert [one.job for one in runs.take_over(lease)] == ["long"]
    folder.close()
