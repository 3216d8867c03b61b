"""Keeping the lake small: many small files become few, what nobody can read any more is deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from cockpit import clock
from cockpit.errors import StorageError
from cockpit.lake.facts import FactStore
from cockpit.lake.faults import cause, telling
from cockpit.lake.folder import DataFolder
from cockpit.lake.ground import delete, last_checkpoint, lying_files, shorten_log, size_of
from cockpit.lake.layout import LAYOUTS
from cockpit.lake.store import Lake, files_of, wanted_files
from cockpit.lake.writer import Observer, Writer
from cockpit.records.heads import forget_heads, oldest_wanted, read_heads
from metrics.facts.kinds import all_kinds


@dataclass(frozen=True)
class Upkeep:
    """What maintenance did to one table, or to the facts kept beside them: files and bytes before and after."""

    table: str
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int


def maintain(
    lake: Lake,
    *,
    compact_files: int,
    keep_minutes: float,
    lease_seconds: float,
    wait_seconds: float,
    observe: Observer | None = None,
) -> list[Upkeep]:
    """Compact, checkpoint and clean every table; readers go on, and what a head names stays.

    Facts of closed days that a later import has made out of date go too.

    Args:
        lake: the lake.
        compact_files: a month with at least so many files is compacted.
        keep_minutes: how long files that are no longer named stay, for readers that still hold an older state.
        lease_seconds: how long the right to write stays without renewal.
        wait_seconds: how long to wait for another writer.
        observe: told of every step.

    Returns:
        What was done, per table, and to the facts where there are any.

    Raises:
        Busy: another writer did not finish in time.
        StorageError: the disk or the database refused.
    """
    since = clock.now() - dt.timedelta(minutes=keep_minutes)
    with Writer(lake, lease_seconds=lease_seconds, wait_seconds=wait_seconds, observe=observe) as writer:
        done = [_maintain_one(writer, name, compact_files, since) for name in sorted(writer.snapshot.heads)]
        with lake.records.transaction() as connection:
            writer.lease.confirm(connection)
            forget_heads(connection, since)
    # Whoever reads facts asks for no right to write, so this needs none either.
    return [*done, *_maintain_facts(lake, since)]


def maintain_folder(folder: DataFolder, observe: Observer | None = None) -> list[Upkeep]:
    """The upkeep of a data folder as its settings say; see `maintain`."""
    lake = folder.settings.lake
    return maintain(
        folder.lake,
        compact_files=lake.compact_files,
        keep_minutes=lake.keep_minutes,
        lease_seconds=lake.lease_seconds,
        wait_seconds=lake.writer_wait_seconds,
        observe=observe,
    )


def _maintain_facts(lake: Lake, since: dt.datetime) -> list[Upkeep]:
    store = FactStore(lake)
    if not store.path.is_dir():
        return []
    before = _count(store.path), size_of(store.path)
    try:
        store.prune(lake.snapshot(), all_kinds(), since)
    except OSError as error:
        raise StorageError(
            f"过期的统计数据删不掉（{cause(error)}）；原始记录不受影响，请检查数据目录的写权限，然后再试。"
        ) from error
    return [Upkeep("facts", before[0], _count(store.path), before[1], size_of(store.path))]


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.glob("*/*"))


def _maintain_one(writer: Writer, name: str, compact_files: int, since: dt.datetime) -> Upkeep:
    folder = writer.lake.folder(name)
    files = writer.snapshot.files(name)
    before = files.height, size_of(folder)
    crowded = files.group_by("part").len().filter(pl.col("len") >= compact_files)["part"].to_list()
    if crowded:
        writer.compact(name, crowded)
    lying = lying_files(folder)
    with writer.lake.records.transaction() as connection:
        writer.lease.confirm(connection)
        head, oldest = read_heads(connection)[name], oldest_wanted(connection, since)[name]
    writer.step(f"cleaning {name}")
    with telling(name):
        delete(lying - wanted_files(folder, oldest, head, LAYOUTS[name].partition))
        if last_checkpoint(folder) < head:
            DeltaTable(folder, version=head).create_checkpoint()
        shorten_log(folder, oldest)
    writer.step(f"cleaned {name}")
    return Upkeep(name, before[0], files_of(folder, head, LAYOUTS[name].partition).height, before[1], size_of(folder))
