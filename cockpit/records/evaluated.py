"""Up to when each indicator has been evaluated (判定到哪一刻), without what is remembered of it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from cockpit.records.alert_tables import alert_standings
from cockpit.records.database import Database


def evaluated(database: Database) -> dict[str, dt.datetime]:
    """Indicator → the instant of its last evaluation."""
    with database.reading() as connection:
        return {row.indicator: row.at for row in connection.execute(_ALL)}


def evaluated_for_good(connection: sa.Connection) -> dict[str, dt.datetime]:
    """The same within a writing transaction; until it ends nobody else goes on."""
    return {row.indicator: row.at for row in connection.execute(_ALL.with_for_update())}


_ALL = sa.select(alert_standings.c.indicator, alert_standings.c.at)
