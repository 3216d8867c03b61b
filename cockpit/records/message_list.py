"""Messages as people look at them: what waits, what went to whom by which channel, how it went; never a contact."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from cockpit.records import message_tables as m
from cockpit.records.database import Database
from cockpit.records.messages import State


@dataclass(frozen=True)
class NoticeLine:
    """A notice and what has become of it.

    Attributes:
        at: when the ladder told of it.
        incident: its id.
        rung: on which rung of the ladder.
        level: level told.
        why: why.
        account: to whom; empty channel: no route leads there.
        channel: by what.
        state: what has become of it.
        said: why it was not sent, where it was not.
        not_before: end of the quiet hours, where they held it back.
        tries: how often it was tried in vain.
        message: id of the message it went out with.
        settled_at: when it was sent, or given up.
        last: how the last try went, where it failed.
    """

    at: dt.datetime
    incident: str
    rung: str
    level: int
    why: str
    account: str
    channel: str
    state: State
    said: str
    not_before: dt.datetime
    tries: int
    message: str | None
    settled_at: dt.datetime | None
    last: str


@dataclass(frozen=True)
class MessageLine:
    """A message that was sent, or tried; account is empty where it went to a group."""

    message: str
    channel: str
    account: str
    made_at: dt.datetime
    level: int
    body: str
    state: State
    sent_at: dt.datetime | None
    attempts: int


def notice_lines(
    database: Database, limit: int = 50, *, incident: str | None = None, states: tuple[State, ...] = ()
) -> list[NoticeLine]:
    """The latest notices, newest first: of one incident, or in some states, or all."""
    n, a = m.notices.c, m.message_attempts.c
    last = sa.select(a.said).where(a.message_id == n.message_id).order_by(a.attempt_id.desc()).limit(1)
    wanted = sa.select(m.notices, last.scalar_subquery().label("last")).order_by(n.notice_id.desc()).limit(limit)
    if incident is not None:
        wanted = wanted.where(n.incident_id == incident)
    if states:
        wanted = wanted.where(n.state.in_([state.value for state in states]))
    with database.reading() as connection:
        return [
            NoticeLine(
                row.at, row.incident_id, row.rung, row.level, row.why, row.account, row.channel, State(row.state),
                row.said, row.not_before, row.tries, row.message_id, row.settled_at, row.last or "",
            )
            for row in connection.execute(wanted)
        ]  # fmt: skip


def message_lines(database: Database, limit: int = 50) -> list[MessageLine]:
    """The latest messages, newest first."""
    a = m.message_attempts.c
    tried = sa.select(sa.func.count()).where(a.message_id == m.messages.c.message_id).scalar_subquery()
    wanted = sa.select(m.messages, tried.label("attempts"))
    wanted = wanted.order_by(m.messages.c.made_at.desc(), m.messages.c.message_id).limit(limit)
    with database.reading() as connection:
        return [
            MessageLine(
                row.message_id, row.channel, row.account, row.made_at, row.level, row.body, State(row.state),
                row.sent_at, row.attempts,
            )
            for row in connection.execute(wanted)
        ]  # fmt: skip


def notice_counts(database: Database) -> dict[State, int]:
    """How many notices there are in each state."""
    counted = sa.select(m.notices.c.state, sa.func.count().label("number")).group_by(m.notices.c.state)
    with database.reading() as connection:
        return {State(row.state): row.number for row in connection.execute(counted)}
