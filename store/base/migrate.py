"""Brings a data base to the tables of this version, with Alembic and without a configuration file."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select, text

from core.errors import StorageError
from core.sharing import share
from store.base.engine import connected, reading, sqlite_path
from store.base.faults import first_line, shown

_SCRIPTS = Path(__file__).parent.with_name("migrations")
# Any number will do, if only migrations ask for it.
_ADVISORY_LOCK = 0x6A69656A


def upgrade(engine: Engine, before: Callable[[str], None] | None = None) -> None:
    """Makes the data base ready, from nothing or from any older version, in one transaction; safe to call at once
    from several processes.

    Args:
        before: is given the revision of a data base that is about to be changed; what it raises leaves that as it is.

    Raises:
        StorageError: the data base refuses, a migration fails, or it was made by a newer version; it is as it was.
    """
    _make_private(sqlite_path(engine))
    with connected(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision == head():
            return
        if revision is not None and revision not in _known():
            raise StorageError("store.database_newer_than_program", name=shown(engine))
        if revision is not None and before is not None:
            before(revision)
        try:
            command.upgrade(_config(connection), "head")
            if engine.dialect.name == "postgresql":
                # Its planner knows nothing yet of what was filled in, and would read a million rows for a page.
                connection.execute(text("ANALYZE"))
        except Exception as error:
            raise StorageError(
                "store.database_upgrade_failed",
                name=shown(engine),
                found=revision,
                wanted=head(),
                cause=first_line(error),
            ) from error


def current(engine: Engine) -> str | None:
    """The revision of the data base; None for an empty one, or where there is none yet: looking makes nothing.

    Raises:
        StorageError: the data base refuses.
    """
    path = sqlite_path(engine)
    if path is not None and not path.exists():
        return None
    with reading(engine) as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def head() -> str:
    """The revision that this version of the program works with."""
    revision = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    assert revision is not None  # noqa: S101 - there is at least one migration
    return revision


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}


def _make_private(path: Path | None) -> None:
    """Makes the file readable by its owner alone, before anything is in it: it will hold the passwords of cameras."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if path.stat().st_size == 0:
            path.chmod(0o600)
            share(path, writes=True)
    except OSError as error:
        raise StorageError("store.database_cannot_be_created", path=path, cause=error) from error


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
