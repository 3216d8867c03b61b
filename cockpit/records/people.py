"""Accounts, wall screens and the audit as they are kept; what they mean is decided by the door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cockpit import clock
from cockpit.records import door_tables as d
from cockpit.records.database import Database
from cockpit.records.tables import audit


@dataclass(frozen=True)
class AccountRecord:
    """One account as it is kept.

    Attributes:
        bound_to: city, county or hall.
        places: names of counties or ids of halls; empty for the city.
        subject: who this is to the city's identity provider (issuer and subject); None before the first sign-in there.
        must_change: whether the password was given by somebody else and must be changed first.
        contact: mail address or phone number for messages; never shown whole, never logged, never exported.
    """

    account_id: int
    name: str
    shown_name: str
    role: str
    bound_to: str
    places: tuple[str, ...]
    staff_id: str | None
    password_hash: str | None
    must_change: bool
    subject: str | None
    disabled: bool
    created_at: dt.datetime
    password_at: dt.datetime | None
    contact: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class WallRecord:
    """One wall screen as it is kept; `seen_at` is when its page last spoke to the server."""

    wall_id: int
    name: str
    bound_to: str
    places: tuple[str, ...]
    issued_by: str
    issued_at: dt.datetime
    revoked_at: dt.datetime | None
    seen_at: dt.datetime | None = None


@dataclass(frozen=True)
class AuditLine:
    """Who did what to what, and when."""

    at: dt.datetime
    who: str
    action: str
    subject: str
    detail: str


class People:
    """What the state database keeps about people; every change goes together with its line in the audit."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    # -- accounts --------------------------------------------------------------------------------------------------

    def accounts(self) -> list[AccountRecord]:
        """All accounts, by name."""
        with self._database.reading() as connection:
            return accounts_where(connection, sa.true())

    def account(self, name: str) -> AccountRecord | None:
        """The account of this name."""
        with self._database.reading() as connection:
            return next(iter(accounts_where(connection, d.accounts.c.name == name)), None)

    def account_of_subject(self, subject: str) -> AccountRecord | None:
        """The account of this person at the identity provider."""
        with self._database.reading() as connection:
            return next(iter(accounts_where(connection, d.accounts.c.subject == subject)), None)

    def add_account(self, values: dict[str, Any], places: Iterable[str], line: AuditLine) -> bool:
        """Add an account with its places; False where the name is taken."""
        with self._database.transaction() as connection:
            add = insert_or_leave(connection, d.accounts).values(**values).returning(d.accounts.c.account_id)
            made = connection.execute(add).scalar()
            if made is None:
                return False
            _bind(connection, d.account_places, "account_id", made, places)
            add_line(connection, line)
            return True

    def change_account(
        self,
        account_id: int,
        values: dict[str, Any],
        line: AuditLine,
        *,
        places: Iterable[str] | None = None,
        keep_session: str | None = None,
        another: str | None = None,
    ) -> bool:
        """Change an account and end its sessions, but for the one in which the change is made.

        Args:
            account_id: the account.
            values: columns to change.
            line: its line in the audit.
            places: what it is bound to from now on; None leaves that.
            keep_session: a session that goes on.
            another: a role of which another usable account must be left.

        Returns:
            False where there is no such other account; nothing has been changed then.
        """
        a = d.accounts
        with self._database.transaction() as connection:
            if another is not None:
                # Locked, so that of two who take the role from each other at once the second one finds nobody left.
                able = sa.select(a.c.account_id).where(a.c.role == another, sa.not_(a.c.disabled))
                left = connection.execute(able.order_by(a.c.account_id).with_for_update()).scalars().all()
                if not set(left) - {account_id}:
                    return False
            connection.execute(sa.update(d.accounts).where(d.accounts.c.account_id == account_id).values(**values))
            if places is not None:
                connection.execute(sa.delete(d.account_places).where(d.account_places.c.account_id == account_id))
                _bind(connection, d.account_places, "account_id", account_id, places)
            ended = sa.delete(d.sessions).where(d.sessions.c.account_id == account_id)
            if keep_session is not None:
                ended = ended.where(d.sessions.c.token_hash != keep_session)
            connection.execute(ended)
            add_line(connection, line)
            return True

    def link_subject(self, account_id: int, subject: str, line: AuditLine) -> bool:
        """Remember who this account is at the identity provider; False where it is somebody else already."""
        with self._database.transaction() as connection:
            free = sa.and_(d.accounts.c.account_id == account_id, d.accounts.c.subject.is_(None))
            linked = connection.execute(sa.update(d.accounts).where(free).values(subject=subject)).rowcount == 1
            if linked:
                add_line(connection, line)
            return linked

    def keep_hash(self, account_id: int, password_hash: str) -> None:
        """Keep the same password under a stronger hash."""
        with self._database.transaction() as connection:
            chosen = sa.update(d.accounts).where(d.accounts.c.account_id == account_id)
            connection.execute(chosen.values(password_hash=password_hash))

    def set_contact(self, account_id: int, contact: str | None, line: AuditLine) -> None:
        """Keep how a person is reached; nobody is signed out by that."""
        with self._database.transaction() as connection:
            chosen = sa.update(d.accounts).where(d.accounts.c.account_id == account_id)
            connection.execute(chosen.values(contact=contact))
            add_line(connection, line)

    # -- wall screens ----------------------------------------------------------------------------------------------

    def walls(self) -> list[WallRecord]:
        """All wall screens, revoked ones too, the latest first."""
        with self._database.reading() as connection:
            seen = sa.select(d.sessions.c.wall_id, sa.func.max(d.sessions.c.seen_at).label("seen_at"))
            last = {row.wall_id: row.seen_at for row in connection.execute(seen.group_by(d.sessions.c.wall_id))}
            rows = connection.execute(sa.select(d.walls).order_by(d.walls.c.wall_id.desc())).all()
            places = places_of(connection, d.wall_places, "wall_id")
            return [wall_of(row, places, last.get(row.wall_id)) for row in rows]

    def wall_of_token(self, token_hash: str) -> WallRecord | None:
        """The wall screen with this token, unless it was revoked."""
        with self._database.reading() as connection:
            wanted = sa.and_(d.walls.c.token_hash == token_hash, d.walls.c.revoked_at.is_(None))
            row = connection.execute(sa.select(d.walls).where(wanted)).first()
            return None if row is None else wall_of(row, places_of(connection, d.wall_places, "wall_id", row.wall_id))

    def add_wall(self, values: dict[str, Any], places: Iterable[str], line: AuditLine) -> None:
        """Add a wall screen."""
        with self._database.transaction() as connection:
            made = connection.execute(sa.insert(d.walls).values(**values)).inserted_primary_key
            assert made is not None  # every database we use gives it back
            _bind(connection, d.wall_places, "wall_id", made[0], places)
            add_line(connection, line)

    def revoke_wall(self, wall_id: int, line: AuditLine) -> bool:
        """Revoke a wall screen and end its sessions; False where it was revoked already."""
        with self._database.transaction() as connection:
            valid = sa.and_(d.walls.c.wall_id == wall_id, d.walls.c.revoked_at.is_(None))
            revoked = connection.execute(sa.update(d.walls).where(valid).values(revoked_at=line.at)).rowcount == 1
            if revoked:
                connection.execute(sa.delete(d.sessions).where(d.sessions.c.wall_id == wall_id))
                add_line(connection, line)
            return revoked

    # -- the audit --------------------------------------------------------------------------------------------------

    def write_down(self, line: AuditLine) -> None:
        """Add a line to the audit."""
        with self._database.transaction() as connection:
            add_line(connection, line)

    def audit(self, limit: int, *, before: int | None = None) -> list[tuple[int, AuditLine]]:
        """The latest lines of the audit with their numbers, newest first; `before` goes on where a page ended."""
        wanted = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(audit.c.id < before)
        with self._database.reading() as connection:
            rows = connection.execute(wanted)
            return [(row.id, AuditLine(row.at, row.who, row.action, row.subject, row.detail)) for row in rows]


