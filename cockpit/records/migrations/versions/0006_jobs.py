"""The job runner: every run of every job, with its outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "job_runs",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("job", sa.String(60), nullable=False),
        sa.Column("planned_at", sa.DateTime, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_job_runs"),
    )
    op.create_index("ix_job_runs_planned_at", "job_runs", ["planned_at"])
    op.create_index("ix_job_runs_job_planned_at", "job_runs", ["job", "planned_at"])
