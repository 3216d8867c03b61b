"""Records prepared once for many readings: hours, visits, coverage, and places under small numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import polars as pl

from metrics.calendar import WorkCalendar
from metrics.casework import casework, running
from metrics.coverage import CLOSED_SLACK, RT_SLACK, Coverage
from metrics.duty import Duty
from metrics.facts.items import item_facts
from metrics.facts.queues import queue_facts
from metrics.facts.windows import window_facts
from metrics.hours import Clock, numbers, sessions_of
from metrics.lookback import Lookback
from metrics.opinions import opinions
from metrics.past import Kept, Past
from metrics.rates.records import NEEDED, RateRecords
from metrics.records import Records
from metrics.spells import NEVER, Ints, micros
from metrics.tickets import visits
from metrics.window_table import WindowTable
from metrics.windows import Windows

Comparison = Literal["slot_median", "yoy", "wow"]
#: What is added up of the past: people who came by themselves; calls and how long they had waited.
COMERS, WAITS = ("own_usual",), ("calls_usual", "wait_usual")


@dataclass(frozen=True)
class View:
    """A city's records as the readings see them. Nothing in it depends on the instant of a reading.

    Attributes:
        records: the records.
    """

    records: Records
    past: Past | None = None
    """Facts of the days before those of `records`, where only the day itself is loaded; else all is counted afresh."""
    tidal_comparison: Comparison = "slot_median"
    """With what the wait of a half hour is compared first (the indicators 2026.1, 3)."""

    @cached_property
    def sessions(self) -> pl.DataFrame:
        """Opening hours, as `metrics.hours.sessions_of`."""
        calendar = self.records["calendar"]
        return self.kept.once("sessions", (calendar,), lambda: sessions_of(calendar))

    @property
    def all_sessions(self) -> pl.DataFrame:
        """Opening hours of the days looked back to as well, where only the day itself is loaded."""
        known = self.past.sessions if self.past else None
        return self.sessions if known is None else known

    @cached_property
    def kept(self) -> Kept:
        """What was made of the past and of tables that hardly change, for the next moment."""
        return self.past.kept if self.past else Kept()

    @cached_property
    def at_hand(self) -> Kept:
        """What was made of the records for one reading, and may serve the next."""
        return Kept()

    @cached_property
    def halls(self) -> pl.Series:
        """hall_id of all halls, in order; a hall's place in it is its number."""
        halls = self.records["halls"]
        return self.kept.once("halls", (halls,), lambda: halls["hall_id"].sort())

    def hall_numbers(self, hall_ids: pl.Series) -> Ints:
        """Numbers of halls; -1 for one that is not known."""
        # Most readings ask for the same instants of the same halls, one after the other.
        return self.at_hand.once(f"halls {len(hall_ids)}", (hall_ids,), lambda: numbers(hall_ids, self.halls))

    @cached_property
    def queues(self) -> pl.DataFrame:
        """All queues in order: queue_id, hall_id; a queue's row is its number."""
        queues = self.records["queues"]
        return self.kept.once("queues", (queues,), lambda: queues.select("queue_id", "hall_id").sort("queue_id"))

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
    def visit_windows(self) -> Ints:
        """Number of the window of each row of `visits`; -1 for one without."""
        names = self.visits["window_id"]
        return numbers(names, names.drop_nulls().unique().sort())

    @cached_property
    def queue_facts(self) -> pl.DataFrame:
        """What queues did in each 5 minutes of past days, as `metrics.facts.queues.queue_facts`."""
        return self._past("queues") if self.past else queue_facts(self.visits, self.sessions)

    @cached_property
    def window_facts(self) -> pl.DataFrame:
        """How long windows were open and busy on each day, as `metrics.facts.windows.window_facts`."""
        return self._with_past("windows", window_facts(self.windows))

    @cached_property
    def item_facts(self) -> pl.DataFrame:
        """How long items took on each day, as `metrics.facts.items.item_facts`."""
        return self._with_past("items", item_facts(self.visits, self.sessions))

    def _with_past(self, kind: str, fresh: pl.DataFrame) -> pl.DataFrame:
        """Facts kept of past days and those of the days of the records; a hall's day is not taken twice."""
        if self.past is None:
            return fresh
        return pl.concat(
            [self._past(kind).join(fresh, on=["hall_id", "date"], how="anti").select(fresh.columns), fresh]
        )

    def _past(self, kind: str) -> pl.DataFrame:
        if self.past is None:
            raise LookupError(f"no past facts of {kind} were given")
        return self.past.facts[kind]

    @property
    def comers_before(self) -> Lookback:
        """How many people came to each hall on past days; places are the numbers of `halls`."""
        return self.kept.once("comers", (self.halls,), lambda: self._lookback(self.fact_halls, COMERS))

    @property
    def waits_before(self) -> Lookback:
        """Calls of each queue on past days and how long they had waited; places are the numbers of `queues`."""
        return self.kept.once("waits", (self.queues,), lambda: self._lookback(self.fact_queues, WAITS))

    def _lookback(self, place: Ints, columns: tuple[str, ...]) -> Lookback:
        return Lookback(self.queue_facts, place, columns, self.all_sessions, self.first_days)

    @cached_property
    def fact_halls(self) -> Ints:
        """Number of the hall of each row of `queue_facts`."""
        return self.hall_numbers(self.queue_facts["hall_id"])

    @cached_property
    def fact_queues(self) -> Ints:
        """Number of the queue of each row of `queue_facts`."""
        return self.queue_numbers(self.queue_facts["queue_id"])

    @cached_property
    def first_days(self) -> pl.DataFrame:
        """The day of each hall's first ticket: hall_id, first_day."""
        if self.past is not None:
            return self.past.first_days
        tickets = self.visits.filter(pl.col("known_until") == NEVER)
        return tickets.group_by("hall_id").agg(pl.col("date").min().alias("first_day"))

    @cached_property
    def windows(self) -> Windows:
        """Windows under small numbers: when they are planned, open, busy."""
        records = self.records
        table = self.kept.once("windows", (records["windows"],), lambda: WindowTable(records["windows"]))
        return Windows(table, records["window_plan"], records["window_sessions"], self.sessions, self.visits)

    @cached_property
    def duty(self) -> Duty:
        """Who is to be on duty and who is there."""
        return Duty(self.records["roster"], self.records["attendance"], self.halls)

    @cached_property
    def work(self) -> WorkCalendar:
        """The city's working days."""
        return WorkCalendar.of(self.records["workdays"], self.records.timezone)

    @cached_property
    def rate_records(self) -> RateRecords:
        """The records as the rates take them."""
        return RateRecords(**{name: self.records[name].lazy() for name in NEEDED}, work=self.work)

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
        return self.kept.once("clock", (self.sessions, self.halls), lambda: Clock(self.sessions, self.halls))

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
