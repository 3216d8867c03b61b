"""The rates of a year's months as this product counts them: as many months at once as memory allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from metrics.calendar import WorkCalendar
from metrics.periods import Period, parse
from metrics.rates import NEEDED, PLACES, RateRecords, tally
from metrics.spells import MINUTE
from tests.bench.city_year import ZONE

#: Tickets worked on at once: a year of 82 halls, about a month of a city ten times as large.
PIECE = 3_000_000
REFERENCE = ("halls", "calendar", "departments", "items")


def rates(city: Path, out: Path) -> None:
    """All rates of the year's months for all places."""
    (out / "rates").mkdir()
    minutes = pl.scan_parquet(out / "windows_day" / "*.parquet").group_by("hall_id", "date")
    daily = minutes.agg((pl.col(name).sum() / MINUTE).alias(f"{name}_minutes") for name in ("busy", "open"))
    work = WorkCalendar.of(pl.scan_parquet(city / "workdays" / "*.parquet"), ZONE)
    for months in _pieces(city):
        counted = tally(_records(city, months, work, daily), months)
        for kind in PLACES.values():
            counted.rates(kind).write_parquet(out / "rates" / f"{kind}-{months[0].label}.parquet")


def _pieces(city: Path) -> Iterator[list[Period]]:
    """Months, so many at once that their tickets stay below PIECE."""
    piece: list[Period] = []
    rows = 0
    for file in sorted((city / "tickets").glob("*.parquet")):
        count = pl.scan_parquet(file).select(pl.len()).collect().item()
        if piece and rows + count > PIECE:
            yield piece
            piece, rows = [], 0
        piece.append(parse(file.stem))
        rows += count
    yield piece


def _records(city: Path, months: Sequence[Period], work: WorkCalendar, minutes: pl.LazyFrame) -> RateRecords:
    """What the rates of some months look at: their own rows, and older ones that these name."""
    whole = {name: _scan(city, name) for name in REFERENCE}
    pauses = _scan(city, "case_pauses")
    if len(months) == len(list((city / "tickets").glob("*.parquet"))):
        names = ("cases", "tickets", "reviews", "complaints")
        return RateRecords(**whole, **{name: _scan(city, name) for name in names}, case_pauses=pauses, work=work,
                           window_minutes=minutes)  # fmt: skip
    zone = ZoneInfo(ZONE)
    start, end = months[0].instants(zone)[0], months[-1].instants(zone)[1]
    bad = (pl.col("origin") == "active") & (pl.col("level") <= 2)
    reviews = _scan(city, "reviews", end).filter((pl.col("assess_time") >= start) | bad).collect()
    complaints = _scan(city, "complaints", end).filter(pl.col("created_at") >= start).collect()
    taken = _scan(city, "tickets", end).filter(pl.col("take_time") >= start - timedelta(days=2)).collect()
    times = ("accept_time", "finish_time", "apply_time")
    within = pl.any_horizontal(pl.col(name).is_between(start, end, closed="left") for name in times)
    cases = _scan(city, "cases", end).filter(within).collect()
    named = pl.concat([frame["project_no"] for frame in (reviews, complaints, taken)])
    return RateRecords(
        **whole,
        cases=_completed(city, "cases", "project_no", cases, named, months[-1]).lazy(),
        case_pauses=pauses,
        tickets=_completed(city, "tickets", "ticket_id", taken, reviews["ticket_id"], months[-1]).lazy(),
        reviews=reviews.lazy(),
        complaints=complaints.lazy(),
        work=work,
        window_minutes=minutes.filter(pl.col("date").is_between(months[0].start, months[-1].end, closed="left")),
    )


def _completed(
    city: Path, table: str, key: str, known: pl.DataFrame, named: pl.Series, last: Period
) -> pl.DataFrame:  # fmt: skip
    """Rows and those that are named, looked for month by month backwards until none is missing."""
    missing = named.drop_nulls().unique()
    missing = missing.filter(~missing.is_in(known[key].implode()))
    parts = [known]
    for file in sorted((city / table).glob("*.parquet"), reverse=True):
        if missing.is_empty():
            break
        if file.stem > last.label:
            continue
        rows = pl.scan_parquet(file).select(NEEDED[table]).filter(pl.col(key).is_in(missing.implode())).collect()
        missing = missing.filter(~missing.is_in(rows[key].implode()))
        parts.append(rows)
    return pl.concat(parts).unique(key, maintain_order=True) if len(parts) > 1 else known


def _scan(city: Path, table: str, end: datetime | None = None) -> pl.LazyFrame:
    """A table's columns that rates look at, of the months before an instant."""
    files = sorted((city / table).glob("*.parquet"))
    if end is not None:
        files = [file for file in files if file.stem < f"{end:%Y-%m}"]
    return pl.scan_parquet(files).select(NEEDED[table])
