"""Messages as they are kept: notices that wait, what was sent to whom by which channel, how each try went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from alerts.incidents import Incident
from cockpit.records import message_tables as m
from cockpit.records.alert_log import Book, IncidentRecord, incident_of
from cockpit.records.alert_tables import incidents
from cockpit.records.database import Database
from cockpit.records.lease import Lease
from cockpit.records.people import insert_or_leave
from cockpit.records.upsert import put


class State(StrEnum):
    """What has become of a notice, or of a message."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    OVERTAKEN = "overtaken"
    UNROUTED = "unrouted"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


class Outcome(StrEnum):
    """How a try went; interrupted: its process ended before it could write that down."""

    BEGUN = "begun"
    SENT = "sent"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class NewNotice:
    """That an account is to be told of an incident by a channel (empty where no route leads to one)."""

    incident: str
    at: dt.datetime
    rung: str
    level: int
    why: str
    account: str
    channel: str
    not_before: dt.datetime


@dataclass(frozen=True)
class WaitingNotice:
    """A notice that has not been sent yet, and its incident as it is now.

    `risen`: the same account was told of it by the same channel at a higher level since.
    """

    notice_id: int
    notice: NewNotice
    tries: int
    retry_at: dt.datetime
    incident: Incident
    indicator: str
    risen: bool


@dataclass(frozen=True)
class NewMessage:
    """A message about to be sent; its id follows from what it tells, so that the same one keeps it."""

    message_id: str
    channel: str
    account: str
    level: int
    body: str
    notices: tuple[int, ...]


@dataclass(frozen=True)
class Attempt:
    """A try that has just ended.

    Attributes:
        message: what was tried.
        attempt_id: its number.
        sent: whether the channel took it.
        said: why not, without addresses or secrets.
        milliseconds: how long it took.
    """

    message: NewMessage
    attempt_id: int
    sent: bool
    said: str
    milliseconds: int


@dataclass(frozen=True)
class ChannelHealth:
    """How a channel does; `failures` in a row, 0 when its last try worked."""

    channel: str
    failures: int
    failing_since: dt.datetime | None
    tried_at: dt.datetime
    worked_at: dt.datetime | None
    said: str
    incident_id: str | None


class PostBook(Book):
    """The alert log and the messages within one writing transaction."""

    def add_notices(self, notices: Sequence[NewNotice]) -> None:
        """Keep whom an incident is to be told to; what is there already stays as it is."""
        rows = [
            {
                "incident_id": one.incident, "at": one.at, "rung": one.rung, "level": one.level, "why": one.why,
                "account": one.account, "channel": one.channel, "not_before": one.not_before,
                "retry_at": one.not_before, "tries": 0, "said": "", "message_id": None, "settled_at": None,
                "state": (State.WAITING if one.channel else State.UNROUTED).value,
            }
            for one in notices
        ]  # fmt: skip
        if rows:
            self._connection.execute(insert_or_leave(self._connection, m.notices), rows)

    def settle(self, notice_ids: Sequence[int], state: State, said: str, now: dt.datetime) -> None:
        """Say what has become of notices that will not be sent."""
        if notice_ids:
            chosen = m.notices.c.notice_id.in_(notice_ids) & (m.notices.c.state == State.WAITING.value)
            values = {"state": state.value, "said": said, "settled_at": now}
            self._connection.execute(sa.update(m.notices).where(chosen).values(**values))

    def interrupt(self, now: dt.datetime) -> list[str]:
        """Tries that were cut short with their process: their notices wait again; the channels concerned."""
        columns = m.message_attempts.c
        begun = columns.outcome == Outcome.BEGUN.value
        found = self._connection.execute(sa.select(columns.message_id, columns.channel).where(begun)).all()
        if not found:
            return []
        said = "发送时程序中断，不知道对方是否已收到"
        ended = {"outcome": Outcome.INTERRUPTED.value, "said": said}
        self._connection.execute(sa.update(m.message_attempts).where(begun).values(**ended))
        ids = [row.message_id for row in found]
        self._wait_again(ids, now)
        self._connection.execute(
            sa.update(m.messages).where(m.messages.c.message_id.in_(ids)).values(state=State.FAILED.value)
        )
        return sorted({row.channel for row in found})

    def begin(self, message: NewMessage, now: dt.datetime) -> int:
        """Write down that a message is about to be sent; the number of the try."""
        row = {
            "message_id": message.message_id, "channel": message.channel, "account": message.account, "made_at": now,
            "level": message.level, "body": message.body, "state": State.SENDING.value,
        }  # fmt: skip
        put(self._connection, m.messages, ["message_id"], [row])
        if message.notices:
            chosen = sa.update(m.notices).where(m.notices.c.notice_id.in_(message.notices))
            self._connection.execute(chosen.values(state=State.SENDING.value, message_id=message.message_id))
        made = self._connection.execute(
            sa.insert(m.message_attempts).values(
                message_id=message.message_id, channel=message.channel, account=message.account, began_at=now,
                outcome=Outcome.BEGUN.value, said="",
            )
        ).inserted_primary_key  # fmt: skip
        assert made is not None  # every database we use gives it back
        return int(made[0])

    def end(self, attempt: Attempt, now: dt.datetime, retry_at: dt.datetime) -> bool:
        """Write down how a try went; False where it was written off as interrupted meanwhile."""
        columns = m.message_attempts.c
        mine = (columns.attempt_id == attempt.attempt_id) & (columns.outcome == Outcome.BEGUN.value)
        outcome = Outcome.SENT if attempt.sent else Outcome.FAILED
        values = {"outcome": outcome.value, "said": attempt.said, "milliseconds": attempt.milliseconds}
        if self._connection.execute(sa.update(m.message_attempts).where(mine).values(**values)).rowcount == 0:
            return False
        message = sa.update(m.messages).where(m.messages.c.message_id == attempt.message.message_id)
        if not attempt.sent:
            self._connection.execute(message.values(state=State.FAILED.value))
            self._wait_again([attempt.message.message_id], retry_at)
            return True
        self._connection.execute(message.values(state=State.SENT.value, sent_at=now))
        told = m.notices.c.message_id == attempt.message.message_id
        sent = {"state": State.SENT.value, "settled_at": now}
        self._connection.execute(
            sa.update(m.notices).where(told & (m.notices.c.state == State.SENDING.value)).values(**sent)
        )
        return True

    def health(self, channel: str) -> ChannelHealth | None:
        """How a channel does."""
        wanted = sa.select(m.channel_health).where(m.channel_health.c.channel == channel)
        row = self._connection.execute(wanted).one_or_none()
        return _health(row) if row else None

    def set_health(self, health: ChannelHealth) -> None:
        """Keep how a channel does."""
        put(self._connection, m.channel_health, ["channel"], [dict(vars(health))])

    def try_now(self, channel: str, now: dt.datetime) -> None:
        """A channel works again: what waits for its next try may go at once."""
        waiting = (m.notices.c.channel == channel) & (m.notices.c.state == State.WAITING.value)
        later = waiting & (m.notices.c.retry_at > now) & (m.notices.c.not_before <= now)
        self._connection.execute(sa.update(m.notices).where(later).values(retry_at=now))

    def _wait_again(self, message_ids: Sequence[str], retry_at: dt.datetime) -> None:
        chosen = m.notices.c.message_id.in_(message_ids) & (m.notices.c.state == State.SENDING.value)
        values = {"state": State.WAITING.value, "tries": m.notices.c.tries + 1, "retry_at": retry_at}
        self._connection.execute(sa.update(m.notices).where(chosen).values(**values))


