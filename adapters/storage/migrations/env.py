"""How a revision meets the database: on the connection that was handed over, inside its transaction."""

from alembic import context

from adapters.storage import shared_tables  # noqa: F401 - makes its tables known
from adapters.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
context.run_migrations()
