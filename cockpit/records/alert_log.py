"""Early warning as it is kept: thresholds changed, levels remembered, changes of level, incidents and their history."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alerts.incidents import Alert, Change, Closing, Event, Incident, Kind, Place
from alerts.machine import Reason
from alerts.thresholds import ThresholdChange
from cockpit.records import alert_tables as t
from cockpit.records.database import Database
from cockpit.records.people import AuditLine, add_line
from cockpit.records.upsert import put


@dataclass(frozen=True)
class StandingRecord:
    """What is remembered of an indicator.

    Attributes:
        indicator: id.
        at: instant of the last evaluation.
        version: of the definition.
        body: the places and what the machine remembers of them; columns by name.
        counts: how many readings were value, insufficient, no_data, held back, and how many places fire by level.
        ailing: why it could not be read; None where it could.
    """

    indicator: str
    at: dt.datetime
    version: str
    body: Mapping[str, Any]
    counts: Mapping[str, int]
    ailing: str | None


@dataclass(frozen=True)
class ChangeRecord:
    """A change of level as it is kept, and the incident that took it in."""

    change_id: int
    change: Change
    incident: str


@dataclass(frozen=True)
class IncidentRecord:
    """An incident and the indicator that opened it."""

    incident: Incident
    indicator: str


class Book:
    """The alert log within one writing transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Write by this connection."""
        self._connection = connection

    @property
    def connection(self) -> sa.Connection:
        """The connection, for what is to be written together with the log or not at all."""
        return self._connection

    def open_incidents(self) -> list[IncidentRecord]:
        """Incidents that nobody has closed; nobody else changes them until this transaction ends."""
        wanted = sa.select(t.incidents).where(t.incidents.c.closed_at.is_(None)).order_by(t.incidents.c.opened_at)
        return [incident_of(row) for row in self._connection.execute(wanted.with_for_update())]

    def incident(self, incident_id: str) -> IncidentRecord | None:
        """One incident; nobody else changes it until this transaction ends."""
        wanted = sa.select(t.incidents).where(t.incidents.c.incident_id == incident_id)
        row = self._connection.execute(wanted.with_for_update()).one_or_none()
        return incident_of(row) if row else None

    def history(self, incident_id: str) -> list[Event]:
        """The history of an incident so far, in the order in which it was written."""
        return _history(self._connection, incident_id)

    def save(self, incident: Incident, indicator: str) -> None:
        """Keep an incident as it now is."""
        self.save_all([IncidentRecord(incident, indicator)])

    def save_all(self, records: Iterable[IncidentRecord]) -> None:
        """Keep incidents as they now are."""
        put(self._connection, t.incidents, ["incident_id"], [_row(record) for record in records])

    def add_changes(self, records: Iterable[tuple[Change, str]]) -> None:
        """Keep changes of level, each with the incident that took it in."""
        rows = [
            {
                "at": change.at, "indicator": change.alert[0], "place": _json(dict(change.alert[1])),
                "before": change.before, "level": change.level, "reason": int(change.reason),
                "flapping": change.flapping, "incident_id": incident, "frozen": _packed(dict(change.frozen)),
            }
            for change, incident in records
        ]  # fmt: skip
        if rows:
            self._connection.execute(sa.insert(t.alert_changes), rows)

    def add_events(self, events: Iterable[Event]) -> None:
        """Keep lines of the history."""
        rows = [
            {
                "incident_id": event.incident, "at": event.at, "kind": event.kind.value, "level": event.level,
                "who": event.who, "text": event.text, "indicator": event.alert and event.alert[0],
                "place": event.alert and _json(dict(event.alert[1])), "detail": _json(dict(event.detail)),
            }
            for event in events
        ]  # fmt: skip
        if rows:
            self._connection.execute(sa.insert(t.incident_events), rows)

    def add_line(self, line: AuditLine) -> None:
        """Write a line into the audit."""
        add_line(self._connection, line)

    def set_standings(self, standings: Iterable[StandingRecord]) -> None:
        """Remember indicators."""
        put(
            self._connection,
            t.alert_standings,
            ["indicator"],
            [
                {
                    "indicator": one.indicator, "at": one.at, "version": one.version, "places": _packed(one.body),
                    "counts": _json(one.counts), "ailing": one.ailing,
                }
                for one in standings
            ],
        )  # fmt: skip


class AlertLog:
    """The alert log of one data folder."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    @contextmanager
    def writing(self) -> Iterator[Book]:
        """One writing transaction, wholly in or wholly out."""
        with self._database.transaction() as connection:
            yield Book(connection)

    def standings(self, only: Collection[str] | None = None) -> dict[str, StandingRecord]:
        """What is remembered of each indicator, or of some."""
        wanted = sa.select(t.alert_standings)
        if only is not None:
            wanted = wanted.where(t.alert_standings.c.indicator.in_(only))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return {
            row.indicator: StandingRecord(
                row.indicator, row.at, row.version, _unpacked(row.places), json.loads(row.counts), row.ailing
            )
            for row in rows
        }

    def thresholds(self) -> list[ThresholdChange]:
        """All changes of thresholds, in the order in which they were recorded."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(t.threshold_changes).order_by(t.threshold_changes.c.change_id)).all()
        return [
            ThresholdChange(
                row.indicator, _place(row.place), row.edge, row.value, row.effective_from, row.who, row.at, row.why
            )
            for row in rows
        ]

    def add_thresholds(self, changes: Sequence[ThresholdChange], line: AuditLine) -> None:
        """Keep changes of thresholds, together with their line in the audit."""
        with self._database.transaction() as connection:
            for change in changes:
                connection.execute(
                    sa.insert(t.threshold_changes).values(**vars(change) | {"place": _json(dict(change.place))})
                )
            add_line(connection, line)

    def incidents(self, since: dt.datetime | None = None) -> list[IncidentRecord]:
        """Incidents that are open, and those closed at an instant or later; the latest first."""
        open_ = t.incidents.c.closed_at.is_(None)
        wanted = open_ if since is None else sa.or_(open_, t.incidents.c.closed_at >= since)
        with self._database.reading() as connection:
            rows = connection.execute(
                sa.select(t.incidents).where(wanted).order_by(t.incidents.c.opened_at.desc(), t.incidents.c.incident_id)
            ).all()
        return [incident_of(row) for row in rows]

    def incident(self, incident_id: str) -> IncidentRecord | None:
        """One incident, open or closed."""
        with self._database.reading() as connection:
            row = connection.execute(
                sa.select(t.incidents).where(t.incidents.c.incident_id == incident_id)
            ).one_or_none()
        return incident_of(row) if row else None

    def events(self, incident_id: str) -> list[Event]:
        """The history of an incident, in the order in which it was written."""
        with self._database.reading() as connection:
            return _history(connection, incident_id)

    def changes(
        self,
        since: dt.datetime,
        until: dt.datetime | None = None,
        indicator: str | None = None,
        incident: str | None = None,
    ) -> list[ChangeRecord]:
        """Changes of level from an instant to before another, in the order in which they were written."""
        columns = t.alert_changes.c
        wanted = columns.at >= since
        if until is not None:
            wanted &= columns.at < until
        if indicator is not None:
            wanted &= columns.indicator == indicator
        if incident is not None:
            wanted &= columns.incident_id == incident
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(t.alert_changes).where(wanted).order_by(columns.change_id)).all()
        return [ChangeRecord(row.change_id, _change(row), row.incident_id) for row in rows]


def _history(connection: sa.Connection, incident_id: str) -> list[Event]:
    columns = t.incident_events.c
    wanted = sa.select(t.incident_events).where(columns.incident_id == incident_id).order_by(columns.event_id)
    return [_event(row) for row in connection.execute(wanted)]


def _row(record: IncidentRecord) -> dict[str, Any]:
    incident = record.incident
    place = dict(incident.key[0])
    alerts = [[name, dict(where), level] for (name, where), level in incident.alerts.items()]
    flapping = [[name, dict(where)] for name, where in sorted(incident.flapping)]
    return {
        "incident_id": incident.id, "place": _json(place), "hall_id": place.get("hall_id"), "cause": incident.key[1],
        "indicator": record.indicator, "opened_at": incident.opened_at,
        "alerts": _json({"levels": alerts, "flapping": flapping}), "level": incident.level, "worst": incident.worst,
        "acknowledged_at": incident.acknowledged_at, "by_whom": incident.by, "assigned_to": incident.assigned_to,
        "silenced_until": incident.silenced_until, "closed_at": incident.closed_at,
        "closing": incident.closing and incident.closing.value, "told_level": incident.told_level,
        "rung": incident.rung, "told_at": incident.told_at,
    }  # fmt: skip


def _change(row: sa.Row[Any]) -> Change:
    alert: Alert = (row.indicator, _place(row.place))
    return Change(row.at, alert, row.before, row.level, Reason(row.reason), row.flapping, _unpacked(row.frozen))


def _event(row: sa.Row[Any]) -> Event:
    alert = (row.indicator, _place(row.place)) if row.indicator else None
    return Event(row.at, row.incident_id, Kind(row.kind), row.level, row.who, row.text, alert, json.loads(row.detail))


def incident_of(row: sa.Row[Any]) -> IncidentRecord:
    """A row of incidents as a record."""
    told = json.loads(row.alerts)
    levels = {(name, tuple(place.items())): level for name, place, level in told["levels"]}
    flapping = frozenset((name, tuple(place.items())) for name, place in told["flapping"])
    incident = Incident(
        row.incident_id, (_place(row.place), row.cause), row.opened_at, levels, row.worst, flapping,
        row.acknowledged_at, row.by_whom, row.assigned_to, row.silenced_until, row.closed_at,
        Closing(row.closing) if row.closing else None, row.told_level, row.rung, row.told_at,
    )  # fmt: skip
    return IncidentRecord(incident, row.indicator)


def _place(text: str) -> Place:
    return tuple(json.loads(text).items())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _packed(value: object) -> bytes:
    return zlib.compress(_json(value).encode(), 6)


def _unpacked(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(body))
    return found
