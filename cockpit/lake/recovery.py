"""What a killed or failed writer left behind is taken back: every table stands at its head again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from deltalake import DeltaTable

from cockpit.errors import StorageError
from cockpit.lake.faults import BELOW, telling
from cockpit.lake.ground import delete, has_version, lying_files
from cockpit.lake.layout import LAYOUTS, Layout
from cockpit.lake.store import Lake, files_of, wanted_files
from cockpit.lake.table_writer import TableWriter
from cockpit.records.heads import move_heads, oldest_wanted, read_heads
from cockpit.records.lease import Lease

#: What stands in the log as the maker of a version that takes others back.
SIGNATURE = "put-back"
_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def put_back(lake: Lake, lease: Lease, observe: Callable[[str], None]) -> dict[str, int]:
    """Put every table that is ahead of its head back to it.

    What was written in vain is deleted first, so that a full disk has room again; nothing that a reader could see is.

    Args:
        lake: the lake.
        lease: the right to write; it is confirmed before anything is touched.
        observe: told of every step.

    Returns:
        The version at which every table that exists now stands.

    Raises:
        Busy: the right to write was lost.
        StorageError: the disk or the database refused, or a table lacks the version that its head names.
    """
    with lake.records.transaction() as connection:
        # Waits for a commit of our own whose answer was lost on the way: only then is it known where the heads are.
        lease.confirm(connection)
        heads = read_heads(connection)
    clear_leftovers(lake, lease, [name for name in LAYOUTS if _is_ahead(lake, name, heads)])
    versions: dict[str, int] = {}
    moved: dict[str, int] = {}
    for name, layout in LAYOUTS.items():
        folder = lake.folder(name)
        with telling(name):
            if name not in heads:
                if DeltaTable.is_deltatable(str(folder)):
                    versions[name] = _emptied(folder, layout, observe)
                continue
            versions[name] = heads[name]
            if not has_version(folder, heads[name]):
                raise StorageError(
                    f"数据表 {name} 缺少版本 {heads[name]}，数据目录 {lake.path} 与状态数据库对不上；"
                    "请用同一次备份恢复两者，不要继续导入。"
                )
            if _is_ahead(lake, name, heads):
                versions[name] = moved[name] = _restored(folder, layout, heads[name], observe)
    if moved:
        with lake.records.transaction() as connection:
            lease.confirm(connection)
            move_heads(connection, moved)
    return versions


def clear_leftovers(lake: Lake, lease: Lease, names: Iterable[str]) -> None:
    """Delete what was written in vain, so that a full disk has room again; nothing that a reader could see.

    Not to be called while a commit of our own may still be under way.

    Args:
        lake: the lake.
        lease: the right to write.
        names: tables that were written to.

    Raises:
        Busy: the right to write was lost; nothing has been deleted.
        StorageError: the database cannot be read.
    """
    lying = {name: lying_files(lake.folder(name)) for name in names}
    if not lying:
        return
    lease.check()
    with lake.records.database.reading() as connection:
        heads, oldest = read_heads(connection), oldest_wanted(connection, _EVER)
    for name, files in lying.items():
        with suppress(*BELOW):  # what stays now goes with the next maintenance
            folder, partition = lake.folder(name), LAYOUTS[name].partition
            wanted = wanted_files(folder, oldest[name], heads[name], partition) if name in heads else set()
            delete(files - wanted)


def _is_ahead(lake: Lake, name: str, heads: Mapping[str, int]) -> bool:
    """Whether there are versions that no head has ever named; of a table without a head they are all such."""
    return has_version(lake.folder(name), heads[name] + 1 if name in heads else 0)


def _restored(folder: Path, layout: Layout, head: int, observe: Callable[[str], None]) -> int:
    """A table ahead of its head gets one more version, with the content of the head."""
    work = TableWriter(folder, layout, DeltaTable(folder).version(), SIGNATURE, observe)
    work.restore(head)
    work.settle(since=head)
    observe(f"put back {layout.name}")
    return int(work.version or 0)


def _emptied(folder: Path, layout: Layout, observe: Callable[[str], None]) -> int:
    """A table that no batch has ever completed keeps nothing but its log."""
    work = TableWriter(folder, layout, DeltaTable(folder).version(), SIGNATURE, observe)
    if not files_of(folder, int(work.version or 0), layout.partition).is_empty():
        work.empty()
        work.settle()
        observe(f"put back {layout.name}")
    return int(work.version or 0)
