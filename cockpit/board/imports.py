"""What was brought in, by whom and when, and what the gate keeps in quarantine and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.intake.reasons import sentence_of
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.store import BatchRecord, TableCounts
from metrics.standard import TABLES

#: How many imports, groups of refused rows and rows of each group a page shows.
SHOWN_IMPORTS, SHOWN_GROUPS, SHOWN_ROWS = 10, 30, 5


@dataclass(frozen=True)
class ImportEntry:
    """One import, or one file refused whole.

    Attributes:
        at: when it ended, in the city's zone.
        by: who brought it in.
        profile: import profile.
        source: name of the source system; empty for a refused file.
        files: names of the files.
        counts: what became of all rows together; None for a refused file.
        tables: the same by table, under the table's Chinese name.
        left_out: rows that the profile leaves out by a rule it states.
        refusal: why the file was refused whole; empty for an import.
    """

    at: datetime
    by: str
    profile: str
    source: str
    files: tuple[str, ...]
    counts: TableCounts | None
    tables: Mapping[str, TableCounts]
    left_out: int
    refusal: str


@dataclass(frozen=True)
class RefusedRow:
    """A row in quarantine: where it stood and what it said; personal numbers were masked before it was kept.

    Attributes:
        file: name of its file.
        line: line in the file; None where the source has no lines.
        content: column → value, empty ones left out.
        others: the reasons it was refused for beside that of its group, in Chinese.
    """

    file: str
    line: int | None
    content: Mapping[str, str]
    others: tuple[str, ...]


@dataclass(frozen=True)
class RefusedGroup:
    """Rows of one table that are in quarantine for the same reason; a row with two reasons is in two groups.

    Attributes:
        table: table of the standard.
        title: its Chinese name.
        code: the reason for machines.
        reason: the reason in Chinese, with what to do.
        count: how many rows.
        rows: the first of them.
    """

    table: str
    title: str
    code: str
    reason: str
    count: int
    rows: tuple[RefusedRow, ...]


@dataclass(frozen=True)
class Quarantine:
    """All that is in quarantine now.

    Attributes:
        total: rows, each counted once.
        groups: by table and reason, the largest first.
        groups_left_out: smaller groups that are not listed.
    """

    total: int
    groups: tuple[RefusedGroup, ...]
    groups_left_out: int


def import_history(folder: DataFolder, zone: ZoneInfo) -> list[ImportEntry]:
    """The latest imports and whole refusals, newest first."""
    entries = [_entry(batch, zone) for batch in folder.records.batches(SHOWN_IMPORTS)]
    entries += [
        ImportEntry(r.at.astimezone(zone), r.by, r.profile, "", (r.name,), None, {}, 0, r.reason)
        for r in folder.records.refusals(SHOWN_IMPORTS)
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:SHOWN_IMPORTS]


def quarantine(snapshot: Snapshot) -> Quarantine:
    """What is in quarantine now, and why."""
    rows = snapshot.quarantine()
    by_reason = ["of_table", "reasons"]
    total, groups = pl.collect_all(
        [
            rows.select(pl.len()),
            rows.select("of_table", "entry_id", "file", "line", "reasons")
            .explode("reasons")
            .group_by(by_reason)
            .agg(pl.len().alias("count"), pl.col("entry_id").sort_by("file", "line").head(SHOWN_ROWS))
            .sort("count", "of_table", "reasons", descending=[True, False, False]),
        ]
    )
    shown = groups.head(SHOWN_GROUPS)
    wanted = shown["entry_id"].explode().unique().to_list()
    samples = {row["entry_id"]: row for row in rows.filter(pl.col("entry_id").is_in(wanted)).collect().to_dicts()}
    return Quarantine(
        total=total.item(),
        groups=tuple(_group(group, samples) for group in shown.to_dicts()),
        groups_left_out=groups.height - shown.height,
    )


def _entry(batch: BatchRecord, zone: ZoneInfo) -> ImportEntry:
    measures = ("read", "inserted", "updated", "unchanged", "quarantined")
    return ImportEntry(
        at=batch.finished_at.astimezone(zone),
        by=batch.by,
        profile=batch.profile,
        source=batch.source_system,
        files=tuple(file.name for file in batch.files),
        counts=TableCounts(**{m: sum(getattr(counts, m) for counts in batch.tables.values()) for m in measures}),
        tables={_title(name): counts for name, counts in batch.tables.items()},
        left_out=sum(sum(reasons.values()) for reasons in batch.left_out.values()),
        refusal="",
    )


def _group(group: Mapping[str, Any], samples: Mapping[str, Mapping[str, Any]]) -> RefusedGroup:
    table, code = group["of_table"], group["reasons"]
    return RefusedGroup(
        table=table,
        title=_title(table),
        code=code,
        reason=sentence_of(code, table),
        count=group["count"],
        rows=tuple(_refused(samples[entry], code, table) for entry in group["entry_id"]),
    )


def _refused(row: Mapping[str, Any], code: str, table: str) -> RefusedRow:
    content = json.loads(row["row"])
    return RefusedRow(
        file=row["file"],
        line=row["line"],
        content={str(name): str(value) for name, value in content.items() if value not in (None, "")},
        others=tuple(sentence_of(other, table) for other in row["reasons"] if other != code),
    )


def _title(table: str) -> str:
    """The table's Chinese name, which its title in the standard begins with."""
    known = TABLES.get(table)
    return known.title.split(":")[0] if known else table
