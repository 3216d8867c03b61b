"""One incident as people see it in a list (预警事件): where, what, since when, who is on it, what must happen when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from alerts.catalogue import catalogue
from alerts.definition import CAUSES, OWNERS
from alerts.incidents import Closing, Incident, Place
from alerts.ladder import Deadline, WorkingMorning, deadline
from cockpit.board.keeping import Keeper
from cockpit.door.charge import concerns, handles, rung_of
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import IncidentRecord
from cockpit.watch.mornings import working_mornings
from cockpit.watch.place_names import Names
from cockpit.watch.system_alerts import SYSTEM


class State(StrEnum):
    """Where an incident stands with people."""

    WAITING = "waiting"
    WORKING = "working"
    OVER = "over"
    SILENCED = "silenced"
    CLOSED = "closed"


STATES = {
    State.WAITING: "待签收",
    State.WORKING: "处置中",
    State.OVER: "已恢复，待签收",
    State.SILENCED: "静默中",
    State.CLOSED: "已关闭",
}


@dataclass(frozen=True)
class Shown:
    """An incident as people see it.

    Attributes:
        id: of the incident.
        place: its place columns.
        where: the place in words.
        hall_id: its hall; "" = none.
        county: its county; "" = none.
        cause: what lies behind it, id.
        title: the same in Chinese.
        group: part of the catalogue of the indicator that opened it.
        indicator: that indicator.
        fast: whether it is read every few minutes: people are waiting.
        firing: names of the indicators that fire, the worst first; where none does, of those that did.
        level: level now; 0 = all is well again.
        worst: the greatest level it has had.
        opened_at: when it opened, in the city's zone.
        acknowledged_at: when somebody took it on.
        by: account of who did.
        assigned_to: account of who is to see to it.
        silenced_until: until when nobody is told.
        closed_at: when it was closed.
        closing: why.
        rung: who was told last, in Chinese.
        flapping: whether it comes and goes too often to be told each time.
        deadline: until when what must happen; None = no clock runs.
        mine: whether it is the viewer's own.
        handled: whether the viewer may handle it.
    """

    id: str
    place: Place
    where: str
    hall_id: str
    county: str
    cause: str
    title: str
    group: str
    indicator: str
    fast: bool
    firing: tuple[str, ...]
    level: int
    worst: int
    opened_at: dt.datetime
    acknowledged_at: dt.datetime | None
    by: str
    assigned_to: str
    silenced_until: dt.datetime | None
    closed_at: dt.datetime | None
    closing: Closing | None
    rung: str
    flapping: bool
    deadline: Deadline | None
    mine: bool
    handled: bool

    def state(self, now: dt.datetime) -> State:
        """Where it stands with people."""
        if self.closed_at is not None:
            return State.CLOSED
        if self.silenced_until is not None and now < self.silenced_until:
            return State.SILENCED
        if self.acknowledged_at is None:
            return State.WAITING if self.level else State.OVER
        return State.WORKING


def urgency(row: Shown, now: dt.datetime) -> tuple[object, ...]:
    """Orders incidents by urgency.

    Where people wait at this moment comes first, then what is read once a day or less, then what is well again, last
    what is silenced; among these by level, what nobody has acknowledged first, by deadline and age.
    """
    late = row.deadline.at if row.deadline else dt.datetime.max.replace(tzinfo=dt.UTC)
    turn = 3 if row.state(now) is State.SILENCED else 2 if row.level == 0 else 0 if row.fast else 1
    return turn, -row.level, row.acknowledged_at is not None, late, row.opened_at, row.id


def shown(record: IncidentRecord, viewer: Viewer, called: Names, morning: WorkingMorning, now: dt.datetime) -> Shown:
    """An incident as this viewer sees it.

    Args:
        record: the incident.
        viewer: who looks.
        called: names of places.
        morning: the working mornings of the city.
        now: the present instant, in the city's zone.
    """
    incident, opener = record.incident, catalogue().get(record.indicator)
    place, cause = incident.key

    def local(at: dt.datetime | None) -> dt.datetime | None:
        return at.astimezone(now.tzinfo) if at else None

    due = deadline(incident, opener.owner, now, morning, fast=opener.cadence == "RT") if opener else None
    return Shown(
        incident.id, place, called.said(place), dict(place).get("hall_id", ""), called.county(place),
        cause, CAUSES.get(cause, "其他"), opener.group if opener else "", record.indicator,
        opener is not None and opener.cadence == "RT", _firing(incident),
        incident.level, incident.worst, incident.opened_at.astimezone(now.tzinfo),
        local(incident.acknowledged_at), incident.by, incident.assigned_to, local(incident.silenced_until),
        local(incident.closed_at), incident.closing, OWNERS[rung_of(incident, record.indicator)],
        bool(incident.flapping), Deadline(due.at.astimezone(now.tzinfo), due.why) if due else None,
        incident.closed_at is None and concerns(viewer, incident, record.indicator), handles(viewer, place, cause),
    )  # fmt: skip


def mornings(folder: DataFolder, now: dt.datetime) -> WorkingMorning:
    """The working mornings of the city; made anew where its working days have changed."""
    snapshot = folder.lake.snapshot()
    key = str(folder.path), snapshot.heads.get("workdays"), now.year
    return _mornings.get(key, now, lambda: working_mornings(snapshot, now))


def _firing(incident: Incident) -> tuple[str, ...]:
    """Names of the indicators that fire, or of those that did."""
    order = sorted(incident.alerts.items(), key=lambda pair: (-pair[1], pair[0]))
    alive = [name for (name, _), level in order if level] or [name for (name, _), _ in order]
    return tuple(
        catalogue()[name].name if name in catalogue() else SYSTEM[name].name if name in SYSTEM else name
        for name in dict.fromkeys(alive)
    )


_mornings: Keeper[WorkingMorning] = Keeper(entries=4, minutes=60)
