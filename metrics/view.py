"""Records prepared once for many readings: hours, visits, coverage, and places under small numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from metrics.coverage import Coverage
from metrics.hours import Clock, sessions_of
from metrics.records import Records
from metrics.tickets import visits


@dataclass(frozen=True)
class View:
    """A city's records as the readings see them. Nothing in it depends on the instant of a reading.

    Attributes:
        records: the records.
    """

    records: Records

    @cached_property
    def sessions(self) -> pl.DataFrame:
        """Opening hours, as `metrics.hours.sessions_of`."""
        return sessions_of(self.records["calendar"])

    @cached_property
    def halls(self) -> pl.Series:
        """hall_id of all halls, in order; a hall's place in it is its number."""
        return self.records["halls"]["hall_id"].sort()

    @cached_property
    def queues(self) -> pl.DataFrame:
        """All queues in order: queue_id, hall_id; a queue's row is its number."""
        return self.records["queues"].select("queue_id", "hall_id").sort("queue_id")

    @cached_property
    def visits(self) -> pl.DataFrame:
        """Tickets with what follows from their times, as `metrics.tickets.visits`."""
        return visits(self.records["tickets"], self.sessions)

    @cached_property
    def clock(self) -> Clock:
        """Time net of breaks; halls under the numbers of `halls`."""
        return Clock(self.sessions, self.halls)

    @cached_property
    def coverage(self) -> Coverage:
        """What the sources have delivered."""
        return Coverage(self.records["deliveries"])
