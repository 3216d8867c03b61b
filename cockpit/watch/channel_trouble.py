"""A channel that sends nothing any more is an incident of its own (消息通道中断): opened, told at once, closed again.

It is no indicator of the catalogue: nothing is read or judged, the channel itself says so. Its incident lies beside the
others, under the cause `channel` and the name of the channel, and closes by itself as soon as a message gets through.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from alerts.definition import ORANGE
from alerts.incidents import Closing, Event, Incident, Kind, incident_id
from alerts.ladder import Notice, Why, rungs_of
from cockpit.records.messages import ChannelHealth, PostBook
from cockpit.watch.channels import Sent
from cockpit.watch.system_alerts import CHANNEL

INDICATOR, CAUSE, PLACE = CHANNEL.indicator, CHANNEL.cause, CHANNEL.place


def opened(channel: str, at: dt.datetime, failures: int, said: str) -> tuple[Incident, Event]:
    """The incident of a channel that has just been given up."""
    place = ((PLACE, channel),)
    key = place, CAUSE
    incident = Incident(incident_id(key, at), key, at, {(INDICATOR, place): ORANGE}, ORANGE)
    detail = {"value": failures, "said": said}
    return incident, Event(at, incident.id, Kind.OPENED, ORANGE, alert=(INDICATOR, place), detail=detail)


def works_again(incident: Incident, at: dt.datetime) -> tuple[Incident, list[Event]]:
    """The same when a message has got through: over and closed, acknowledged or not."""
    calm = dict.fromkeys(incident.alerts, 0)
    closed = replace(incident, alerts=calm, closed_at=at, closing=Closing.RECOVERED)
    detail = {"closing": Closing.RECOVERED.value}
    return closed, [Event(at, incident.id, Kind.CLEARED, 0), Event(at, incident.id, Kind.CLOSED, 0, detail=detail)]


def first_notice(incident: Incident, now: dt.datetime) -> tuple[Incident, Notice | None, Event | None]:
    """A dead channel is told at once; from then on the ladder of what is looked after in working hours holds."""
    if incident.closed_at is not None or incident.level == 0:
        return incident, None, None
    rung = rungs_of("data", fast=False)[0]
    told = replace(incident, told_level=incident.level, rung=0, told_at=now)
    event = Event(now, incident.id, Kind.TOLD, incident.level, detail={"rung": rung, "why": Why.NEW.value})
    return told, Notice(incident.id, now, rung, incident.level, Why.NEW), event


def channel_of(incident: Incident) -> str:
    """The channel that an incident is about; empty for all others."""
    return dict(incident.key[0]).get(PLACE, "") if incident.key[1] == CAUSE else ""


def keep_health(book: PostBook, channel: str, result: Sent, now: dt.datetime, dead_after: int) -> None:
    """Count failures in a row; a channel that is dead, or works again, is an incident that opens or closes."""
    before = book.health(channel) or ChannelHealth(channel, 0, None, now, None, "", None)
    if result.ok:
        if before.failures:
            book.try_now(channel, now)
        if before.incident_id is not None:
            _close(book, before.incident_id, now)
        book.set_health(ChannelHealth(channel, 0, None, now, now, "", None))
        return
    failures, since = before.failures + 1, before.failing_since or now
    after = replace(before, failures=failures, failing_since=since, tried_at=now, said=result.said)
    if failures >= dead_after and before.incident_id is None:
        incident, event = opened(channel, now, failures, result.said)
        book.save(incident, INDICATOR)
        book.add_events([event])
        after = replace(after, incident_id=incident.id)
    book.set_health(after)


def _close(book: PostBook, incident: str, now: dt.datetime) -> None:
    record = book.incident(incident)
    if record is not None and record.incident.closed_at is None:
        closed, events = works_again(record.incident, now)
        book.save(closed, record.indicator)
        book.add_events(events)
