"""The year's numbers as a good user of DuckDB would count them: the statements lie in tests/bench/sql."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import duckdb

from tests.bench.sides import Step

SQL = Path(__file__).parent / "sql"


@cache
def _database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": os.cpu_count() or 2})
    connection.execute("SET TimeZone = 'Asia/Shanghai'; SET preserve_insertion_order = false")
    return connection


def _step(files: tuple[str, ...], tables: tuple[str, ...]) -> Step:
    """A step that runs files of statements and writes the tables they made."""

    def work(city: Path, out: Path) -> None:
        connection = _database()
        connection.execute(f"SET VARIABLE city = '{city}'")
        for file in files:
            connection.execute((SQL / file).read_text(encoding="utf-8"))
        for name in tables:
            place = out / name
            place.mkdir()
            connection.execute(f"COPY {name} TO '{place}/all.parquet' (FORMAT parquet, COMPRESSION zstd)")

    return work


STEPS = {
    "facts": _step(
        ("queues.sql", "windows.sql"), ("queues_5m", "queues_hour", "queues_day", "windows_day", "items_day")
    ),
    "baselines": _step(("footfall.sql", "waits.sql"), ("footfall", "waits")),
    "rates": _step(("rates.sql",), ("rates",)),
}