class Post:
    """The messages of one data folder."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self.database = database

    @contextmanager
    def writing(self, *leases: Lease | None) -> Iterator[PostBook]:
        """One writing transaction, wholly in or wholly out, and only as long as these leases are still held.

        Raises:
            Busy: a lease ran out; somebody else may be at work.
        """
        with self.database.transaction() as connection:
            for lease in leases:
                if lease is not None:
                    lease.confirm(connection)
            yield PostBook(connection)

    def due(self, now: dt.datetime) -> bool:
        """Whether a notice may go now, or a try was cut short."""
        n, a = m.notices.c, m.message_attempts.c
        ready = (n.state == State.WAITING.value) & (n.not_before <= now) & (n.retry_at <= now)
        begun = a.outcome == Outcome.BEGUN.value
        with self.database.reading() as connection:
            return any(
                connection.execute(sa.select(sa.literal(1)).where(sa.exists().where(one))).first() is not None
                for one in (ready, begun)
            )

    def waiting(self) -> list[WaitingNotice]:
        """Notices that have not been sent, with their incidents as they are now; the oldest first."""
        joined = m.notices.join(incidents, incidents.c.incident_id == m.notices.c.incident_id)
        picked = [column.label(f"notice_{column.name}") for column in m.notices.c]
        later, n = m.notices.alias(), m.notices.c
        same = (later.c.incident_id == n.incident_id) & (later.c.account == n.account) & (later.c.channel == n.channel)
        risen = sa.exists().where(same, later.c.notice_id > n.notice_id, later.c.level > n.level)
        wanted = sa.select(*picked, incidents, risen.label("risen")).select_from(joined)
        wanted = wanted.where(m.notices.c.state == State.WAITING.value).order_by(m.notices.c.notice_id)
        with self.database.reading() as connection:
            rows = connection.execute(wanted).all()
        known: dict[str, IncidentRecord] = {}
        return [_waiting(row, known) for row in rows]

    def tried_since(self, since: dt.datetime) -> dict[tuple[str, str], dt.datetime]:
        """Channel and account → when a message was last tried there, as far as that was after an instant."""
        a = m.message_attempts.c
        last = sa.select(a.channel, a.account, sa.func.max(a.began_at, type_=a.began_at.type).label("last"))
        with self.database.reading() as connection:
            rows = connection.execute(last.where(a.began_at > since).group_by(a.channel, a.account)).all()
        return {(row.channel, row.account): row.last for row in rows}

    def channels(self) -> dict[str, ChannelHealth]:
        """How every channel that was ever used does."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(m.channel_health).order_by(m.channel_health.c.channel)).all()
        return {row.channel: _health(row) for row in rows}


def _health(row: sa.Row[Any]) -> ChannelHealth:
    return ChannelHealth(**row._mapping)


def _waiting(row: Any, known: dict[str, IncidentRecord]) -> WaitingNotice:  # noqa: ANN401 (a row of both tables)
    record = known.get(row.incident_id)
    if record is None:
        record = known[row.incident_id] = incident_of(row)
    notice = NewNotice(
        row.incident_id, row.notice_at, row.notice_rung, row.notice_level, row.notice_why, row.notice_account,
        row.notice_channel, row.notice_not_before,
    )  # fmt: skip
    return WaitingNotice(
        row.notice_notice_id, notice, row.notice_tries, row.notice_retry_at, record.incident, record.indicator,
        bool(row.risen),
    )  # fmt: skip
