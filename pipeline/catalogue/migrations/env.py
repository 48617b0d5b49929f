"""Alembic's entry: runs the migrations on the connection that `Database` hands over. There is no offline mode."""

from alembic import context

from pipeline.catalogue.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
