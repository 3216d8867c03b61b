"""The SQL table of trouble that no warning saw (漏报登记); rows are only ever added."""

from __future__ import annotations

import sqlalchemy as sa

from cockpit.records.tables import UtcTime, metadata

#: One row for a report and for each step that followed it; the first row's number names the report.
missed_events = sa.Table(
    "missed_events",
    metadata,
    sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("missed_id", sa.String(40), nullable=False, index=True),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("hall_id", sa.String(100), nullable=False, index=True),
    sa.Column("begun", UtcTime),
    sa.Column("ended", UtcTime),
    sa.Column("reported_by", sa.String(100), nullable=False),
    sa.Column("indicator", sa.String(60), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
