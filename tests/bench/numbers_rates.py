"""The rates of a year's months as this product counts them: what `cockpit.watch.numbers` does, on files of the city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.watch.numbers import counted
from metrics.periods import parse
from metrics.rates import PLACES
from metrics.spells import MINUTE
from metrics.standard import TABLES
from tests.bench import ZONE

#: After everything that is in the files, so that nothing is cut off; the peers know no such instant.
LATER = datetime(2028, 1, 1, tzinfo=ZoneInfo(ZONE))


@dataclass(frozen=True)
class Files:
    """A city's tables, month by month in files as in the lake."""

    city: Path
    timezone: str = ZONE

    def scan(self, table: str, start: datetime | None = None, end: datetime | None = None) -> pl.LazyFrame:
        """Rows of a table whose main time lies in [start, end)."""
        time, files = TABLES[table].time, sorted((self.city / table).glob("*.parquet"))
        if time is None:
            return pl.scan_parquet(files)
        first, last = (edge and f"{edge.astimezone(ZoneInfo(ZONE)):%Y-%m}" for edge in (start, end))
        near = [file for file in files if (not first or file.stem >= first) and (not last or file.stem <= last)]
        rows = pl.scan_parquet(near or files[:1])
        if start is not None:
            rows = rows.filter(pl.col(time) >= start)
        return rows if end is None else rows.filter(pl.col(time) < end)


def rates(city: Path, out: Path) -> None:
    """All rates of the year's months for all places."""
    minutes = pl.scan_parquet(out / "windows_day" / "*.parquet").group_by("hall_id", "date")
    daily = minutes.agg((pl.col(name).sum() / MINUTE).alias(f"{name}_minutes") for name in ("busy", "open"))
    months = [parse(file.stem) for file in sorted((city / "tickets").glob("*.parquet"))]
    found = counted(Files(city), months, LATER, daily.collect().lazy())
    (out / "rates").mkdir()
    for kind in PLACES.values():
        found.rates(kind).write_parquet(out / "rates" / f"{kind}.parquet")
