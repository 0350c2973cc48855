"""Data bases that are ready for use, as a migration makes them, in a fraction of its time: one is migrated for all
tests of a process, the others are copies."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine

from store.base import migrate
from store.base.engine import make_engine, sqlite_path
from tests.postgres import connected


def prepare(engine: Engine) -> None:
    """Makes an empty data base what `migrate.upgrade` makes of it."""
    path = sqlite_path(engine)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_sqlite(), path)
        path.chmod(0o600)
        return
    engine.dispose()
    folder, name = Path(str(engine.url.query["host"])), Identifier(str(engine.url.database))
    with connected(folder) as connection:
        connection.execute(SQL("DROP DATABASE {}").format(name))
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(name, Identifier(_postgres(folder))))


@cache
def _sqlite() -> Path:
    path = Path(tempfile.mkdtemp(prefix="jj-prepared-")) / "jiejing.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        # A copy takes the file alone.
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@cache
def _postgres(folder: Path) -> str:
    with connected(folder) as connection:
        connection.execute(SQL("CREATE DATABASE prepared"))
    engine = make_engine(f"postgresql://postgres@/prepared?host={folder}")
    migrate.upgrade(engine)
    engine.dispose()
    return "prepared"
