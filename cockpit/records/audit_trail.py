"""The audit as it is looked through: by who, by what, by when, page by page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from cockpit.records.database import Database
from cockpit.records.people import AuditLine
from cockpit.records.tables import audit


@dataclass(frozen=True)
class Wanted:
    """Which lines of the audit are wanted.

    Attributes:
        who: account name; "" = all.
        action: what was done, or the part before its first dot (all of a kind); "" = all.
        since: first instant; None = from the beginning.
        until: first instant no longer wanted; None = to the end.
    """

    who: str = ""
    action: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    def condition(self) -> sa.ColumnElement[bool]:
        """As the database understands it."""
        parts: list[sa.ColumnElement[bool]] = []
        if self.who:
            parts.append(audit.c.who == self.who)
        if self.action:
            parts.append(
                sa.or_(audit.c.action == self.action, audit.c.action.startswith(f"{self.action}.", autoescape=True))
            )
        if self.since:
            parts.append(audit.c.at >= self.since)
        if self.until:
            parts.append(audit.c.at < self.until)
        return sa.and_(sa.true(), *parts)


class AuditTrail:
    """Reads the audit of the state database; nobody changes it."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    def lines(self, wanted: Wanted, limit: int, offset: int = 0) -> list[AuditLine]:
        """Lines that are wanted, the latest first.

        Args:
            wanted: which.
            limit: how many at most.
            offset: how many to pass over.
        """
        rows = sa.select(audit).where(wanted.condition()).order_by(audit.c.id.desc()).limit(limit).offset(offset)
        with self._database.reading() as connection:
            return [AuditLine(r.at, r.who, r.action, r.subject, r.detail) for r in connection.execute(rows)]

    def count(self, wanted: Wanted) -> int:
        """How many lines are wanted."""
        with self._database.reading() as connection:
            counted = sa.select(sa.func.count()).select_from(audit).where(wanted.condition())
            found: int = connection.execute(counted).scalar_one()
            return found

    def names(self) -> tuple[list[str], list[str]]:
        """Who is named in the audit, and which actions, each in order."""
        with self._database.reading() as connection:
            who, action = (
                [str(value) for value in connection.execute(sa.select(column).distinct().order_by(column)).scalars()]
                for column in (audit.c.who, audit.c.action)
            )
            return who, action
