"""Sessions and failed sign-ins as they are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from cockpit.records import door_tables as d
from cockpit.records.database import Database
from cockpit.records.people import (
    AccountRecord,
    AuditLine,
    WallRecord,
    accounts_where,
    add_line,
    insert_or_leave,
    places_of,
    wall_of,
)


@dataclass(frozen=True)
class SessionRecord:
    """One open session: of a person or of a wall screen."""

    token_hash: str
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime
    address: str
    account: AccountRecord | None
    wall: WallRecord | None


class Failures(NamedTuple):
    """Failures in a row under one key, and when the last one was."""

    in_a_row: int
    last_at: dt.datetime


class Sessions:
    """What the state database keeps about who is signed in, and who failed to."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    def open_session(self, values: dict[str, Any], line: AuditLine, *, password_at: dt.datetime | None = None) -> bool:
        """Keep a new session; sessions that have run out are forgotten.

        Args:
            values: the session.
            line: its line in the audit.
            password_at: of an account, when the password was given that let the person in.

        Returns:
            False where the account has another password by now, or has been disabled.
        """
        a = d.accounts
        with self._database.transaction() as connection:
            if (account_id := values.get("account_id")) is not None:
                same = sa.select(a.c.password_at).where(a.c.account_id == account_id, sa.not_(a.c.disabled))
                found = connection.execute(same.with_for_update()).first()
                if found is None or found.password_at != password_at:
                    return False
            connection.execute(sa.delete(d.sessions).where(d.sessions.c.expires_at < values["created_at"]))
            connection.execute(sa.insert(d.sessions).values(**values))
            add_line(connection, line)
            return True

    def session(self, token_hash: str) -> SessionRecord | None:
        """The session of this cookie with whom it belongs to, as they are now."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(d.sessions).where(d.sessions.c.token_hash == token_hash)).first()
            if row is None:
                return None
            return _whole(connection, row)

    def open_sessions(self, at: dt.datetime, idle_since: dt.datetime) -> int:
        """How many sessions are open."""
        wanted = _open(at, idle_since)
        with self._database.reading() as connection:
            found: int = connection.execute(
                sa.select(sa.func.count()).select_from(d.sessions).where(wanted)
            ).scalar_one()
            return found

    def sessions_open(self, at: dt.datetime, idle_since: dt.datetime) -> list[SessionRecord]:
        """The sessions that are open, the one used last first."""
        wanted = sa.select(d.sessions).where(_open(at, idle_since)).order_by(d.sessions.c.seen_at.desc())
        with self._database.reading() as connection:
            return [_whole(connection, row) for row in connection.execute(wanted).all()]

    def touch_session(self, token_hash: str, at: dt.datetime) -> None:
        """Note that somebody used this session."""
        with self._database.transaction() as connection:
            connection.execute(sa.update(d.sessions).where(d.sessions.c.token_hash == token_hash).values(seen_at=at))

    def end_session(self, token_hash: str, line: AuditLine | None) -> bool:
        """End one session; False where it was over already."""
        with self._database.transaction() as connection:
            ended = connection.execute(sa.delete(d.sessions).where(d.sessions.c.token_hash == token_hash)).rowcount == 1
            if ended and line is not None:
                add_line(connection, line)
            return ended

    def claim_try(
        self, keys: Sequence[str], at: dt.datetime, since: dt.datetime, wait: Callable[[Mapping[str, Failures]], float]
    ) -> float:
        """Count a try under each of these keys as failed before it is looked at, if it may be made at all.

        All in one transaction, so that a hundred tries at once are a hundred tries.

        Args:
            keys: what tries are counted under.
            at: the instant of the try.
            since: failures before it are forgiven.
            wait: seconds still to wait, from the failures in a row under each key.

        Returns:
            Seconds still to wait; nothing was counted unless that is 0.
        """
        f = d.sign_in_failures
        with self._database.transaction() as connection:
            connection.execute(sa.delete(f).where(f.c.last_at < since))
            add = insert_or_leave(connection, f)
            for key in sorted(keys):  # in one order, so that no two wait for each other
                connection.execute(add.values(key=key, failures=0, last_at=at))
            rows = connection.execute(sa.select(f).where(f.c.key.in_(keys)).order_by(f.c.key).with_for_update()).all()
            left = wait({row.key: Failures(row.failures, row.last_at) for row in rows})
            if left > 0:
                return left
            more = sa.update(f).where(f.c.key.in_(keys)).values(failures=f.c.failures + 1, last_at=at)
            connection.execute(more)
            return 0.0

    def forgive(self, keys: Sequence[str], *, take_back: str) -> None:
        """Forget the failures under these keys; under one more take back the last one only."""
        f = d.sign_in_failures
        with self._database.transaction() as connection:
            connection.execute(sa.delete(f).where(f.c.key.in_(keys)))
            one_less = sa.update(f).where(f.c.key == take_back, f.c.failures > 0).values(failures=f.c.failures - 1)
            connection.execute(one_less)


def _open(at: dt.datetime, idle_since: dt.datetime) -> sa.ColumnElement[bool]:
    used = sa.or_(d.sessions.c.wall_id.is_not(None), d.sessions.c.seen_at > idle_since)
    return sa.and_(d.sessions.c.expires_at > at, used)


def _whole(connection: sa.Connection, row: Any) -> SessionRecord:  # noqa: ANN401 (a row has no type of its own)
    """A session with whom it belongs to, as they are now."""
    account = wall = None
    if row.account_id is not None:
        account = next(iter(accounts_where(connection, d.accounts.c.account_id == row.account_id)))
    else:
        found = connection.execute(sa.select(d.walls).where(d.walls.c.wall_id == row.wall_id)).one()
        wall = wall_of(found, places_of(connection, d.wall_places, "wall_id", row.wall_id), row.seen_at)
    return SessionRecord(row.token_hash, row.created_at, row.seen_at, row.expires_at, row.address, account, wall)
