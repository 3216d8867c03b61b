"""Bringing a real source in as a city would, and reading its files again without the product."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import import_files
from cockpit.intake.profile import Profile, load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from cockpit.watch.numbers import working_days
from metrics.asof import as_of
from metrics.cases import with_due

SAMPLES = Path(__file__).parents[1] / "samples"


@dataclass(frozen=True)
class Brought:
    """A source brought in twice into a data folder of its own, and its rows as Python's csv reads them."""

    folder: DataFolder
    profile: Profile
    source: list[dict[str, str]]
    first: BatchResult
    again: BatchResult

    @property
    def now(self) -> datetime:
        """The instant at which the source was extracted."""
        assert self.profile.now is not None
        return self.profile.now

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Stored rows of a table, times in the city's zone."""
        return self.folder.lake.snapshot().scan(table).collect().to_dicts()

    def refused(self, table: str) -> dict[str, list[str]]:
        """Key of every row of a table in quarantine → its reasons."""
        entries = self.folder.lake.snapshot().quarantine(table).collect().to_dicts()
        return {entry["key"]: sorted(entry["reasons"]) for entry in entries}

    def counts(self, table: str) -> tuple[int, int, int, int, int]:
        """Read, inserted, updated, unchanged, quarantined of the first time."""
        return tally(self.first, table)


def bring_twice(profile: str, files: Sequence[Path], place: Path, delimiter: str = ",") -> Brought:
    """Bring the files in by the product's own profile, and then once more."""
    settings = Settings(data_dir=place / "data")
    how = load_profile(profile)
    empty = open_folder(settings, create=True)
    first = import_files(empty, how, files, by="test")
    empty.close()
    folder = open_folder(settings)  # now with the source's own zone
    again = import_files(folder, how, files, by="test")
    return Brought(folder, how, [row for file in files for row in read(file, delimiter)], first, again)


def read(file: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a source file."""
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter=delimiter))


def tally(result: BatchResult, table: str) -> tuple[int, int, int, int, int]:
    """Read, inserted, updated, unchanged, quarantined of a table."""
    counts = result.tables[table]
    return counts.read, counts.inserted, counts.updated, counts.unchanged, counts.quarantined


def changes_nothing(brought: Brought) -> bool:
    """Whether the second time stored nothing, refused the same rows and lost none."""
    return all(
        (new.read, new.inserted, new.updated, new.quarantined) == (old.read, 0, 0, old.quarantined)
        and new.unchanged == old.inserted + old.unchanged
        for old, new in ((brought.first.tables[name], brought.again.tables[name]) for name in brought.first.tables)
    ) and (brought.first.reasons, brought.first.left_out) == (brought.again.reasons, brought.again.left_out)


def held(brought: Brought) -> pl.DataFrame:
    """The stored cases with their deadlines as the product computes them, at the instant of the extract."""
    snapshot = brought.folder.lake.snapshot()
    cases, items, pauses = (snapshot.scan(name) for name in ("cases", "items", "case_pauses"))
    times = cases.select(pl.selectors.datetime().dt.year()).collect()
    years = [value for column in times for value in (column.min(), column.max()) if value is not None]
    work = working_days(snapshot, range(min(years) - 1, max(years) + 2))
    known = as_of("cases", cases, brought.now, pauses=pauses).collect()
    spells = as_of("case_pauses", pauses, brought.now).collect()
    return with_due(known, items.collect(), spells, work, brought.now)


def overdue(case: Mapping[str, Any], item: Mapping[str, Any], now: datetime) -> bool:
    """Whether a stored case is overdue as the rates define it, for sources without pauses or days of promise."""
    assert item["case_type"] == "promise"
    assert item["promise_days"] is None
    due, finish = seconds(case["promise_due"]), seconds(case["finish_time"])
    if due is None:
        return False
    if finish is not None:
        return finish > due
    is_open = case["accept_time"] is not None and case["closed_time"] is None
    return is_open and now.timestamp() > due


def seconds(time: datetime | None) -> float | None:
    """An instant as a number: Python compares times of one zone by their clocks, also in the hour that comes twice."""
    return None if time is None else time.timestamp()


def documented(profile: str) -> tuple[dict[str, tuple[int, ...]], dict[str, dict[str, int]]]:
    """What docs/profiles.md says of a source.

    Returns:
        Table → read, inserted, unchanged, quarantined, left out; table → reason → rows.
    """
    text = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {profile}\n")[1].split("\n## ")[0]
    counts: dict[str, tuple[int, ...]] = {}
    reasons: dict[str, dict[str, int]] = {}
    for line in section.splitlines():
        cells = [cell.strip().replace(",", "") for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[1].isdigit():
            counts[cells[0]] = tuple(map(int, cells[1:]))
        elif len(cells) == 3 and cells[2].isdigit():
            reasons.setdefault(cells[0], {})[cells[1]] = int(cells[2])
    return counts, reasons


def as_documented(brought: Brought) -> bool:
    """Whether the first time went as docs/profiles.md says."""
    result = brought.first
    counts = {
        name: (
            *(rows.read, rows.inserted, rows.unchanged, rows.quarantined),
            sum(result.left_out.get(name, {}).values()),
        )
        for name, rows in result.tables.items()
    }
    return (counts, result.reasons) == documented(brought.profile.name)
