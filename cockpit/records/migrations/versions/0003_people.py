"""People: accounts, what they are bound to, sessions, wall screens, failed sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("shown_name", sa.String(60), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("bound_to", sa.String(10), nullable=False),
        sa.Column("staff_id", sa.String(100)),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("subject", sa.String(300)),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("password_at", sa.DateTime),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
        sa.UniqueConstraint("subject", name="uq_accounts_subject"),
    )
    op.create_table(
        "account_places",
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "place", name="pk_account_places"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_account_places_account_id"),
    )
    op.create_table(
        "walls",
        sa.Column("wall_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("bound_to", sa.String(10), nullable=False),
        sa.Column("issued_by", sa.String(100), nullable=False),
        sa.Column("issued_at", sa.DateTime, nullable=False),
        sa.Column("revoked_at", sa.DateTime),
        sa.PrimaryKeyConstraint("wall_id", name="pk_walls"),
        sa.UniqueConstraint("token_hash", name="uq_walls_token_hash"),
    )
    op.create_table(
        "wall_places",
        sa.Column("wall_id", sa.Integer, nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("wall_id", "place", name="pk_wall_places"),
        sa.ForeignKeyConstraint(["wall_id"], ["walls.wall_id"], name="fk_wall_places_wall_id"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("wall_id", sa.Integer),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.CheckConstraint("(account_id IS NULL) <> (wall_id IS NULL)", name="of_one"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_sessions_account_id"),
        sa.ForeignKeyConstraint(["wall_id"], ["walls.wall_id"], name="fk_sessions_wall_id"),
    )
    for column in ("account_id", "wall_id", "expires_at"):
        op.create_index(f"ix_sessions_{column}", "sessions", [column])
    op.create_table(
        "sign_in_failures",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_last_at", "sign_in_failures", ["last_at"])
