"""SQL tables of early warning: thresholds changed, levels remembered, changes of level, incidents and their history."""

from __future__ import annotations

import sqlalchemy as sa

from cockpit.records.tables import UtcTime, metadata

#: Thresholds that people have changed; rows are only ever added. Place as JSON; a null value takes a change back.
threshold_changes = sa.Table(
    "threshold_changes",
    metadata,
    sa.Column("change_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("indicator", sa.String(60), nullable=False, index=True),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("edge", sa.String(20), nullable=False),
    sa.Column("value", sa.Float),
    sa.Column("effective_from", UtcTime, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

#: What is remembered of each indicator from one evaluation to the next, and how the last one went.
alert_standings = sa.Table(
    "alert_standings",
    metadata,
    sa.Column("indicator", sa.String(60), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("places", sa.LargeBinary, nullable=False),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Column("ailing", sa.Text),
)

#: Every change of level of every alert; rows are only ever added. `frozen`: the reading and thresholds at that moment,
#: and the keys of the rows behind it where an alert began, compressed.
alert_changes = sa.Table(
    "alert_changes",
    metadata,
    sa.Column("change_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("indicator", sa.String(60), nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("before", sa.SmallInteger, nullable=False),
    sa.Column("level", sa.SmallInteger, nullable=False),
    sa.Column("reason", sa.SmallInteger, nullable=False),
    sa.Column("flapping", sa.Boolean, nullable=False),
    sa.Column("incident_id", sa.String(200), nullable=False, index=True),
    sa.Column("frozen", sa.LargeBinary, nullable=False),
    sa.Index("ix_alert_changes_indicator_at", "indicator", "at"),
)

#: Incidents as they are now; what they were is in their events.
incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("incident_id", sa.String(200), primary_key=True),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("hall_id", sa.String(100), index=True),
    sa.Column("cause", sa.String(40), nullable=False),
    sa.Column("indicator", sa.String(60), nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False, index=True),
    sa.Column("alerts", sa.Text, nullable=False),
    sa.Column("level", sa.SmallInteger, nullable=False),
    sa.Column("worst", sa.SmallInteger, nullable=False),
    sa.Column("acknowledged_at", UtcTime),
    sa.Column("by_whom", sa.String(100), nullable=False),
    sa.Column("assigned_to", sa.String(100), nullable=False),
    sa.Column("silenced_until", UtcTime),
    sa.Column("closed_at", UtcTime, index=True),
    sa.Column("closing", sa.String(20)),
    sa.Column("told_level", sa.SmallInteger, nullable=False),
    sa.Column("rung", sa.SmallInteger, nullable=False),
    sa.Column("told_at", UtcTime),
    sa.Index("ix_incidents_cause", "cause", "opened_at"),
)

#: The history of incidents: what happened by itself (who is empty) and what people did; rows are only ever added.
incident_events = sa.Table(
    "incident_events",
    metadata,
    sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("incident_id", sa.String(200), nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("level", sa.SmallInteger, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("indicator", sa.String(60)),
    sa.Column("place", sa.Text),
    sa.Column("detail", sa.Text, nullable=False),
)
