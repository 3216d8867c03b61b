"""Trouble that no warning saw (漏报登记) as it is kept: append-only, each step together with its line in the audit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from cockpit.records.database import Database
from cockpit.records.missed_tables import missed_events
from cockpit.records.people import AuditLine, add_line


class MissedStep(StrEnum):
    """A step of a report of trouble that no warning saw."""

    REPORTED = "reported"
    LOOKED_INTO = "looked_into"
    CLOSED = "closed"


@dataclass(frozen=True)
class MissedEvent:
    """One step that somebody recorded.

    Attributes:
        missed_id: the report.
        step: what was done.
        at: when it was recorded.
        who: account name.
        hall_id: the hall.
        begun: when the trouble began; only in the report.
        ended: when it ended; None where it was not over.
        reported_by: who told of it, in words: a citizen, a clerk; only in the report.
        indicator: the indicator that should have seen it; "" = none of them could.
        text: what happened, was found or was done; ids and phone numbers masked.
    """

    missed_id: str
    step: MissedStep
    at: dt.datetime
    who: str
    hall_id: str
    begun: dt.datetime | None
    ended: dt.datetime | None
    reported_by: str
    indicator: str
    text: str


class Missed:
    """The register of one data folder."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    def add(self, event: MissedEvent, line: AuditLine, after: int = 0) -> bool:
        """Add a step.

        Args:
            event: the step.
            line: its line in the audit.
            after: how many steps of the report whoever did this had seen.

        Returns:
            False where somebody else has done a step in the meantime; nothing has been added then.
        """
        with self._database.transaction() as connection:
            if len(_events(connection, missed_events.c.missed_id == event.missed_id)) != after:
                return False
            connection.execute(sa.insert(missed_events).values(**vars(event) | {"step": event.step.value}))
            add_line(connection, line)
            return True

    def all(self) -> list[MissedEvent]:
        """All steps, in the order in which they were recorded."""
        with self._database.reading() as connection:
            return _events(connection, sa.true())


def _events(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> list[MissedEvent]:
    rows = connection.execute(sa.select(missed_events).where(wanted).order_by(missed_events.c.event_id))
    return [
        MissedEvent(
            row.missed_id, MissedStep(row.step), row.at, row.who, row.hall_id, row.begun, row.ended, row.reported_by,
            row.indicator, row.text,
        )
        for row in rows
    ]  # fmt: skip
