"""Telling people of incidents (通知与逐级上报): whom the ladder reaches now, and by which channels they are told.

What the ladder says, the incident as told, the line of its history and the notices that go out are one transaction: a
notice is neither lost nor made twice, wherever the process is killed. Source: the indicators 2026.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from alerts.catalogue import catalogue
from alerts.definition import OWNERS, Owner
from alerts.incidents import Event
from alerts.ladder import Notice, WorkingMorning, notice, rungs_of
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog, IncidentRecord
from cockpit.records.alert_stream import told_to_nobody
from cockpit.records.lease import Lease
from cockpit.records.messages import NewNotice, Post
from cockpit.records.people import AccountRecord
from cockpit.watch import channel_trouble
from cockpit.watch.addressees import Addressees, Where
from cockpit.watch.mornings import working_mornings
from cockpit.watch.routes import ways
from cockpit.watch.system_alerts import SYSTEM


def escalate(folder: DataFolder, now: dt.datetime, lease: Lease | None = None) -> int:
    """Make the notices that are due: after every evaluation, and every minute.

    Args:
        folder: data folder.
        now: the instant.
        lease: the right by which the caller works; nothing is kept once it is lost.

    Returns:
        How many incidents somebody is told of.

    Raises:
        Busy: the lease was lost.
        StorageError: lake or state database failed; nothing has been kept.
    """
    telling = Telling(folder, now)
    # Looked through once before: mostly nobody is to be told, and what must be read of the lake is read here, not
    # while everybody else waits for the database.
    if not [record for record in AlertLog(folder.records.database).incidents() if telling.told(record)]:
        return 0
    with Post(folder.records.database).writing(lease) as book:
        told = [found for record in book.open_incidents() if (found := telling.told(record)) is not None]
        book.save_all([one.record for one in told])
        book.add_events([one.event for one in told])
        book.add_notices([row for one in told for row in one.notices])
    return len(told)


@dataclass(frozen=True)
class Told:
    """An incident as told, the line of its history, and who gets a notice by which channel."""

    record: IncidentRecord
    event: Event
    notices: Sequence[NewNotice]


class Telling:
    """One look at the ladder of every open incident."""

    def __init__(self, folder: DataFolder, now: dt.datetime) -> None:
        """Nothing is loaded yet.

        Args:
            folder: data folder.
            now: the instant.
        """
        self._folder, self._now = folder, now.astimezone(folder.zone)

    @cached_property
    def people(self) -> Addressees:
        """The people as they are now."""
        return Addressees(self._folder, self._now)

    @cached_property
    def _mornings(self) -> WorkingMorning:
        return working_mornings(self._folder.lake.snapshot(), self._now)

    def due(self, record: IncidentRecord) -> tuple[IncidentRecord, Notice, Event] | None:
        """What the ladder says of an incident now; None where nobody is to be told."""
        owner, fast = ladder_of(record.indicator)
        if record.indicator in SYSTEM and record.incident.told_at is None:
            found = channel_trouble.first_notice(record.incident, self._now)
        else:
            found = notice(record.incident, owner, self._now, lambda at, days: self._mornings(at, days), fast=fast)
        incident, said, event = found
        if said is None or event is None:
            return None
        return IncidentRecord(incident, record.indicator), said, event

    def told(self, record: IncidentRecord) -> Told | None:
        """The same with the people it reaches; where a rung has nobody, the next one up, else the next one down."""
        found = self.due(record)
        if found is None:
            return None
        after, said, event = found
        owner, fast = ladder_of(record.indicator)
        rungs = rungs_of(owner, fast=fast)
        where = self.people.where(record.incident.key[0])
        asked = rungs.index(said.rung)
        order = [*range(asked, len(rungs)), *range(asked - 1, -1, -1)]
        reached = next((number for number in order if self._accounts(record, rungs[number], where)), asked)
        rung, accounts = rungs[reached], self._accounts(record, rungs[reached], where)
        incident = replace(after.incident, rung=max(asked, reached))
        names = [account.name for account in accounts]
        if not names and record.incident.told_at is None:
            return self._nobody(record, event, said.rung)
        detail = {**event.detail, "rung": rung, "to": names}
        event = replace(event, text=_history(said.rung, rung, names), detail=detail)
        channels = ways(self._folder.settings.messages.routes, rung, said.level, where, self._now, self._folder.zone)
        channels.pop(channel_trouble.channel_of(record.incident), None)
        rows = [
            NewNotice(incident.id, self._now, rung, said.level, said.why.value, account.name, channel, begins)
            for account in accounts
            for channel, begins in (channels or {"": self._now}).items()
        ]
        return Told(IncidentRecord(incident, record.indicator), event, rows)

    def _nobody(self, record: IncidentRecord, event: Event, asked: Owner) -> Told | None:
        """The history says once that there was nobody; the incident stays untold, so that whoever comes is told."""
        if record.incident.id in self._without:
            return None
        return Told(record, replace(event, text=_history(asked, asked, ())), ())

    @cached_property
    def _without(self) -> frozenset[str]:
        return told_to_nobody(self._folder.records.database)

    def _accounts(self, record: IncidentRecord, rung: str, where: Where) -> list[AccountRecord]:
        found = self.people.of(rung, where)
        if record.indicator in SYSTEM and rung == "data":
            return found + self.people.of("admin", where)
        return found


def ladder_of(indicator: str) -> tuple[Owner, bool]:
    """Who is told first of what an indicator opened, and whether it is read every few minutes."""
    definition = catalogue().get(indicator)
    return ("data", False) if definition is None else (definition.owner, definition.cadence == "RT")


def _history(asked: Owner, rung: Owner, names: Sequence[str]) -> str:
    """What the history says where the ladder did not reach whom it asked for."""
    if not names:
        return f"没有{OWNERS[asked]}的账号，上下各级也没有，没有通知到人；有账号以后再通知"
    return "" if asked == rung else f"没有{OWNERS[asked]}的账号，改为通知{OWNERS[rung]}"
