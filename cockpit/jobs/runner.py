"""The job runner (作业进程): one process does all jobs of a data folder; others stand by and take over within seconds.

What is due follows from the clock and from what is on record, never from what a process remembers. So a process may be
killed at any moment: whoever takes over finds the same work due, and what was begun and not done, and does it.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from cockpit import clock
from cockpit.errors import Busy, CockpitError, StorageError
from cockpit.jobs.job import LEASE, STREAK, Job, Piece
from cockpit.lake.folder import DataFolder
from cockpit.plain import write_log
from cockpit.records.jobs import JobRuns, Run, Turn, told
from cockpit.records.lease import Lease, Lost

#: Seconds between two tries of a runner that stands by; never more than a part of the lease.
STANDBY_SECONDS = 2.0
#: Seconds for what is being done when somebody asks to stop.
STOP_SECONDS = 8.0
_LOOK_SECONDS = 0.1
log = logging.getLogger("cockpit.jobs")


def run_jobs(folder: DataFolder, jobs: Sequence[Job], now: Callable[[], dt.datetime] = clock.now) -> None:
    """Do the jobs of a data folder until asked to stop by SIGTERM or Ctrl+C.

    What is being done then is finished first if that takes seconds. What takes longer is cut off: a process may be
    killed at any moment, so it may also end at any; whoever comes next does it again.

    Args:
        folder: the data folder.
        jobs: the table of jobs.
        now: the clock by which they are due.
    """
    write_log(logging.INFO)
    # That a job ran each minute is no news; nor is it that one which takes longer is not begun a second time.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    runner = Runner(folder, jobs, now)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: runner.stop())
    runner.run()
    if runner.at_work:
        log.warning(
            "“%s”还没有做完，就此中断；没有写完的都不会写入，下次启动时重做。", "、".join(sorted(runner.at_work))
        )
        logging.shutdown()
        os._exit(os.EX_OK)


class Runner:
    """Does jobs while it holds the lease, and stands by while another process does."""

    def __init__(self, folder: DataFolder, jobs: Sequence[Job], now: Callable[[], dt.datetime]) -> None:
        """Nothing is begun yet."""
        self._folder, self._jobs, self._now = folder, jobs, now
        self._runs = JobRuns(folder.records.database)
        self._stop, self._lost = threading.Event(), threading.Event()
        self._away = False
        #: Titles of the jobs that are being done.
        self.at_work: set[str] = set()

    def stop(self) -> None:
        """Begin nothing more; what is being done has some seconds."""
        self._stop.set()

    def run(self) -> None:
        """Take the lease, do the jobs; if another process has it, wait until it has not."""
        seconds = self._folder.settings.jobs.lease_seconds
        waiting = False
        while not self._stop.is_set():
            try:
                with self._folder.records.lease(LEASE, seconds=seconds, wait=0) as lease:
                    waiting = False
                    self._work(lease)
            except Busy:
                if not waiting:
                    log.info("另一个作业进程正在工作，本进程待命，它停止后自动接手。")
                waiting = True
            except StorageError as error:
                self._tell_away(error)
            self._stop.wait(min(STANDBY_SECONDS, seconds / 15))

    def _work(self, lease: Lease) -> None:
        """Do jobs until asked to stop, or until the lease is lost."""
        self._lost.clear()
        if left := self._runs.take_over(lease):
            log.warning("接手上一个作业进程没有做完的 %d 项：%s。", len(left), told(left))
        lanes = {job.lane: ThreadPoolExecutor(1) for job in self._jobs}
        scheduler = BackgroundScheduler(timezone=self._folder.timezone, executors=lanes)
        begun = clock.now()
        midnight = dt.datetime.combine(begun.astimezone(self._folder.zone).date(), dt.time(), self._folder.zone)
        for job in self._jobs:
            trigger = IntervalTrigger(seconds=job.when.look.total_seconds(), start_date=midnight)
            options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None, "executor": job.lane}
            # At once as well: what is due already does not wait for the next look.
            scheduler.add_job(self._turn, "date", run_date=begun, args=(job, lease), **options)
            scheduler.add_job(self._turn, trigger, args=(job, lease), **options)
        scheduler.start()
        try:
            while not self._over:
                self._stop.wait(_LOOK_SECONDS)
        finally:
            scheduler.shutdown(wait=False)
            self._finish()
        if self._lost.is_set():
            log.warning("作业权已由另一个进程取得，本进程转为待命；没有写完的都没有写入，由它重做。")

    def _finish(self) -> None:
        """Wait for what is being done; not for long where somebody waits for this process to end."""
        patience = STOP_SECONDS
        while self.at_work and patience > 0:
            time.sleep(_LOOK_SECONDS)
            patience -= _LOOK_SECONDS if self._stop.is_set() else 0

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or self._lost.is_set()

    def _turn(self, job: Job, lease: Lease) -> None:
        """Do what is due of one job; whatever goes wrong stops no other job."""
        # Before it is asked whether to stop: whoever waits for the end must not overlook what is just being begun.
        self.at_work.add(job.title)
        try:
            for piece in [] if self._over else job.due(self._now(), self._folder.zone):
                if self._over or not self._done(job, piece, lease):
                    break
        except Lost:
            self._lost.set()
        except StorageError as error:
            self._tell_away(error)
        except CockpitError as error:
            log.error("%s：%s", job.title, error.sentence)
        except Exception:
            log.exception("%s：程序内部出错", job.title)
        finally:
            self.at_work.discard(job.title)

    def _done(self, job: Job, piece: Piece, lease: Lease) -> bool:
        """Do one piece of work; False where later ones must wait because it is to be tried again."""
        if self._runs.is_over(job.key(piece), job.tries):  # a look needs no place among the writers
            return True
        run = self._runs.begin(lease, job.key(piece), job.name, piece.at, tries=job.tries, pause=job.pause)
        if self._away:
            self._away = False
            log.info("状态数据库恢复，作业继续。")
        if not isinstance(run, Run):
            return run is Turn.OVER
        try:
            said = job.work(run)
        except Lost:
            raise
        except CockpitError as error:
            return self._failed(job, run, error.sentence)
        except Exception as error:
            log.exception("%s：程序内部出错", run.key)
            return self._failed(job, run, f"程序内部出错（{type(error).__name__}），详情见日志。")
        if not run.sealed:
            self._runs.done(run, said)
        return True

    def _failed(self, job: Job, run: Run, said: str) -> bool:
        if run.sealed and self._runs.is_over(run.key, job.tries):
            # What it wrote is in and on record; what went wrong after that is told alone.
            log.error("%s：%s", run.key, said)
            return True
        self._runs.failed(run, said)
        log.error("%s：%s", run.key, said)
        if (streak := len(self._runs.failing(job.name))) >= STREAK:
            log.error("%s已连续失败 %d 次；请用 doctor 查看，并按上面的原因处理。", job.title, streak)
        return run.failures >= job.tries

    def _tell_away(self, error: StorageError) -> None:
        """The state database is away: told once, until it is back."""
        if not self._away:
            log.error("%s", error.sentence)
        self._away = True
