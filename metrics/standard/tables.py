"""The tables of the data standard by name, with key, main time and reference, read off their schemas."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import dataframely as dy
import polars as pl

from metrics.standard import records as rec
from metrics.standard import reference as ref

VERSION = "2026.1"

#: Columns that every stored row has beside those of the standard: where it comes from and when it last changed.
#: `derived` marks a reference row that an import profile had to make up because the source only names the thing.
PROVENANCE: dict[str, pl.DataType] = {
    "source_system": pl.String(),
    "batch_id": pl.String(),
    "ingested_at": pl.Datetime("us", "UTC"),
    "updated_at": pl.Datetime("us", "UTC"),
    "derived": pl.Boolean(),
}


@dataclass(frozen=True)
class Column:
    """One column of the standard, as the gate and the documents need it."""

    name: str
    title: str
    dtype: pl.DataType
    nullable: bool
    mark: Literal["event", "plan", "attribute"]
    key: bool
    ref: str | None
    codes: tuple[str, ...] | None
    personal: bool
    free: bool
    default: str | bool | None
    of_day: str | None

    @property
    def required(self) -> bool:
        """Whether a source must deliver this column at all."""
        return not self.nullable and self.default is None


@dataclass(frozen=True)
class Table:
    """One table of the standard.

    Attributes:
        name: name of the table, of its file and of its place in the lake.
        schema: dataframely schema with types, codes and rules.
        time: main time, by which the table is cut and kept in months; None for small tables kept whole.
    """

    name: str
    schema: type[dy.Schema]
    time: str | None = None

    @cached_property
    def title(self) -> str:
        """Chinese title and what the table holds."""
        return (self.schema.__doc__ or "").strip()

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Columns in the order of the standard."""
        return tuple(_column(name, column) for name, column in self.schema.columns().items())

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Columns whose values together are unique in the city."""
        return tuple(column.name for column in self.columns if column.key)

    @cached_property
    def dtypes(self) -> dict[str, pl.DataType]:
        """Data type of every column of the standard."""
        return {column.name: column.dtype for column in self.columns}

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Columns with times at which something happened."""
        return tuple(column.name for column in self.columns if column.mark == "event")

    @cached_property
    def references(self) -> dict[str, str]:
        """Referring column → table whose rows it must name."""
        return {column.name: column.ref for column in self.columns if column.ref}

    @cached_property
    def marks(self) -> dict[str, pl.DataType]:
        """Columns that the gate itself sets on stored rows: here `suspect_wait`, a wait over 180 minutes."""
        return {"suspect_wait": pl.Boolean()} if self.name == "tickets" else {}

    @cached_property
    def stored(self) -> dict[str, pl.DataType]:
        """Data type of every stored column: the standard's, the gate's marks, where the row comes from."""
        return {**self.dtypes, **self.marks, **{k: v for k, v in PROVENANCE.items() if k not in self.dtypes}}

    @property
    def main_time_in_key(self) -> bool:
        """Whether a row can never move to another month, because its main time is part of its key."""
        return self.time in self.key


def _column(name: str, column: dy.Column) -> Column:
    facts = column.metadata or {}
    codes = facts.get("codes")
    return Column(
        name=name,
        title=column.description or name,
        dtype=column.dtype,
        nullable=column.nullable,
        mark=facts["mark"],
        key=facts["key"],
        ref=facts.get("ref"),
        codes=tuple(codes) if codes else None,
        personal=bool(facts.get("personal")),
        free=bool(facts.get("free")),
        default=facts.get("default"),
        of_day=facts.get("of_day"),
    )


#: In this order a batch is checked: what others refer to comes first.
TABLES: dict[str, Table] = {
    entry.name: entry
    for entry in (
        Table("halls", ref.Halls),
        Table("calendar", ref.Calendar),
        Table("workdays", ref.Workdays),
        Table("departments", ref.Departments),
        Table("staff", ref.Staff),
        Table("items", ref.Items),
        Table("queues", ref.Queues),
        Table("windows", ref.Windows),
        Table("devices", ref.Devices),
        Table("window_plan", rec.WindowPlan, "start_at"),
        Table("window_sessions", rec.WindowSessions, "start_at"),
        Table("tickets", rec.Tickets, "take_time"),
        Table("queue_snapshots", rec.QueueSnapshots, "at"),
        Table("cases", rec.Cases, "apply_time"),
        Table("case_pauses", rec.CasePauses, "start_at"),
        Table("case_steps", rec.CaseSteps, "started_at"),
        Table("reviews", rec.Reviews, "assess_time"),
        Table("complaints", rec.Complaints, "created_at"),
        Table("device_states", ref.DeviceStates, "from_at"),
        Table("roster", rec.Roster, "start_at"),
        Table("attendance", rec.Attendance, "start_at"),
        Table("health_checks", rec.HealthChecks, "due_at"),
        Table("headcounts", rec.Headcounts, "at"),
        Table("deliveries", rec.Deliveries, "delivered_at"),
    )
}


def table(name: str) -> Table:
    """The table of that name.

    Raises:
        KeyError: with the nearest name, where the standard has no such table.
    """
    try:
        return TABLES[name]
    except KeyError:
        near = difflib.get_close_matches(name, TABLES, n=1)
        raise KeyError(f"{name}: no table of the data standard{f', did you mean {near[0]}' if near else ''}") from None
