"""The working mornings of the city (工作日 08:30), from which the clocks of what is read once a day or less run."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from alerts.ladder import MORNING, WorkingMorning
from cockpit.lake.store import Snapshot
from cockpit.watch.numbers import working_days


def working_mornings(snapshot: Snapshot, now: dt.datetime) -> WorkingMorning:
    """The working mornings around the present, as `alerts.ladder` asks for them.

    Args:
        snapshot: the records to go by; days that nobody delivered are those the import would fill in.
        now: the present instant.
    """
    zone = ZoneInfo(snapshot.timezone)
    work = working_days(snapshot, range(now.year - 2, now.year + 3))

    known: dict[tuple[dt.date, int], dt.datetime] = {}

    def morning(at: dt.datetime, days: int) -> dt.datetime:
        clock = at.astimezone(zone)
        # The first morning is that of the day itself where it is a working day and 08:30 has not passed.
        first = clock.date() + dt.timedelta(days=clock.time() > MORNING)
        if (first, days) not in known:
            day: dt.date = work.on_or_after(pl.Series([first])).item()
            if days:
                day = work.add(pl.Series([day]), days).item()
            known[first, days] = dt.datetime.combine(day, MORNING, zone)
        return known[first, days]

    return morning
