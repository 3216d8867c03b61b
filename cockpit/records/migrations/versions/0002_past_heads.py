"""Versions of the lake that were a head until a while ago, for readers that still hold them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "past_heads",
        sa.Column("table_name", sa.String(60), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("table_name", "version", name="pk_past_heads"),
    )
    op.create_index("ix_past_heads_until", "past_heads", ["until"])
