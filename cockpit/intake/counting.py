"""What became of every row of a batch: read = inserted + updated + unchanged + quarantined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from cockpit import clock
from cockpit.intake.draft import Draft
from cockpit.intake.gate import Verdict
from cockpit.intake.mapping import strangers
from cockpit.lake.writer import Outcome
from cockpit.records.store import BatchRecord, SourceFile, TableCounts


@dataclass(frozen=True)
class BatchResult:
    """What an import did, or would have done: every row read is counted once.

    Attributes:
        batch_id: name of the batch; None where nothing was stored (`check`).
        tables: table → read, inserted, updated, unchanged, quarantined.
        reasons: table → reason → rows refused for it.
        left_out: table → reason → rows left out by a rule of the profile.
        files: the files.
        unused: table → columns of its files that the data standard does not know; nothing of them was kept.
    """

    batch_id: str | None
    tables: dict[str, TableCounts]
    reasons: dict[str, dict[str, int]]
    left_out: dict[str, dict[str, int]]
    files: list[SourceFile] = field(default_factory=list)
    unused: dict[str, list[str]] = field(default_factory=dict)


def counted(
    batch_id: str | None, draft: Draft, verdicts: Mapping[str, Verdict], outcomes: Mapping[str, Outcome]
) -> BatchResult:
    """Count a batch: every row read is inserted, updated, unchanged or quarantined."""
    tables, reasons, left_out = {}, {}, {}
    for name, verdict in verdicts.items():
        broken = pl.concat(
            [draft.raws[n].broken.select("reason") for n, of in draft.broken_in.items() if of == name]
            + [pl.DataFrame(schema={"reason": pl.String})]
        )
        outcome = outcomes[name]
        refused = verdict.refused.height + broken.height
        repeated = outcome.unchanged + verdict.repeated
        read = draft.tables[name].rows.height + broken.height
        tables[name] = TableCounts(read, outcome.inserted, outcome.updated, repeated, refused)
        why = pl.concat([verdict.refused.select(pl.col("reasons").explode().alias("reason")), broken])
        counts = {reason: count for reason, count in why["reason"].value_counts(sort=True).iter_rows()}
        if counts:
            reasons[name] = counts
        blank = sum(draft.raws[n].blank for n, of in draft.broken_in.items() if of == name)
        out = {**draft.tables[name].left_out, **({"空行": blank} if blank else {})}
        if out:
            left_out[name] = out
    files = [SourceFile(raw.name, raw.sha256, raw.size) for raw in draft.raws]
    return BatchResult(batch_id, tables, reasons, left_out, files, _unused(draft))


def _unused(draft: Draft) -> dict[str, list[str]]:
    """What the files of the standard have beside the standard; a profile says itself which columns it takes."""
    found: dict[str, list[str]] = {}
    for number, name in draft.broken_in.items() if draft.profile.is_standard else ():
        columns = found.setdefault(name, [])
        columns += [column for column in strangers(name, draft.raws[number]) if column not in columns]
    return {name: columns for name, columns in found.items() if columns}


def record_of(result: BatchResult, draft: Draft, by: str, started: dt.datetime) -> BatchRecord:
    """The batch as the state database keeps it."""
    return BatchRecord(
        batch_id=str(result.batch_id),
        profile=draft.profile.name,
        source_system=draft.profile.source_system,
        by=by,
        started_at=started,
        finished_at=clock.now(),
        files=result.files,
        tables=result.tables,
        quarantined=result.reasons,
        left_out=result.left_out,
    )
