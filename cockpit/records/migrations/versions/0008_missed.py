"""Trouble that no warning saw, and what became of each report."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; incidents are also looked for by their cause."""
    op.create_table(
        "missed_events",
        sa.Column("event_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("missed_id", sa.String(40), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("hall_id", sa.String(100), nullable=False),
        sa.Column("begun", sa.DateTime),
        sa.Column("ended", sa.DateTime),
        sa.Column("reported_by", sa.String(100), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_missed_events"),
    )
    for name in ("missed_id", "hall_id"):
        op.create_index(f"ix_missed_events_{name}", "missed_events", [name])
    op.create_index("ix_incidents_cause", "incidents", ["cause", "opened_at"])
