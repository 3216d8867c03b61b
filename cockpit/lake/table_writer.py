"""One table being written: every step makes exactly the next version, so that nobody else's can lie in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import polars as pl
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import DeltaError

from cockpit.errors import StorageError
from cockpit.lake.changes import Changes
from cockpit.lake.faults import Overtaken
from cockpit.lake.ground import added_files, has_version, make_durable
from cockpit.lake.layout import Layout
from cockpit.lake.store import files_of

#: Files grow to this size and are then left alone, so that a changed row of today does not rewrite a whole month.
FILE_BYTES = 16 * 1024 * 1024
#: Row groups so small that a day is read without the rest of its month.
GROUP_ROWS = 65_536
#: Which entries of the log are still needed is decided in `maintain` alone: by what readers may hold, not by age.
TABLE_SETTINGS = {"delta.enableExpiredLogCleanup": "false"}
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
_OP = "op__"


class TableWriter:
    """A table of the lake while a writer works on it.

    Args:
        folder: the table.
        layout: its storage.
        version: the version to start from; None where there is no table yet.
        signature: what is written into the log with every version: the batch, or what else made it.
        observe: told of every step.
    """

    def __init__(
        self, folder: Path, layout: Layout, version: int | None, signature: str, observe: Callable[[str], None]
    ) -> None:
        """Keep what is needed; nothing is written yet."""
        self._folder = folder
        self._layout = layout
        self._start = version
        self._signature = signature
        self._observe = observe
        self._properties = _properties(layout)
        self.version = version

    @property
    def moved(self) -> bool:
        """Whether there are versions that no head names yet."""
        return self.version != self._start

    def write(self, changes: Changes, known: pl.LazyFrame) -> None:
        """Bring changes in.

        Args:
            changes: what changes.
            known: rows that the table holds, for tables that are rewritten whole.

        Raises:
            Overtaken: somebody else has written to the table.
        """
        if self._layout.partition is None:
            kept = known.collect().join(changes.updates, on=self._layout.key, how="anti")
            whole = pl.concat([kept, changes.updates, changes.inserts]).sort(self._layout.key)
            self._put(whole, "overwrite")
            return
        replaced = pl.concat(
            [
                changes.updates.with_columns(pl.lit("update").alias(_OP)),
                changes.removals.with_columns(pl.lit("remove").alias(_OP)),
            ],
            how="diagonal",
        )
        if not replaced.is_empty():
            self._replace(replaced)
            self._observe(f"merged {self._layout.name}")
        if not changes.inserts.is_empty():
            self._put(changes.inserts, "append")

    def compact(self, part: str | None) -> None:
        """Make one partition's many small files few."""
        filters = None if part is None else [(str(self._layout.partition), "=", part)]
        self._step(
            lambda table: table.optimize.compact(
                partition_filters=filters,
                target_size=FILE_BYTES,
                writer_properties=self._properties,
                commit_properties=self._signed(),
                post_commithook_properties=_NO_HOOKS,
            )
        )

    def restore(self, version: int) -> None:
        """Let the table's content be that of an earlier version again."""
        self._step(
            lambda table: table.restore(version, commit_properties=self._signed(), post_commithook_properties=_NO_HOOKS)
        )

    def empty(self) -> None:
        """Take all rows out."""
        self._step(lambda table: table.delete(commit_properties=self._signed(), post_commithook_properties=_NO_HOOKS))

    def settle(self, since: int | None = None) -> None:
        """Wait until everything written is on the disk; a head may name it from then on.

        Args:
            since: last version that is on the disk; the one started from by default.
        """
        if self.version is None:
            return
        start = since if since is not None else -1 if self._start is None else self._start
        present = {Path(path) for path in files_of(self._folder, self.version, self._layout.partition)["path"]}
        fresh = added_files(self._folder, start, self.version) & present
        make_durable(self._folder, start, self.version, fresh)

    def _replace(self, rows: pl.DataFrame) -> None:
        """Replaced and removed rows, by a merge over the months they lie in; their names stand in it literally."""
        done: dict[str, int] = {}
        part = str(self._layout.partition)
        parts = ", ".join(f"'{value}'" for value in sorted(rows[part].unique()))
        match = " AND ".join(f't."{name}" = s."{name}"' for name in (*self._layout.key, part))
        self._step(
            lambda table: done.update(
                table.merge(
                    rows,
                    f"t.{part} IN ({parts}) AND {match}",
                    source_alias="s",
                    target_alias="t",
                    merge_schema=bool(set(self._layout.stored) - {field.name for field in table.schema().fields}),
                    writer_properties=self._properties,
                    commit_properties=self._signed(),
                    post_commithook_properties=_NO_HOOKS,
                )
                .when_matched_delete(f"s.{_OP} = 'remove'")
                .when_matched_update(
                    {f'"{name}"': f's."{name}"' for name in self._layout.stored}, f"s.{_OP} = 'update'"
                )
                .execute()
            )
        )
        changed = done["num_target_rows_updated"] + done["num_target_rows_deleted"]
        if changed != rows.height:
            raise StorageError(
                f"数据表 {self._layout.name} 合并后改动了 {changed} 行，应为 {rows.height} 行；"
                "本次改动全部撤回，请把数据目录交给维护人员检查。"
            )

    def _put(self, rows: pl.DataFrame, mode: Literal["append", "overwrite"]) -> None:
        columns = [*self._layout.stored, *([self._layout.partition] if self._layout.partition else [])]
        if self.version is None:
            self._create(rows.select(columns))
            return
        self._step(
            lambda table: write_deltalake(
                table,
                rows.select(columns),
                mode=mode,
                partition_by=self._layout.partition,
                schema_mode="merge" if mode == "append" else "overwrite",
                writer_properties=self._properties,
                commit_properties=self._signed(),
                post_commithook_properties=_NO_HOOKS,
            )
        )

    def _create(self, rows: pl.DataFrame) -> None:
        try:
            write_deltalake(
                self._folder,
                rows,
                mode="error",
                partition_by=self._layout.partition,
                writer_properties=self._properties,
                configuration=TABLE_SETTINGS,
                commit_properties=self._signed(),
                post_commithook_properties=_NO_HOOKS,
            )
        except DeltaError as error:
            self._told_apart(0, error)
            raise
        self.version = 0

    def _step(self, work: Callable[[DeltaTable], object]) -> None:
        """Do something to the table as it stands at our version."""
        table = DeltaTable(self._folder, version=self.version)
        before = table.version()
        try:
            work(table)
        except DeltaError as error:
            self._told_apart(before + 1, error)
            raise
        if table.version() > before:
            self.version = before + 1

    def _told_apart(self, version: int, error: DeltaError) -> None:
        """The version that we wanted to make is there, and it is not ours: that is another fault than a full disk."""
        if has_version(self._folder, version):
            raise Overtaken(self._layout.name) from error

    def _signed(self) -> CommitProperties:
        return CommitProperties(custom_metadata={"batch_id": self._signature}, max_commit_retries=0)


def _properties(layout: Layout) -> WriterProperties:
    """How the files are written: bounds per row group, dictionaries only where values repeat.

    A dictionary of values that hardly ever repeat (keys, times, hashes) is built and thrown away again: without it a
    million tickets are written in half the time and take a quarter less room.
    """
    distinct = {name for name, dtype in layout.stored.items() if isinstance(dtype, pl.Datetime)} | set(layout.key)
    distinct |= {"project_no", "applicant_hash", "text", "row"} & set(layout.stored)
    bounded = ColumnProperties(statistics_enabled="CHUNK")
    plain = ColumnProperties(statistics_enabled="CHUNK", dictionary_enabled=False)
    return WriterProperties(
        compression="ZSTD",
        compression_level=1,
        max_row_group_size=GROUP_ROWS,
        default_column_properties=bounded,
        column_properties=dict.fromkeys(distinct, plain),
    )
