"""What a job (作业) is: a name, when it is due, and the work; a table of them is all that the runner knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from cockpit.records.jobs import Run

#: The lease by which one runner works.
LEASE = "runner"
#: So many failures in a row are told as a matter of its own.
STREAK = 3
#: The city's midnights are the beginning of all intervals.
_ORIGIN = dt.time()


@dataclass(frozen=True)
class Piece:
    """A piece of work that is due.

    Attributes:
        label: what tells it from the job's other pieces; with the job's name it is the key by which it is done once.
        at: the instant for which it is planned.
    """

    label: str
    at: dt.datetime


class When(Protocol):
    """When a job is due."""

    @property
    def look(self) -> dt.timedelta:
        """How often to look whether something is due."""
        ...

    @property
    def patience(self) -> dt.timedelta:
        """After so long without it, a piece of work that is due is overdue."""
        ...

    def due(self, now: dt.datetime) -> Sequence[Piece]:
        """What is due at an instant of the city's clock, in order; what is done already may be among it."""
        ...


@dataclass(frozen=True)
class Every:
    """Again and again, on the grid of the day. What was missed is not made up: the next time does it all."""

    every: dt.timedelta

    @property
    def look(self) -> dt.timedelta:
        """Each time."""
        return self.every

    @property
    def patience(self) -> dt.timedelta:
        """Some times, and long enough for one that takes its time."""
        return max(5 * self.every, dt.timedelta(minutes=10))

    def due(self, now: dt.datetime) -> Sequence[Piece]:
        """The last time of the grid."""
        midnight = dt.datetime.combine(now.date(), _ORIGIN, now.tzinfo)
        # In elapsed time: where clocks are put back an hour comes twice, and each of its times has its own offset.
        since = now.astimezone(dt.UTC) - midnight.astimezone(dt.UTC)
        at = (midnight.astimezone(dt.UTC) + since // self.every * self.every).astimezone(now.tzinfo)
        return [Piece(at.isoformat(timespec="minutes" if self.every.seconds % 60 == 0 else "seconds"), at)]


@dataclass(frozen=True)
class Asked:
    """At instants that somebody else names: all that are still to be done, in order.

    Attributes:
        ask: now → the instants still to be done.
        after: so long after an instant it is begun.
        look: how often to ask.
    """

    ask: Callable[[dt.datetime], Sequence[dt.datetime]]
    after: dt.timedelta = dt.timedelta()
    look: dt.timedelta = dt.timedelta(seconds=5)
    patience: dt.timedelta = dt.timedelta(minutes=15)

    def due(self, now: dt.datetime) -> Sequence[Piece]:
        """What was asked for."""
        return [Piece(at.isoformat(timespec="minutes"), at) for at in self.ask(now - self.after)]


@dataclass(frozen=True)
class Monthly:
    """Once for every month that is over, on a day of the next; labelled by the month, as in report:2026-10.

    The last one is made up however long nobody was there to do it.
    """

    day: int
    clock: dt.time
    look: dt.timedelta = dt.timedelta(minutes=1)
    patience: dt.timedelta = dt.timedelta(hours=2)

    def due(self, now: dt.datetime) -> Sequence[Piece]:
        """The last month for which the time has come."""
        at = dt.datetime.combine(now.date().replace(day=self.day), self.clock, now.tzinfo)
        if at > now:
            before = at.date().replace(day=1) - dt.timedelta(days=1)
            at = dt.datetime.combine(before.replace(day=self.day), self.clock, now.tzinfo)
        month = at.date().replace(day=1) - dt.timedelta(days=1)
        return [Piece(f"{month:%Y-%m}", at)]


@dataclass(frozen=True)
class MonthlyWhenReady:
    """The same, begun only when what it needs is there.

    Attributes:
        monthly: when it is due.
        ready: label of the month, the time for which it was planned, now → whether it can be begun.
        waits: so long it may be waited for beyond its time before it is overdue.
    """

    monthly: Monthly
    ready: Callable[[str, dt.datetime, dt.datetime], bool]
    waits: dt.timedelta

    @property
    def look(self) -> dt.timedelta:
        """How often to look whether something is due."""
        return self.monthly.look

    @property
    def patience(self) -> dt.timedelta:
        """After so long without it, a piece of work that is due is overdue."""
        return self.monthly.patience + self.waits

    def due(self, now: dt.datetime) -> Sequence[Piece]:
        """The last month for which the time has come and whose records are there."""
        return [piece for piece in self.monthly.due(now) if self.ready(piece.label, piece.at, now)]


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes:
        name: in keys and answers.
        title: Chinese name.
        when: when it is due.
        work: does one piece; returns what people are told of it in Chinese, empty where there is nothing to tell.
        lane: jobs of one lane are done one after the other, in the order of the table where they are due together;
            lanes do not wait for each other.
        tries: so often a piece may fail before it is given up.
        pause: so long after a failure it is tried again.
    """

    name: str
    title: str
    when: When
    work: Callable[[Run], str]
    lane: str
    tries: int = 1
    pause: dt.timedelta = dt.timedelta(seconds=15)

    def key(self, piece: Piece) -> str:
        """The key by which a piece of its work is done once."""
        return f"{self.name}:{piece.label}"

    def due(self, now: dt.datetime, zone: ZoneInfo) -> Sequence[Piece]:
        """What is due now."""
        return self.when.due(now.astimezone(zone))
