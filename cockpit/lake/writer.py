"""The one writer of the lake: a batch goes into all its tables or into none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

import polars as pl

from cockpit.errors import Busy, CockpitError, StorageError
from cockpit.lake.changes import Changes, plan_changes
from cockpit.lake.faults import BELOW, Overtaken, telling
from cockpit.lake.layout import LAYOUTS, QUARANTINE, Layout
from cockpit.lake.recovery import clear_leftovers, put_back
from cockpit.lake.store import Lake, Snapshot, reading
from cockpit.lake.table_writer import TableWriter
from cockpit.records.database import Locked
from cockpit.records.heads import move_heads
from cockpit.records.lease import Lease
from cockpit.records.store import BatchRecord

#: Tables merged at a time; a merge keeps one core busy.
PARALLEL = 2

#: Told of every step of a batch that leaves a mark on the disk, by name; for progress bars and for tests.
Observer = Callable[[str], None]


@dataclass(frozen=True)
class Incoming:
    """The accepted rows of one table, one per key, with all stored columns.

    Attributes:
        assumed: `updated_at` is only the time of the delivery (reference rows without any time of their own).
    """

    rows: pl.DataFrame
    assumed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one table's accepted rows."""

    inserted: int
    updated: int
    unchanged: int


class Writer:
    """The right to write, held as a context; at its start tables ahead of their head are put back.

    Everything applied becomes visible by `commit`, together, or not at all: leaving the context without it puts the
    tables back.

    Args:
        lake: the lake.
        lease_seconds: how long the right stays without renewal.
        wait_seconds: how long to wait for another writer.
        observe: told of every step.

    Raises:
        Busy: another writer did not finish in time.
        StorageError: the disk or the database refused.
    """

    def __init__(
        self, lake: Lake, *, lease_seconds: float, wait_seconds: float, observe: Observer | None = None
    ) -> None:
        """Prepare; nothing is held yet."""
        self.lake = lake
        self.lease: Lease = lake.records.lease("lake-writer", seconds=lease_seconds, wait=wait_seconds)
        self.step: Observer = observe or (lambda step: None)
        self._versions: dict[str, int] = {}
        self._tables: dict[str, TableWriter] = {}
        self._committing = False
        self.snapshot = Snapshot(lake, {})

    def __enter__(self) -> Writer:
        """Take the right to write and start from a sound state."""
        self.lease.__enter__()
        try:
            self._versions = put_back(self.lake, self.lease, self.step)
            self.snapshot = self.lake.snapshot()
        except BaseException as error:
            self.lease.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the right back; what was not committed is undone, now or, where that fails too, by the next writer.

        Raises:
            StorageError: reading or writing failed because a file of the lake is damaged.
        """
        try:
            if self._tables:
                if not self._committing:
                    clear_leftovers(self.lake, self.lease, self._tables)
                put_back(self.lake, self.lease, self.step)
        except (CockpitError, *BELOW):
            if error is None:
                raise
        finally:
            self.lease.__exit__(kind, error, trace)
        if isinstance(error, BELOW):
            self.snapshot.check()

    def apply(self, incoming: Mapping[str, Incoming], batch_id: str) -> dict[str, Outcome]:
        """Bring accepted rows into their tables, not visible yet.

        Returns:
            Per table how many rows were inserted, updated and unchanged.
        """
        with ThreadPoolExecutor(PARALLEL) as pool:
            running = {
                name: pool.submit(self._apply_one, LAYOUTS[name], rows, batch_id) for name, rows in incoming.items()
            }
        return {name: work.result() for name, work in running.items()}

    def quarantine(self, entries: pl.DataFrame, released: pl.DataFrame, batch_id: str) -> None:
        """Add refused rows to the quarantine and take out those that have left it, not visible yet.

        Args:
            entries: new refused rows with all columns of the quarantine and of_table.
            released: entry_id and of_table of entries to take out.
            batch_id: the batch.
        """
        places = released.select("entry_id", "of_table")
        changes = Changes(entries, entries.clear(), places, entries.height, 0, 0)
        self._write(QUARANTINE, changes, batch_id)

    def commit(self, batch: BatchRecord, *, watermarks: Mapping[str, str], facts: Mapping[str, str]) -> None:
        """Make the batch exist: its record, its counts and the new version of every table, in one transaction.

        Args:
            batch: the batch's record.
            watermarks: how far each query of a SQL source has been read.
            facts: what this first batch settles about the installation (its city).

        Raises:
            Busy: the right to write was lost on the way; nothing has changed.
            StorageError: the disk or the database refused; nothing has changed.
        """
        moved = {name: table for name, table in self._tables.items() if table.moved}
        for name, table in moved.items():
            with telling(name):
                table.settle()
        self.step("before head")
        records = self.lake.records
        self._committing = True
        try:
            with records.transaction() as connection:
                self.lease.confirm(connection)
                move_heads(connection, {name: int(table.version or 0) for name, table in moved.items()})
                records.add_batch(connection, batch)
                records.remember_in(connection, facts)
                for query, value in watermarks.items():
                    records.set_watermark(connection, batch.profile, query, value)
        except StorageError as error:
            if not self._went_in(batch.batch_id, error):
                raise
        self._tables = {}
        self.step("after head")

    def compact(self, table: str, parts: list[str | None]) -> None:
        """Make the many small files of some partitions few, and move the table's head to the result."""
        with telling(table):
            work = self._table(LAYOUTS[table], "compact")
            for part in parts:
                work.compact(part)
            work.settle()
        self.step(f"rewritten {table}")
        self._committing = True
        with self.lake.records.transaction() as connection:
            self.lease.confirm(connection)
            move_heads(connection, {table: int(work.version or 0)})
        self._committing = False
        self._versions[table] = int(work.version or 0)
        del self._tables[table]

    def _apply_one(self, layout: Layout, incoming: Incoming, batch_id: str) -> Outcome:
        with telling(layout.name), reading(self.snapshot):
            changes = plan_changes(self.snapshot, layout, incoming.rows, assumed=incoming.assumed)
        self._write(layout, changes, batch_id)
        return Outcome(changes.inserted, changes.updated, changes.unchanged)

    def _write(self, layout: Layout, changes: Changes, batch_id: str) -> None:
        if changes.nothing:
            return
        self.lease.check()
        try:
            with telling(layout.name), reading(self.snapshot):
                self._table(layout, batch_id).write(changes, self.snapshot.raw(layout.name))
        except Overtaken:
            self.lease.check()  # most likely the right to write was lost while we were frozen
            raise
        self.step(f"written {layout.name}")

    def _table(self, layout: Layout, signature: str) -> TableWriter:
        """The table from now on counts as touched, whatever becomes of the work."""
        made = TableWriter(self.lake.folder(layout.name), layout, self._versions.get(layout.name), signature, self.step)
        return self._tables.setdefault(layout.name, made)

    def _went_in(self, batch_id: str, error: StorageError) -> bool:
        """Whether a batch is in although its commit ended in an error: the answer may have been lost on the way."""
        records = self.lake.records
        try:
            with suppress(Busy), records.transaction() as connection:
                # Waits until a commit that is still under way has ended: it holds the same row.
                self.lease.confirm(connection)
            with records.database.reading() as connection:
                return records.has_batch(connection, batch_id)
        except (StorageError, Locked):
            raise StorageError(
                f"状态数据库 {records.database.shown} 在提交的一刻断开，暂时无法确认本批是否已经生效；"
                "请在它恢复后重新导入同样的文件，已有的行不会重复。"
            ) from error
