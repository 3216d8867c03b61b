"""Two runners on one data folder, killed at random moments; and what an undisturbed run gives."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cockpit import clock
from cockpit.jobs.job import LEASE
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.records import alert_tables as t
from cockpit.records.jobs import JobRuns, RunRecord
from cockpit.records.lease import holder
from cockpit.settings import load_settings
from cockpit.watch.due import Due
from cockpit.watch.evaluate import Evaluator

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
#: A Monday, on which the week before is read as well.
DAY = dt.date(2026, 10, 19)
PATIENCE = 180.0
#: Seconds, longer than the lease.
FROZEN = 6.0
#: As a city would set them, but that takeovers are quick and nothing of a day that goes by in a minute is left out.
JOBS = {
    "COCKPIT_JOBS__LEASE_SECONDS": "3",
    "COCKPIT_JOBS__CATCH_UP_INSTANTS": "288",
    "COCKPIT_JOBS__EVALUATE_AFTER_SECONDS": "0",
}


def at(clock_time: str) -> dt.datetime:
    return dt.datetime.combine(DAY, dt.time.fromisoformat(clock_time), ZONE)


def build_city(data: Path, url: str = "") -> None:
    """Three halls and five weeks, the Monday whole; somebody has evaluated a first time, three weeks ago."""
    words = ["demo", "--halls", "3", "--days", "36", "--seed", "11", "--until", DAY.isoformat(), "--data", str(data)]
    variables = os.environ | {"COCKPIT_RECORDS__URL": url}
    subprocess.run([sys.executable, "-m", "cockpit", *words], env=variables, check=True, capture_output=True, cwd=ROOT)
    folder = opened(data, url)
    Evaluator(folder).evaluate(dt.datetime(2026, 10, 1, 6, tzinfo=ZONE))
    folder.close()


def opened(data: Path, url: str = "") -> DataFolder:
    return open_folder(load_settings(data_dir=data, records={"url": url}, jobs={"catch_up_instants": 288}))


def undisturbed(folder: DataFolder, *looks: dt.datetime) -> list[dt.datetime]:
    """Evaluate all that is due at some moments, one after the other, in this process alone."""
    due, evaluator, done = Due(folder), Evaluator(folder), []
    for now in looks:
        for instant in due.missed(now):
            evaluator.evaluate(instant, due.cadences(instant))
            done.append(instant)
    return done


def on_record(folder: DataFolder) -> dict[str, list[tuple[Any, ...]]]:
    """All that evaluations have written, but for numbers of rows."""
    tables = {t.alert_changes: "change_id", t.incidents: "opened_at", t.incident_events: "event_id"}
    found = {}
    with folder.records.database.reading() as connection:
        for table, order in (*tables.items(), (t.alert_standings, "indicator")):
            rows = connection.execute(sa.select(table).order_by(order, *table.primary_key)).mappings()
            own = {"change_id", "event_id"}
            found[table.name] = [tuple(value for name, value in row.items() if name not in own) for row in rows]
    return found


@dataclass
class Runners:
    """Two runners, one of which works.

    Attributes:
        data: data folder.
        log: file for what they say.
        ends: when the city's clock stops.
        url: state database; empty for that of the folder.
    """

    data: Path
    log: Path
    ends: dt.datetime
    begins: dt.datetime = field(default_factory=lambda: at("08:00"))
    speed: float = 400.0
    url: str = ""
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _real: dt.datetime = field(default_factory=clock.now)

    def start(self) -> None:
        self._real = clock.now() + dt.timedelta(seconds=2)
        self._processes = [self._begun(), self._begun()]

    def kill(self, which: int) -> None:
        """Kill one of them, in whatever it is doing, and start it again."""
        self.revive()
        process = self._processes[which]
        process.kill()
        process.wait()
        self._processes[which] = self._begun()

    def revive(self) -> None:
        """Start again what could not start while the database was away, as whoever keeps it running would."""
        self._processes = [self._begun() if one.poll() is not None else one for one in self._processes]

    def kill_the_one_at_work(self, folder: DataFolder) -> None:
        """Kill whoever has got somewhere."""
        until(lambda: len(evaluations(folder)) >= 4, self)
        working = holder(folder.records.database, LEASE)
        assert working is not None
        self.kill([one.pid for one in self._processes].index(int(working.process)))

    def freeze_the_one_at_work(self, folder: DataFolder) -> None:
        """Let whoever works stand still for longer than its lease, while the other takes over, and then go on."""
        before = len(evaluations(folder))
        until(lambda: len(evaluations(folder)) > before, self)
        working = holder(folder.records.database, LEASE)
        assert working is not None and not working.dead
        os.kill(int(working.process), signal.SIGSTOP)
        time.sleep(FROZEN)
        os.kill(int(working.process), signal.SIGCONT)

    def stop(self) -> list[int]:
        for process in self._processes:
            process.terminate()
        return [process.wait(60) for process in self._processes]

    def remove(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def _begun(self) -> subprocess.Popen[bytes]:
        told = {
            "begins": self.begins.isoformat(), "ends": self.ends.isoformat(),
            "from": self._real.isoformat(), "speed": self.speed,
        }  # fmt: skip
        variables = os.environ | JOBS | {"PYTHONPATH": str(ROOT), "COCKPIT_RECORDS__URL": self.url}
        words = [sys.executable, "-m", "tests.jobs.runner_process", str(self.data), json.dumps(told)]
        with self.log.open("ab") as out:
            return subprocess.Popen(words, cwd=ROOT, env=variables, stdout=out, stderr=out)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")


def evaluations(folder: DataFolder) -> list[RunRecord]:
    return JobRuns(folder.records.database).all("evaluate")


def until(there: Callable[[], bool], runners: Runners) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline, runners.said()[-3000:]
        runners.revive()
        time.sleep(0.3)


def kill_at_random(runners: Runners, times: int, seed: int, also: Callable[[int], None] = lambda number: None) -> None:
    """Kill either of two at random moments; now and then quickly again, mostly after they had time to get somewhere."""
    draw = random.Random(seed)
    for number in range(times):
        time.sleep(draw.choice([draw.uniform(0.05, 0.6), draw.uniform(1.5, 4.5), draw.uniform(1.5, 4.5)]))
        runners.kill(draw.randrange(2))
        also(number)
