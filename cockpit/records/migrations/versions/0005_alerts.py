"""Early warning: thresholds changed, levels remembered, changes of level, incidents and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "threshold_changes",
        sa.Column("change_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("edge", sa.String(20), nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("effective_from", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_threshold_changes"),
    )
    op.create_index("ix_threshold_changes_indicator", "threshold_changes", ["indicator"])
    op.create_table(
        "alert_standings",
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("places", sa.LargeBinary, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("ailing", sa.Text),
        sa.PrimaryKeyConstraint("indicator", name="pk_alert_standings"),
    )
    op.create_table(
        "alert_changes",
        sa.Column("change_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("before", sa.SmallInteger, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("reason", sa.SmallInteger, nullable=False),
        sa.Column("flapping", sa.Boolean, nullable=False),
        sa.Column("incident_id", sa.String(200), nullable=False),
        sa.Column("frozen", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_alert_changes"),
    )
    for columns in (["at"], ["incident_id"], ["indicator", "at"]):
        op.create_index(f"ix_alert_changes_{'_'.join(columns)}", "alert_changes", columns)
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.String(200), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("hall_id", sa.String(100)),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("alerts", sa.Text, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("worst", sa.SmallInteger, nullable=False),
        sa.Column("acknowledged_at", sa.DateTime),
        sa.Column("by_whom", sa.String(100), nullable=False),
        sa.Column("assigned_to", sa.String(100), nullable=False),
        sa.Column("silenced_until", sa.DateTime),
        sa.Column("closed_at", sa.DateTime),
        sa.Column("closing", sa.String(20)),
        sa.Column("told_level", sa.SmallInteger, nullable=False),
        sa.Column("rung", sa.SmallInteger, nullable=False),
        sa.Column("told_at", sa.DateTime),
        sa.PrimaryKeyConstraint("incident_id", name="pk_incidents"),
    )
    for name in ("hall_id", "opened_at", "closed_at"):
        op.create_index(f"ix_incidents_{name}", "incidents", [name])
    op.create_table(
        "incident_events",
        sa.Column("event_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("incident_id", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("indicator", sa.String(60)),
        sa.Column("place", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_incident_events"),
    )
    for name in ("incident_id", "at"):
        op.create_index(f"ix_incident_events_{name}", "incident_events", [name])
