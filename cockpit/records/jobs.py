"""Runs of jobs (作业运行记录): each piece of work has one row by its key, and is done once.

A run is begun, and is done, only while its process holds the lease by which it works. So what is found begun by another
process was left behind by one that died or was too long without the database: it is told as abandoned and begun again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from cockpit import clock
from cockpit.records.database import Database
from cockpit.records.job_tables import job_runs
from cockpit.records.lease import Lease

#: What was begun so often and never came to an end is given up: it may be what kills the process.
GIVE_UP_AFTER = 25
_KILLED = "开始了 {} 次都没有做完（进程每次都中途结束），不再重做；请查看日志和内存后手工补做。"
_LEFT = "做到一半时进程结束，已由接手的进程重做。"


class Outcome(StrEnum):
    """How a run ended, or that it has not."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    ABANDONED = "abandoned"


#: The same for people.
OUTCOMES = {
    Outcome.RUNNING: "进行中",
    Outcome.DONE: "完成",
    Outcome.FAILED: "失败",
    Outcome.ABANDONED: "中断",
}


class Turn(StrEnum):
    """Why a piece of work is not begun now."""

    OVER = "over"
    LATER = "later"


@dataclass(frozen=True)
class RunRecord:
    """A run as it is kept.

    Attributes:
        key: of the piece of work.
        job: name of the job.
        planned_at: the instant for which it was planned.
        started_at: when it was begun last.
        finished_at: when it ended; None while it runs, or where its process died.
        outcome: how it ended.
        said: what it did, or why it failed, for people.
        owner: the process that did it.
        attempt: how often it was begun.
        failures: how often it failed.
    """

    key: str
    job: str
    planned_at: dt.datetime
    started_at: dt.datetime
    finished_at: dt.datetime | None
    outcome: Outcome
    said: str
    owner: str
    attempt: int
    failures: int


@dataclass
class Run:
    """A piece of work that has been begun and is ours to do.

    Attributes:
        key: of the piece of work.
        job: name of the job.
        planned_at: the instant for which it is planned.
        lease: the right by which it is done; what it writes it writes only while `lease.confirm` agrees.
        attempt: how often it has been begun.
        failures: how often it has failed.
        sealed: whether it is on record as done already, together with what it wrote.
    """

    key: str
    job: str
    planned_at: dt.datetime
    lease: Lease
    attempt: int = 1
    failures: int = 0
    sealed: bool = field(default=False, init=False)

    def seal(self, connection: sa.Connection, said: str) -> None:
        """Within the transaction that writes what was worked out: it is ours still, and done by this.

        Raises:
            Lost: somebody else has the lease; nothing may be written.
        """
        self.lease.confirm(connection)
        _end(connection, self, Outcome.DONE, said)
        self.sealed = True


