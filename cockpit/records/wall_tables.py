"""SQL table of what wall screens show."""

from __future__ import annotations

import sqlalchemy as sa

from cockpit.records.tables import UtcTime, metadata

#: What every kind of screen shows, one row for each part of the city that some screen shows; the last one only.
wall_snapshots = sa.Table(
    "wall_snapshots",
    metadata,
    sa.Column("scope", sa.String(300), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("version", sa.String(200), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
