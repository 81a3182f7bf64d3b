"""Run by Alembic, on the connection that `serving.store.migrating` hands over."""

from alembic import context

from serving.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