def line(who: str, action: str, subject: str, detail: str = "") -> AuditLine:
    """A line of the audit of this instant."""
    return AuditLine(clock.now(), who, action, subject, detail)


def add_line(connection: sa.Connection, line: AuditLine) -> None:
    """Add a line to the audit, within the transaction of what it tells."""
    connection.execute(sa.insert(audit).values(**vars(line)))


def insert_or_leave(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that leaves a row with the same key as it is, even one that another process is just adding."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _bind(connection: sa.Connection, table: sa.Table, key: str, owner: int, places: Iterable[str]) -> None:
    if rows := [{key: owner, "place": place} for place in sorted(set(places))]:
        connection.execute(sa.insert(table), rows)


def places_of(connection: sa.Connection, table: sa.Table, key: str, owner: int | None = None) -> dict[int, list[str]]:
    """Owner → the places it is bound to, of all owners or of one."""
    wanted = sa.select(table).order_by(table.c.place)
    if owner is not None:
        wanted = wanted.where(table.c[key] == owner)
    found: dict[int, list[str]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row._mapping[key], []).append(row.place)
    return found


def accounts_where(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> list[AccountRecord]:
    """Accounts that fulfil a condition, by name."""
    rows = connection.execute(sa.select(d.accounts).where(wanted).order_by(d.accounts.c.name)).all()
    places = places_of(connection, d.account_places, "account_id", rows[0].account_id if len(rows) == 1 else None)
    return [AccountRecord(**row._mapping, places=tuple(places.get(row.account_id, ()))) for row in rows]


def wall_of(row: Any, places: dict[int, list[str]], seen_at: dt.datetime | None = None) -> WallRecord:  # noqa: ANN401
    """A row of walls as a record."""
    of = tuple(places.get(row.wall_id, ()))
    return WallRecord(row.wall_id, row.name, row.bound_to, of, row.issued_by, row.issued_at, row.revoked_at, seen_at)
