"""Steps of looking after bad reviews, recorded here."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "review_events",
        sa.Column("event_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("review_id", sa.String(200), nullable=False),
        sa.Column("hall_id", sa.String(100)),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("satisfied", sa.Boolean),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_review_events"),
    )
    op.create_index("ix_review_events_review_id", "review_events", ["review_id"])
