"""Marks of months: whether anything has come in that may change what is counted of a month."""

from __future__ import annotations

import datetime as dt
import hashlib
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.store import Parts, Snapshot, months_between
from metrics.facts.kinds import all_kinds
from metrics.periods import Period
from metrics.standard import TABLES

#: Tables whose rows are counted; those of earlier months too, since a case may end in a later month than it began.
EVENTS = ("cases", "case_pauses", "tickets", "reviews", "complaints", "window_sessions")
#: Of these a row may go on happening long after the month in which it lies.
LONG = ("cases", "case_pauses", "reviews", "complaints")
#: Small tables that matter as a whole; of the calendar only the days up to the month's end do.
WHOLE = ("halls", "items", "departments", "workdays", "windows")
#: The last submissions of a month are answered or not by the end of the next working day; no holiday is longer.
SETTLED = dt.timedelta(days=15)


class MonthMarks:
    """Gives marks of months; what was read for one is kept for the next."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._parts: dict[tuple[str, str], tuple[tuple[str, ...], str, dt.datetime | None]] = {}
        self._tables: dict[str, tuple[int | None, dict[str, str]]] = {}

    def mark(self, snapshot: Snapshot, period: Period, t: dt.datetime) -> str:
        """What the counts of a month as of t are made of, as a short name: equal marks, equal counts.

        Args:
            snapshot: the records to go by.
            period: the month.
            t: the instant; of a month that is over it matters only for its last submissions, or where the records
                know of things that have not happened yet at t.
        """
        after = period.end.strftime("%Y-%m")
        parts, latest = [], None
        for table in EVENTS:
            files = snapshot.files(table).filter(months_between(None, after).wanted())
            for (month,), group in sorted(files.partition_by("part", as_dict=True).items()):
                # A correction asked for in the month after may still answer what was submitted on the last days.
                if str(month) < after or table == "case_pauses":
                    paths = tuple(sorted(group["path"].to_list()))
                    said, happened = self._part(snapshot, table, str(month), paths)
                    parts.append(f"{table}/{month}={said}")
                    latest = max(filter(None, (latest, happened)), default=None)
        parts += [f"{table}={self._table(snapshot, table)['']}" for table in WHOLE]
        days = self._table(snapshot, "calendar")
        parts += [f"calendar/{month}={said}" for month, said in sorted(days.items()) if month < after]
        parts.append(f"windows-{all_kinds()['windows'].version}")
        today = t.astimezone(ZoneInfo(snapshot.timezone)).date()
        if today < period.end or (latest is not None and latest >= t):
            parts.append(f"at={t.isoformat()}")
        else:
            parts.append(f"on={min(today, period.end + SETTLED)}")
        return hashlib.sha256(";".join(parts).encode()).hexdigest()[:16]

    def reaches(self, snapshot: Snapshot) -> dt.datetime | None:
        """When the last thing happened that the records of cases, reviews and complaints know of (city's zone)."""
        times = []
        for table in LONG:
            files = snapshot.files(table)
            for (month,), group in files.partition_by("part", as_dict=True).items():
                times.append(self._part(snapshot, table, str(month), tuple(sorted(group["path"].to_list())))[1])
        latest = max(filter(None, times), default=None)
        return latest and latest.astimezone(ZoneInfo(snapshot.timezone))

    def _part(
        self, snapshot: Snapshot, table: str, month: str, paths: tuple[str, ...]
    ) -> tuple[str, dt.datetime | None]:
        """A mark of a month's rows of a table, and their last event; read again only where the files are others.

        An update comes in later than what it replaces, a row that has moved away changes the count.
        """
        known = self._parts.get((table, month))
        if known is None or known[0] != paths:
            events = TABLES[table].events if table in LONG else ()
            rows = snapshot.raw(table, Parts(month, month)).select(pl.len(), pl.col("ingested_at", *events).max())
            amount, ingested, *times = rows.collect().row(0)
            known = paths, f"{amount}/{ingested}", max((at for at in times if at is not None), default=None)
            self._parts[table, month] = known
        return known[1], known[2]

    def _table(self, snapshot: Snapshot, table: str) -> dict[str, str]:
        """Marks of what a small table says, whenever its rows came in: as a whole, or of the calendar by month."""
        known, head = self._tables.get(table), snapshot.heads.get(table)
        if known is None or known[0] != head:
            rows = snapshot.raw(table).select(list(TABLES[table].dtypes)).collect()
            month = pl.col("date").dt.strftime("%Y-%m") if table == "calendar" else pl.lit("")
            marked = rows.select(month.alias("month"), rows.hash_rows(seed=0).alias("row")).group_by("month")
            sums = dict(marked.agg(pl.concat_str(pl.len(), pl.lit("/"), pl.col("row").sum())).iter_rows())
            known = head, sums or {"": "0"}
            self._tables[table] = known
        return known[1]
