"""Records prepared once for many readings: hours, visits, coverage, and places under small numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import polars as pl

from metrics.coverage import CLOSED_SLACK, RT_SLACK, Coverage
from metrics.facts.queues import queue_facts
from metrics.hours import Clock, numbers, sessions_of
from metrics.records import Records
from metrics.spells import Ints, micros
from metrics.tickets import visits

Comparison = Literal["slot_median", "yoy", "wow"]


@dataclass(frozen=True)
class View:
    """A city's records as the readings see them. Nothing in it depends on the instant of a reading.

    Attributes:
        records: the records.
    """

    records: Records
    past_facts: pl.DataFrame | None = None
    """Queue facts of closed days (as `metrics.facts.queues.queue_facts`), where they are kept; else counted afresh."""
    tidal_comparison: Comparison = "slot_median"
    """With what the wait of a half hour is compared first (the indicators 2026.1, 3)."""

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
    def visit_halls(self) -> Ints:
        """Number of the hall of each row of `visits`."""
        return self.hall_numbers(self.visits["hall_id"])

    @cached_property
    def visit_queues(self) -> Ints:
        """Number of the queue of each row of `visits`."""
        return self.queue_numbers(self.visits["queue_id"])

    @cached_property
    def queue_facts(self) -> pl.DataFrame:
        """What queues did in each 5 minutes of closed days and of the days of `visits`."""
        fresh = queue_facts(self.visits, self.sessions)
        past = self.past_facts
        if past is None:
            return fresh
        if past["date"].is_in(fresh["date"].unique().implode()).any():
            past = past.join(fresh, on=["hall_id", "date"], how="anti")
        return pl.concat([past, fresh])

    @cached_property
    def first_days(self) -> pl.DataFrame:
        """The day of each hall's first ticket: hall_id, first_day."""
        # Facts are of the day on which their ticket was taken.
        return self.queue_facts.group_by("hall_id").agg(pl.col("date").min().alias("first_day"))

    @cached_property
    def clock(self) -> Clock:
        """Time net of breaks; halls under the numbers of `halls`."""
        return Clock(self.sessions, self.halls)

    @cached_property
    def coverage(self) -> Coverage:
        """What the sources have delivered."""
        return Coverage(self.records["deliveries"])

    def covered_now(self, asked: pl.DataFrame, *tables: str) -> pl.Series:
        """Whether all tables reach into the last hour before each instant: `covered`; asked: hall_id, at."""
        at = micros(asked["at"])
        return pl.Series("covered", self.coverage.at_halls(tables, asked["hall_id"], at, at - RT_SLACK))

    def covered_window(self, asked: pl.DataFrame, *tables: str) -> pl.Series:
        """Whether all tables reach into the last 24 hours of each window: `covered`; asked: hall_id, at, end."""
        at, end = micros(asked["at"]), micros(asked["end"])
        return pl.Series("covered", self.coverage.at_halls(tables, asked["hall_id"], at, end - CLOSED_SLACK))
