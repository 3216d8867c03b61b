"""The lake: Delta tables read at exactly the versions that the state database names."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from deltalake import DeltaTable

from cockpit.errors import StorageError
from cockpit.lake.faults import BELOW, cause
from cockpit.lake.ground import added_files, files_after
from cockpit.lake.layout import LAYOUTS, QUARANTINE, Layout
from cockpit.records.store import Records
from metrics.instants import moment

#: So many entries of a table's log are read one by one; to open the table anew costs as much as a hundred of them.
_FEW_VERSIONS = 50


class Lake:
    """All tables of one city.

    Args:
        path: folder of the tables.
        records: state database with the heads.
        timezone: the city's zone; months are cut and times shown in it.
    """

    def __init__(self, path: Path, records: Records, timezone: str) -> None:
        """Keep what is needed; nothing is opened yet."""
        self.path = path
        self.records = records
        self.timezone = timezone
        # A version never changes, so its files are looked up once; another Lake, on a folder restored or made anew in
        # the same place, knows nothing of them.
        self.files = lru_cache(maxsize=256)(self._files)
        self._latest: dict[str, tuple[int, pl.DataFrame]] = {}

    def snapshot(self) -> Snapshot:
        """All tables as of one moment: no batch is seen in part."""
        return Snapshot(self, self.records.heads())

    def _files(self, name: str, version: int) -> pl.DataFrame:
        """Files of a version; where one a little before it is known, from what the log has added since."""
        partition, (before, known) = LAYOUTS[name].partition, self._latest.get(name, (-1, None))
        found = None
        if known is not None and before < version <= before + _FEW_VERSIONS:
            found = files_after(self.folder(name), known, before, version, partition)
        if found is None:
            found = files_of(self.folder(name), version, partition)
        if version > before:
            self._latest[name] = (version, found)
        return found

    def folder(self, name: str) -> Path:
        """Where a table lies."""
        return self.path / name


class Snapshot:
    """All tables at the versions of one moment; later batches do not show in it."""

    def __init__(self, lake: Lake, heads: Mapping[str, int]) -> None:
        """Keep the versions; files are looked up when a table is first read."""
        self._lake = lake
        self.heads = dict(heads)
        self._opened: set[str] = set()

    @property
    def timezone(self) -> str:
        """The city's zone."""
        return self._lake.timezone

    @cached_property
    def version(self) -> str:
        """A short name of this state of the data; another batch gives another name."""
        state = ";".join(f"{name}={version}" for name, version in sorted(self.heads.items()))
        return hashlib.sha256(state.encode()).hexdigest()[:16]

    @property
    def empty(self) -> bool:
        """Whether nothing has been brought in yet."""
        return not self.heads

    def has(self, table: str) -> bool:
        """Whether any row of this table has ever been brought in."""
        return table in self.heads

    def scan(self, table: str, start: dt.datetime | None = None, end: dt.datetime | None = None) -> pl.LazyFrame:
        """Rows of a standard table, times in the city's zone.

        Args:
            table: table of the standard.
            start: first instant of the main time (take_time, apply_time, …) wanted; None = from the beginning.
            end: first instant no longer wanted; None = to the end.

        Returns:
            Lazy frame with the table's columns and source_system, batch_id, ingested_at, updated_at, derived; for
            tickets also suspect_wait. Without rows where nothing was brought in.
        """
        return self._between(self.raw(table, self._months(table, start, end)), table, start, end)

    def paths(self, table: str, start: dt.datetime | None, end: dt.datetime | None) -> list[str]:
        """Files that may hold rows of a span of time; a file never changes, so what was read from it may be kept."""
        months = self._months(table, start, end)
        files = self.files(table)
        every = zip(files["path"].to_list(), files["part"].to_list(), strict=True)
        return [path for path, part in every if months is None or months.hold(part)]

    def scan_file(
        self, table: str, path: str, start: dt.datetime | None = None, end: dt.datetime | None = None
    ) -> pl.LazyFrame:
        """As `scan`, but the rows of one of the files alone."""
        return self._between(_scan([path], LAYOUTS[table]), table, start, end)

    def _months(self, table: str, start: dt.datetime | None, end: dt.datetime | None) -> Parts | None:
        return _months(start, end, self.timezone) if LAYOUTS[table].time and (start or end) else None

    def _between(
        self, rows: pl.LazyFrame, table: str, start: dt.datetime | None, end: dt.datetime | None
    ) -> pl.LazyFrame:
        layout = LAYOUTS[table]
        # Compared in UTC, as stored: only then can whole row groups be skipped by their bounds.
        if layout.time and start is not None:
            rows = rows.filter(pl.col(layout.time) >= moment(start, "UTC"))
        if layout.time and end is not None:
            rows = rows.filter(pl.col(layout.time) < moment(end, "UTC"))
        times = [name for name, dtype in layout.stored.items() if dtype == pl.Datetime("us", "UTC")]
        return rows.with_columns(pl.col(times).dt.convert_time_zone(self.timezone))

    def quarantine(self, table: str | None = None) -> pl.LazyFrame:
        """Rows in quarantine: of_table, source_system, batch_id, file, line, key, reasons, row (JSON), refused_at."""
        rows = self.raw(QUARANTINE.name, None if table is None else _equals(table), with_partition=True)
        return rows.with_columns(pl.col("refused_at").dt.convert_time_zone(self.timezone))

    def raw(self, table: str, parts: Parts | None = None, *, with_partition: bool = False) -> pl.LazyFrame:
        """Stored rows as they are (times in UTC), of the partitions wanted.

        Args:
            table: table of the lake.
            parts: bounds of the partition values, both included; None = all.
            with_partition: whether to add the partition column.
        """
        layout = LAYOUTS[table]
        files = self.files(table).filter(parts.wanted()) if parts is not None else self.files(table)
        if files.is_empty():
            schema = dict(layout.stored)
            if with_partition and layout.partition:
                schema[layout.partition] = pl.String()
            return pl.LazyFrame(schema=schema)
        if not (with_partition and layout.partition):
            return _scan(files["path"].to_list(), layout)
        return pl.concat(
            [
                _scan(group["path"].to_list(), layout).with_columns(pl.lit(part).alias(str(layout.partition)))
                for (part,), group in files.partition_by("part", as_dict=True).items()
            ]
        )

    def files(self, table: str) -> pl.DataFrame:
        """Files of a table at this state: path, part (partition value), rows, size in bytes.

        Raises:
            StorageError: the table's log cannot be read.
        """
        version = self.heads.get(table)
        if version is None:
            return pl.DataFrame(schema={"path": pl.String, "part": pl.String, "rows": pl.Int64, "size": pl.Int64})
        try:
            found = self._lake.files(table, version)
        except BELOW as error:
            raise StorageError(
                f"数据表 {table} 的版本 {version} 读不出来（{cause(error)}）；"
                f"请检查数据目录 {self._lake.path} 是否完整，必要时用备份恢复。"
            ) from error
        self._opened.add(table)
        return found

    def check(self) -> None:
        """Look for the fault when reading has failed: files that are missing, cut off or unreadable.

        Only the tables that this snapshot has opened are looked at; all of them are read through, which takes a while.

        Raises:
            StorageError: a file is damaged; the sentence names it.
        """
        for table in sorted(self._opened):
            for path, size in self.files(table).select("path", "size").iter_rows():
                if fault := _fault(Path(path), size):
                    raise StorageError(
                        f"数据表 {table} 的文件 {Path(path).relative_to(self._lake.path)} {fault}；"
                        f"请用备份恢复数据目录 {self._lake.path}，不要继续导入。"
                    )


