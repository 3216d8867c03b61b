"""Changes of level in brief: without the readings frozen into them, so that a month of a whole city is read at once."""

from __future__ import annotations

import datetime as dt
import json
from typing import NamedTuple

import sqlalchemy as sa

from alerts.incidents import Place
from cockpit.records.alert_tables import alert_changes
from cockpit.records.database import Database


class Turn(NamedTuple):
    """A change of level of one alert.

    Attributes:
        at: when.
        indicator: id.
        place: place columns and values.
        before: level before; 0 none.
        level: level from then on.
    """

    at: dt.datetime
    indicator: str
    place: Place
    before: int
    level: int


def turns(database: Database, since: dt.datetime, indicator: str | None = None) -> list[Turn]:
    """Changes of level from an instant on, in the order in which they were written; of one indicator or of all."""
    columns = alert_changes.c
    wanted = columns.at >= since
    if indicator is not None:
        wanted &= columns.indicator == indicator
    asked = sa.select(columns.at, columns.indicator, columns.place, columns.before, columns.level)
    with database.reading() as connection:
        rows = connection.execute(asked.where(wanted).order_by(columns.change_id)).all()
    places: dict[str, Place] = {}
    found = []
    for at, name, text, before, level in rows:
        if text not in places:
            places[text] = tuple(json.loads(text).items())
        found.append(Turn(at, name, places[text], before, level))
    return found
