"""Bringing a batch in: read, map, judge, write, all in one piece or not at all."""

from __future__ import annotations

import datetime as dt
import getpass
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from cockpit import clock
from cockpit.errors import CockpitError, RefusedFile
from cockpit.intake.city import city_of
from cockpit.intake.counting import BatchResult, counted, record_of
from cockpit.intake.deliveries import deliveries_of
from cockpit.intake.draft import Draft, Observer, read_draft
from cockpit.intake.gate import Verdict, judge
from cockpit.intake.privacy import Hasher, load_hasher
from cockpit.intake.profile import Profile
from cockpit.intake.quarantine import broken_entries, entries_of, settle
from cockpit.intake.raw import sha256_of, shown_name
from cockpit.intake.sources import expand
from cockpit.intake.workdays import missing_workdays
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.lake.writer import Incoming, Outcome, Writer
from cockpit.records.store import RefusedFileRecord
from metrics.standard import TABLES, Table


def import_files(
    folder: DataFolder,
    profile: Profile,
    paths: Sequence[Path],
    *,
    by: str | None = None,
    now: dt.datetime | None = None,
    observe: Observer | None = None,
) -> BatchResult:
    """Bring files in as one batch.

    Args:
        folder: data folder of the city.
        profile: how the files are read.
        paths: files or folders.
        by: who brings them in; the account by default.
        now: present instant; for tests.
        observe: told of every step.

    Returns:
        What became of every row.

    Raises:
        RefusedFile: a file cannot be read at all; it is written down by name, hash and reason, nothing is taken in.
        Busy: another import did not finish in time.
        StorageError: the disk or the database refused; nothing has changed.
    """
    by = by or whoami()
    folder = city_of(folder, profile)
    hasher = load_hasher(folder.path, create=True)
    files: list[Path] = []
    try:
        files = expand(paths, profile)
        draft = read_draft(folder, profile, files, hasher, observe)
    except RefusedFile as error:
        note_refusal(folder, profile, files or list(paths), error, by)
        raise
    return bring_in(folder, draft, hasher, by=by, now=now, observe=observe)


def check_files(
    folder: DataFolder, profile: Profile, paths: Sequence[Path], *, now: dt.datetime | None = None
) -> BatchResult:
    """The same gate, nothing stored: what an import would refuse; inserted stands for all that would be accepted."""
    folder = city_of(folder, profile)
    hasher = load_hasher(folder.path, create=False)
    draft = read_draft(folder, profile, expand(paths, profile), hasher, None)
    verdicts = _judged(folder, draft, folder.lake.snapshot(), hasher, _instant(profile, now))
    outcomes = {name: Outcome(verdict.good.height, 0, 0) for name, verdict in verdicts.items()}
    return counted(None, draft, verdicts, outcomes)


def bring_in(
    folder: DataFolder,
    draft: Draft,
    hasher: Hasher,
    *,
    by: str,
    now: dt.datetime | None = None,
    observe: Observer | None = None,
) -> BatchResult:
    """Judge a draft and write it, in one piece.

    Raises:
        Busy: another import did not finish in time.
        StorageError: the disk or the database refused; nothing has changed.
    """
    started = clock.now()
    batch_id = f"{started:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    lake = folder.settings.lake
    instant = _instant(draft.profile, now)
    with Writer(
        folder.lake, lease_seconds=lake.lease_seconds, wait_seconds=lake.writer_wait_seconds, observe=observe
    ) as writer:
        folder = city_of(folder, draft.profile)
        verdicts = _judged(folder, draft, writer.snapshot, hasher, instant)
        if observe:
            observe("judged")
        incoming = {
            name: Incoming(_stamped(verdict, draft, batch_id, started), verdict.assumed)
            for name, verdict in verdicts.items()
        }
        days = missing_workdays(writer.snapshot, incoming, draft.profile.workdays, batch_id, started)
        outcomes = writer.apply(incoming | days, batch_id)
        if days and "workdays" in incoming:
            # Only what the source delivered is counted, not the days filled in beside it.
            filled = days["workdays"].rows.height - incoming["workdays"].rows.height
            outcomes["workdays"] = replace(outcomes["workdays"], inserted=outcomes["workdays"].inserted - filled)
        result = counted(batch_id, draft, verdicts, outcomes)
        if "deliveries" not in verdicts:
            own = deliveries_of(draft, verdicts, writer.snapshot, batch_id, started, instant)
            writer.apply({"deliveries": Incoming(own)}, batch_id)
        entries = _entries(draft, verdicts, batch_id, started, hasher)
        accepted = {name: verdict.good for name, verdict in verdicts.items()}
        writer.quarantine(*settle(writer.snapshot, entries, accepted, draft.raws, hasher), batch_id)
        writer.commit(
            record_of(result, draft, by, started),
            watermarks=draft.watermarks,
            facts={"city": folder.city, "timezone": folder.timezone, "hmac_key": hasher.fingerprint},
        )
    return result


