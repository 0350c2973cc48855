"""Between frozen dataclasses and table rows whose columns have the names of the fields."""

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import asdict, fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.base.declarative import Base

T = TypeVar("T")


def columns_of(record: Any) -> dict[str, Any]:
    """The fields of a dataclass, by name; nested values stay what they are."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def request_digest(asked: Any, without: Collection[str]) -> str:
    """SHA-256 in hex of what a request asks for: repeated under its key, it must be the same.

    Args:
        asked: a dataclass.
        without: names of fields that are not of its content.
    """
    content = {name: value for name, value in asdict(asked).items() if name not in without}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()


def from_row(kind: type[T], row: Base) -> T:
    """The dataclass of that kind that a row holds."""
    return kind(*(getattr(row, name) for name in _names(kind)))  # type: ignore[arg-type]


def columns_for(kind: type[Any], table: type[Base]) -> tuple[InstrumentedAttribute[Any], ...]:
    """The columns of a table that the fields of a dataclass are read from, in their order: `kind(*row)`.

    Many rows are read faster so than as objects of the table, which are made to be changed."""
    return tuple(getattr(table, name) for name in _names(kind))  # type: ignore[arg-type]


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def upsert(session: Session, table: type[Base], values: dict[str, Any]) -> None:
    """Inserts a row, or replaces what the row of the same primary key holds."""
    changed = {name: value for name, value in values.items() if name not in _primary_key(table)}
    session.execute(_insert(session, table, values, changed))


def insert_once(session: Session, table: type[Base], values: dict[str, Any]) -> bool:
    """Inserts a row unless one with the same unique columns is there; whether it did."""
    return bool(session.execute(_insert(session, table, values, {}).returning(*inspect(table).primary_key)).all())


def _insert(session: Session, table: type[Base], values: dict[str, Any], changed: dict[str, Any]) -> Insert:
    statement = _dialect_insert(session)(table).values(**values)
    if changed:
        return statement.on_conflict_do_update(index_elements=_primary_key(table), set_=changed)
    return statement.on_conflict_do_nothing()


def _dialect_insert(session: Session) -> Callable[[type[Base]], postgresql.Insert | sqlite.Insert]:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def _primary_key(table: type[Base]) -> list[str]:
    return [column.name for column in inspect(table).primary_key]
