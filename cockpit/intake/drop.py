"""The watched drop folder: what is laid into <drop folder>/<profile>/ is brought in by that profile."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cockpit.errors import CockpitError
from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import import_files
from cockpit.intake.profile import OWN_PROFILES, load_profile
from cockpit.intake.raw import sha256_of, shown_name
from cockpit.intake.sources import is_data
from cockpit.lake.folder import DataFolder

#: Files brought in go into this folder beside them until their time is over.
DONE = "done"
#: Refusals that are looked through; a file refused longer ago is simply refused anew.
KNOWN_REFUSALS = 1000


@dataclass(frozen=True)
class Drop:
    """What became of the files of one profile's folder: a batch, or the sentence that says why not."""

    profile: str
    files: tuple[str, ...]
    result: BatchResult | None
    refusal: str | None


def sweep(folder: DataFolder, now: dt.datetime) -> list[Drop]:
    """Bring in all files that have come to rest in the drop folder.

    The files of one profile make one batch. A file that is refused whole does not hold the others back: they go in
    without it, together. It stays where it is and is looked at again when its content, its name or its profile
    changes. What was brought in is moved to `done` and deleted after the days that the settings name.

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
    """Bring files in together; as long as one of them is refused whole, the others without it."""
    drops = []
    while files:
        drops.append(_bring(folder, place, files))
        if drops[-1].refusal is None:
            break
        held = _held_back(folder, place.name)
        sound = [file for file in files if _identity(file) not in held]
        if len(sound) == len(files):  # no file is at fault: the profile, or another import that is under way
            break
        files = sound
    return drops


def _bring(folder: DataFolder, place: Path, files: list[Path]) -> Drop:
    names = tuple(shown_name(file) for file in files)
    try:
        profile = load_profile(place.name, folder.settings.intake.profile_dir)
        result = import_files(folder, profile, files, by="drop folder")
    except CockpitError as error:
        # A refused file is written down; where another import is under way or there is no room, all are tried again.
        return Drop(place.name, names, None, error.sentence)
    done = place / DONE
    done.mkdir(exist_ok=True)
    for file, source in zip(files, result.files, strict=True):
        kept = file.rename(done / f"{str(result.batch_id)}-{source.sha256[:8]}-{shown_name(file)}")
        os.utime(kept)  # from now on its days count
    return Drop(place.name, names, result, None)


def _ready(folder: DataFolder, place: Path, now: dt.datetime) -> list[Path]:
    """Files that are no longer written to and not already known as refused."""
    rest = folder.settings.intake.drop_settle_seconds
    held = _held_back(folder, place.name)
    return [
        file
        for file in sorted(place.iterdir())
        if file.is_file()
        and is_data(file)
        and now.timestamp() - file.stat().st_mtime >= rest
        and _identity(file) not in held
    ]


def _held_back(folder: DataFolder, profile: str) -> set[tuple[str, str]]:
    """Names and hashes of the files refused under this profile as it is now; a mended profile is tried again."""
    places = (folder.settings.intake.profile_dir, OWN_PROFILES)
    own = next((file for place in places if place and (file := place / f"{profile}.toml").is_file()), None)
    since = own.stat().st_mtime if own else 0.0
    return {
        (refusal.name, refusal.sha256)
        for refusal in folder.records.refusals(KNOWN_REFUSALS)
        if refusal.profile == profile and refusal.at.timestamp() >= since
    }


def _identity(file: Path) -> tuple[str, str]:
    return shown_name(file), sha256_of(file)


def _clear_done(done: Path, before: dt.datetime) -> None:
    for file in _files(done):
        if file.stat().st_mtime < before.timestamp():
            file.unlink()


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else iter(())