def note_refusal(folder: DataFolder, profile: Profile, files: Iterable[Path], error: CockpitError, by: str) -> None:
    """Write down what was refused whole: the file at fault, else all that came with it, else the source itself."""
    files = list(files)
    at_fault = [path for path in files if error.sentence.startswith(f"文件 {shown_name(path)} ")] or files
    told = [(shown_name(path), sha256_of(path)) for path in at_fault] or [(profile.name, "")]
    folder.records.add_refusals(
        [RefusedFileRecord(profile.name, name, sha256, error.sentence, by, clock.now()) for name, sha256 in told]
    )


def whoami() -> str:
    """The account that runs this program."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _instant(profile: Profile, now: dt.datetime | None) -> dt.datetime:
    return (profile.now or now or clock.now()).astimezone(dt.UTC)


def _judged(
    folder: DataFolder, draft: Draft, snapshot: Snapshot, hasher: Hasher, instant: dt.datetime
) -> dict[str, Verdict]:
    """Judge the tables in the order of the standard, so that what others refer to is known first."""
    known: dict[str, pl.Series] = {}
    tolerance = dt.timedelta(minutes=folder.settings.intake.future_tolerance_minutes)
    verdicts: dict[str, Verdict] = {}
    for name, mapped in draft.tables.items():
        for other in set(mapped.table.references.values()):
            if other not in known:
                known[other] = _identifiers(TABLES[other], snapshot, verdicts.get(other))
        verdicts[name] = judge(mapped, known, now=instant, tolerance=tolerance, hasher=hasher)
    return verdicts


def _identifiers(referred: Table, snapshot: Snapshot, verdict: Verdict | None) -> pl.Series:
    name = referred.key[0]
    stored = snapshot.raw(referred.name).select(name).collect()[name]
    return (stored if verdict is None else stored.append(verdict.good[name])).unique()


def _stamped(verdict: Verdict, draft: Draft, batch_id: str, at: dt.datetime) -> pl.DataFrame:
    """Accepted rows with where they come from."""
    own = (
        {}
        if verdict.table.name == "deliveries"
        else {"source_system": draft.profile.source_system, "batch_id": batch_id}
    )
    mapped = draft.tables[verdict.table.name]
    return verdict.good.with_columns(
        *(pl.lit(value).alias(name) for name, value in own.items()),
        pl.lit(at).cast(pl.Datetime("us", "UTC")).alias("ingested_at"),
        pl.lit(mapped.derived).alias("derived"),
    ).select(*verdict.table.stored)


def _entries(
    draft: Draft, verdicts: Mapping[str, Verdict], batch_id: str, at: dt.datetime, hasher: Hasher
) -> pl.DataFrame:
    system = draft.profile.source_system
    found = [
        entries_of(
            verdict, draft.tables[name], draft.raws, profile=draft.profile, batch_id=batch_id, at=at, hasher=hasher
        )
        for name, verdict in verdicts.items()
    ]
    found += [
        broken_entries(draft.raws[number], name, batch_id=batch_id, source_system=system, at=at)
        for number, name in draft.broken_in.items()
    ]
    return pl.concat(found)
