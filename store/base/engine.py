"""Engines and transactions. SQLite by default, PostgreSQL by URL; errors of either become StorageError."""

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from core.errors import InputError
from store.base.faults import mapped

# How long one writer waits for another before it gives up.
BUSY_TIMEOUT_S = 15
CONNECT_TIMEOUT_S = 5
# Who answers people waits for so long alone, for each of a lock, a connection and an answer; then it says so.
ANSWER_WITHIN_S = 3

_WRITES = "jiejing_writes"
_SHARED: ContextVar[tuple[Engine, Session] | None] = ContextVar("shared reading", default=None)


def make_engine(url: str, *, answers_people: bool = False) -> Engine:
    """An engine for sqlite:///path or postgresql://user:password@host/name; connects at first use.

    Args:
        answers_people: whether it fails after ANSWER_WITHIN_S where the data base is locked, busy or stopped; others
            have longer work and more patience.

    Raises:
        InputError: the URL names no data base that we can use; never shows a password.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, ANSWER_WITHIN_S if answers_people else BUSY_TIMEOUT_S)
    return _postgresql_for_people(parsed) if answers_people else _postgresql(parsed)


def sqlite_path(engine: Engine) -> Path | None:
    """The file of a SQLite data base; None for PostgreSQL."""
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        return None
    return Path(engine.url.database)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one consistent state and changes nothing; within `one_state`, that of all its readers.

    Raises:
        StorageError: the data base refuses.
    """
    shared = _SHARED.get()
    if shared is not None and shared[0] is engine:
        with mapped(engine):
            yield shared[1]
        return
    with mapped(engine), Session(_for_reading(engine)) as session:
        yield session


@contextmanager
def one_state(engine: Engine) -> Iterator[None]:
    """Whatever reads within it sees one state of the data base, by one connection: one answer of many questions.

    Nothing is to be written within it: it would not be seen.

    Raises:
        StorageError: the data base refuses.
    """
    with reading(engine) as session:
        token = _SHARED.set((engine, session))
        try:
            yield
        finally:
            _SHARED.reset(token)


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one transaction: all of it is kept, or, after an exception, nothing.

    Raises:
        StorageError: the data base refuses.
    """
    with mapped(engine), Session(_for_writing(engine), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection in one writing transaction, for migrations.

    Raises:
        StorageError: the data base refuses.
    """
    with mapped(engine), _for_writing(engine).begin() as connection:
        yield connection


def forget_what_was_overwritten(engine: Engine) -> None:
    """Makes the file of a SQLite data base hold nothing but what is in it; PostgreSQL does so in its own time.

    Raises:
        StorageError: the data base refuses.
    """
    if engine.dialect.name != "sqlite":
        return
    # Not in a transaction: neither may be.
    with mapped(engine), closing(engine.raw_connection()) as connection:
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            connection.cursor().execute(statement)


def _for_reading(engine: Engine) -> Engine:
    # SQLite reads one state within a transaction anyway.
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _for_writing(engine: Engine) -> Engine:
    return engine.execution_options(**{_WRITES: True})


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError("store.database_url_unreadable") from error
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if parsed.database in (None, "", ":memory:"):
            raise InputError("store.database_url_without_file")
        return parsed
    raise InputError("store.database_kind_unknown", found=parsed.drivername)


def _postgresql_for_people(url: URL) -> Engine:
    given = url.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} -c lock_timeout={ANSWER_WITHIN_S}s".strip()
    limits = {"connect_timeout": ANSWER_WITHIN_S, "options": options}
    engine = _postgresql(url.difference_update_query(["options"]), limits, pool_timeout=ANSWER_WITHIN_S)
    from store.base.postgres_waits import limit_silence  # noqa: PLC0415  its driver is an extra

    limit_silence(engine, ANSWER_WITHIN_S)
    return engine


def _postgresql(url: URL, limits: Mapping[str, Any] | None = None, **pool: Any) -> Engine:
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, **(limits or {})},
            json_serializer=_to_json,
            **pool,
        )
    except ModuleNotFoundError as error:
        raise InputError("store.postgresql_driver_missing") from error


def _sqlite(url: URL, busy_timeout_s: float) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": busy_timeout_s}, pool_timeout=busy_timeout_s, json_serializer=_to_json
    )
    event.listen(engine, "connect", partial(_prepare_sqlite, busy_timeout_s))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(busy_timeout_s: float, connection: sqlite3.Connection, _record: Any) -> None:
    # Python's driver must not begin transactions by itself: _begin_sqlite does.
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection, busy_timeout_s)


def _write_ahead(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Sets WAL. On a new file, where several may try at once, SQLite fails without heeding the busy timeout."""
    give_up_s = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_s:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A read transaction that turns into a write fails at once, whatever the busy timeout: writers say so at the start.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_to_json = partial(json.dumps, ensure_ascii=False)
