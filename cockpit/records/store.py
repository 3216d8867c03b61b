"""What the state database knows about the data: heads, batches, refusals, watermarks, audit; read and written here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import sqlalchemy as sa

from cockpit import clock
from cockpit.errors import StorageError
from cockpit.records import tables as t
from cockpit.records.database import Database
from cockpit.records.heads import read_heads
from cockpit.records.lease import Lease


@dataclass(frozen=True)
class SourceFile:
    """A file of a batch, by name, hash and size; its content is not kept."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class TableCounts:
    """What became of one table's rows: read = inserted + updated + unchanged + quarantined."""

    read: int
    inserted: int
    updated: int
    unchanged: int
    quarantined: int


@dataclass(frozen=True)
class BatchRecord:
    """One import: who brought in what, when, and what became of every row.

    Attributes:
        quarantined: table → reason → rows refused for it (a row counts under each of its reasons).
        left_out: table → reason → rows that the profile leaves out by a rule it states; not part of `read`.
    """

    batch_id: str
    profile: str
    source_system: str
    by: str
    started_at: dt.datetime
    finished_at: dt.datetime
    files: Sequence[SourceFile]
    tables: Mapping[str, TableCounts]
    quarantined: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class RefusedFileRecord:
    """A file that could not be read at all: nothing of it was taken in, nothing of it was kept."""

    profile: str
    name: str
    sha256: str
    reason: str
    by: str
    at: dt.datetime