class Parts:
    """Bounds of partition values, both included."""

    def __init__(self, low: str | None, high: str | None) -> None:
        """Keep the bounds; None = none."""
        self._low, self._high = low, high

    def hold(self, part: str) -> bool:
        """Whether a partition lies within."""
        return (self._low is None or part >= self._low) and (self._high is None or part <= self._high)

    def wanted(self) -> pl.Expr:
        """Which files to read."""
        wanted = pl.lit(value=True)
        if self._low is not None:
            wanted = wanted & (pl.col("part") >= self._low)
        if self._high is not None:
            wanted = wanted & (pl.col("part") <= self._high)
        return wanted


def months_between(low: str | None, high: str | None) -> Parts:
    """Partitions from one month to another, both included."""
    return Parts(low, high)


def _equals(part: str) -> Parts:
    return Parts(part, part)


def _months(start: dt.datetime | None, end: dt.datetime | None, timezone: str) -> Parts:
    """The months that a half-open span touches."""
    edge, zone = dt.timedelta(microseconds=1), ZoneInfo(timezone)
    first, last = (
        None if at is None else at.astimezone(zone).strftime("%Y-%m")
        for at in (start, None if end is None else end - edge)
    )
    return Parts(first, last)


@contextmanager
def reading(snapshot: Snapshot) -> Iterator[None]:
    """While rows of a snapshot are collected: a damaged file is told in a sentence that names it.

    Raises:
        StorageError: a file of the snapshot is missing, cut off or unreadable.
    """
    try:
        yield
    except BELOW:
        snapshot.check()
        raise


def files_of(folder: Path, version: int, partition: str | None) -> pl.DataFrame:
    """Files of a table's version: path, part (partition value), rows, size in bytes."""
    actions = pl.DataFrame(DeltaTable(folder, version=version).get_add_actions(flatten=True))
    part = pl.col(f"partition.{partition}") if partition else pl.lit(None, dtype=pl.String)
    return actions.select(
        path=pl.lit(f"{folder}/") + pl.col("path"),
        part=part,
        rows=pl.col("num_records").cast(pl.Int64),
        size=pl.col("size_bytes").cast(pl.Int64),
    )


def wanted_files(folder: Path, oldest: int, head: int, partition: str | None) -> set[Path]:
    """Files that the versions from the oldest wanted one to the head name, and some that they no longer do."""
    first = files_of(folder, oldest, partition)
    return {Path(path) for path in first["path"]} | added_files(folder, oldest, head)


def _fault(path: Path, size: int) -> str | None:
    """What is wrong with a file, if anything."""
    if not path.is_file():
        return "不见了"
    if path.stat().st_size != size:
        return f"大小不对（应为 {size} 字节）"
    try:
        pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (OSError, pl.exceptions.PolarsError):
        return "已损坏"
    return None


def _scan(paths: Sequence[str], layout: Layout) -> pl.LazyFrame:
    return pl.scan_parquet(
        list(paths),
        schema=layout.stored,
        glob=False,
        missing_columns="insert",
        extra_columns="ignore",
        hive_partitioning=False,
        cache=False,
    )
