"""Runs the migrations on the connection that the program hands over."""

from alembic import context

# Their tables belong to the metadata.
from cockpit.records import alert_tables, door_tables, job_tables, review_tables, wall_tables  # noqa: F401
from cockpit.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
