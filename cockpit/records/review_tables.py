"""The SQL table of what people did about a bad review here; rows are only ever added."""

from __future__ import annotations

import sqlalchemy as sa

from cockpit.records.tables import UtcTime, metadata

#: One row per step of looking after a bad review (核实, 回访, 整改, 备注); a wrong one is followed by another.
review_events = sa.Table(
    "review_events",
    metadata,
    sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("review_id", sa.String(200), nullable=False, index=True),
    sa.Column("hall_id", sa.String(100)),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("satisfied", sa.Boolean),
    sa.Column("text", sa.Text, nullable=False),
)
