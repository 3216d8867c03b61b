"""Incidents (预警事件): alerts of one place and cause put together, and what people did about them; a pure fold.

82 halls and 38 indicators are over 3,000 series: people are told of incidents, not of series. An incident opens with
the first alert of its place and cause, takes in all others that come while it is open, has the level of its worst one,
and is over when all of them are: at once when somebody has acknowledged it, else it stays for people (无人签收). What
people do comes in as deeds; every deed and every change comes out as an event, of which the history is made.
Source: the indicators 2026.1, "From readings to people".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from alerts.definition import Definition
from alerts.machine import Reason

#: A place as its columns and their values, in the order of the grain.
Place = tuple[tuple[str, str], ...]
#: Place and cause of an incident.
Key = tuple[Place, str]
#: Indicator and place of an alert.
Alert = tuple[str, Place]


class Kind(StrEnum):
    """What happened to an incident, by itself or by people."""

    OPENED = "opened"
    JOINED = "joined"
    ROSE = "rose"
    FELL = "fell"
    FLAPPING = "flapping"
    CLEARED = "cleared"
    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    NOTED = "noted"
    SILENCED = "silenced"
    CLOSED = "closed"


#: The same for people.
SAID = {
    Kind.OPENED: "开始报警",
    Kind.JOINED: "又一项指标报警",
    Kind.ROSE: "级别升高",
    Kind.FELL: "级别降低",
    Kind.FLAPPING: "反复波动，不再逐次通知",
    Kind.CLEARED: "已全部恢复",
    Kind.TOLD: "已通知",
    Kind.ACKNOWLEDGED: "签收",
    Kind.ASSIGNED: "转派",
    Kind.NOTED: "备注",
    Kind.SILENCED: "静默",
    Kind.CLOSED: "关闭",
}


class Closing(StrEnum):
    """Why an incident was closed; the first five are what people say."""

    HANDLED = "handled"
    FALSE = "false"
    DUPLICATE = "duplicate"
    KNOWN = "known"
    DRILL = "drill"
    RECOVERED = "recovered"


CLOSINGS = {
    Closing.HANDLED: "属实已处置",
    Closing.FALSE: "误报",
    Closing.DUPLICATE: "重复",
    Closing.KNOWN: "已知原因",
    Closing.DRILL: "演练",
    Closing.RECOVERED: "已自行恢复",
}


@dataclass(frozen=True)
class Change:
    """A change of level of one alert.

    Attributes:
        at: when.
        alert: indicator and place.
        before: level before; 0 none.
        level: level now.
        reason: why.
        flapping: its level changes too often to be told each time.
        frozen: the reading at that moment and the thresholds in force, as they were (`alerts.freezing`).
    """

    at: dt.datetime
    alert: Alert
    before: int
    level: int
    reason: Reason
    flapping: bool = False
    frozen: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Event:
    """A line of an incident's history; who is empty where it happened by itself."""

    at: dt.datetime
    incident: str
    kind: Kind
    level: int
    who: str = ""
    text: str = ""
    alert: Alert | None = None
    detail: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Incident:
    """An incident that is open, or has just been closed.

    Attributes:
        id: of the incident; made of place, cause and beginning.
        key: place and cause.
        opened_at: when its first alert fired.
        alerts: level now of every alert that it has taken in; 0 is over.
        worst: greatest level it has had.
        flapping: alerts whose level changed too often of late to be told each time.
        acknowledged_at: when somebody first took it on.
        by: who did.
        assigned_to: who is to see to it.
        silenced_until: until when nobody is told.
        closed_at: when it was closed.
        closing: why.
        told_level: level that was told last; 0 nobody was told yet.
        rung: of the ladder that was told last.
        told_at: when.
    """

    id: str
    key: Key
    opened_at: dt.datetime
    alerts: Mapping[Alert, int] = field(hash=False)
    worst: int = 0
    flapping: frozenset[Alert] = frozenset()
    acknowledged_at: dt.datetime | None = None
    by: str = ""
    assigned_to: str = ""
    silenced_until: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    closing: Closing | None = None
    told_level: int = 0
    rung: int = -1
    told_at: dt.datetime | None = None

    @property
    def level(self) -> int:
        """The level of its worst alert now; 0 when all is well again."""
        return max(self.alerts.values(), default=0)


