"""Whether anything about incidents has changed: one small look that open pages can afford every few seconds."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from cockpit.records.alert_tables import alert_changes, alert_standings, incident_events
from cockpit.records.database import Database
from cockpit.records.missed_tables import missed_events

#: So many of the latest rows are counted as well: where several write at once (PostgreSQL), a row of an earlier number
#: may come to light after one of a later number.
_LATELY = 200

Pulse = tuple[int, int, int, int]


def pulse(database: Database) -> Pulse:
    """Numbers that differ whenever an incident, an alert or the register of missed trouble has changed."""
    event, change, missed = incident_events.c.event_id, alert_changes.c.change_id, missed_events.c.event_id
    latest = sa.select(sa.func.max(event)).scalar_subquery()
    lately = sa.select(sa.func.count()).where(event > latest - _LATELY).scalar_subquery()
    others = [sa.select(sa.func.max(number)).scalar_subquery() for number in (change, missed)]
    with database.reading() as connection:
        row = connection.execute(sa.select(latest, lately, *others)).one()
    event_id, count, change_id, missed_id = (number or 0 for number in row)
    return event_id, count, change_id, missed_id


def judged_at(database: Database) -> dt.datetime | None:
    """The instant of the latest evaluation of any indicator; None before the first."""
    with database.reading() as connection:
        found: dt.datetime | None = connection.execute(sa.select(sa.func.max(alert_standings.c.at))).scalar()
        return found
