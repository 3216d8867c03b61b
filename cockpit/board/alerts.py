"""预警处置: the incidents that are open, as far as the viewer may see them, the most urgent first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alerts.catalogue import catalogue
from alerts.definition import CAUSES, GROUPS, OWNERS
from alerts.incidents import Closing, Incident, Place
from alerts.ladder import Deadline, WorkingMorning, deadline
from cockpit.board.alert_places import Names, names
from cockpit.board.keeping import Keeper
from cockpit.door.charge import concerns, handles, rung_of
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog, IncidentRecord
from cockpit.records.alert_past import closed_lately
from cockpit.records.alert_pulse import Pulse, judged_at, pulse
from cockpit.watch.mornings import working_mornings

#: Calm is told of for so long back.
CALM_DAYS = 30
_LEVELS = {0: "已恢复", 1: "黄", 2: "橙", 3: "红"}


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


@dataclass(frozen=True)
class Open:
    """All open incidents that a viewer may see.

    Attributes:
        rows: the most urgent first.
        judged_at: the latest evaluation; None = there has been none.
        calm_since: where nothing is open, since when; None = something is, or nothing was for the last 30 days.
    """

    rows: tuple[Shown, ...]
    judged_at: dt.datetime | None
    calm_since: dt.datetime | None

    @property
    def levels(self) -> Mapping[int, int]:
        """How many stand at each level; 0 = well again, but nobody has acknowledged it."""
        return {level: sum(row.level == level for row in self.rows) for level in (3, 2, 1, 0)}

    def unacknowledged(self, now: dt.datetime) -> int:
        """How many of the viewer's own wait for somebody to acknowledge them."""
        return sum(row.mine and row.state(now) in (State.WAITING, State.OVER) for row in self.rows)


@dataclass(frozen=True)
class Wanted:
    """What is looked for; "" = whatever it is.

    Attributes:
        mine: only the viewer's own.
        county: in this county.
        hall: of this hall.
        level: at this level.
        group: of this part of the catalogue.
        state: one of `State`.
    """

    mine: bool = False
    county: str = ""
    hall: str = ""
    level: str = ""
    group: str = ""
    state: str = ""

    def of(self, rows: Iterable[Shown], now: dt.datetime) -> list[Shown]:
        """Those of some incidents that are looked for, in their order."""
        pairs = ((self.county, "county"), (self.hall, "hall_id"), (self.group, "group"))
        return [
            row
            for row in rows
            if (not self.mine or row.mine)
            and all(not wanted or getattr(row, name) == wanted for wanted, name in pairs)
            and self.level in ("", str(row.level))
            and self.state in ("", row.state(now).value)
        ]


def open_incidents(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> Open:
    """The incidents that nobody has closed, within the viewer's scope.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        now: the present instant.

    Raises:
        PolarsError: the names of places cannot be read.
    """
    now = now.astimezone(folder.zone)
    state = pulse(folder.records.database)
    # Ages and deadlines are told by the minute, so that many open pages of one person share what is put together.
    key = str(folder.path), state, now.replace(second=0, microsecond=0), viewer
    return _seen.get(key, now, lambda: _put_together(folder, viewer, state, now))


def _put_together(folder: DataFolder, viewer: Viewer, state: Pulse, now: dt.datetime) -> Open:
    called, morning = names(folder, now), mornings(folder, now)
    rows = [
        shown(record, viewer, called, morning, now)
        for record in _records(folder, state, now)
        if viewer.sees_place(record.incident.key[0])
    ]
    rows.sort(key=lambda row: urgency(row, now))
    judged = judged_at(folder.records.database)
    calm = None if rows else _calm_since(folder, viewer, now)
    return Open(tuple(rows), judged.astimezone(folder.zone) if judged else None, calm)


def closed_since(folder: DataFolder, viewer: Viewer, since: dt.datetime, now: dt.datetime) -> list[Shown]:
    """The incidents closed at an instant or later, within the viewer's scope, the latest first."""
    now = now.astimezone(folder.zone)
    called, morning = names(folder, now), mornings(folder, now)
    found = [
        shown(record, viewer, called, morning, now)
        for record in AlertLog(folder.records.database).incidents(since)
        if record.incident.closed_at is not None and viewer.sees_place(record.incident.key[0])
    ]
    return sorted(found, key=lambda row: (row.closed_at or now, row.id), reverse=True)


def waiting_for(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> int:
    """How many open incidents of the viewer's own nobody has acknowledged: the number beside the page in the menu."""
    found = _records(folder, pulse(folder.records.database), now)
    return sum(
        record.incident.acknowledged_at is None
        and (record.incident.silenced_until is None or now >= record.incident.silenced_until)
        and concerns(viewer, record.incident, record.indicator)
        for record in found
    )


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


def groups() -> Mapping[str, str]:
    """The parts of the catalogue: id and Chinese name."""
    return {str(key): title for key, title in GROUPS.items()}


def levels() -> Mapping[str, str]:
    """The levels that an open incident can have: number and Chinese word, red first."""
    return {str(level): _LEVELS[level] for level in (3, 2, 1, 0)}


def _firing(incident: Incident) -> tuple[str, ...]:
    """Names of the indicators that fire, or of those that did."""
    order = sorted(incident.alerts.items(), key=lambda pair: (-pair[1], pair[0]))
    alive = [name for (name, _), level in order if level] or [name for (name, _), _ in order]
    return tuple(catalogue()[name].name if name in catalogue() else name for name in dict.fromkeys(alive))


def _records(folder: DataFolder, state: Pulse, now: dt.datetime) -> Sequence[IncidentRecord]:
    """All open incidents of the city; read once for everybody until something about them changes."""
    log = AlertLog(folder.records.database)
    return _open.get((str(folder.path), state), now, log.incidents)


def _calm_since(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> dt.datetime | None:
    lately = closed_lately(folder.records.database, now - dt.timedelta(days=CALM_DAYS))
    return next((at.astimezone(now.tzinfo) for place, at in lately if viewer.sees_place(place)), None)


_open: Keeper[list[IncidentRecord]] = Keeper(entries=4, minutes=1)
_seen: Keeper[Open] = Keeper(entries=32, minutes=1)
_mornings: Keeper[WorkingMorning] = Keeper(entries=4, minutes=60)