#: The open incidents by place and cause.
Open = Mapping[Key, Incident]


def key_of(definition: Definition, place: Place) -> Key:
    """The incident that takes in an alert: its hall (and source), else its department, county, item; and the cause."""
    named = dict(place)
    wanted = ("hall_id", "source_system") if "hall_id" in named else tuple(named)
    return tuple((name, named[name]) for name in wanted if name in named), definition.cause


def incident_id(key: Key, opened_at: dt.datetime) -> str:
    """A name that says place, cause and beginning, the same wherever it is worked out."""
    place, cause = key
    where = "-".join(value for _, value in place)
    return f"{opened_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{cause}-{where}"


def changed(open_: Open, change: Change, definition: Definition) -> tuple[Incident | None, list[Event]]:
    """Take in a change of level.

    Returns:
        The incident concerned, as it now is (closed where it is over and somebody had acknowledged it), and what
        happened. None where an alert falls or ends after people have closed its incident: only a level that rises
        opens a new one.
    """
    key = key_of(definition, change.alert[1])
    known = open_.get(key)
    if known is None and change.level <= change.before:
        return None, []
    incident = known or Incident(incident_id(key, change.at), key, change.at, {})
    before = incident.level
    incident = replace(incident, alerts={**incident.alerts, change.alert: change.level})
    incident = replace(incident, worst=max(incident.worst, incident.level))

    def event(kind: Kind, **more: object) -> Event:
        shape = {"alert": change.alert, "detail": dict(change.frozen)} | more
        return Event(change.at, incident.id, kind, incident.level, **shape)  # type: ignore[arg-type]

    events = []
    if known is None:
        events.append(event(Kind.OPENED))
    elif change.level > 0 and not known.alerts.get(change.alert):
        events.append(event(Kind.JOINED))
    if known is not None and incident.level > before:
        events.append(event(Kind.ROSE))
    if 0 < incident.level < before:
        events.append(event(Kind.FELL))
    if change.flapping and change.alert not in incident.flapping:
        incident = replace(incident, flapping=incident.flapping | {change.alert})
        events.append(event(Kind.FLAPPING))
    if not change.flapping:
        incident = replace(incident, flapping=incident.flapping - {change.alert})
        if known is not None and before == 0 and incident.level > 0:
            # What was over and comes again rises: it is told anew, to the rung of its level.
            incident = replace(incident, told_level=0, rung=-1)
    if incident.level == 0 and before > 0:
        events.append(event(Kind.CLEARED, text=str(int(change.reason))))
        incident, ended = over(incident, change.at)
        events += ended
    return incident, events


def calmed(incident: Incident, still: Mapping[str, Collection[Place]]) -> Incident:
    """The incident without the alerts that no longer come and go: who was spared them is told again.

    Args:
        incident: the incident.
        still: indicator → places that still flap; of indicators that are not named nothing is known.
    """
    calm = {alert for alert in incident.flapping if alert[0] in still and alert[1] not in still[alert[0]]}
    return replace(incident, flapping=incident.flapping - calm) if calm else incident


def over(incident: Incident, at: dt.datetime) -> tuple[Incident, list[Event]]:
    """Close an incident that is over and that somebody has acknowledged; others stay.

    Returns:
        The incident, and that it was closed.
    """
    if incident.level > 0 or incident.acknowledged_at is None:
        return incident, []
    closed = replace(incident, closed_at=at, closing=Closing.RECOVERED)
    return closed, [Event(at, incident.id, Kind.CLOSED, 0, detail={"closing": Closing.RECOVERED.value})]
