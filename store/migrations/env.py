"""What Alembic runs; store.migrate hands over the connection, which is in a transaction already."""

from alembic import context

from store import (  # noqa: F401 - they join the tables of Base
    account_tables,
    audit_tables,
    camera_tables,
    delivery_tables,
    opening_tables,
    review_tables,
    secret_tables,
)
from store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot alter a table; Alembic then copies it.
    render_as_batch=True,
)
context.run_migrations()
