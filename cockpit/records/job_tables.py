"""SQL table of the job runner: every run of every job, with its outcome."""

from __future__ import annotations

import sqlalchemy as sa

from cockpit.records.tables import UtcTime, metadata

#: One row for each piece of work, by a key such as evaluate:2026-10-12T10:30+08:00. What is begun again (its process
#: died, or it failed) keeps its row: `attempt` counts beginnings, `failures` those that failed.
job_runs = sa.Table(
    "job_runs",
    metadata,
    sa.Column("key", sa.String(160), primary_key=True),
    sa.Column("job", sa.String(60), nullable=False),
    sa.Column("planned_at", UtcTime, nullable=False, index=True),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Index("ix_job_runs_job_planned_at", "job", "planned_at"),
)
