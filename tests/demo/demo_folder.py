"""A data folder with a demo city, what lies in it, and what a city made up at once would hold."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from polars.testing import assert_frame_equal

from cockpit.demo.building import Building, plan_build
from cockpit.demo.city import plan_city
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import load_settings
from metrics.standard import TABLES

ZONE = ZoneInfo("Asia/Shanghai")
Tables = dict[str, pl.DataFrame]


def at(day: dt.date, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute, second), ZONE)


def opened(data_dir: Path, **lake: float) -> DataFolder:
    return open_folder(load_settings(data_dir=data_dir, **({"lake": lake} if lake else {})), create=True)


def planned(
    folder: DataFolder, now: dt.datetime, *, halls: int = 3, days: int = 22, latest_first: int | None = None
) -> Building:
    plan = plan_build(folder, halls=halls, days=days, seed=7, now=now, latest_first=latest_first)
    return Building(folder, plan)


def stored(folder: DataFolder) -> Tables:
    """What is in the lake, without what tells how it came in; working days that the import filled in are not the
    city's."""
    snapshot = folder.lake.snapshot()
    found = {}
    for name, table in TABLES.items():
        rows = snapshot.scan(name).filter(~pl.col("derived")).select(*table.dtypes, "updated_at").collect()
        if rows.height:
            found[name] = rows.sort(table.key)
    return found


def at_once(now: dt.datetime, *, first: dt.date, last: dt.date, halls: int = 3) -> Tables:
    """All that is known at an instant of a city that is made up at once."""
    city = plan_city(halls=halls, days=(last - first).days + 1, until=last)
    parts = [city.reference_tables(), city.backlog(now), city.span(first, city.last_planned_day, now)]
    found = {}
    for name, table in TABLES.items():
        frames = [part[name] for part in parts if name in part]
        rows = pl.concat(frames) if frames else pl.DataFrame()
        if rows.height:
            found[name] = rows.select(*table.dtypes, "updated_at").sort(table.key)
    return found


def assert_same(left: Tables, right: Tables) -> None:
    assert left.keys() == right.keys()
    for name in left:
        assert_frame_equal(left[name], right[name])


class Clock:
    """A clock that stands still until it is told to go on; waiting lets it go on."""

    def __init__(self, instant: dt.datetime) -> None:
        self.instant = instant
        self.waits: list[float] = []
        self.on_wait: Callable[[], object] = lambda: None

    def now(self) -> dt.datetime:
        return self.instant

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.instant += dt.timedelta(seconds=max(seconds, 0.001))
        self.on_wait()
