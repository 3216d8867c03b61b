"""The demo city: an invented city, laid out from a few arguments, and its records as a folder of files."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cockpit.demo.almanac import Almanac
from cockpit.demo.history import STEP, City
from cockpit.demo.joining import Site
from cockpit.demo.mishaps import Mishaps
from cockpit.demo.places import plan_counties, plan_halls
from cockpit.demo.submissions import offices_of
from cockpit.demo.truth import QUIET, TRUTH
from cockpit.errors import StorageError
from cockpit.lake.faults import cause
from metrics.standard import TABLES


@dataclass(frozen=True)
class CitySummary:
    """What was written: rows per table, and the days the city tells about."""

    rows: dict[str, int]
    first_day: dt.date
    last_day: dt.date


def plan_city(
    *, halls: int = 82, days: int = 400, until: dt.date, seed: int = 7, timezone: str = "Asia/Shanghai",
    troubled: bool = True,
) -> City:  # fmt: skip
    """Lay out a city; nothing has happened in it yet.

    Args:
        halls: number of halls, at least 3.
        days: number of days up to and including `until`.
        until: the last day.
        seed: which of the many possible cities.
        timezone: the city's zone.
        troubled: whether incidents happen; without them the same people come on the same days.

    Raises:
        ValueError: the city cannot be made like this.
    """
    if days < 1:
        raise ValueError(f"a city needs at least one day, not {days}")
    if seed < 0:
        raise ValueError(f"the seed must not be negative: {seed}")
    almanac = Almanac(until - dt.timedelta(days=days - 1), until)
    places, counties = plan_halls(halls), plan_counties(halls)
    site = Site(places, offices_of(places, counties), almanac, seed)
    return City(site, Mishaps(places, counties, almanac, seed), timezone, troubled)


def write_city(
    folder: Path,
    *,
    halls: int = 6,
    days: int = 60,
    until: dt.date,
    seed: int = 7,
    timezone: str = "Asia/Shanghai",
    now: dt.datetime | None = None,
    labels: Path | None = None,
) -> CitySummary:
    """Write an invented city's records; the same arguments give the same rows.

    Args:
        folder: where the files (Parquet, named after the standard's tables) go; made if it is not there.
        halls: number of halls, at least 3.
        days: number of days up to and including `until`.
        until: the last day.
        seed: which of the many possible cities.
        timezone: the city's zone.
        now: nothing that happens at or after this instant is told (plans are); default: the end of the last day.
        labels: the data folder, if what went wrong is to be kept there, apart from the records.

    Raises:
        ValueError: the city cannot be made like this.
    """
    city = plan_city(halls=halls, days=days, until=until, seed=seed, timezone=timezone)
    parts: dict[str, list[pl.DataFrame]] = {name: [frame] for name, frame in city.reference_tables().items()}
    for name, frame in city.backlog(now).items():
        parts.setdefault(name, []).append(frame)
    begin = city.first_day
    while begin <= city.last_planned_day:
        end = min(begin + dt.timedelta(days=STEP - 1), city.last_planned_day)
        for name, frame in city.span(begin, end, now).items():
            parts.setdefault(name, []).append(frame)
        begin = end + dt.timedelta(days=1)
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name in TABLES:
        if name in parts:
            frame = pl.concat(parts.pop(name))
            frame.write_parquet(folder / f"{name}.parquet")
            rows[name] = frame.height
    if labels is not None:
        write_labels(city, labels)
    return CitySummary(rows, city.first_day, city.last_day)


def write_labels(city: City, data_folder: Path) -> None:
    """Keep what went wrong, and the quiet hall-days, in a data folder apart from the records.

    Raises:
        StorageError: the disk refused; what was there before is still there.
    """
    for name, frame in ((TRUTH, city.truth()), (QUIET, city.quiet_days())):
        path = data_folder / name
        draft = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(draft)
            draft.replace(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise StorageError(f"文件 {path} 写不进去（{cause(error)}）；请检查磁盘空间和写权限，然后重试。") from error
