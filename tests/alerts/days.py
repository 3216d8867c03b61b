"""A small hall in which tests let alerts come and go: clock times, places, incidents, and what people do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from alerts.catalogue import catalogue
from alerts.deeds import Deed, done
from alerts.incidents import Change, Event, Incident, Key, Kind, Place, changed
from alerts.ladder import MORNING, Notice, notice
from alerts.machine import Reason

ZONE = ZoneInfo("Asia/Shanghai")
HALL: Place = (("hall_id", "H1"),)
QUEUE: Place = (("hall_id", "H1"), ("queue_id", "Q1"))
#: The National Day holiday, and the Saturday after it that is worked instead.
HOLIDAYS = {dt.date(2026, 10, day) for day in range(1, 8)}
WORKED = {dt.date(2026, 10, 10)}


def clock(text: str) -> dt.datetime:
    """`10:00` of Monday, 12 October 2026, or `10-16 20:00`."""
    day, _, time = text.rpartition(" ")
    return dt.datetime.fromisoformat(f"2026-{day or '10-12'}T{time}").replace(tzinfo=ZONE)


def recorded(incident: Incident) -> Incident:
    """An incident as records give it back: its instants in universal time."""
    times = {name: value.astimezone(dt.UTC) for name, value in vars(incident).items() if isinstance(value, dt.datetime)}
    return replace(incident, **times)  # type: ignore[arg-type]


def working(day: dt.date) -> bool:
    return day in WORKED or (day.weekday() < 5 and day not in HOLIDAYS)


def morning(at: dt.datetime, days: int) -> dt.datetime:
    """08:30 of the working day so many further on than the first one not yet past."""
    at = at.astimezone(ZONE)
    day = at.date() if at.time() <= MORNING else at.date() + dt.timedelta(days=1)
    while True:
        if working(day):
            if days == 0:
                return dt.datetime.combine(day, MORNING, ZONE)
            days -= 1
        day += dt.timedelta(days=1)


@dataclass
class Hall:
    """The open incidents, all that happened to them, and whom that reached."""

    open: dict[Key, Incident] = field(default_factory=dict)
    closed: list[Incident] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def alert(
        self, when: str, indicator: str, before: int, level: int, place: Place = HALL, *, flapping: bool = False
    ) -> list[str]:
        """A level changes; the kinds of what happened."""
        reason = Reason.MET if level > before else Reason.RECOVERED
        change = Change(clock(when), (indicator, place), before, level, reason, flapping, {"value": 1.5})
        incident, events = changed(self.open, change, catalogue()[indicator])
        return self._take(incident, events)

    def people(self, when: str, kind: Kind, who: str = "li", cause: str = "crowd", **more: object) -> list[str]:
        """Somebody does something about the incident of a cause."""
        incident = self.of(cause)
        deed = Deed(clock(when), incident.id, kind, who, **more)  # type: ignore[arg-type]
        return self._take(*done(incident, deed))

    def told(self, when: str, cause: str = "crowd", *, indicator: str = "wait_avg") -> str:
        """Whom the ladder tells at an instant, of which level and why; nothing where nobody."""
        definition = catalogue()[indicator]
        fast = definition.cadence == "RT"
        incident, told, event = notice(self.of(cause), definition.owner, clock(when), morning, fast=fast)
        assert (told is None) == (event is None)
        self._take(incident, [event] if event else [])
        if told is None:
            return ""
        self.notices.append(told)
        return f"{told.rung} {'正黄橙红'[told.level]} {told.why.value}"

    def of(self, cause: str = "crowd") -> Incident:
        """The open incident of a cause."""
        (found,) = (incident for (_, named), incident in self.open.items() if named == cause)
        return found

    def _take(self, incident: Incident | None, events: list[Event]) -> list[str]:
        if incident is not None:
            incident = recorded(incident)
            if incident.closed_at is None:
                self.open[incident.key] = incident
            else:
                self.open.pop(incident.key, None)
                self.closed.append(incident)
        self.events += events
        return [event.kind.value for event in events]
