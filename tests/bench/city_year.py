"""A year of the demo city as Parquet files, month by month, kept outside the repository; also many such cities in one.

A folder holds `TABLE/YYYY-MM.parquet` (the month of the table's main time, as in the lake) or `TABLE/all.parquet` for
small tables kept whole. Making it takes some minutes the first time; it is done in spans and row groups, so that a city
ten times as large needs no more memory.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from cockpit import demo
from cockpit.demo.city import plan_city
from cockpit.demo.history import STEP
from metrics.standard import TABLES

UNTIL = dt.date(2026, 10, 31)
DAYS, HALLS, SEED = 365, 82, 7
#: What facts, baselines and rates are made of.
NEEDED = (
    "halls", "calendar", "workdays", "departments", "items", "queues", "windows",
    "window_plan", "window_sessions", "tickets", "cases", "case_pauses", "reviews", "complaints",
)  # fmt: skip
#: Names of places, people, things that differ from city to city; items, departments and regions are the same.
IDS = (
    "hall_id", "queue_id", "window_id", "staff_id", "session_id", "ticket_id", "transferred_from", "project_no",
    "applicant_hash", "pause_id", "review_id", "device_id", "complaint_id",
)  # fmt: skip
#: Tables that all the cities have in common.
COMMON = ("workdays", "departments", "items")
#: Rows of one city in a row group of several; a reader of some days skips the others.
ROW_GROUP = 12_000


def city_year(
    *, halls: int = HALLS, days: int = DAYS, copies: int = 1, until: dt.date = UNTIL, cache: Path | None = None
) -> Path:
    """The folder of a city's year, made where it is not there yet.

    Args:
        halls: halls of one city.
        days: days up to and including `until`.
        copies: how many such cities lie in it side by side, with their names' first letters to tell them apart.
        until: the last day.
        cache: where such folders are kept; by default in the system's folder for temporary files.
    """
    home = cache or Path(tempfile.gettempdir()) / "hall-cockpit-bench"
    place = home / f"city-{halls}-{days}-{until}-x{copies}-{generator()}"
    if place.exists():
        return place
    draft = place.with_suffix(".part")
    shutil.rmtree(draft, ignore_errors=True)
    if copies == 1:
        _live(draft, halls, days, until)
    else:
        _multiply(city_year(halls=halls, days=days, until=until, cache=cache), draft, copies)
    draft.rename(place)
    return place


def _live(folder: Path, halls: int, days: int, until: dt.date) -> None:
    """Let the city live through its days and write what it leaves behind."""
    city = plan_city(halls=halls, days=days, until=until, seed=SEED)
    _append(folder, city.reference_tables())
    _append(folder, city.backlog())
    begin = city.first_day
    while begin <= until:
        end = min(begin + dt.timedelta(days=STEP - 1), until)
        _append(folder, city.span(begin, end))
        begin = end + dt.timedelta(days=1)
    for table in folder.iterdir():
        for month in {part.name.split("_")[0] for part in table.glob("*.parquet")}:
            parts = sorted(table.glob(f"{month}_*.parquet"))
            time = TABLES[table.name].time
            rows = pl.read_parquet(parts)
            (rows.sort(time, maintain_order=True) if time else rows).write_parquet(table / f"{month}.parquet")
            for part in parts:
                part.unlink()


def _append(folder: Path, tables: dict[str, pl.DataFrame]) -> None:
    for name in tables.keys() & set(NEEDED):
        frame, time = tables[name], TABLES[name].time
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        month = pl.col(time).dt.strftime("%Y-%m") if time else pl.lit("all")
        for key, rows in _parts(frame, month):
            number = len(list(place.glob(f"{key}_*.parquet")))
            rows.write_parquet(place / f"{key}_{number:03d}.parquet")


def _parts(frame: pl.DataFrame, key: pl.Expr) -> list[tuple[str, pl.DataFrame]]:
    """Rows by a key, the keys in order."""
    keyed = frame.with_columns(key.alias("_key")).partition_by("_key", as_dict=True, include_key=False)
    return sorted((str(name), rows) for (name,), rows in keyed.items())


def _multiply(source: Path, folder: Path, copies: int) -> None:
    """The same city several times, in files ordered by time as the lake's are."""
    for file in sorted(source.glob("*/*.parquet")):
        name = file.parent.name
        target = folder / name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in COMMON:
            shutil.copyfile(file, target)
            continue
        frame, time = pl.read_parquet(file), TABLES[name].time
        groups = [rows for _, rows in _parts(frame, pl.col(time).dt.date().cast(pl.String))] if time else [frame]
        with pq.ParquetWriter(target, _arrow(frame.clear()).schema, compression="zstd") as writer:
            for rows in _gathered(groups):
                many = [_renamed(rows, number) for number in range(copies)]
                together = pl.concat(many)
                writer.write_table(_arrow(together.sort(time, maintain_order=True) if time else together))


def _gathered(days: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Days put together to row groups of a sensible size."""
    groups: list[list[pl.DataFrame]] = [[]]
    for day in days:
        if sum(rows.height for rows in groups[-1]) > ROW_GROUP:
            groups.append([])
        groups[-1].append(day)
    return [pl.concat(group) for group in groups if group]


def _renamed(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    letter = pl.lit(chr(ord("A") + number))
    changed = [(letter + pl.col(name)).alias(name) for name in IDS if name in rows.columns]
    if "queue_ids" in rows.columns:
        changed.append(pl.col("queue_ids").list.eval(letter + pl.element()))
    return rows.with_columns(changed)


def _arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def generator() -> str:
    """A mark of the program that makes the city, so that a changed one makes it anew."""
    home = Path(demo.__file__).parent
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(home.glob("*.py")))).hexdigest()[:8]
