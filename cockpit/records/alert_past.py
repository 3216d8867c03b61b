"""Incidents of the past that are like one: of the same cause, in brief, with when they were all well again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from alerts.incidents import Closing, Event, Kind, Place
from cockpit.records.alert_tables import incident_events, incidents
from cockpit.records.database import Database


class Past(NamedTuple):
    """An incident in brief.

    Attributes:
        id: of the incident.
        place: place columns and values.
        indicator: the one that opened it.
        opened_at: when it opened.
        worst: the greatest level it had.
        cleared_at: when all its alerts were over for the last time; None where they were not.
        closed_at: when it was closed; None where it is open.
        closing: why.
    """

    id: str
    place: Place
    indicator: str
    opened_at: dt.datetime
    worst: int
    cleared_at: dt.datetime | None
    closed_at: dt.datetime | None
    closing: Closing | None


def of_cause(database: Database, cause: str, before: dt.datetime, most: int) -> list[Past]:
    """Incidents of a cause that opened before an instant, the latest first, at most so many."""
    i, e = incidents.c, incident_events.c
    wanted = (
        sa.select(i.incident_id, i.place, i.indicator, i.opened_at, i.worst, i.closed_at, i.closing)
        .where(i.cause == cause, i.opened_at < before)
        .order_by(i.opened_at.desc(), i.incident_id)
        .limit(most)
    )
    with database.reading() as connection:
        rows = connection.execute(wanted).all()
        if not rows:
            return []
        names = [row.incident_id for row in rows]
        cleared = sa.select(e.incident_id, sa.func.max(e.at).label("at")).where(
            e.incident_id.in_(names), e.kind == Kind.CLEARED.value
        )
        when: dict[str, dt.datetime] = {
            row.incident_id: row.at for row in connection.execute(cleared.group_by(e.incident_id))
        }
    return [
        Past(
            row.incident_id, tuple(json.loads(row.place).items()), row.indicator, row.opened_at, row.worst,
            when.get(row.incident_id), row.closed_at, Closing(row.closing) if row.closing else None,
        )
        for row in rows
    ]  # fmt: skip


def closed_lately(database: Database, since: dt.datetime) -> list[tuple[Place, dt.datetime]]:
    """Places of the incidents closed at an instant or later, and when; the latest first."""
    i = incidents.c
    wanted = sa.select(i.place, i.closed_at).where(i.closed_at >= since).order_by(i.closed_at.desc())
    with database.reading() as connection:
        return [(tuple(json.loads(row.place).items()), row.closed_at) for row in connection.execute(wanted)]


def of_hall(database: Database, hall_id: str, start: dt.datetime, end: dt.datetime) -> list[tuple[str, str]]:
    """Incidents of a hall open at some instant from one to another, each with its opener, the earliest first."""
    i = incidents.c
    wanted = sa.select(i.incident_id, i.indicator).where(
        i.hall_id == hall_id, i.opened_at <= end, sa.or_(i.closed_at.is_(None), i.closed_at >= start)
    )
    with database.reading() as connection:
        return [(row.incident_id, row.indicator) for row in connection.execute(wanted.order_by(i.opened_at))]


def said_about(database: Database, names: Sequence[str]) -> dict[str, list[Event]]:
    """What people wrote about some incidents: the events with a text and a person, in the order written."""
    if not names:
        return {}
    e = incident_events.c
    wanted = (
        sa.select(e.incident_id, e.at, e.kind, e.level, e.who, e.text)
        .where(e.incident_id.in_(list(names)), e.who != "", e.text != "")
        .order_by(e.event_id)
    )
    found: dict[str, list[Event]] = {}
    with database.reading() as connection:
        for row in connection.execute(wanted):
            event = Event(row.at, row.incident_id, Kind(row.kind), row.level, row.who, row.text)
            found.setdefault(row.incident_id, []).append(event)
    return found


def events_since(database: Database, since: dt.datetime, names: Sequence[str]) -> dict[str, list[Event]]:
    """What happened to some incidents from an instant on, in the order written."""
    if not names:
        return {}
    e = incident_events.c
    wanted = (
        sa.select(e.incident_id, e.at, e.kind, e.level, e.who, e.text, e.detail)
        .where(e.incident_id.in_(list(names)), e.at >= since)
        .order_by(e.event_id)
    )
    found: dict[str, list[Event]] = {}
    with database.reading() as connection:
        for row in connection.execute(wanted):
            event = Event(
                row.at, row.incident_id, Kind(row.kind), row.level, row.who, row.text, None, json.loads(row.detail)
            )
            found.setdefault(row.incident_id, []).append(event)
    return found
