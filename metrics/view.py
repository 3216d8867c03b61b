"""Records prepared once for many readings: hours, visits, coverage, and places under small numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from metrics.calendar import WorkCalendar
from metrics.casework import casework, running
from metrics.coverage import Coverage
from metrics.facts.queues import queue_facts
from metrics.hours import Clock, numbers, sessions_of
from metrics.opinions import opinions
from metrics.rates.records import RateRecords
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
    past_facts: pl.DataFrame | None = None
    """Queue facts of closed days (as `metrics.facts.queues.queue_facts`), where they are kept; else counted afresh."""

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
        """What queues did in each 5 minutes of closed days and of the days of `visits`."""
        fresh = queue_facts(self.visits, self.sessions)
        if self.past_facts is None:
            return fresh
        return pl.concat([self.past_facts.join(fresh, on=["hall_id", "date"], how="anti"), fresh])

    @cached_property
    def first_days(self) -> pl.DataFrame:
        """The day of each hall's first ticket: hall_id, first_day."""
        return (
            self.queue_facts.filter(pl.col("taken") > 0)
            .group_by("hall_id")
            .agg(pl.col("date").min().alias("first_day"))
        )

    @cached_property
    def work(self) -> WorkCalendar:
        """The city's working days."""
        return WorkCalendar.of(self.records["workdays"], self.records.timezone)

    @cached_property
    def rate_records(self) -> RateRecords:
        """The records as the rates take them."""
        names = (
            "halls",
            "calendar",
            "departments",
            "items",
            "cases",
            "case_pauses",
            "tickets",
            "reviews",
            "complaints",
        )
        return RateRecords(**{name: self.records[name].lazy() for name in names}, work=self.work)

    @cached_property
    def casework(self) -> pl.DataFrame:
        """Cases with place, item and instants, as `metrics.casework.casework`."""
        return casework(self.rate_records)

    @cached_property
    def running(self) -> pl.DataFrame:
        """When the clocks of cases run, as `metrics.casework.running`."""
        return running(self.casework, self.records["case_pauses"], self.work)

    @cached_property
    def opinions(self) -> pl.DataFrame:
        """Reviews with their hall and what follows from their times, as `metrics.opinions.opinions`."""
        return opinions(self.records["reviews"], self.records["cases"], self.records["tickets"])

    @cached_property
    def clock(self) -> Clock:
        """Time net of breaks; halls under the numbers of `halls`."""
        return Clock(self.sessions, self.halls)

    @cached_property
    def coverage(self) -> Coverage:
        """What the sources have delivered."""
        return Coverage(self.records["deliveries"])
