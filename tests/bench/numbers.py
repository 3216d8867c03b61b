"""The year's numbers as this product counts them: facts piece by piece in time, so that memory stays bounded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from metrics.facts.items import item_facts
from metrics.facts.queues import queue_facts, queue_sums
from metrics.facts.windows import window_facts
from metrics.hours import numbers, rt_instants, sessions_of
from metrics.readings.flow import usual_comers
from metrics.readings.tide import usual_waits
from metrics.spells import MINUTE
from metrics.tickets import visits
from metrics.window_table import WindowTable
from metrics.windows import Windows
from tests.bench import ZONE
from tests.bench.numbers_rates import rates

#: Tickets worked on at once: about a month of 82 halls, a few days of a city ten times as large.
PIECE = 250_000
#: Halls whose past is looked at together.
BLOCK = 100
TICKETS = (
    *("hall_id", "queue_id", "item_code", "window_id", "take_time", "call_time", "start_time", "end_time"),
    *("status", "transferred_from", "is_test"),
)  # fmt: skip


def facts(city: Path, out: Path) -> None:
    """Facts of queues in 5 minutes, hours, days; of windows and items in days."""
    sessions, halls = _sessions(city), _halls(city)
    windows = pl.read_parquet(city / "windows" / "*.parquet")
    for name, days, tickets in _pieces(city / "tickets"):
        near = sessions.filter(pl.col("date").is_between(*days))
        came = visits(tickets, near)
        queues = queue_facts(came, near)
        hours = queue_sums(queues, "1h")
        for number, block in enumerate(halls):
            own = queues if len(halls) == 1 else queues.filter(pl.col("hall_id").is_in(block.implode()))
            _write(out / "queues_5m", f"{number:02d}-{name}", own)
        _write(out / "queues_hour", name, hours)
        _write(out / "queues_day", name, queue_sums(hours, "1d"))
        _write(out / "items_day", name, item_facts(came, near))
        plan, spells = (_of_days(city / table, "start_at", days) for table in ("window_plan", "window_sessions"))
        worked = window_facts(Windows(WindowTable(windows), plan, spells, near, came))
        _write(out / "windows_day", name, worked.drop("at"))


def baselines(city: Path, out: Path) -> None:
    """What is usual: people who come to every hall at every 5 minutes, waits at every queue in every half hour."""
    sessions = _sessions(city)
    queues = pl.read_parquet(city / "queues" / "*.parquet").select("queue_id", "hall_id").sort("queue_id")
    for number, halls in enumerate(_halls(city)):
        past = pl.read_parquet(
            out / "queues_5m" / f"{number:02d}-*.parquet",
            columns=["hall_id", "queue_id", "date", "at", "session", "taken", "own_usual", "calls_usual", "wait_usual"],
        )
        taken = past.lazy().filter(pl.col("taken") > 0).group_by("hall_id")
        first = taken.agg(pl.col("date").min().alias("first_day")).collect()
        own = sessions.filter(pl.col("hall_id").is_in(halls.implode()))
        instants = rt_instants(own, own["open_at"].min(), own["close_at"].max()).select(
            "hall_id", "date", "at", "open_at"
        )
        value, days = usual_comers(past, instants, own, first, halls)
        found = instants.select("hall_id", "at", pl.Series("baseline", value), pl.Series("days", days))
        _write(out / "footfall", f"{number:02d}", found.filter(pl.col("baseline").is_not_nan()))
        places = queues.filter(pl.col("hall_id").is_in(halls.implode())).with_row_index("queue")
        asked = instants.filter(pl.col("at").dt.minute() % 30 == 0).join(
            places.with_columns(pl.col("queue").cast(pl.Int64)), on="hall_id", maintain_order="left"
        )
        queue = numbers(past["queue_id"], places["queue_id"])
        value, days = usual_waits(past, queue, asked, own, first, 30 * MINUTE)
        found = asked.select("hall_id", "queue_id", "at", pl.Series("baseline", value), pl.Series("days", days))
        _write(out / "waits", f"{number:02d}", found.filter(pl.col("baseline").is_not_nan()))


def _sessions(city: Path) -> pl.DataFrame:
    """Opening hours of the days of the year; the calendar knows those before and after too."""
    time = pl.col("take_time")
    ends = pl.scan_parquet(city / "tickets" / "*.parquet").select(time.min().alias("first"), time.max().alias("last"))
    first, last = ends.select(pl.all().dt.date()).collect().row(0)
    return sessions_of(pl.read_parquet(city / "calendar" / "*.parquet").filter(pl.col("date").is_between(first, last)))


def _halls(city: Path) -> list[pl.Series]:
    """Halls in blocks."""
    halls = pl.read_parquet(city / "halls" / "*.parquet")["hall_id"].sort()
    return [halls[low : low + BLOCK] for low in range(0, len(halls), BLOCK)]


def _pieces(table: Path) -> Iterator[tuple[str, tuple[dt.date, dt.date], pl.DataFrame]]:
    """Tickets of whole days, about PIECE at a time: a name, first and last day, rows."""
    for file in sorted(table.glob("*.parquet")):
        rows = pl.scan_parquet(file)
        parts = max(1, round(rows.select(pl.len()).collect().item() / PIECE))
        month = dt.date.fromisoformat(f"{file.stem}-01")
        for number in range(parts):
            low, high = (-(-31 * edge // parts) for edge in (number, number + 1))
            days = month + dt.timedelta(days=low), month + dt.timedelta(days=high - 1)
            yield f"{file.stem}-{number:02d}", days, _between(rows, "take_time", days).select(TICKETS).collect()


def _of_days(table: Path, time: str, days: tuple[dt.date, dt.date]) -> pl.DataFrame:
    file = table / f"{days[0]:%Y-%m}.parquet"
    return _between(pl.scan_parquet(file), time, days).collect()


def _between(rows: pl.LazyFrame, time: str, days: tuple[dt.date, dt.date]) -> pl.LazyFrame:
    zone = ZoneInfo(ZONE)
    start = dt.datetime.combine(days[0], dt.time(), zone)
    end = dt.datetime.combine(days[1] + dt.timedelta(days=1), dt.time(), zone)
    return rows.filter(pl.col(time).is_between(start, end, closed="left"))


def _write(place: Path, name: str, frame: pl.DataFrame) -> None:
    place.mkdir(exist_ok=True)
    frame.write_parquet(place / f"{name}.parquet")


STEPS = {"facts": facts, "baselines": baselines, "rates": rates}
