"""Telling the person to whom an incident was given (转派通知): by the routes of the rungs on which that person stands.

A person decided it, so it goes whatever the ladder has told before; only closing it, or giving it to somebody else,
makes it needless. Quiet hours hold as for every other message of the level.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from alerts.incidents import Incident
from alerts.ladder import Why
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import IncidentRecord
from cockpit.records.messages import NewNotice
from cockpit.records.people import AccountRecord
from cockpit.watch import channel_trouble
from cockpit.watch.addressees import BOUND_TO, ROLES, Addressees
from cockpit.watch.channels import channels
from cockpit.watch.routes import ways


def rungs_on(account: AccountRecord) -> list[str]:
    """The rungs of the ladder on which an account stands, whatever the place."""
    return [
        rung
        for rung, roles in ROLES.items()
        if account.role in roles and account.bound_to == BOUND_TO.get(rung, account.bound_to)
    ]


def notices_for(
    folder: DataFolder, account: AccountRecord, record: IncidentRecord, now: dt.datetime
) -> list[NewNotice]:
    """The notices for somebody to whom an incident was given; one without a channel where no route leads there.

    Args:
        folder: data folder.
        account: to whom.
        record: the incident as it was given.
        now: the instant.

    Raises:
        StorageError: the lake failed.
    """
    incident, messages = record.incident, folder.settings.messages
    level = incident.level or incident.told_level or incident.worst
    where = Addressees(folder, now, [account]).where(incident.key[0])
    found: dict[str, dt.datetime] = {}
    rungs = rungs_on(account)
    for rung in rungs:
        for channel, begins in ways(messages.routes, rung, level, where, now, folder.zone).items():
            found[channel] = min(begins, found.get(channel, begins))
    found.pop(channel_trouble.channel_of(incident), None)
    return [
        NewNotice(incident.id, now, rungs[0] if rungs else "", level, Why.GIVEN.value, account.name, channel, begins)
        for channel, begins in (found or {"": now}).items()
    ]


def arrive(folder: DataFolder, account: AccountRecord, notices: Sequence[NewNotice]) -> bool:
    """Whether any of the notices has a way to the account: a channel with an address, and a contact where it asks.

    Raises:
        StorageError: the file of the channels cannot be read.
    """
    known = channels(folder.path)
    ways_out = [known[one.channel] for one in notices if one.channel in known]
    return any(account.contact or not channel.personal for channel in ways_out)


def needless(incident: Incident, account: str) -> str:
    """Why somebody need not be told any more that an incident was given to them; empty where they must be."""
    if incident.closed_at is not None:
        return "发送前已关闭"
    return "" if incident.assigned_to == account else "发送前又转给了别人"
