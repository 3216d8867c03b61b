"""First tables: installation, heads, leases, batches, refusals, watermarks, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "installation",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
    )
    op.create_table(
        "heads",
        sa.Column("table_name", sa.String(60), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("table_name", name="pk_heads"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.String(60), nullable=False),
        sa.Column("profile", sa.String(100), nullable=False),
        sa.Column("source_system", sa.String(100), nullable=False),
        sa.Column("by_whom", sa.String(100), nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk_batches"),
    )
    op.create_index("ix_batches_finished_at", "batches", ["finished_at"])
    op.create_table(
        "batch_files",
        sa.Column("batch_id", sa.String(60), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name="fk_batch_files_batch_id"),
        sa.PrimaryKeyConstraint("batch_id", "position", name="pk_batch_files"),
    )
    op.create_index("ix_batch_files_sha256", "batch_files", ["sha256"])
    op.create_table(
        "batch_tables",
        sa.Column("batch_id", sa.String(60), nullable=False),
        sa.Column("table_name", sa.String(60), nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("read", "inserted", "updated", "unchanged", "quarantined")
        ),
        sa.CheckConstraint("read = inserted + updated + unchanged + quarantined", name="nothing_lost"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name="fk_batch_tables_batch_id"),
        sa.PrimaryKeyConstraint("batch_id", "table_name", name="pk_batch_tables"),
    )
    op.create_table(
        "batch_reasons",
        sa.Column("batch_id", sa.String(60), nullable=False),
        sa.Column("table_name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name="fk_batch_reasons_batch_id"),
        sa.PrimaryKeyConstraint("batch_id", "table_name", "kind", "reason", name="pk_batch_reasons"),
    )
    op.create_table(
        "refused_files",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("profile", sa.String(100), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by_whom", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_files"),
    )
    op.create_index("ix_refused_files_sha256", "refused_files", ["sha256"])
    op.create_index("ix_refused_files_at", "refused_files", ["at"])
    op.create_table(
        "watermarks",
        sa.Column("profile", sa.String(100), nullable=False),
        sa.Column("query", sa.String(100), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("profile", "query", name="pk_watermarks"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
