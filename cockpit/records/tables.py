"""SQL tables of the state database; every change to them comes with a migration (a test compares the two)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa


class UtcTime(sa.types.TypeDecorator[dt.datetime]):
    """An instant, kept in UTC: SQLite has no zones, so they are taken off on the way in and put on on the way out."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Store UTC without a zone; a naive time is a fault of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Give the instant back with its zone, UTC."""
        return None if value is None else value.replace(tzinfo=dt.UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: What holds for the whole data folder: its city, its zone, the fingerprint of its key.
installation = sa.Table(
    "installation",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

#: The version of every lake table that readers open. A batch exists when its heads are here, and not before.
heads = sa.Table(
    "heads",
    metadata,
    sa.Column("table_name", sa.String(60), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
)

#: Versions that were a head, and until when: readers that took them shortly before may still be reading.
past_heads = sa.Table(
    "past_heads",
    metadata,
    sa.Column("table_name", sa.String(60), primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("until", UtcTime, nullable=False, index=True),
)

#: One row per kind of work that only one process may do at a time.
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("until", UtcTime, nullable=False),
)

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("batch_id", sa.String(60), primary_key=True),
    sa.Column("profile", sa.String(100), nullable=False),
    sa.Column("source_system", sa.String(100), nullable=False),
    sa.Column("by_whom", sa.String(100), nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime, nullable=False, index=True),
)

batch_files = sa.Table(
    "batch_files",
    metadata,
    sa.Column("batch_id", sa.String(60), sa.ForeignKey("batches.batch_id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),
)

batch_tables = sa.Table(
    "batch_tables",
    metadata,
    sa.Column("batch_id", sa.String(60), sa.ForeignKey("batches.batch_id"), primary_key=True),
    sa.Column("table_name", sa.String(60), primary_key=True),
    sa.Column("read", sa.BigInteger, nullable=False),
    sa.Column("inserted", sa.BigInteger, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.Column("unchanged", sa.BigInteger, nullable=False),
    sa.Column("quarantined", sa.BigInteger, nullable=False),
    sa.CheckConstraint("read = inserted + updated + unchanged + quarantined", name="nothing_lost"),
)

#: Why rows were refused (kind quarantined) or left out by a rule that the profile states (kind left_out).
batch_reasons = sa.Table(
    "batch_reasons",
    metadata,
    sa.Column("batch_id", sa.String(60), sa.ForeignKey("batches.batch_id"), primary_key=True),
    sa.Column("table_name", sa.String(60), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("reason", sa.String(200), primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
)

#: Files refused whole: their name, hash and reason, never their content.
refused_files = sa.Table(
    "refused_files",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("profile", sa.String(100), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by_whom", sa.String(100), nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
)

#: How far a SQL source has been read.
watermarks = sa.Table(
    "watermarks",
    metadata,
    sa.Column("profile", sa.String(100), primary_key=True),
    sa.Column("query", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

#: Who did what; rows are only ever added.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
