"""The latest lines of the histories of all incidents, with where each happened; for screens that show what went on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from alerts.incidents import Kind, Place
from cockpit.records import alert_tables as t
from cockpit.records.database import Database


@dataclass(frozen=True)
class StreamLine:
    """One line of the history of some incident; who it was is left out.

    Attributes:
        at: when.
        kind: what happened.
        level: of the incident after it.
        incident: its id.
        place: where.
        cause: what lies behind it.
    """

    at: dt.datetime
    kind: Kind
    level: int
    incident: str
    place: Place
    cause: str


def last_line(database: Database) -> int:
    """Number of the line written last, by whomever; 0 where there is none. It says whether anything has happened."""
    with database.reading() as connection:
        found: int | None = connection.execute(sa.select(sa.func.max(t.incident_events.c.event_id))).scalar()
    return found or 0


def told_to_nobody(database: Database) -> frozenset[str]:
    """Incidents that are open and whose history says already that there was nobody to be told."""
    events, incidents = t.incident_events.c, t.incidents.c
    wanted = (
        sa.select(events.incident_id)
        .join(t.incidents, incidents.incident_id == events.incident_id)
        .where(incidents.closed_at.is_(None), incidents.told_at.is_(None), events.kind == Kind.TOLD.value)
    )
    with database.reading() as connection:
        return frozenset(connection.execute(wanted).scalars())


def latest_lines(
    database: Database,
    kinds: Collection[Kind],
    causes: Collection[str],
    since: dt.datetime,
    until: dt.datetime,
    limit: int,
) -> list[StreamLine]:
    """The latest lines of these kinds and causes, the last first.

    Args:
        database: the state database.
        kinds: what is looked for.
        causes: of incidents with these causes.
        since: the earliest instant.
        until: the latest instant.
        limit: so many at most.
    """
    events, incidents = t.incident_events.c, t.incidents.c
    wanted = (
        sa.select(events.at, events.kind, events.level, events.incident_id, incidents.place, incidents.cause)
        .join(t.incidents, incidents.incident_id == events.incident_id)
        .where(events.at.between(since, until), events.kind.in_([kind.value for kind in kinds]))
        .where(incidents.cause.in_(causes))
        .order_by(events.at.desc(), events.event_id.desc())
        .limit(limit)
    )
    with database.reading() as connection:
        rows = connection.execute(wanted).all()
    return [
        StreamLine(row.at, Kind(row.kind), row.level, row.incident_id, tuple(json.loads(row.place).items()), row.cause)
        for row in rows
    ]
