"""The watched drop folder: what is laid into <drop folder>/<profile>/ is brought in by that profile."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cockpit.errors import CockpitError, RefusedFile
from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.intake.raw import format_of, sha256_of, shown_name
from cockpit.lake.folder import DataFolder

#: Files brought in go into this folder beside them until their time is over.
DONE = "done"


@dataclass(frozen=True)
class Drop:
    """What became of the files of one profile's folder: a batch, or the sentence that says why not."""

    profile: str
    files: tuple[str, ...]
    result: BatchResult | None
    refusal: str | None


def sweep(folder: DataFolder, now: dt.datetime) -> list[Drop]:
    """Bring in all files that have come to rest in the drop folder.

    The files of one profile make one batch. If it is refused, each file is tried alone, so that a broken one does not
    hold the others back; a refused file stays where it is and is looked at again when its content changes. What was
    brought in is moved to `done` and deleted after the days that the settings name.

    Args:
        folder: data folder; its settings name the drop folder.
        now: present instant.

    Returns:
        What became of the files, one entry per batch or refused file; nothing for files that are still growing.
    """
    inbox = folder.settings.inbox
    inbox.mkdir(parents=True, exist_ok=True)
    drops: list[Drop] = []
    for place in sorted(path for path in inbox.iterdir() if path.is_dir()):
        _clear_done(place / DONE, now - dt.timedelta(days=folder.settings.intake.drop_keep_days))
        files = _ready(folder, place, now)
        if files:
            drops += _take(folder, place, files)
    return drops


def _take(folder: DataFolder, place: Path, files: list[Path]) -> list[Drop]:
    together = _bring(folder, place, files)
    if together.refusal is None or len(files) == 1:
        return [together]
    # The broken file was written down by the first try; the others go in without it.
    return [_bring(folder, place, [file]) for file in files if not _is_refused(folder, place.name, file)]


def _bring(folder: DataFolder, place: Path, files: list[Path]) -> Drop:
    names = tuple(shown_name(file) for file in files)
    try:
        profile = load_profile(place.name, folder.settings.intake.profile_dir)
        result = import_files(folder, profile, files, by="drop folder")
    except RefusedFile as error:
        return Drop(place.name, names, None, error.sentence)
    except CockpitError as error:
        # Busy or no room: the files stay and are tried again at the next sweep.
        return Drop(place.name, names, None, error.sentence)
    done = place / DONE
    done.mkdir(exist_ok=True)
    for file, source in zip(files, result.files, strict=True):
        kept = file.rename(done / f"{str(result.batch_id)}-{source.sha256[:8]}-{file.name}")
        os.utime(kept)  # from now on its days count
    return Drop(place.name, names, result, None)


def _ready(folder: DataFolder, place: Path, now: dt.datetime) -> list[Path]:
    """Files that are no longer written to and not already known as refused."""
    rest = folder.settings.intake.drop_settle_seconds
    return [
        file
        for file in sorted(place.iterdir())
        if file.is_file()
        and format_of(file) is not None
        and now.timestamp() - file.stat().st_mtime >= rest
        and not _is_refused(folder, place.name, file)
    ]


def _is_refused(folder: DataFolder, profile: str, file: Path) -> bool:
    return folder.records.is_refused(sha256_of(file), profile)


def _clear_done(done: Path, before: dt.datetime) -> None:
    for file in _files(done):
        if file.stat().st_mtime < before.timestamp():
            file.unlink()


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else iter(())
