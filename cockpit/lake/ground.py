"""What lies in a table's folder: which versions its log holds, which files they name, and what is only left over."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import polars as pl

LOG = "_delta_log"
#: A version's entry, or what was derived from it, begins with its number.
_NUMBERED = re.compile(r"^(\d{20})\.")
_CHECKPOINT = re.compile(r"^(\d{20})\.checkpoint\.parquet$")
#: The storage layer writes into such a file first and then gives it its name; killed in between, it stays.
_UNFINISHED = "#"


def has_version(folder: Path, version: int) -> bool:
    """Whether the log holds the entry of this version."""
    return _entry(folder, version).exists()


def added_files(folder: Path, after: int, upto: int) -> set[Path]:
    """Files that the versions after one and up to another have brought in, whether or not they still count."""
    found = set()
    for version in range(after + 1, upto + 1):
        # One action a line; people's texts in the statistics may hold other signs that some take for line ends.
        for line in _entry(folder, version).read_text(encoding="utf-8").split("\n"):
            if '"add"' in line and (added := json.loads(line).get("add")):
                found.add(folder / unquote(added["path"]))
    return found


def files_after(folder: Path, files: pl.DataFrame, after: int, upto: int, partition: str | None) -> pl.DataFrame | None:
    """Files of a version, from those of an earlier one and what the log says has come and gone since.

    Args:
        folder: the table.
        files: files of the earlier version: path, part (partition value), rows, size in bytes.
        after: the earlier version.
        upto: the version wanted.
        partition: the partition column.

    Returns:
        As `files`; None where the log does not tell it: an entry is gone, or says something else.
    """
    known = {row["path"]: row for row in files.iter_rows(named=True)}
    try:
        for version in range(after + 1, upto + 1):
            for line in _entry(folder, version).read_text(encoding="utf-8").split("\n"):
                action = json.loads(line) if line else {}
                if gone := action.get("remove"):
                    known.pop(f"{folder}/{unquote(gone['path'])}", None)
                if added := action.get("add"):
                    if added.get("deletionVector"):
                        return None
                    path = f"{folder}/{unquote(added['path'])}"
                    part = added["partitionValues"][partition] if partition else None
                    rows = json.loads(added["stats"])["numRecords"]
                    known[path] = {"path": path, "part": part, "rows": rows, "size": added["size"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pl.DataFrame(list(known.values()), schema=files.schema)


def make_durable(folder: Path, after: int, upto: int, files: Iterable[Path]) -> None:
    """Wait until the entries of some versions, and files, are on the disk: a power cut no longer takes them away.

    Args:
        folder: the table.
        after: last version that is on the disk already; -1 for a new table.
        upto: last version to be made durable.
        files: the table's files to be made durable.
    """
    wanted = [*files, *(_entry(folder, version) for version in range(after + 1, upto + 1))]
    folders = {path.parent for path in wanted} | {folder, folder.parent}
    for path in (*wanted, *folders):
        _sync(path)


def lying_files(folder: Path) -> set[Path]:
    """Every file of the table, and what was never finished, but for the log's own entries.

    To be asked before one makes sure of the right to write: whatever another writer makes later is then not among them.
    """
    found = (path for path in folder.rglob("*") if path.parent.name != LOG or _UNFINISHED in path.name)
    return {path for path in found if path.is_file()}


def delete(files: Iterable[Path]) -> None:
    """Delete files, some of which may be gone already."""
    for path in files:
        path.unlink(missing_ok=True)


def shorten_log(folder: Path, oldest: int) -> None:
    """Delete the log's entries that no version from `oldest` on needs: those before a checkpoint it can start from."""
    names = [path.name for path in (folder / LOG).iterdir()]
    starts = [int(found[1]) for name in names if (found := _CHECKPOINT.match(name)) and int(found[1]) <= oldest]
    if not starts:
        return
    start = max(starts)
    _sync(folder / LOG / f"{start:020d}.checkpoint.parquet")
    _sync(folder / LOG)
    for name in names:
        if (found := _NUMBERED.match(name)) and int(found[1]) < start:
            (folder / LOG / name).unlink(missing_ok=True)


def last_checkpoint(folder: Path) -> int:
    """The newest version with a checkpoint; -1 where there is none."""
    return max(
        (int(found[1]) for path in (folder / LOG).iterdir() if (found := _CHECKPOINT.match(path.name))), default=-1
    )


def size_of(folder: Path) -> int:
    """Bytes that the table takes on the disk."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def _entry(folder: Path, version: int) -> Path:
    return folder / LOG / f"{version:020d}.json"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