class JobRuns:
    """All runs of one data folder."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    def take_over(self, lease: Lease) -> list[RunRecord]:
        """Tell as abandoned what others have left behind; whoever holds the lease is the only one at work.

        Raises:
            Lost: somebody else has the lease.
        """
        left = (job_runs.c.outcome == Outcome.RUNNING) & (job_runs.c.owner != lease.owner)
        with self._database.transaction() as connection:
            lease.confirm(connection)
            found = [_record(row) for row in connection.execute(sa.select(job_runs).where(left))]
            connection.execute(sa.update(job_runs).where(left).values(outcome=Outcome.ABANDONED, said=_LEFT))
        return found

    def begin(
        self, lease: Lease, key: str, job: str, planned_at: dt.datetime, *, tries: int, pause: dt.timedelta
    ) -> Run | Turn:
        """Begin a piece of work, unless it is done, given up, or not yet to be tried again.

        Args:
            lease: the right by which it is done.
            key: of the piece of work.
            job: name of the job.
            planned_at: the instant for which it is planned.
            tries: so often it may fail.
            pause: so long after a failure it is tried again.

        Raises:
            Lost: somebody else has the lease.
        """
        now = clock.now()
        with self._database.transaction() as connection:
            lease.confirm(connection)
            row = connection.execute(sa.select(job_runs).where(job_runs.c.key == key)).one_or_none()
            if row is None:
                connection.execute(
                    sa.insert(job_runs).values(
                        key=key, job=job, planned_at=planned_at, started_at=now, finished_at=None,
                        outcome=Outcome.RUNNING, said="", owner=lease.owner, attempt=1, failures=0,
                    )
                )  # fmt: skip
                return Run(key, job, planned_at, lease)
            known = _record(row)
            if known.outcome == Outcome.DONE or (known.outcome == Outcome.FAILED and known.failures >= tries):
                return Turn.OVER
            if known.outcome == Outcome.FAILED and known.finished_at and now < known.finished_at + pause:
                return Turn.LATER
            run = Run(key, job, planned_at, lease, known.attempt + 1, known.failures)
            if known.attempt >= GIVE_UP_AFTER and known.outcome != Outcome.FAILED:
                run.failures = tries
                _end(connection, run, Outcome.FAILED, _KILLED.format(known.attempt))
                return Turn.OVER
            again = {"outcome": Outcome.RUNNING, "attempt": run.attempt, "started_at": now, "finished_at": None}
            connection.execute(_of(key).values(**again, owner=lease.owner, said=""))
            return run

    def done(self, run: Run, said: str) -> None:
        """The work is done; for work that is not sealed by itself.

        Raises:
            Lost: somebody else has the lease and may be doing it again.
        """
        with self._database.transaction() as connection:
            run.seal(connection, said)

    def failed(self, run: Run, said: str) -> None:
        """The work failed, and why.

        Raises:
            Lost: somebody else has the lease and may be doing it again.
        """
        run.failures += 1
        with self._database.transaction() as connection:
            run.lease.confirm(connection)
            _end(connection, run, Outcome.FAILED, said)

    def is_over(self, key: str, tries: int) -> bool:
        """Whether a piece of work needs nothing more: it is done, or has failed too often."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(job_runs).where(job_runs.c.key == key)).one_or_none()
        if row is None:
            return False
        known = _record(row)
        return known.outcome == Outcome.DONE or (known.outcome == Outcome.FAILED and known.failures >= tries)

    def latest(self, job: str, limit: int = 1, *, ended: bool = False) -> list[RunRecord]:
        """The latest runs of a job, the newest first; of those that have ended alone where asked."""
        wanted = sa.select(job_runs).where(job_runs.c.job == job)
        if ended:
            wanted = wanted.where(job_runs.c.outcome.in_([Outcome.DONE, Outcome.FAILED]))
        order = job_runs.c.planned_at.desc(), job_runs.c.key.desc()
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(wanted.order_by(*order).limit(limit))]

    def failing(self, job: str, at_most: int = 100) -> Sequence[RunRecord]:
        """The runs that failed in a row up to now, the newest first."""
        found = []
        for run in self.latest(job, at_most, ended=True):
            if run.outcome != Outcome.FAILED:
                break
            found.append(run)
        return found

    def all(self, job: str | None = None) -> list[RunRecord]:
        """All runs that are kept, in the order in which they were planned."""
        wanted = sa.select(job_runs).order_by(job_runs.c.planned_at, job_runs.c.key)
        if job is not None:
            wanted = wanted.where(job_runs.c.job == job)
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def forget(self, before: dt.datetime, *, frequent: Collection[str], frequent_before: dt.datetime) -> int:
        """Delete old runs; those of frequent jobs sooner. The latest of each job stays.

        Returns:
            How many were deleted.
        """
        run = job_runs.c
        last = sa.select(sa.func.max(run.planned_at).label("at"), run.job.label("of")).group_by(run.job).subquery()
        newest = sa.select(last.c.of).where(last.c.of == run.job, last.c.at == run.planned_at)
        old = (run.planned_at < before) | (run.job.in_(list(frequent)) & (run.planned_at < frequent_before))
        with self._database.transaction() as connection:
            return connection.execute(sa.delete(job_runs).where(old, ~sa.exists(newest))).rowcount


def _end(connection: sa.Connection, run: Run, outcome: Outcome, said: str) -> None:
    values = {"outcome": outcome, "said": said, "finished_at": clock.now(), "failures": run.failures}
    connection.execute(_of(run.key).values(**values))


def _of(key: str) -> sa.Update:
    return sa.update(job_runs).where(job_runs.c.key == key)


def _record(row: sa.Row[Any]) -> RunRecord:
    return RunRecord(**{**row._mapping, "outcome": Outcome(row.outcome)})


def told(records: Iterable[RunRecord]) -> str:
    """Some runs by their keys, for the log."""
    return "、".join(record.key for record in records)