class Records:
    """The state database of one data folder."""

    def __init__(self, url: str) -> None:
        """Open it and bring its tables up to date."""
        self.database = Database(url)

    def transaction(self) -> AbstractContextManager[sa.Connection]:
        """One writing transaction, wholly in or wholly out."""
        return self.database.transaction()

    def close(self) -> None:
        """Give all connections back."""
        self.database.close()

    def lease(self, name: str, *, seconds: float, wait: float) -> Lease:
        """The right to do the named work alone; see `Lease`."""
        return Lease(self.database, name, seconds=seconds, wait=wait)

    # -- the installation ------------------------------------------------------------------------------------------

    def installation(self) -> dict[str, str]:
        """What holds for the whole data folder: city, timezone, fingerprint of its key."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(t.installation.c.name, t.installation.c.value))
            return {row.name: row.value for row in rows}

    def remember(self, **facts: str) -> None:
        """Set facts about the installation, replacing earlier ones of the same name."""
        with self.transaction() as connection:
            self.remember_in(connection, facts)

    def remember_in(self, connection: sa.Connection, facts: Mapping[str, str]) -> None:
        """The same within a transaction."""
        for name, value in facts.items():
            _put(connection, t.installation, {"name": name}, {"value": value})

    def settle(self, name: str, value: str) -> str:
        """Set a fact that nobody has set yet; of two processes the first one's value stays.

        Returns:
            The value in force.
        """
        try:
            with self.transaction() as connection:
                known = sa.select(t.installation.c.value).where(t.installation.c.name == name)
                found: str | None = connection.execute(known).scalar()
                if found is None:
                    connection.execute(sa.insert(t.installation).values(name=name, value=value))
                return found or value
        except StorageError as error:
            if isinstance(error.__cause__, sa.exc.IntegrityError):
                return self.installation()[name]
            raise

    # -- the lake's heads ------------------------------------------------------------------------------------------

    def heads(self) -> dict[str, int]:
        """The version of every lake table that readers open, taken in one look."""
        with self.database.reading() as connection:
            return read_heads(connection)

    # -- batches ---------------------------------------------------------------------------------------------------

    def add_batch(self, connection: sa.Connection, batch: BatchRecord) -> None:
        """Write down a batch, within the transaction that moves the heads."""
        own = {"batch_id": batch.batch_id}
        connection.execute(
            sa.insert(t.batches).values(
                **own,
                profile=batch.profile,
                source_system=batch.source_system,
                by_whom=batch.by,
                started_at=batch.started_at,
                finished_at=batch.finished_at,
            )
        )
        _insert(
            connection,
            t.batch_files,
            (
                {**own, "position": place, "name": file.name, "sha256": file.sha256, "size": file.size}
                for place, file in enumerate(batch.files)
            ),
        )
        _insert(
            connection,
            t.batch_tables,
            ({**own, "table_name": name, **vars(counts)} for name, counts in batch.tables.items()),
        )
        _insert(
            connection,
            t.batch_reasons,
            (
                {**own, "table_name": name, "kind": kind, "reason": reason, "count": count}
                for kind, by_table in (("quarantined", batch.quarantined), ("left_out", batch.left_out))
                for name, reasons in by_table.items()
                for reason, count in reasons.items()
            ),
        )
        self.add_audit(connection, batch.by, "import", batch.batch_id, f"{batch.profile}：{len(batch.files)} 个文件")

    def batches(self, limit: int = 20, *, not_by: str | None = None) -> list[BatchRecord]:
        """The latest batches, newest first; those that one account brought in may be left out."""
        wanted = sa.select(t.batches) if not_by is None else sa.select(t.batches).where(t.batches.c.by_whom != not_by)
        wanted = wanted.order_by(t.batches.c.finished_at.desc(), t.batches.c.batch_id.desc()).limit(limit)
        with self.database.reading() as connection:
            found = connection.execute(wanted).all()
            names = [row.batch_id for row in found]
            files = _by_batch(connection, t.batch_files, names, t.batch_files.c.position)
            counts = _by_batch(connection, t.batch_tables, names, t.batch_tables.c.table_name)
            reasons = _by_batch(connection, t.batch_reasons, names, t.batch_reasons.c.reason)
        return [
            BatchRecord(
                batch_id=row.batch_id,
                profile=row.profile,
                source_system=row.source_system,
                by=row.by_whom,
                started_at=row.started_at,
                finished_at=row.finished_at,
                files=[SourceFile(f.name, f.sha256, f.size) for f in files.get(row.batch_id, [])],
                tables={
                    c.table_name: TableCounts(c.read, c.inserted, c.updated, c.unchanged, c.quarantined)
                    for c in counts.get(row.batch_id, [])
                },
                quarantined=_reasons(reasons.get(row.batch_id, []), "quarantined"),
                left_out=_reasons(reasons.get(row.batch_id, []), "left_out"),
            )
            for row in found
        ]

    def has_batch(self, connection: sa.Connection, batch_id: str) -> bool:
        """Whether a batch is in, within a transaction."""
        return connection.execute(sa.select(t.batches).where(t.batches.c.batch_id == batch_id)).first() is not None

    def has_file(self, sha256: str, profile: str) -> bool:
        """Whether a file with this content was already brought in by this profile."""
        query = (
            sa.select(t.batch_files.c.batch_id)
            .join(t.batches)
            .where(t.batch_files.c.sha256 == sha256, t.batches.c.profile == profile)
        )
        with self.database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    # -- refusals, watermarks, audit -------------------------------------------------------------------------------

    def add_refusals(self, refusals: Sequence[RefusedFileRecord]) -> None:
        """Write down files refused whole: name, hash and reason."""
        with self.transaction() as connection:
            for refusal in refusals:
                connection.execute(
                    sa.insert(t.refused_files).values(
                        profile=refusal.profile,
                        name=refusal.name,
                        sha256=refusal.sha256,
                        reason=refusal.reason,
                        by_whom=refusal.by,
                        at=refusal.at,
                    )
                )
                self.add_audit(connection, refusal.by, "refuse", refusal.name, refusal.reason)

    def refusals(self, limit: int = 20) -> list[RefusedFileRecord]:
        """The latest files refused whole, newest first."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(t.refused_files).order_by(t.refused_files.c.id.desc()).limit(limit))
            return [RefusedFileRecord(r.profile, r.name, r.sha256, r.reason, r.by_whom, r.at) for r in rows]

    def is_refused(self, sha256: str, profile: str) -> bool:
        """Whether a file with this content was refused whole under this profile."""
        query = sa.select(t.refused_files.c.id).where(
            t.refused_files.c.sha256 == sha256, t.refused_files.c.profile == profile
        )
        with self.database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def watermark(self, profile: str, query: str) -> str | None:
        """How far a SQL source has been read; None before the first time."""
        found = sa.select(t.watermarks.c.value).where(t.watermarks.c.profile == profile, t.watermarks.c.query == query)
        with self.database.reading() as connection:
            value: str | None = connection.execute(found).scalar()
            return value

    def set_watermark(self, connection: sa.Connection, profile: str, query: str, value: str) -> None:
        """Move a watermark, within the transaction of the batch it belongs to."""
        _put(connection, t.watermarks, {"profile": profile, "query": query}, {"value": value})

    def add_audit(self, connection: sa.Connection, who: str, action: str, subject: str, detail: str) -> None:
        """Add a line to the audit: who did what, to what."""
        connection.execute(
            sa.insert(t.audit).values(at=clock.now(), who=who, action=action, subject=subject, detail=detail)
        )


def _put(connection: sa.Connection, into: sa.Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Update the row with this key, or insert it; the writer's lease keeps others away in between."""
    where = sa.and_(*(into.c[name] == value for name, value in key.items()))
    if connection.execute(sa.update(into).where(where).values(**values)).rowcount == 0:
        connection.execute(sa.insert(into).values(**key, **values))


def _insert(connection: sa.Connection, into: sa.Table, rows: Iterable[Mapping[str, object]]) -> None:
    rows = [dict(row) for row in rows]
    if rows:
        connection.execute(sa.insert(into), rows)


def _by_batch(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], order: sa.ColumnElement[object]
) -> dict[str, list[sa.Row[tuple[object, ...]]]]:
    grouped: dict[str, list[sa.Row[tuple[object, ...]]]] = {}
    query = sa.select(table).where(table.c.batch_id.in_(names)).order_by(table.c.batch_id, order)
    for row in connection.execute(query):
        grouped.setdefault(row.batch_id, []).append(row)
    return grouped


def _reasons(rows: Iterable[sa.Row[tuple[object, ...]]], kind: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.kind == kind:
            found.setdefault(row.table_name, {})[row.reason] = row._mapping["count"]
    return found
