"""The table of jobs at work: every job of it is done once by a real runner on a real city."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from alerts.catalogue import catalogue
from cockpit import clock
from cockpit.cli.jobs import job_table
from cockpit.jobs.health import job_findings
from cockpit.jobs.runner import Runner
from cockpit.records.alert_log import AlertLog
from cockpit.records.jobs import JobRuns, Outcome
from tests.intake.test_databases import QUERY, add, profile
from tests.intake.valid_city import bring, city_files, ids, open_city


def test_every_job_is_done(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = sqlite3.connect(tmp_path / "source.sqlite", isolation_level=None)
    source.execute("create table complaint (no text, dept text, kind text, at text, changed text, seq integer)")
    add(source, "1", "09:00:00")
    add(source, "2", "09:05:00", kind="gone")
    source.close()
    monkeypatch.setenv("HALL_DATABASE", f"sqlite:///{tmp_path / 'source.sqlite'}")
    profile(tmp_path, QUERY)
    intake = {"profile_dir": tmp_path, "drop_settle_seconds": 0.0}
    folder = open_city(data_dir, intake=intake, jobs={"sql_profiles": "complaints, absent,complaints"})
    files = city_files(tmp_path / "files")
    bring(folder, files)
    dropped = folder.settings.inbox / "standard"
    dropped.mkdir(parents=True)
    shutil.copy(next(files.glob("halls.*")), dropped)
    jobs = job_table(folder)
    assert [job.name for job in jobs] == [
        *("intake", "read-complaints", "read-absent", "maintain", "evaluate", "tell", "send", "months"),
        *("report", "report-again", "report-send"),
    ]
    # The city has no records of the month before: of that there is nothing to tell.
    assert not jobs[-3].due(clock.now(), folder.zone)
    jobs = [job for job in jobs if job.name != "report"]
    runner = Runner(folder, jobs, clock.now)
    runs = JobRuns(folder.records.database)
    at_work = threading.Thread(target=runner.run)
    at_work.start()
    deadline = time.monotonic() + 60
    due = len(jobs[4].due(clock.now(), folder.zone))
    while (
        any(not runs.latest(job.name, ended=True) for job in jobs) or len(runs.latest("evaluate", 99, ended=True)) < due
    ):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    runner.stop()
    at_work.join()
    found = {job.name: runs.latest(job.name)[0] for job in jobs}
    absent = found.pop("read-absent")
    assert (absent.outcome, "absent" in absent.said) == (Outcome.FAILED, True)
    assert {run.outcome for run in found.values()} == {Outcome.DONE}
    assert found["intake"].said == "导入 1 批，0 次未收下。"
    assert found["read-complaints"].said == "读入 2 行，隔离 1 行。"
    assert ids(folder, "complaints") == ["1"]
    assert not list(dropped.glob("halls.*")) and list((dropped / "done").iterdir())
    standings = AlertLog(folder.records.database).standings()
    assert {catalogue()[name].cadence for name in standings} >= {"D", "W", "M"}
    assert not [one.ailing for one in standings.values() if one.ailing]
    told = {one.subject: one for one in job_findings(folder, jobs, clock.now() + dt.timedelta(hours=1))}
    assert not told["查看投递目录"].healthy and "该做的还没有做" in told["查看投递目录"].sentence
    folder.close()
