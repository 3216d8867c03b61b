"""Issue 1: rows per second through the gate, a minute's changes, one day read back."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl

from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import load_settings
from tests.bench import synthetic
from tests.bench.timing import Figure, median_seconds, seconds

ISSUE = "intake and lake"
ROWS = 1_000_000
YEAR = {"tickets": 2_500_000, "cases": 1_800_000, "window_sessions": 600_000}
MADE = {"tickets": synthetic.tickets, "cases": synthetic.cases, "window_sessions": synthetic.sessions}
CHANGED = 2_000


def figures(place: Path) -> Iterator[Figure]:
    """Everything this issue promises, measured."""
    yield _loading(place, "csv", 100_000)
    yield _loading(place, "parquet", 250_000)
    folder = _year(place / "year")
    yield _changes(place, folder)
    yield _one_day(folder)
    folder.close()


def _loading(place: Path, kind: str, wanted: int) -> Figure:
    source = place / kind
    rows = synthetic.shaken(synthetic.tickets(ROWS), seed=1)
    _write(source, {"tickets": rows}, kind)
    speeds, cpu = [], 0.0
    for run in range(3):
        folder = _fresh(place / f"lake-{kind}-{run}")
        wall, cpu = seconds(lambda folder=folder: import_files(folder, load_profile("standard"), [source]))  # type: ignore[misc]
        speeds.append(ROWS / wall)
        folder.close()
        shutil.rmtree(folder.path)
    file = source / f"tickets.{kind}"
    speed = sorted(speeds)[1]
    peers = {
        "pandas read + to_parquet": lambda: _with_pandas(file, kind, place / "pandas.parquet"),
        "DuckDB COPY to Parquet": lambda: _with_duckdb(file, kind, place / "duck.parquet"),
    }
    beside = "; ".join(f"{name} {ROWS / seconds(work)[0]:,.0f} rows/s (no gate)" for name, work in peers.items())
    return Figure(
        ISSUE,
        f"tickets, {kind.upper()} → lake through the whole gate ({ROWS:,} rows, median of 3)",
        speed,
        "rows/s",
        f"≥ {wanted:,}",
        speed >= wanted,
        f"{beside}; CPU {cpu:.1f} s",
    )


def _year(path: Path) -> DataFolder:
    """A lake with a year of 82 halls, brought in quarter by quarter."""
    folder = _fresh(path)
    for table, count in YEAR.items():
        for part in range(4):
            source = path / "source"
            _write(source, {table: MADE[table](count // 4, first=part * count // 4, total=count)}, "parquet")
            import_files(folder, load_profile("standard"), [source])
            shutil.rmtree(source)
    return folder


def _changes(place: Path, folder: DataFolder) -> Figure:
    """A minute's changes: rows of the last days that are known already, and as many new ones, in three tables."""
    profile = load_profile("standard")
    walls = []
    for run in range(5):
        source = place / f"changes-{run}"
        changed = {}
        for table, count in YEAR.items():
            old = MADE[table](CHANGED // 2, first=count - CHANGED - run * CHANGED, total=count)
            new = MADE[table](CHANGED // 2, first=count + run * CHANGED, total=count)
            later = pl.lit(dt.datetime(2026, 10, 2 + run, tzinfo=dt.UTC)).alias("updated_at")
            changed[table] = pl.concat([old, new]).with_columns(later)
        _write(source, changed, "parquet")
        walls.append(seconds(lambda source=source: import_files(folder, profile, [source]))[0])  # type: ignore[misc]
    wall = sorted(walls)[len(walls) // 2]
    return Figure(
        ISSUE,
        f"a batch of {3 * CHANGED:,} changed rows over three tables, on a year of 82 halls (median of 5)",
        wall,
        "s",
        "≤ 2.5 s",
        wall <= 2.5,
        f"all five: {', '.join(f'{w:.2f}' for w in walls)} s",
    )


def _one_day(folder: DataFolder) -> Figure:
    snapshot = folder.lake.snapshot()
    day = dt.datetime(2026, 3, 10, tzinfo=folder.zone)
    read = lambda: snapshot.scan("tickets", day, day + dt.timedelta(days=1)).collect()  # noqa: E731
    rows = read().height
    wall = median_seconds(read, 15)
    files = snapshot.files("tickets")["path"].to_list()
    query = (
        f"SELECT * FROM read_parquet({files!r}) WHERE take_time >= TIMESTAMPTZ '{day.isoformat()}' "
        f"AND take_time < TIMESTAMPTZ '{(day + dt.timedelta(days=1)).isoformat()}'"
    )
    with duckdb.connect() as connection:
        peer = median_seconds(lambda: connection.sql(query).pl(), 7)
    return Figure(
        ISSUE,
        f"one day of 82 halls' tickets read from the lake ({rows:,} rows, median of 15)",
        wall * 1000,
        "ms",
        "≤ 60 ms",
        wall <= 0.060,
        f"DuckDB over the same files {peer * 1000:.0f} ms",
    )


def _fresh(path: Path) -> DataFolder:
    shutil.rmtree(path, ignore_errors=True)
    folder = open_folder(load_settings(data_dir=path), create=True)
    source = path / "reference"
    _write(source, synthetic.reference(), "parquet")
    import_files(folder, load_profile("standard"), [source])
    return folder


def _write(source: Path, tables: dict[str, pl.DataFrame], kind: str) -> None:
    source.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if kind == "csv":
            synthetic.as_csv(rows).write_csv(source / f"{name}.csv")
        else:
            rows.write_parquet(source / f"{name}.parquet")


def _with_pandas(file: Path, kind: str, target: Path) -> None:
    frame = pd.read_csv(file, dtype=str) if kind == "csv" else pd.read_parquet(file)
    if kind == "csv":
        for name in ("take_time", "call_time", "start_time", "end_time"):
            frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    frame.to_parquet(target)


def _with_duckdb(file: Path, kind: str, target: Path) -> None:
    read = f"read_csv('{file}')" if kind == "csv" else f"'{file}'"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM {read}) TO '{target}' (FORMAT parquet)")
