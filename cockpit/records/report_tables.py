"""SQL tables of reports (月报): each edition of each, who was sent which, and who asked for one to be made again."""

from __future__ import annotations

import sqlalchemy as sa

from cockpit.records.tables import UtcTime, metadata

#: One row an edition; its files lie in the data folder. `run_key` names the work that made it, so that it is made once.
reports = sa.Table(
    "reports",
    metadata,
    sa.Column("report_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("period", sa.String(30), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("scope_key", sa.String(200), nullable=False),
    sa.Column("scope_name", sa.String(200), nullable=False),
    sa.Column("county", sa.String(200), nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("run_key", sa.String(100), nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
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
    sa.UniqueConstraint("period", "kind", "scope_key", "edition", name="uq_reports_edition"),
    sa.UniqueConstraint("run_key", "kind", "scope_key", name="uq_reports_run"),
)

#: One row for each report and whom it goes to; `began_at` without `sent_at` was cut short together with its process.
report_sendings = sa.Table(
    "report_sendings",
    metadata,
    sa.Column("sending_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("report_id", sa.Integer, sa.ForeignKey("reports.report_id"), nullable=False, index=True),
    sa.Column("account", sa.String(100), nullable=False),
    sa.Column("channel", sa.String(60), nullable=False),
    sa.Column("tries", sa.SmallInteger, nullable=False),
    sa.Column("began_at", UtcTime),
    sa.Column("retry_at", UtcTime, nullable=False),
    sa.Column("sent_at", UtcTime),
    sa.Column("given_up_at", UtcTime),
    sa.Column("said", sa.String(500), nullable=False),
    sa.UniqueConstraint("report_id", "account", "channel", name="uq_report_sendings_once"),
)

#: Somebody asked for a report to be made again.
report_requests = sa.Table(
    "report_requests",
    metadata,
    sa.Column("request_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("period", sa.String(30), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("scope_key", sa.String(200), nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("why", sa.String(500), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("done_at", UtcTime),
    sa.Column("said", sa.String(500), nullable=False),
)
