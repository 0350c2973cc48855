"""Turns what a data base refuses into one StorageError line: what, where, what to do. Never shows a password."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFreeError

from core.errors import StorageError
from core.messages import Message

# By SQLite's primary result code: https://www.sqlite.org/rescode.html
_SQLITE_CAUSES = {
    sqlite3.SQLITE_CANTOPEN: Message("store.database_cannot_open"),
    sqlite3.SQLITE_PERM: Message("store.database_not_permitted"),
    sqlite3.SQLITE_READONLY: Message("store.database_read_only"),
    sqlite3.SQLITE_BUSY: Message("store.database_locked"),
    sqlite3.SQLITE_LOCKED: Message("store.database_locked"),
    sqlite3.SQLITE_NOTADB: Message("store.database_not_sqlite"),
    sqlite3.SQLITE_CORRUPT: Message("store.database_damaged"),
    sqlite3.SQLITE_FULL: Message("store.database_disk_full"),
    sqlite3.SQLITE_IOERR: Message("store.database_disk_error"),
}
_OF_ANOTHER = -1  # in place of a result code of SQLite
_NOT_ANSWERED = ("NotAnsweredError", "ConnectionTimeout", "LockNotAvailable")
_SILENT = Message("store.database_silent")
_NOT_MIGRATED = ("no such table", "no such column", "UndefinedTable", "UndefinedColumn")


@contextmanager
def mapped(engine: Engine) -> Iterator[None]:
    """Maps errors of the data base behind `engine`.

    Raises:
        StorageError: in place of any error of SQLAlchemy, of its drivers, or of a stored value that is not understood.
    """
    try:
        yield
    except DBAPIError as error:
        raise StorageError("store.database_fails", name=shown(engine), cause=_cause(error)) from error
    except NoneFreeError as error:  # every connection waits for an answer
        raise StorageError("store.database_fails", name=shown(engine), cause=_SILENT) from error
    except SQLAlchemyError as error:
        raise StorageError("store.database_error", name=shown(engine), cause=first_line(error)) from error
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise StorageError(
            "store.database_content_unknown", name=shown(engine), content=error.title, where=field
        ) from error


def shown(engine: Engine) -> str:
    """Names a data base without user, password or options."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return str(url.database)
    if host := url.host or url.query.get("host"):
        return Message("store.database_at_host", name=url.database or "", host=host)
    return Message("store.database_at_local_socket", name=url.database or "")


def first_line(error: BaseException | None) -> str:
    """What an error of another library says, without what it explains below."""
    return (str(error) or type(error).__name__).partition("\n")[0]


def _cause(error: DBAPIError) -> Message:
    name, code = type(error.orig).__name__, getattr(error.orig, "sqlite_errorcode", None)
    text = f"{name}: {first_line(error.orig)}"
    if any(sign in text for sign in _NOT_MIGRATED):
        return Message("store.database_not_migrated")
    if name in _NOT_ANSWERED:
        return _SILENT
    primary = _OF_ANOTHER if code is None else code & 0xFF
    if primary == sqlite3.SQLITE_CONSTRAINT:
        return Message("store.database_contradiction", detail=text)
    return _SQLITE_CAUSES.get(primary) or Message("store.database_refuses", cause=text)
