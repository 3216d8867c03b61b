"""What people did about bad reviews here, as it is kept: append-only, each step together with its line in the audit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from cockpit.records.database import Database
from cockpit.records.people import AuditLine, add_line
from cockpit.records.review_tables import review_events


class Step(StrEnum):
    """A step of looking after a bad review."""

    VERIFIED_VALID = "verified_valid"
    VERIFIED_INVALID = "verified_invalid"
    CALLED_BACK = "called_back"
    RECTIFIED = "rectified"
    NOTE = "note"


@dataclass(frozen=True)
class ReviewEvent:
    """One step that somebody recorded.

    Attributes:
        review_id: the bad review.
        hall_id: its hall; None where it belongs to none.
        step: what was done.
        at: when it was recorded.
        who: account name.
        satisfied: what the person who was called back said; None where nothing was said.
        text: what was found, agreed or mended; ids and phone numbers masked.
    """

    review_id: str
    hall_id: str | None
    step: Step
    at: dt.datetime
    who: str
    satisfied: bool | None
    text: str


class FollowUps:
    """Steps of looking after bad reviews in the state database."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    def add(self, event: ReviewEvent, line: AuditLine) -> None:
        """Add a step."""
        with self._database.transaction() as connection:
            connection.execute(sa.insert(review_events).values(**vars(event) | {"step": event.step.value}))
            add_line(connection, line)

    def all(self) -> list[ReviewEvent]:
        """All steps, in the order in which they were recorded."""
        with self._database.reading() as connection:
            return _events(connection, sa.true())

    def of(self, review_id: str) -> list[ReviewEvent]:
        """The steps of one review, in the order in which they were recorded."""
        with self._database.reading() as connection:
            return _events(connection, review_events.c.review_id == review_id)

    def latest(self) -> int:
        """The number of the latest step; 0 before the first. It changes whenever a step is added."""
        with self._database.reading() as connection:
            found: int | None = connection.execute(sa.select(sa.func.max(review_events.c.event_id))).scalar()
            return found or 0


def _events(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> list[ReviewEvent]:
    rows = connection.execute(sa.select(review_events).where(wanted).order_by(review_events.c.event_id))
    return [
        ReviewEvent(row.review_id, row.hall_id, Step(row.step), row.at, row.who, row.satisfied, row.text)
        for row in rows
    ]
