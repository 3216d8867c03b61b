"""SQL tables of messages: who is to be told of which incident by which channel, what was sent, how each try went."""

from __future__ import annotations

import sqlalchemy as sa

from cockpit.records.tables import UtcTime, metadata

#: One row for each telling of an incident to one account by one channel; channel is empty where no route leads there.
#: `not_before`: end of the quiet hours; `retry_at`: not again before this, after a try that failed.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("notice_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("incident_id", sa.String(200), nullable=False, index=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("rung", sa.String(20), nullable=False),
    sa.Column("level", sa.SmallInteger, nullable=False),
    sa.Column("why", sa.String(30), nullable=False),
    sa.Column("account", sa.String(60), nullable=False),
    sa.Column("channel", sa.String(60), nullable=False),
    sa.Column("not_before", UtcTime, nullable=False),
    sa.Column("retry_at", UtcTime, nullable=False),
    sa.Column("tries", sa.SmallInteger, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("message_id", sa.String(64), index=True),
    sa.Column("settled_at", UtcTime),
    sa.UniqueConstraint("incident_id", "at", "level", "account", "channel", name="uq_notices_once"),
    sa.Index("ix_notices_state", "state", "not_before"),
)

#: What goes out by a channel to one account, or to the group behind it (account is empty then).
messages = sa.Table(
    "messages",
    metadata,
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(60), nullable=False),
    sa.Column("account", sa.String(60), nullable=False),
    sa.Column("made_at", UtcTime, nullable=False, index=True),
    sa.Column("level", sa.SmallInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("sent_at", UtcTime),
)

#: Every try to send a message; one without an end was cut short together with its process.
message_attempts = sa.Table(
    "message_attempts",
    metadata,
    sa.Column("attempt_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("message_id", sa.String(64), sa.ForeignKey("messages.message_id"), nullable=False, index=True),
    sa.Column("channel", sa.String(60), nullable=False),
    sa.Column("account", sa.String(60), nullable=False),
    sa.Column("began_at", UtcTime, nullable=False, index=True),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("milliseconds", sa.Integer),
)

#: How each channel does; `incident_id` names the incident that is open because of it.
channel_health = sa.Table(
    "channel_health",
    metadata,
    sa.Column("channel", sa.String(60), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failing_since", UtcTime),
    sa.Column("tried_at", UtcTime, nullable=False),
    sa.Column("worked_at", UtcTime),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("incident_id", sa.String(200)),
)
