"""What Alembic runs; store.base.migrate hands over the connection, which is in a transaction already."""

from alembic import context

from store.base.declarative import Base
from store.tables import accounts, audit, cameras, events, openings, review, site  # noqa: F401 - they join the tables of Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot alter a table; Alembic then copies it.
    render_as_batch=True,
)
context.run_migrations()
