"""What people do about an incident: acknowledge, assign, note, silence, close; a pure fold.

Source: the indicators 2026.1, "From readings to people".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from alerts.incidents import Closing, Event, Incident, Kind, over


class UnfitDeed(ValueError):
    """Somebody wants to do what cannot be done with an incident; the text says why, in Chinese."""


@dataclass(frozen=True)
class Deed:
    """What somebody did about an incident.

    Attributes:
        at: when.
        incident: its id.
        kind: acknowledged, assigned, noted, silenced or closed.
        who: account name.
        text: reason or note.
        whom: to whom it was assigned.
        until: end of a silence.
        closing: why it was closed.
    """

    at: dt.datetime
    incident: str
    kind: Kind
    who: str
    text: str = ""
    whom: str = ""
    until: dt.datetime | None = None
    closing: Closing | None = None


def done(incident: Incident, deed: Deed) -> tuple[Incident, list[Event]]:
    """Take in what somebody did.

    Raises:
        UnfitDeed: the incident is closed, or the deed lacks what it needs.
    """
    if incident.closed_at is not None:
        raise UnfitDeed("这个事件已经关闭，不能再处理；情况又出现时会有新的事件。")
    event = Event(deed.at, incident.id, deed.kind, incident.level, deed.who, deed.text)
    taken = incident
    if incident.acknowledged_at is None and deed.kind in (Kind.ACKNOWLEDGED, Kind.ASSIGNED):
        taken = replace(incident, acknowledged_at=deed.at, by=deed.who)
    if deed.kind is Kind.ASSIGNED:
        if not deed.whom:
            raise UnfitDeed("转派要写明转给谁。")
        return replace(taken, assigned_to=deed.whom), [replace(event, detail={"whom": deed.whom})]
    if deed.kind is Kind.SILENCED:
        if deed.until is None or deed.until <= deed.at or not deed.text.strip():
            raise UnfitDeed("静默要写明原因和结束时间，结束时间要在现在之后。")
        return replace(taken, silenced_until=deed.until), [replace(event, detail={"until": deed.until.isoformat()})]
    if deed.kind is Kind.CLOSED:
        if deed.closing is None or deed.closing is Closing.RECOVERED:
            raise UnfitDeed("关闭要选一个原因：属实已处置、误报、重复、已知原因或演练。")
        closed = replace(taken, closed_at=deed.at, closing=deed.closing, by=taken.by or deed.who)
        return closed, [replace(event, detail={"closing": deed.closing.value})]
    if deed.kind is Kind.NOTED:
        if not deed.text.strip():
            raise UnfitDeed("备注没有内容；请写下看到了什么、做了什么。")
        return taken, [event]
    if deed.kind is not Kind.ACKNOWLEDGED:
        raise UnfitDeed("只能签收、转派、备注、静默或关闭。")
    if incident.acknowledged_at is not None:
        return incident, []
    taken, ended = over(taken, deed.at)
    return taken, [event, *ended]


#: Reasons that say whether an alert was worth somebody's while; a drill, or what was told twice, says nothing.
JUDGED = (Closing.HANDLED, Closing.FALSE, Closing.KNOWN)


def by_people(events: Iterable[Event]) -> Sequence[Event]:
    """What people did, of the history of an incident."""
    return [event for event in events if event.who]


def usefulness(closings: Iterable[Closing]) -> float | None:
    """How often an indicator's alerts were worth somebody's while (有用率): share of 属实已处置, in percent.

    Of the incidents that people closed as 属实已处置, 误报 or 已知原因; a drill, or what was told twice, says nothing.
    None where nobody has judged any.
    """
    judged = [closing for closing in closings if closing in JUDGED]
    if not judged:
        return None
    return 100 * sum(closing is Closing.HANDLED for closing in judged) / len(judged)
