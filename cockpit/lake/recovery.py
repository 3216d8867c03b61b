"""What a killed or failed writer left behind is taken back: every table stands at its head again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from deltalake import DeltaTable

from cockpit.errors import StorageError
from cockpit.lake.faults import telling
from cockpit.lake.ground import clear_away, has_version
from cockpit.lake.layout import LAYOUTS, Layout
from cockpit.lake.store import Lake, files_of
from cockpit.lake.table_writer import TableWriter
from cockpit.records.heads import move_heads, read_heads
from cockpit.records.lease import Lease

#: What stands in the log as the maker of a version that takes others back.
SIGNATURE = "put-back"


def put_back(lake: Lake, lease: Lease, observe: Callable[[str], None]) -> dict[str, int]:
    """Put every table that is ahead of its head back to it.

    Nothing is deleted that a reader could see; a table without a head has none, so its files go at once.

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
            if has_version(folder, heads[name] + 1):
                versions[name] = moved[name] = _restored(folder, layout, heads[name], observe)
    if moved:
        with lake.records.transaction() as connection:
            lease.confirm(connection)
            move_heads(connection, moved)
    return versions


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
    with suppress(OSError):  # room is won back now or later
        clear_away(folder, set())
    return int(work.version or 0)
