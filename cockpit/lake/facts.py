"""The fact store: additive facts of closed days, kept beside the lake and made anew when a day's records have changed.

A day's facts lie in a file whose name holds a mark of the records they were made of. Whoever asks compares the mark
with the records' present one: a commit that touched the day gave it another, and its facts are made anew. So nothing
has to be told to the store when a batch comes in, a killed process leaves nothing half done, and the whole store may be
deleted at any time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.errors import StorageError
from cockpit.lake.faults import BELOW, cause
from cockpit.lake.marks import DayMarks
from cockpit.lake.store import Lake, Snapshot, reading
from metrics.facts.kinds import FactKind
from metrics.records import Records, empty

#: Days made at once, to keep memory small.
STRIDE = 31


class FactStore:
    """Facts of closed days of one lake.

    Args:
        lake: the lake.
    """

    def __init__(self, lake: Lake) -> None:
        """Keep what is needed; nothing is read yet."""
        self._lake = lake
        self.path = lake.path / "facts"
        self._days = DayMarks()
        self._dated: dict[str, tuple[object, pl.DataFrame]] = {}

    def facts(
        self,
        snapshot: Snapshot,
        kind: FactKind,
        start: dt.date,
        end: dt.date,
        only: Collection[dt.date] | None = None,
    ) -> pl.DataFrame:
        """Facts of the days from `start` to before `end`; what is missing or out of date is made and kept.

        Args:
            snapshot: the records to go by.
            kind: which facts.
            start: first day.
            end: first day no longer wanted; days that are not over should not be asked for, they change all the time.
            only: of these days only those wanted; None = all.

        Returns:
            The kind's columns; days without records have no rows.

        Raises:
            StorageError: the disk refused, or a file of the lake is damaged.
        """
        marks = self.marks(snapshot, kind, start, end, only)
        folder = self.path / f"{kind.name}-{kind.version}"
        places = {day: folder / f"{day}.{mark}.parquet" for day, mark in marks}
        missing = sorted(day for day, place in places.items() if not place.exists())
        if not places:
            return kind.compute(Records({}, snapshot.timezone))
        with reading(snapshot):
            for run in _runs(missing):
                self._make(snapshot, kind, run, places)
            return pl.read_parquet([str(place) for place in places.values()])

    def clear(self, kinds: dict[str, FactKind]) -> None:
        """Delete all stored facts, so that they are made anew when next asked for.

        Args:
            kinds: kinds that still exist; folders of others go too.
        """
        if not self.path.is_dir():
            return
        for place in self.path.glob("*/*"):
            place.unlink(missing_ok=True)
        keep = {f"{kind.name}-{kind.version}" for kind in kinds.values()}
        for folder in self.path.iterdir():
            if folder.name not in keep:
                with suppress(OSError):
                    folder.rmdir()

    def rebuild(self, snapshot: Snapshot, kinds: dict[str, FactKind], before: dt.date) -> int:
        """Make the facts of all days before one anew, as after a doubt.

        Returns:
            How many days there are.

        Raises:
            StorageError: the disk refused, or a file of the lake is damaged.
        """
        self.clear(kinds)
        known: set[dt.date] = set()
        for kind in kinds.values():
            days = sorted(day for day, _ in self.marks(snapshot, kind, None, before))
            known |= set(days)
            for run in _runs(days):
                self.facts(snapshot, kind, run[0], run[-1] + dt.timedelta(days=1))
        return len(known)

    def prune(self, snapshot: Snapshot, kinds: dict[str, FactKind], before: dt.datetime) -> int:
        """Delete facts that are out of date, so that nobody reads them any more.

        A reader may still go by a state of the records from before their last change. So a file goes only when what
        has taken its place was itself made before an instant; a day that nobody has asked for since keeps its old one.

        Args:
            snapshot: the records to go by.
            kinds: kinds that still exist.
            before: how old a file must be, and what has taken its place.

        Returns:
            How many files went.

        Raises:
            StorageError: a file of the lake is damaged, or the disk refused.
        """
        gone = 0
        for kind in kinds.values():
            folder = self.path / f"{kind.name}-{kind.version}"
            if not folder.is_dir():
                continue
            with reading(snapshot):
                wanted = {str(day): f"{day}.{mark}.parquet" for day, mark in self.marks(snapshot, kind, None, None)}
            for place in folder.glob("*"):
                today = wanted.get(place.name.partition(".")[0])
                replaced = today is None or place.suffix == ".part" or _older(folder / today, before)
                if place.name != today and replaced and _older(place, before):
                    place.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _make(self, snapshot: Snapshot, kind: FactKind, days: list[dt.date], places: dict[dt.date, Path]) -> None:
        made = kind.compute(self._records(snapshot, kind, days[0], days[-1]))
        by_day = made.partition_by("date", as_dict=True)
        for day in days:
            frame = by_day.get((day,), made.clear())
            _write(frame, places[day])

    def _records(self, snapshot: Snapshot, kind: FactKind, first: dt.date, last: dt.date) -> Records:
        zone = ZoneInfo(snapshot.timezone)
        start = dt.datetime.combine(first, dt.time(), zone)
        end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
        tables = {}
        for name in (*kind.events, *kind.dated, *kind.references):
            wanted = empty(name, snapshot.timezone).columns
            if name in kind.events:
                rows = snapshot.scan(name, start, end)
            elif name in kind.dated:
                rows = snapshot.scan(name).filter(pl.col("date").is_between(first, last))
            else:
                rows = snapshot.scan(name)
            tables[name] = rows.select(wanted).collect()
        return Records(tables, snapshot.timezone)

    def marks(
        self,
        snapshot: Snapshot,
        kind: FactKind,
        start: dt.date | None,
        end: dt.date | None,
        only: Collection[dt.date] | None = None,
    ) -> list[tuple[dt.date, str]]:
        """Days of which there are records, each with a mark that changes whenever its records do.

        Args:
            snapshot: the records to go by.
            kind: which facts.
            start: first day; None = from the beginning.
            end: first day no longer wanted; None = to the end.
            only: of these days only those wanted, so that other months need not be looked at; None = all.
        """
        months = _months_of(snapshot, kind, start, end, only)
        parts = [self._days.of(snapshot, name, months).with_columns(of=pl.lit(name)) for name in kind.events]
        wanted = pl.concat(parts)["date"].unique()
        parts += [self._dated_marks(snapshot, name).with_columns(of=pl.lit(name)) for name in kind.dated]
        whole = ";".join(f"{name}={snapshot.heads.get(name)}" for name in kind.references)
        asked = pl.col("date").is_in(wanted.implode())
        if start is not None:
            asked &= pl.col("date") >= start
        if end is not None:
            asked &= pl.col("date") < end
        if only is not None:
            asked &= pl.col("date").is_in(list(only))
        joined = pl.concat(parts).filter(asked).sort("date", "of").group_by("date", maintain_order=True).agg(
            pl.concat_str("of", pl.lit(":"), "mark").str.join(";").alias("marks")
        )  # fmt: skip
        return [
            (day, hashlib.sha256(f"{marks};{whole}".encode()).hexdigest()[:16])
            for day, marks in joined.select("date", "marks").iter_rows()
        ]

    def _dated_marks(self, snapshot: Snapshot, table: str) -> pl.DataFrame:
        """For each day what a small table says of it, as a number: date, mark; read again only where it has changed."""
        state = snapshot.heads.get(table)
        if table not in self._dated or self._dated[table][0] != state:
            self._dated[table] = (state, _dated_marks(snapshot, table))
        return self._dated[table][1]


def _older(place: Path, before: dt.datetime) -> bool:
    """Whether a file is there and was made before an instant."""
    try:
        return place.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def _write(frame: pl.DataFrame, place: Path) -> None:
    """Write a file that is there whole or not at all."""
    draft = place.with_suffix(f".{uuid.uuid4().hex}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(draft)
        draft.replace(place)
    except BELOW as error:
        raise StorageError(
            f"统计数据 {place.parent.name} 写不进去（{cause(error)}）；原始记录不受影响，"
            f"请检查数据目录所在磁盘的空间和写权限，然后再试。"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _months_of(
    snapshot: Snapshot, kind: FactKind, start: dt.date | None, end: dt.date | None, only: Collection[dt.date] | None
) -> set[str]:
    """The months that hold days wanted."""
    found = {month for name in kind.events for month in snapshot.files(name)["part"].unique()}
    if only is not None:
        found &= {day.strftime("%Y-%m") for day in only}
    return {
        month
        for month in found
        if (start is None or month >= start.strftime("%Y-%m")) and (end is None or month <= end.strftime("%Y-%m"))
    }


def _dated_marks(snapshot: Snapshot, table: str) -> pl.DataFrame:
    columns = empty(table, snapshot.timezone).columns
    return (
        snapshot.raw(table)
        .select("date", pl.struct(columns).hash(seed=0).alias("row"))
        .group_by("date")
        .agg(pl.col("row").sum().cast(pl.String).alias("mark"))
        .collect()
    )


def _runs(days: list[dt.date]) -> list[list[dt.date]]:
    """Days in runs that lie close together, each no longer than STRIDE."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and (day - runs[-1][0]).days < STRIDE and (day - runs[-1][-1]).days <= 7:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
