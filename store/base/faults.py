"""Turns what a data base refuses into one StorageError line: what, where, what to do. Never shows a password."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFreeError

from core.errors import StorageError

# By SQLite's primary result code: https://www.sqlite.org/rescode.html
_SQLITE_CAUSES = {
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; does its folder exist, and may this user write there?",
    sqlite3.SQLITE_PERM: "may not be opened by this user; check its owner and mode",
    sqlite3.SQLITE_READONLY: "is read-only for this user; check its owner, its mode and its folder's",
    sqlite3.SQLITE_BUSY: "stayed locked by another process; end that process or try again",
    sqlite3.SQLITE_LOCKED: "stayed locked by another process; end that process or try again",
    sqlite3.SQLITE_NOTADB: "is no SQLite data base; restore it from a backup or name another file",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore it from a backup",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; free some space",
    sqlite3.SQLITE_IOERR: "could not be read or written: the disk reports an error",
    sqlite3.SQLITE_CONSTRAINT: "refused a contradiction",
}
_NOT_ANSWERED = ("NotAnsweredError", "ConnectionTimeout", "LockNotAvailable")
_SILENT = "does not answer; is it stopped or locked?"
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
        raise StorageError(f"data base {shown(engine)} {_cause(error)}") from error
    except NoneFreeError as error:  # every connection waits for an answer
        raise StorageError(f"data base {shown(engine)} {_SILENT}") from error
    except SQLAlchemyError as error:
        raise StorageError(f"data base {shown(engine)}: {_first_line(error)}") from error
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise StorageError(
            f"data base {shown(engine)} holds a {error.title} that this version does not understand ({field}); "
            "was it written by a newer version?"
        ) from error


def shown(engine: Engine) -> str:
    """Names a data base without user, password or options."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return str(url.database)
    return f"{url.database or ''} at {url.host or url.query.get('host') or 'the local socket'}"


def _cause(error: DBAPIError) -> str:
    text = f"{type(error.orig).__name__}: {_first_line(error.orig)}"
    if any(sign in text for sign in _NOT_MIGRATED):
        return "is not prepared for this version; run: jiejing db upgrade"
    if type(error.orig).__name__ in _NOT_ANSWERED:
        return _SILENT
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        return f"refuses ({text})"
    primary = code & 0xFF
    cause = _SQLITE_CAUSES.get(primary, "refuses")
    return cause if primary in _SQLITE_CAUSES and primary != sqlite3.SQLITE_CONSTRAINT else f"{cause} ({text})"


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0]
