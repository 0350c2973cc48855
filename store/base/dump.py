"""The content of a data base as one file, of one moment, while others go on writing; and back again.

SQLite is copied by its own backup interface; PostgreSQL by pg_dump and psql, whose passwords go by the environment.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect

from core.errors import StorageError
from core.messages import Message
from store.base.engine import BUSY_TIMEOUT_S, sqlite_path
from store.base.faults import mapped, shown

# How pg_dump ends a plain dump; newer ones add a line or two.
_LAST_WORDS, _TAIL_BYTES = b"PostgreSQL database dump complete", 1024
FILES = {"sqlite": "database.sqlite", "postgresql": "database.sql"}


def dump(engine: Engine, folder: Path) -> Path:
    """Writes the data base into a folder, and gives the file.

    Raises:
        StorageError: it cannot be read or written; no file is left.
    """
    target = folder / FILES[engine.dialect.name]
    try:
        if (source := sqlite_path(engine)) is not None:
            _copy_sqlite(source, target)
        else:
            _dump_postgresql(engine, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def load(engine: Engine, folder: Path) -> None:
    """Makes the data base what a folder of `dump` holds, in one transaction.

    Raises:
        StorageError: the file is of the other kind of data base, is damaged, or the data base refuses; it is then as
            it was.
    """
    source = folder / FILES[engine.dialect.name]
    if not source.exists():
        raise StorageError("store.backup_of_another_database", wanted=engine.dialect.name)
    if (target := sqlite_path(engine)) is not None:
        _check_sqlite(source)
        engine.dispose()
        _copy_sqlite(source, target)
    else:
        _load_postgresql(engine, source)


def _copy_sqlite(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)) as reading,
            closing(sqlite3.connect(target, timeout=BUSY_TIMEOUT_S)) as writing,
        ):
            # All pages in one step: what is written meanwhile is in it wholly or not at all.
            reading.backup(writing, pages=-1)
    except sqlite3.Error as error:
        raise StorageError("store.database_not_copied", source=source, target=target, cause=error) from error


def _check_sqlite(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        answer = str(error)
    if answer != "ok":
        raise StorageError("store.backup_damaged", name=path.name, cause=answer)


def _dump_postgresql(engine: Engine, target: Path) -> None:
    target.touch(mode=0o600)
    _postgresql(
        engine,
        "pg_dump",
        "--format=plain",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        f"--file={target}",
    )


def _check_complete(path: Path) -> None:
    """psql takes the end of a file for the end of what it was told, in the middle of a table, too, and commits."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        if _LAST_WORDS not in file.read():
            raise StorageError("store.backup_breaks_off", name=path.name)


def _load_postgresql(engine: Engine, source: Path) -> None:
    """Tables of a later version go, too: what is there afterwards is what the backup holds."""
    _check_complete(source)
    with mapped(engine):
        names = inspect(engine).get_table_names()
    away = source.with_name("away.sql")
    away.write_text("".join(f'DROP TABLE "{name}" CASCADE;\n' for name in names), encoding="utf-8")
    engine.dispose()
    options = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _postgresql(engine, "psql", *options, f"--file={away}", f"--file={source}")


def _postgresql(engine: Engine, program: str, *options: str) -> None:
    if shutil.which(program) is None:
        raise StorageError("store.database_program_missing", program=program)
    url = engine.url
    given = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port and str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    environment = os.environ | {name: str(value) for name, value in given.items() if value}
    done = subprocess.run([program, *options], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [Message("store.no_cause_given")]
        raise StorageError("store.database_program_failed", name=shown(engine), program=program, cause=last[0])
