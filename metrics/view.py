"""Records prepared once for many readings: hours, visits, coverage, and places under small numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from metrics.coverage import Coverage
from metrics.facts.queues import queue_facts
from metrics.hours import Clock, numbers, sessions_of
from metrics.past import Past
from metrics.records import Records
from metrics.spells import Ints
from metrics.tickets import visits


@dataclass(frozen=True)
class View:
    """A city's records as the readings see them. Nothing in it depends on the instant of a reading.

    Attributes:
        records: the records.
    """

    records: Records
    past: Past | None = None
    """Facts of the days before those of `records`, where only the day itself is loaded; else all is counted afresh."""

    @cached_property
    def sessions(self) -> pl.DataFrame:
        """Opening hours, as `metrics.hours.sessions_of`."""
        return sessions_of(self.records["calendar"])

    @cached_property
    def halls(self) -> pl.Series:
        """hall_id of all halls, in order; a hall's place in it is its number."""
        return self.records["halls"]["hall_id"].sort()

    def hall_numbers(self, hall_ids: pl.Series) -> Ints:
        """Numbers of halls; -1 for one that is not known."""
        return numbers(hall_ids, self.halls)

    @cached_property
    def queues(self) -> pl.DataFrame:
        """All queues in order: queue_id, hall_id; a queue's row is its number."""
        return self.records["queues"].select("queue_id", "hall_id").sort("queue_id")

    def queue_numbers(self, queue_ids: pl.Series) -> Ints:
        """Numbers of queues; -1 for one that is not known."""
        return numbers(queue_ids, self.queues["queue_id"])

    @cached_property
    def visits(self) -> pl.DataFrame:
        """Tickets with what follows from their times, as `metrics.tickets.visits`."""
        return visits(self.records["tickets"], self.sessions)

    @cached_property
    def queue_facts(self) -> pl.DataFrame:
        """What queues did in each 5 minutes of past days, as `metrics.facts.queues.queue_facts`."""
        return self._past("queues") if self.past else queue_facts(self.visits, self.sessions)

    def _past(self, kind: str) -> pl.DataFrame:
        if self.past is None:
            raise LookupError(f"no past facts of {kind} were given")
        return self.past.facts[kind]

    @cached_property
    def first_days(self) -> pl.DataFrame:
        """The day of each hall's first ticket: hall_id, first_day."""
        if self.past is not None:
            return self.past.first_days
        return self.visits.group_by("hall_id").agg(pl.col("date").min().alias("first_day"))

    @cached_property
    def clock(self) -> Clock:
        """Time net of breaks; halls under the numbers of `halls`."""
        return Clock(self.sessions, self.halls)

    @cached_property
    def coverage(self) -> Coverage:
        """What the sources have delivered."""
        return Coverage(self.records["deliveries"])
