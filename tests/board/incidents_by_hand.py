"""Incidents made by hand in a data folder, by the same fold that evaluation goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.catalogue import catalogue
from alerts.deeds import Deed, done
from alerts.incidents import Alert, Change, Event, Incident, Key, Kind, Place, changed
from alerts.ladder import Why, rungs_of
from alerts.machine import Reason
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog

MINUTE = timedelta(minutes=1)
Q_S1: Place = (("hall_id", "s1"), ("queue_id", "q"))
HALL_S1: Place = (("hall_id", "s1"),)
HALL_C1: Place = (("hall_id", "c1"),)
HALL_T1: Place = (("hall_id", "t1"),)
COUNTY: Place = (("county", "云栖区"),)
DEPARTMENT: Place = (("dept_code", "d1"),)


@dataclass
class Hand:
    """Writes what would have happened into the alert log of a folder.

    Attributes:
        folder: data folder.
        incidents: every incident by its id, as it is now.
        openers: id of an incident → indicator that opened it.
    """

    folder: DataFolder
    incidents: dict[str, Incident] = field(default_factory=dict)
    openers: dict[str, str] = field(default_factory=dict)

    def turn(
        self,
        at: datetime,
        indicator: str,
        place: Place,
        level: int,
        frozen: Mapping[str, object] | None = None,
        *,
        flapping: bool = False,
    ) -> str:
        """An alert changes to a level; returns the id of its incident."""
        alert: Alert = (indicator, place)
        open_: dict[Key, Incident] = {one.key: one for one in self.incidents.values() if one.closed_at is None}
        before = max((one.alerts.get(alert, 0) for one in open_.values()), default=0)
        why = Reason.MET if level > before else Reason.RECOVERED
        change = Change(at, alert, before, level, why, flapping, {"version": "2026.1"} | dict(frozen or {}))
        incident, events = changed(open_, change, catalogue()[indicator])
        assert incident is not None
        self.openers.setdefault(incident.id, indicator)
        self._keep(incident, events, change)
        return incident.id

    def did(self, deed: Deed) -> None:
        """Somebody does something, past the checks of the door."""
        self._keep(*done(self.incidents[deed.incident], deed))

    def told(self, incident_id: str, at: datetime) -> None:
        """The first rung of the ladder is told."""
        incident = self.incidents[incident_id]
        opener = catalogue()[self.openers[incident_id]]
        rung = {1: 0, 2: 1, 3: 2}[incident.level] if opener.cadence == "RT" else 0
        after = Incident(**{**vars(incident), "told_at": at, "told_level": incident.level, "rung": rung})
        name = rungs_of(opener.owner, fast=opener.cadence == "RT")[rung]
        detail = {"rung": name, "why": Why.NEW.value}
        self._keep(after, [Event(at, incident_id, Kind.TOLD, incident.level, detail=detail)])

    def _keep(self, incident: Incident, events: list[Event], change: Change | None = None) -> None:
        self.incidents[incident.id] = incident
        with AlertLog(self.folder.records.database).writing() as book:
            book.save(incident, self.openers[incident.id])
            book.add_events(events)
            if change is not None:
                book.add_changes([(change, incident.id)])
