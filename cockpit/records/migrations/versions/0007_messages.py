"""Messages: notices, what was sent, every try, how channels do; and how a person is reached."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.add_column("accounts", sa.Column("contact", sa.String(100)))
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("incident_id", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("rung", sa.String(20), nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("why", sa.String(30), nullable=False),
        sa.Column("account", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("not_before", sa.DateTime, nullable=False),
        sa.Column("retry_at", sa.DateTime, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("message_id", sa.String(64)),
        sa.Column("settled_at", sa.DateTime),
        sa.PrimaryKeyConstraint("notice_id", name="pk_notices"),
        sa.UniqueConstraint("incident_id", "at", "level", "account", "channel", name="uq_notices_once"),
    )
    for columns in (["incident_id"], ["message_id"]):
        op.create_index(f"ix_notices_{columns[0]}", "notices", columns)
    op.create_index("ix_notices_state", "notices", ["state", "not_before"])
    op.create_table(
        "messages",
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("account", sa.String(60), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("sent_at", sa.DateTime),
        sa.PrimaryKeyConstraint("message_id", name="pk_messages"),
    )
    op.create_index("ix_messages_made_at", "messages", ["made_at"])
    op.create_table(
        "message_attempts",
        sa.Column("attempt_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("account", sa.String(60), nullable=False),
        sa.Column("began_at", sa.DateTime, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("milliseconds", sa.Integer),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.message_id"], name="fk_message_attempts_message_id_messages"
        ),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_message_attempts"),
    )
    for column in ("message_id", "began_at"):
        op.create_index(f"ix_message_attempts_{column}", "message_attempts", [column])
    op.create_table(
        "channel_health",
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", sa.DateTime),
        sa.Column("tried_at", sa.DateTime, nullable=False),
        sa.Column("worked_at", sa.DateTime),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("incident_id", sa.String(200)),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_health"),
    )
