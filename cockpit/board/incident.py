"""One incident of 预警处置: what fires, the reading frozen when it began, and what happened since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.catalogue import catalogue
from alerts.deeds import by_people
from alerts.definition import LEVELS, OWNERS, Definition, Thresholds
from alerts.incidents import CLOSINGS, SAID, Alert, Closing, Event, Incident, Kind
from alerts.ladder import SAID as WHY_SAID
from alerts.machine import REASONS, Reason
from alerts.thresholds import EDGES
from cockpit.board.alert_people import called, could_take
from cockpit.board.alert_shown import Shown, mornings, shown
from cockpit.door.charge import NOT_YOURS
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog, ChangeRecord
from cockpit.watch.place_names import Names, names

#: An incident that comes and goes all day has hundreds of lines: so many of the latest, and all that people did.
LINES = 200


@dataclass(frozen=True)
class Alarm:
    """One alert that an incident has taken in.

    Attributes:
        nth: its place among the incident's alerts, which stays the same.
        alert: indicator and place.
        definition: the indicator as it is now; None where this version of the program has none of this id.
        where: the place in words, without its hall.
        level: level now; 0 = over.
        begun_at: when it began to fire, for the first time in this incident.
        begun_level: the level it began with.
        frozen: the reading at that moment, the thresholds in force, the version of the definition, and the keys of the
            rows behind it: value, numerator, denominator, sample, baseline, thresholds, version, rows, rows_behind.
        turns: every change of its level in this incident: when, from what, to what.
    """

    nth: int
    alert: Alert
    definition: Definition | None
    where: str
    level: int
    begun_at: dt.datetime
    begun_level: int
    frozen: Mapping[str, object]
    turns: tuple[tuple[dt.datetime, int, int], ...]

    @property
    def thresholds(self) -> Thresholds | None:
        """The thresholds in force when it began; None where none were kept."""
        kept = self.frozen.get("thresholds")
        if not isinstance(kept, dict) or any(kept.get(edge) is None for edge in EDGES):
            return None
        return Thresholds(**{edge: float(kept[edge]) for edge in EDGES})

    def number(self, name: str) -> float | None:
        """One of the frozen numbers; None where there is none."""
        found = self.frozen.get(name)
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


@dataclass(frozen=True)
class Line:
    """A line of the history.

    Attributes:
        at: when.
        who: how the person is called; "" = it happened by itself.
        what: what happened, in Chinese.
        text: what the person wrote.
        by_hand: whether a person did it.
    """

    at: dt.datetime
    who: str
    what: str
    text: str
    by_hand: bool


@dataclass(frozen=True)
class Whole:
    """One incident with all that is known of it.

    Attributes:
        shown: the incident as lists show it.
        alarms: its alerts, those that fire first, the worst first, the one that opened it before others of its level.
        history: what happened, the latest first.
        deeds: how many deeds of people there are.
        people: accounts that it may be given to, with their names; empty for who may not handle it.
        called: account → how its person is called.
    """

    shown: Shown
    alarms: tuple[Alarm, ...]
    history: tuple[Line, ...]
    deeds: int
    people: Mapping[str, str]
    called: Mapping[str, str]


def whole(folder: DataFolder, viewer: Viewer, incident_id: str, now: dt.datetime) -> Whole:
    """One incident, open or closed.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        incident_id: the incident.
        now: the present instant.

    Raises:
        Refused: there is none within the viewer's scope; said alike for both.
    """
    now = now.astimezone(folder.zone)
    log = AlertLog(folder.records.database)
    record = log.incident(incident_id)
    if record is None or not viewer.sees_place(record.incident.key[0]):
        raise Refused(NOT_YOURS.replace("，没有改动", ""))
    incident, places = record.incident, names(folder)
    one = shown(record, viewer, places, mornings(folder, now), now)
    events, people = log.events(incident_id), called(folder, now)
    changes = log.changes(incident.opened_at, incident=incident_id)
    return Whole(
        one,
        tuple(_alarms(incident, record.indicator, changes, places, now)),
        tuple(lines(events, people, places, now)),
        len(by_people(events)),
        could_take(folder, viewer, incident) if one.handled and incident.closed_at is None else {},
        people,
    )


def lines(events: Sequence[Event], people: Mapping[str, str], places: Names, now: dt.datetime) -> list[Line]:
    """A history in words, the latest first; of what happened by itself only the latest."""
    by_itself = [number for number, event in enumerate(events) if not event.who]
    dropped = set(by_itself[: max(0, len(by_itself) - LINES)])
    kept = [event for number, event in enumerate(events) if number not in dropped]
    return [
        Line(event.at.astimezone(now.tzinfo), people.get(event.who, event.who), _what(event, people, places, now),
             "" if event.kind is Kind.CLEARED else event.text, bool(event.who))
        for event in reversed(sorted(kept, key=lambda event: event.at))
    ]  # fmt: skip


def _alarms(
    incident: Incident, opener: str, changes: Sequence[ChangeRecord], places: Names, now: dt.datetime
) -> list[Alarm]:
    of: dict[Alert, list[ChangeRecord]] = {}
    for record in changes:
        of.setdefault(record.change.alert, []).append(record)
    found = []
    for number, (alert, level) in enumerate(incident.alerts.items()):
        mine = [one.change for one in of.get(alert, ())]
        begun = next((one for one in mine if one.before == 0 and one.level > 0), None)
        turns = tuple((one.at.astimezone(now.tzinfo), one.before, one.level) for one in mine)
        begun_at = (begun.at if begun else incident.opened_at).astimezone(now.tzinfo)
        found.append(
            Alarm(number, alert, catalogue().get(alert[0]), places.said(alert[1], hall=False), level, begun_at,
                  begun.level if begun else level, begun.frozen if begun else {}, turns)
        )  # fmt: skip
    found.sort(key=lambda one: (-one.level, one.alert[0] != opener, one.begun_at, one.alert))
    return found


def _what(event: Event, people: Mapping[str, str], places: Names, now: dt.datetime) -> str:
    said, detail = SAID[event.kind], event.detail
    if event.kind in (Kind.OPENED, Kind.JOINED, Kind.FLAPPING) and event.alert:
        name, place = event.alert
        known = catalogue().get(name)
        level = f"（{LEVELS[event.level]}）" if event.kind is Kind.OPENED else ""
        return f"{said}：{known.name if known else name}，{places.said(place, hall=False)}{level}"
    if event.kind in (Kind.ROSE, Kind.FELL):
        return f"{said}为{LEVELS[event.level]}"
    if event.kind is Kind.CLEARED:
        return f"{said}（{REASONS[Reason(int(event.text))]}）" if event.text.isdecimal() else said
    if event.kind is Kind.TOLD:
        rung, why = str(detail.get("rung", "")), str(detail.get("why", ""))
        whom = next((title for owner, title in OWNERS.items() if owner == rung), "")
        reason = next((words for one, words in WHY_SAID.items() if one.value == why), "")
        return f"{said}{whom}{f'（{reason}）' if reason else ''}"
    if event.kind is Kind.ASSIGNED:
        whom = str(detail.get("whom", ""))
        return f"{said}给{people.get(whom, whom)}"
    if event.kind is Kind.SILENCED:
        until = dt.datetime.fromisoformat(str(detail["until"])).astimezone(now.tzinfo)
        return f"{said}到 {until:%Y-%m-%d %H:%M}"
    if event.kind is Kind.CLOSED:
        return f"{said}：{CLOSINGS[Closing(str(detail['closing']))]}"
    return said
