"""SQL tables of people: accounts, what each is bound to, sessions, wall screens, failed sign-ins."""

from __future__ import annotations

import sqlalchemy as sa

from cockpit.records.tables import UtcTime, metadata

#: One row per person; never deleted, because the audit names it.
accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(60), nullable=False, unique=True),
    sa.Column("shown_name", sa.String(60), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("bound_to", sa.String(10), nullable=False),
    sa.Column("staff_id", sa.String(100)),
    sa.Column("password_hash", sa.String(200)),
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("subject", sa.String(300), unique=True),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("password_at", UtcTime),
    sa.Column("contact", sa.String(100)),
)

#: The counties (by name) or halls (by id) an account is bound to; none where it is bound to the city.
account_places = sa.Table(
    "account_places",
    metadata,
    sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.account_id"), primary_key=True),
    sa.Column("place", sa.String(100), primary_key=True),
)

#: Screens on a wall: each has a token of its own, of which only the hash is kept.
walls = sa.Table(
    "walls",
    metadata,
    sa.Column("wall_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("bound_to", sa.String(10), nullable=False),
    sa.Column("issued_by", sa.String(100), nullable=False),
    sa.Column("issued_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime),
)

wall_places = sa.Table(
    "wall_places",
    metadata,
    sa.Column("wall_id", sa.Integer, sa.ForeignKey("walls.wall_id"), primary_key=True),
    sa.Column("place", sa.String(100), primary_key=True),
)

#: Open sign-ins of people and of walls; the cookie's value is kept as a hash only.
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.account_id"), index=True),
    sa.Column("wall_id", sa.Integer, sa.ForeignKey("walls.wall_id"), index=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False, index=True),
    sa.Column("address", sa.String(60), nullable=False),
    sa.CheckConstraint("(account_id IS NULL) <> (wall_id IS NULL)", name="of_one"),
)

#: Wrong passwords in a row, by name and address, by name, by address.
sign_in_failures = sa.Table(
    "sign_in_failures",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False, index=True),
)
