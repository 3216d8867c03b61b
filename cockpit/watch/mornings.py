"""Working mornings of a city: when people are told of what is not of the moment."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from zoneinfo import ZoneInfo

import polars as pl

from alerts.ladder import MORNING, WorkingMorning
from cockpit.lake.store import Snapshot

_WEEKEND = 5


def working_mornings(snapshot: Snapshot, zone: ZoneInfo) -> WorkingMorning:
    """The working mornings of the table `workdays`; days it does not cover are worked Monday to Friday."""
    table = snapshot.scan("workdays").select("date", "is_workday").sort("date").collect()
    known = dict(table.iter_rows())
    worked = table.filter(pl.col("is_workday"))["date"].to_list()
    gapless = bool(known) and len(known) == (max(known) - min(known)).days + 1

    def morning(at: dt.datetime, days: int) -> dt.datetime:
        here = at.astimezone(zone)
        day = here.date() if here.time() <= MORNING else here.date() + dt.timedelta(days=1)
        place = bisect_left(worked, day) + days
        if gapless and day >= min(known) and place < len(worked):
            return dt.datetime.combine(worked[place], MORNING, zone)
        while True:
            if known.get(day, day.weekday() < _WEEKEND):
                if days == 0:
                    return dt.datetime.combine(day, MORNING, zone)
                days -= 1
            day += dt.timedelta(days=1)

    return morning
