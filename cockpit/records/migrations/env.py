"""Runs the migrations on the connection that the program hands over."""

from alembic import context

from cockpit.records import (  # noqa: F401 (their tables belong to the metadata)
    alert_tables,
    door_tables,
    job_tables,
    message_tables,
    missed_tables,
    report_tables,
    review_tables,
    wall_tables,
)
from cockpit.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
