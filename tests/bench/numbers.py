"""The year's numbers as this product counts them: facts piece by piece in time, so that memory stays bounded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from metrics.facts.queues import queue_facts, queue_sums
from metrics.hours import sessions_of
from metrics.tickets import visits
from tests.bench.city_year import ZONE

#: Tickets worked on at once: about a month of 82 halls, a few days of a city ten times as large.
PIECE = 250_000
TICKETS = ("hall_id", "queue_id", "take_time", "call_time", "start_time", "end_time", "status", "transferred_from", "is_test")  # fmt: skip


def queues(city: Path, out: Path) -> None:
    """Facts of queues in 5 minutes, hours, days."""
    sessions = sessions_of(pl.read_parquet(city / "calendar" / "*.parquet"))
    for name, tickets in _pieces(city / "tickets", "take_time", TICKETS):
        days = tickets["take_time"].dt.date()
        near = sessions.filter(pl.col("date").is_between(days.min(), days.max()))
        facts = queue_facts(visits(tickets, near), near)
        hours = queue_sums(facts, "1h")
        _write(out / "queues_5m", name, facts)
        _write(out / "queues_hour", name, hours)
        _write(out / "queues_day", name, queue_sums(hours, "1d"))


def _pieces(table: Path, time: str, columns: tuple[str, ...]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Rows of a table, whole days together, about PIECE at a time."""
    for file in sorted(table.glob("*.parquet")):
        rows = pl.scan_parquet(file)
        parts = max(1, round(rows.select(pl.len()).collect().item() / PIECE))
        first = dt.datetime.fromisoformat(f"{file.stem}-01").replace(tzinfo=ZoneInfo(ZONE))
        for number in range(parts):
            since, until = (first + dt.timedelta(days=-(-31 * edge // parts)) for edge in (number, number + 1))
            part = rows if parts == 1 else rows.filter(pl.col(time).is_between(since, until, closed="left"))
            yield f"{file.stem}-{number:02d}", part.select(columns).collect()


def _write(place: Path, name: str, frame: pl.DataFrame) -> None:
    place.mkdir(exist_ok=True)
    frame.write_parquet(place / f"{name}.parquet")


STEPS = {"queues": queues}
