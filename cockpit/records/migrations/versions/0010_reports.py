"""Reports: their editions, who was sent which, who asked for one to be made again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "reports",
        sa.Column("report_id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("period", sa.String(30), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("scope_key", sa.String(200), nullable=False),
        sa.Column("scope_name", sa.String(200), nullable=False),
        sa.Column("county", sa.String(200), nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("run_key", sa.String(100), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("reaches", sa.String(40), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("faults", sa.Text, nullable=False),
        sa.Column("missing", sa.Text, nullable=False),
        sa.Column("pdf_sha", sa.String(64), nullable=False),
        sa.Column("xlsx_sha", sa.String(64), nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_reports"),
        sa.UniqueConstraint("period", "kind", "scope_key", "edition", name="uq_reports_edition"),
        sa.UniqueConstraint("run_key", "kind", "scope_key", name="uq_reports_run"),
    )
    op.create_table(
        "report_sendings",
        sa.Column("sending_id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("report_id", sa.Integer, nullable=False),
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("began_at", sa.DateTime),
        sa.Column("retry_at", sa.DateTime, nullable=False),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("given_up_at", sa.DateTime),
        sa.Column("said", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("sending_id", name="pk_report_sendings"),
        sa.ForeignKeyConstraint(["report_id"], ["reports.report_id"], name="fk_report_sendings_report_id_reports"),
        sa.UniqueConstraint("report_id", "account", "channel", name="uq_report_sendings_once"),
    )
    op.create_index("ix_report_sendings_report_id", "report_sendings", ["report_id"])
    op.create_table(
        "report_requests",
        sa.Column("request_id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("period", sa.String(30), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("scope_key", sa.String(200), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("done_at", sa.DateTime),
        sa.Column("said", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_report_requests"),
    )
