"""What the page of one hall is made of: the hall's records of the day shown and of the past days it is compared with.

Only this hall's rows are read. The past days are kept for some minutes, because they hardly ever change while every
minute brings new rows of today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.board.keeping import Keeper
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot, reading
from metrics.baseline import past_days
from metrics.hours import sessions_of
from metrics.past import Past
from metrics.records import Records, empty
from metrics.standard import TABLES as STANDARD
from metrics.view import View

#: Events and plans, cut to days by their main time.
DATED = ("tickets", "window_sessions", "window_plan", "roster", "attendance")
OF_HALL = ("tickets", "roster", "attendance")
#: Sources in which a hall's day is seen; a device whose state nobody reports is not known to be on.
TABLES = (*DATED, "device_states")
_past: Keeper[dict[str, pl.DataFrame]] = Keeper(entries=24)
_first: Keeper[pl.DataFrame] = Keeper(entries=200, minutes=60)


@dataclass(frozen=True)
class HallRecords:
    """One hall on one day.

    Attributes:
        hall: the hall's row of the data standard.
        day: the day.
        start: its first instant.
        end: the next day's.
        view: the hall's records of the day.
        past: the hall's records of the past days with which the day is compared.
        days: those days, the nearest first.
        first: hall_id, first_day (the day of the hall's first ticket); no row where there is none.
        items: item_code, item (its name).
        reaches: table → how far what was delivered of it for this hall reaches; only where that is into the day.
    """

    hall: dict[str, Any]
    day: dt.date
    start: dt.datetime
    end: dt.datetime
    view: View
    past: View
    days: tuple[dt.date, ...]
    first: pl.DataFrame
    items: pl.DataFrame
    reaches: Mapping[str, dt.datetime]

    @property
    def hall_id(self) -> str:
        """The hall."""
        return str(self.hall["hall_id"])


def load(folder: DataFolder, snapshot: Snapshot, hall_id: str, day: dt.date, now: dt.datetime) -> HallRecords | None:
    """Read one hall's day; None where there is no such hall.

    Args:
        folder: data folder of the city.
        snapshot: the state of the data.
        hall_id: a hall that the viewer may see; the caller has asked.
        day: the city's day.
        now: the present instant, which decides how long past days are kept.

    Raises:
        StorageError: a file of the lake is damaged.
    """
    zone = ZoneInfo(snapshot.timezone)
    start, end = (dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), zone) for days in (0, 1))
    with reading(snapshot):
        halls = snapshot.scan("halls").filter(pl.col("hall_id") == hall_id).collect()
        if halls.is_empty():
            return None
        small = _small(snapshot, hall_id)
        first = _first.get(
            (str(folder.path), hall_id, str(snapshot.files("tickets")["part"].min())),
            now,
            lambda: _first_day(snapshot, hall_id),
        )
        asked = pl.DataFrame({"hall_id": [hall_id], "date": [day]}, schema={"hall_id": pl.String, "date": pl.Date})
        days = tuple(past_days(sessions_of(small["calendar"]), first, asked)["past"].to_list())
        past = _past.get(
            (str(folder.path), hall_id, day, days), now, lambda: _dated(snapshot, hall_id, small["windows"], days)
        )
        today = _dated(snapshot, hall_id, small["windows"], (day,))
        today["device_states"] = _device_states(snapshot, small["devices"], end)
        items = snapshot.scan("items").sort("version").select("item_code", pl.col("name").alias("item")).collect()
        reaches = _reaches(snapshot, hall_id, start, today)
    known = Past({}, first)
    return HallRecords(
        hall=halls.to_dicts()[0],
        day=day,
        start=start,
        end=end,
        view=View(Records(small | today, snapshot.timezone), known),
        past=View(Records(small | past, snapshot.timezone), known),
        days=days,
        first=first,
        items=items.unique("item_code", keep="last", maintain_order=True),
        reaches=reaches,
    )


def _small(snapshot: Snapshot, hall_id: str) -> dict[str, pl.DataFrame]:
    """The hall's own rows of the small tables."""
    names = ("halls", "calendar", "queues", "windows", "devices")
    rows = [
        snapshot.scan(name).filter(pl.col("hall_id") == hall_id).select(empty(name, snapshot.timezone).columns)
        for name in names
    ]
    return dict(zip(names, pl.collect_all(rows), strict=True))


def _dated(snapshot: Snapshot, hall_id: str, windows: pl.DataFrame, days: Sequence[dt.date]) -> dict[str, pl.DataFrame]:
    """The hall's events and plans of some days."""
    if not days:
        return {name: empty(name, snapshot.timezone) for name in DATED}
    zone = ZoneInfo(snapshot.timezone)
    start = dt.datetime.combine(min(days), dt.time(), zone)
    end = dt.datetime.combine(max(days) + dt.timedelta(days=1), dt.time(), zone)
    rows = []
    for name in DATED:
        here = (
            pl.col("hall_id") == hall_id
            if name in OF_HALL
            else pl.col("window_id").is_in(windows["window_id"].implode())
        )
        found = snapshot.scan(name, start, end).filter(here)
        if len(days) > 1:
            found = found.filter(pl.col(str(STANDARD[name].time)).dt.date().is_in(list(days)))
        rows.append(found.select(empty(name, snapshot.timezone).columns))
    return dict(zip(DATED, pl.collect_all(rows), strict=True))


def _device_states(snapshot: Snapshot, devices: pl.DataFrame, end: dt.datetime) -> pl.DataFrame:
    wanted = pl.col("device_id").is_in(devices["device_id"].implode())
    columns = empty("device_states", snapshot.timezone).columns
    return snapshot.scan("device_states", None, end).filter(wanted).select(columns).collect()


def _reaches(
    snapshot: Snapshot, hall_id: str, start: dt.datetime, today: Mapping[str, pl.DataFrame]
) -> dict[str, dt.datetime]:
    """How far each table reaches into the day, by what was delivered and by the rows themselves."""
    told = (
        snapshot.scan("deliveries", start, None)
        .filter(pl.col("hall_id") == hall_id, pl.col("covers_until") > start, pl.col("table").is_in(TABLES))
        .group_by("table")
        .agg(pl.col("covers_until").max())
        .collect()
    )
    found: dict[str, dt.datetime] = dict(told.iter_rows())
    for name in ("tickets", "window_sessions", "attendance"):
        last = today[name].select(pl.col(STANDARD[name].events).max()).row(0)
        seen = max((at for at in last if at is not None), default=None)
        if seen is not None:
            found[name] = max(found.get(name, seen), seen)
    for name in ("window_plan", "roster"):
        if not today[name].is_empty():
            found.setdefault(name, start + dt.timedelta(days=1))
    return found


def _first_day(snapshot: Snapshot, hall_id: str) -> pl.DataFrame:
    taken = pl.col("take_time").min().dt.convert_time_zone(snapshot.timezone).dt.date().alias("first_day")
    tickets = snapshot.raw("tickets").filter(pl.col("hall_id") == hall_id, ~pl.col("is_test"))
    return tickets.group_by("hall_id").agg(taken).collect()
