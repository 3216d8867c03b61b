"""The one writer of the lake: a batch goes into all its tables or into none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

import polars as pl
from deltalake import ColumnProperties, CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError

from cockpit.errors import CockpitError, StorageError
from cockpit.lake.changes import Changes, plan_changes
from cockpit.lake.layout import LAYOUTS, QUARANTINE, Layout
from cockpit.lake.store import Lake, Snapshot
from cockpit.records.lease import Lease
from cockpit.records.store import BatchRecord

#: Tables merged at a time; a merge keeps one core busy.
PARALLEL = 2
_OP = "op__"
#: Logs go once a checkpoint has passed them; which files stay is decided in `maintain`.
TABLE_SETTINGS = {"delta.logRetentionDuration": "interval 1 hours", "delta.checkpointInterval": "50"}
#: Bounds per row group let a day be read without the rest of its month; bounds per page cost more than they save.
WRITING = WriterProperties(
    compression="ZSTD",
    compression_level=1,
    max_row_group_size=65_536,
    default_column_properties=ColumnProperties(statistics_enabled="CHUNK"),
)
#: What can go wrong below us while writing: the lake's own errors, the disk, Polars reading a broken file.
WRITE_ERRORS = (DeltaError, OSError, pl.exceptions.PolarsError)

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
        self._lease: Lease = lake.records.lease("lake-writer", seconds=lease_seconds, wait=wait_seconds)
        self._observe: Observer = observe or (lambda step: None)
        self._versions: dict[str, int] = {}
        self.snapshot = Snapshot(lake, {})

    def __enter__(self) -> Writer:
        """Take the right to write and start from a sound state."""
        self._lease.__enter__()
        try:
            self._put_back()
            self.snapshot = self.lake.snapshot()
        except BaseException as error:
            self._lease.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the right back; what was not committed is undone, now or, where that fails too, by the next writer."""
        try:
            if self._versions:
                self._put_back()
        except CockpitError:
            if error is None:
                raise
        finally:
            self._lease.__exit__(kind, error, trace)

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
            StorageError: the database refused; nothing has changed.
        """
        self._confirm_versions(batch.batch_id)
        self._observe("before head")
        records = self.lake.records
        with records.transaction() as connection:
            self._lease.confirm(connection)
            records.set_heads(connection, self._versions)
            records.add_batch(connection, batch)
            records.remember_in(connection, facts)
            for query, value in watermarks.items():
                records.set_watermark(connection, batch.profile, query, value)
        self._versions = {}
        self._observe("after head")

    def rewrite(self, table: str, work: Callable[[DeltaTable], None]) -> None:
        """Do maintenance on a table and move its head to the result."""
        delta = DeltaTable(self.lake.folder(table))
        before = delta.version()
        with _telling(table):
            work(delta)
        after = DeltaTable(self.lake.folder(table)).version()
        if after != before:
            self._observe(f"rewritten {table}")
            with self.lake.records.transaction() as connection:
                self._lease.confirm(connection)
                self.lake.records.set_heads(connection, {table: after})

    def _apply_one(self, layout: Layout, incoming: Incoming, batch_id: str) -> Outcome:
        with _telling(layout.name):
            changes = plan_changes(self.snapshot, layout, incoming.rows, assumed=incoming.assumed)
            self._write(layout, changes, batch_id)
        return Outcome(changes.inserted, changes.updated, changes.unchanged)

    def _write(self, layout: Layout, changes: Changes, batch_id: str) -> None:
        if changes.nothing:
            return
        with _telling(layout.name):
            if layout.partition is None:
                self._overwrite(layout, changes, batch_id)
            else:
                self._merge(layout, changes, batch_id)
            self._versions[layout.name] = DeltaTable(self.lake.folder(layout.name)).version()
        self._observe(f"written {layout.name}")

    def _overwrite(self, layout: Layout, changes: Changes, batch_id: str) -> None:
        """Small tables are rewritten whole."""
        known = self.snapshot.raw(layout.name).collect()
        kept = known.join(changes.updates, on=layout.key, how="anti")
        self._put(layout, pl.concat([kept, changes.updates, changes.inserts]).sort(layout.key), batch_id, "overwrite")

    def _merge(self, layout: Layout, changes: Changes, batch_id: str) -> None:
        """Replaced and removed rows by a merge over the months they lie in, new ones by appending."""
        replaced = pl.concat(
            [
                changes.updates.with_columns(pl.lit("update").alias(_OP)),
                changes.removals.with_columns(pl.lit("remove").alias(_OP)),
            ],
            how="diagonal",
        )
        if not replaced.is_empty():
            self._replace(layout, replaced, batch_id)
            self._observe(f"merged {layout.name}")
        if not changes.inserts.is_empty():
            self._put(layout, changes.inserts, batch_id, "append")

    def _replace(self, layout: Layout, rows: pl.DataFrame, batch_id: str) -> None:
        part = str(layout.partition)
        parts = ", ".join(f"'{value}'" for value in sorted(rows[part].unique()))
        match = " AND ".join(f't."{name}" = s."{name}"' for name in (*layout.key, part))
        (
            DeltaTable(self.lake.folder(layout.name))
            .merge(
                rows,
                f"t.{part} IN ({parts}) AND {match}",
                source_alias="s",
                target_alias="t",
                writer_properties=WRITING,
                commit_properties=_signed(batch_id),
            )
            .when_matched_delete(f"s.{_OP} = 'remove'")
            .when_matched_update({f'"{name}"': f's."{name}"' for name in layout.stored}, f"s.{_OP} = 'update'")
            .execute()
        )

    def _put(self, layout: Layout, rows: pl.DataFrame, batch_id: str, mode: Literal["append", "overwrite"]) -> None:
        folder = self.lake.folder(layout.name)
        columns = [*layout.stored, *([layout.partition] if layout.partition else [])]
        write_deltalake(
            folder,
            rows.select(columns),
            mode=mode,
            partition_by=layout.partition,
            schema_mode="merge" if mode == "append" and folder.exists() else None,
            writer_properties=WRITING,
            configuration=None if folder.exists() else TABLE_SETTINGS,
            commit_properties=_signed(batch_id),
        )

    def _confirm_versions(self, batch_id: str) -> None:
        """Nobody else has written in between: every version since the head carries this batch's name.

        Raises:
            StorageError: a stranger's version lies among them.
        """
        for table, version in self._versions.items():
            head = self.snapshot.heads.get(table, -1)
            history = DeltaTable(self.lake.folder(table)).history(version - head)
            if any(entry["version"] > head and entry.get("batch_id") != batch_id for entry in history):
                raise StorageError(
                    f"数据表 {table} 在导入途中被其他程序改动;本次改动全部撤回,请确认没有别的程序写数据目录后重新导入。"
                )

    def _put_back(self) -> None:
        """Put every table that is ahead of its head back to it: what a killed or failed writer left behind."""
        heads = self.lake.records.heads()
        for name in LAYOUTS:
            folder = self.lake.folder(name)
            if not folder.exists():
                continue
            with _telling(name):
                if name not in heads:
                    shutil.rmtree(folder)
                    continue
                delta = DeltaTable(folder)
                if delta.version() > heads[name]:
                    self._restore(delta, name, heads[name])
        self._versions = {}

    def _restore(self, delta: DeltaTable, name: str, head: int) -> None:
        delta.restore(head, commit_properties=_signed("put-back"))
        restored = DeltaTable(self.lake.folder(name)).version()
        with self.lake.records.transaction() as connection:
            self._lease.confirm(connection)
            self.lake.records.set_heads(connection, {name: restored})


class _telling:  # noqa: N801 (used like a function)
    """Turns what goes wrong below us into the sentence that people read."""

    def __init__(self, table: str) -> None:
        self._table = table

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, WRITE_ERRORS) and not isinstance(error, StorageError):
            raise StorageError(
                f"数据表 {self._table} 写不进去({_cause(error)});本次改动全部撤回,"
                "请检查数据目录所在磁盘的空间和写权限,然后重新导入。"
            ) from error


def _cause(error: BaseException) -> str:
    """What the disk said, in words where it is known."""
    said = str(error)
    for sign, word in (
        ("No space left", "磁盘已满"),
        ("os error 28", "磁盘已满"),
        ("Read-only file system", "磁盘只读"),
        ("os error 30", "磁盘只读"),
        ("Permission denied", "没有写权限"),
        ("os error 13", "没有写权限"),
        ("File too large", "磁盘配额已满"),
    ):
        if sign in said:
            return word
    return said.strip().splitlines()[0][:200] if said.strip() else type(error).__name__


def _signed(batch_id: str) -> CommitProperties:
    return CommitProperties(custom_metadata={"batch_id": batch_id})
