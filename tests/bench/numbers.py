"""The year's numbers as this product counts them: facts piece by piece in time, so that memory stays bounded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from metrics.calendar import WorkCalendar
from metrics.facts.queues import queue_facts, queue_sums
from metrics.hours import numbers, rt_instants, sessions_of
from metrics.periods import parse
from metrics.rates import PLACES, RateRecords, tally
from metrics.readings.flow import usual_comers
from metrics.readings.tide import usual_waits
from metrics.spells import MINUTE
from metrics.tickets import visits
from tests.bench.city_year import ZONE

#: Tickets worked on at once: about a month of 82 halls, a few days of a city ten times as large.
PIECE = 250_000
#: Halls whose past is looked at together.
BLOCK = 100
TICKETS = (
    "hall_id", "queue_id", "take_time", "call_time", "start_time", "end_time", "status", "transferred_from", "is_test",
)  # fmt: skip

RATED = (
    "halls", "calendar", "departments", "items", "cases", "case_pauses", "tickets", "reviews", "complaints",
)  # fmt: skip


def queues(city: Path, out: Path) -> None:
    """Facts of queues in 5 minutes, hours, days."""
    sessions, halls = _sessions(city), _halls(city)
    for name, tickets in _pieces(city / "tickets", "take_time", TICKETS):
        days = tickets["take_time"].dt.date()
        near = sessions.filter(pl.col("date").is_between(days.min(), days.max()))
        facts = queue_facts(visits(tickets, near), near)
        hours = queue_sums(facts, "1h")
        for number, block in enumerate(halls):
            own = facts if len(halls) == 1 else facts.filter(pl.col("hall_id").is_in(block.implode()))
            _write(out / "queues_5m", f"{number:02d}-{name}", own)
        _write(out / "queues_hour", name, hours)
        _write(out / "queues_day", name, queue_sums(hours, "1d"))


def footfall(city: Path, out: Path) -> None:
    """What is usual for every hall at every 5 minutes of opening hours."""
    sessions = _sessions(city)
    for number, halls in enumerate(_halls(city)):
        facts = pl.read_parquet(
            out / "queues_5m" / f"{number:02d}-*.parquet",
            columns=["hall_id", "date", "at", "session", "taken", "own_usual"],
        )
        first = _first_days(facts)
        own = sessions.filter(pl.col("hall_id").is_in(halls.implode()))
        instants = rt_instants(own, own["open_at"].min(), own["close_at"].max())
        value, days = usual_comers(facts, instants, own, first, halls)
        found = instants.select("hall_id", "at", pl.Series("baseline", value), pl.Series("days", days))
        _write(out / "footfall", f"{number:02d}", found.filter(pl.col("baseline").is_not_nan()))


def waits(city: Path, out: Path) -> None:
    """How long people usually wait at every queue in every half hour of the clock."""
    sessions = _sessions(city)
    queues_of = pl.read_parquet(city / "queues" / "*.parquet").select("queue_id", "hall_id").sort("queue_id")
    for number, halls in enumerate(_halls(city)):
        facts = pl.read_parquet(
            out / "queues_5m" / f"{number:02d}-*.parquet",
            columns=["hall_id", "queue_id", "date", "at", "session", "taken", "calls_usual", "wait_usual"],
        )
        first = _first_days(facts)
        own = sessions.filter(pl.col("hall_id").is_in(halls.implode()))
        instants = rt_instants(own, own["open_at"].min(), own["close_at"].max())
        places = queues_of.filter(pl.col("hall_id").is_in(halls.implode())).with_row_index("queue")
        asked = (
            instants.filter(pl.col("at").dt.minute() % 30 == 0)
            .select("hall_id", "date", "at", "open_at")
            .join(places.with_columns(pl.col("queue").cast(pl.Int64)), on="hall_id", maintain_order="left")
        )
        queue = numbers(facts["queue_id"], places["queue_id"])
        value, days = usual_waits(facts, queue, asked, own, first, 30 * MINUTE)
        found = asked.select("hall_id", "queue_id", "at", pl.Series("baseline", value), pl.Series("days", days))
        _write(out / "waits", f"{number:02d}", found.filter(pl.col("baseline").is_not_nan()))


def rates(city: Path, out: Path) -> None:
    """All rates of the year's months for all places."""
    tables = {name: pl.scan_parquet(city / name / "*.parquet") for name in RATED}
    work = WorkCalendar.of(pl.scan_parquet(city / "workdays" / "*.parquet"), ZONE)
    records = RateRecords(**tables, work=work)
    counted = tally(records, [parse(file.stem) for file in sorted((city / "tickets").glob("*.parquet"))])
    for kind in PLACES.values():
        _write(out / "rates", kind, counted.rates(kind))


def _first_days(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.filter(pl.col("taken") > 0).group_by("hall_id").agg(pl.col("date").min().alias("first_day"))


def _sessions(city: Path) -> pl.DataFrame:
    """Opening hours of the days of the year; the calendar knows those before and after too."""
    days = pl.scan_parquet(city / "tickets" / "*.parquet").select(pl.col("take_time").dt.date())
    first, last = (
        days.select(pl.col("take_time").min().alias("first"), pl.col("take_time").max().alias("last")).collect().row(0)
    )
    return sessions_of(pl.read_parquet(city / "calendar" / "*.parquet").filter(pl.col("date").is_between(first, last)))


def _halls(city: Path) -> list[pl.Series]:
    halls = pl.read_parquet(city / "halls" / "*.parquet")["hall_id"].sort()
    return [halls[low : low + BLOCK] for low in range(0, len(halls), BLOCK)]


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


STEPS = {"queues": queues, "footfall": footfall, "waits": waits, "rates": rates}
