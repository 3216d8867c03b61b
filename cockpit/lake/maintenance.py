"""Keeping the lake small: many small files become few, versions nobody can read any more are deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
from deltalake import DeltaTable

from cockpit import clock
from cockpit.lake.folder import DataFolder
from cockpit.lake.layout import LAYOUTS
from cockpit.lake.store import Lake
from cockpit.lake.writer import WRITING, Observer, Writer

#: Files grow to this size and are then left alone, so that a changed row of today does not rewrite a whole month.
FILE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Upkeep:
    """What maintenance did to one table: files before and after, bytes on the disk before and after."""

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
    """Compact, checkpoint and vacuum every table; readers go on, and what a head names stays.

    Args:
        lake: the lake.
        compact_files: a month with at least so many files is compacted.
        keep_minutes: how long files that are no longer named stay, for readers that still hold an older state.
        lease_seconds: how long the right to write stays without renewal.
        wait_seconds: how long to wait for another writer.
        observe: told of every step.

    Returns:
        What was done, per table.

    Raises:
        Busy: another writer did not finish in time.
        StorageError: the disk or the database refused.
    """
    with Writer(lake, lease_seconds=lease_seconds, wait_seconds=wait_seconds, observe=observe) as writer:
        return [_maintain_one(writer, name, compact_files, keep_minutes) for name in sorted(writer.snapshot.heads)]


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


def _maintain_one(writer: Writer, name: str, compact_files: int, keep_minutes: float) -> Upkeep:
    files = writer.snapshot.files(name)
    before = files.height, _size(writer.lake, name)
    counts = files.group_by("part").len()
    crowded = counts.filter(pl.col("len") >= compact_files)["part"].to_list()

    def compact(delta: DeltaTable) -> None:
        for part in crowded:
            filters = None if part is None else [(str(LAYOUTS[name].partition), "=", str(part))]
            delta.optimize.compact(partition_filters=filters, target_size=FILE_BYTES, writer_properties=WRITING)

    def vacuum(delta: DeltaTable) -> None:
        delta.vacuum(
            retention_hours=0,
            dry_run=False,
            enforce_retention_duration=False,
            full=True,
            keep_versions=_young_versions(delta, keep_minutes),
        )
        delta.create_checkpoint()
        delta.cleanup_metadata()

    if crowded:
        writer.rewrite(name, compact)
    writer.rewrite(name, vacuum)
    return Upkeep(name, before[0], writer.lake.snapshot().files(name).height, before[1], _size(writer.lake, name))


def _young_versions(delta: DeltaTable, keep_minutes: float) -> list[int]:
    """The present version and those that were the present one within the last `keep_minutes`."""
    cutoff = clock.now() - dt.timedelta(minutes=keep_minutes)
    keep = []
    for entry in delta.history():  # newest first
        keep.append(int(entry["version"]))
        if dt.datetime.fromtimestamp(entry["timestamp"] / 1000, dt.UTC) < cutoff:
            break
    return keep


def _size(lake: Lake, name: str) -> int:
    return sum(file.stat().st_size for file in lake.folder(name).rglob("*") if file.is_file())
