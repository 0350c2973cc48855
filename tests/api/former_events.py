"""A data base with very many events as it was before openings had a table (revision 0010), filled fast: for benchmarks.

Migrated from there it holds what the queue shows now, and the migration is measured on it, too.
"""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from alembic import command
from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    text,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from core.policy.review import Looks, Subject
from store.base import migrate
from store.base.declarative import Base
from store.base.engine import connected
from store.review.records import DecisionRecord
from store.tables.events import EventRow, PackageRow
from store.tables.review import DecisionRow
from tests.api.many_events import Many, json_texts, plain, row_of
from tests.store.examples import START, event, package

REVISION = "0010"
# Of those that became violations, so many came back once.
_COMES_BACK = 0.1
_AFTER = timedelta(hours=1)
_ROWS_AT_ONCE = 20_000
_TABLES = ("users", "events", "event_changes", "packages", "decisions")

Values = Mapping[str, ColumnElement[Any]]


def fill_former(engine: Engine, many: Many, officer_id: int) -> None:
    """Makes the tables of REVISION, and fills them: events, each change of state, packages, and what was decided by one
    officer, who rejected everything that waits no more."""
    with connected(engine) as connection:
        command.upgrade(migrate._config(connection), REVISION)
    known = MetaData()
    known.reflect(engine, only=_TABLES)
    users, events, changes, packages, decisions = (known.tables[name] for name in _TABLES)
    with connected(engine) as connection:
        connection.execute(insert(users).values(_officer(officer_id, many)))
        _events(connection, events, many)
        _changes(connection, changes, events)
        for opening in (1, 2):
            _derive(connection, packages, events, _package(opening, events), events.c.opening >= opening)
            is_decided = events.c.violation_at.is_not(None) & (events.c.stage == "decided")
            _derive(
                connection,
                decisions,
                events,
                _decision(opening, events, officer_id),
                is_decided & (events.c.opening >= opening),
            )
    with connected(engine) as connection:
        connection.execute(text("ANALYZE"))


def _officer(officer_id: int, many: Many) -> dict[str, Any]:
    return {
        "user_id": officer_id,
        "name": "wang",
        "full_name": "王队员",
        "role": "officer",
        "state": "active",
        "password_hash": "none",
        "must_change_password": False,
        "created_at": many.since,
        "version": 1,
    }


def _events(connection: Connection, events: Table, many: Many) -> None:
    draw = random.Random(1)
    add = insert(events).values(json_texts(EventRow, event()))
    for begin in range(0, many.number, _ROWS_AT_ONCE):
        numbers = range(begin, min(begin + _ROWS_AT_ONCE, many.number))
        rows = [_as_event(row_of(number, many, draw), draw) for number in numbers]
        connection.execute(add, [{name: row[name] for name in row if name in events.c} for row in rows])


def _as_event(opening: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """The event of an opening; in some, the opening is the second one, an hour after the first."""
    again = opening["violation_at"] is not None and draw.random() < _COMES_BACK
    times = ("still_since", "last_seen", "cleared_at")
    later = {name: opening[name] + _AFTER for name in times if again and opening[name]}
    number = 2 if again else 1
    return {**opening, **later, "opening": number, "decided_opening": number, "standing": "lead", "revision": 1}


def _changes(connection: Connection, changes: Table, events: Table) -> None:
    """Candidate, violation and cleared of each opening."""
    one, alarmed = events.c, events.c.violation_at.is_not(None)
    is_gone = (one.opening == 2) | (one.cleared_at.is_not(None))
    first, came_back = {"still_since": one.first_seen}, one.opening == 2
    wanted: tuple[tuple[int, str, Values, ColumnElement[bool]], ...] = (
        (1, "candidate", {**first, "last_seen": one.first_seen}, true()),
        (1, "violation", {**first, "last_seen": one.violation_at}, alarmed),
        (1, "cleared", {**first, "last_seen": one.violation_at, "cleared_at": one.violation_at}, alarmed & is_gone),
        (2, "candidate", {"last_seen": one.still_since}, came_back),
        (2, "violation", {}, came_back),
        (2, "cleared", {"cleared_at": one.cleared_at}, came_back & one.cleared_at.is_not(None)),
    )
    for number, state, values, where in wanted:
        said = {
            "violation_at": null() if state == "candidate" else one.violation_at,
            "cleared_at": null(),
            **values,
            "opening": literal(number),
            "state": literal(state),
            "digest": literal(f"{state}-{number}"),
        }
        _derive(connection, changes, events, said, where)


def _package(opening: int, events: Table) -> Values:
    name = events.c.event_id + f"-{opening}"
    return {
        **_values(PackageRow, package()),
        "package_id": name,
        "path": name,
        "opening": literal(opening),
        "seq": literal(10_000_000 * opening) + func.row_number().over(order_by=events.c.event_id),
        "sealed_at": events.c.last_seen,
    }


def _decision(opening: int, events: Table, officer_id: int) -> Values:
    name = events.c.event_id + f"-{opening}"
    return {
        **_values(DecisionRow, _DECISION),
        "officer_id": literal(officer_id),
        "request_sha256": literal("ab" * 32),
        "before": literal_column("'{}'"),
        "decision_id": name,
        "key": name,
        "opening": literal(opening),
        "decided_at": events.c.last_seen,
        "final_at": events.c.last_seen,
    }


def _derive(connection: Connection, table: Table, events: Table, values: Values, where: ColumnElement[bool]) -> None:
    """Adds a row for each of these events: what is not said is as the event has it."""
    values = {**values, "event_id": events.c.event_id}
    wanted = [one.name for one in table.c if one.name in values or one.name in events.c]
    rows = select(*(values[name] if name in values else events.c[name] for name in wanted)).where(where)
    connection.execute(insert(table).from_select(wanted, rows))


def _values(table: type[Base], like: Any) -> Values:
    said = {name: null() if value is None else literal(value) for name, value in plain(table, like).items()}
    return {**said, **json_texts(table, like)}


_DECISION = DecisionRecord(
    decision_id="",
    event_id="",
    opening=1,
    kind="first",
    verdict="rejected",
    reason="permitted",
    note="",
    code=None,
    label=None,
    subject=Subject(),
    seen=Looks(),
    spent_s=4.0,
    officer_id=0,
    officer_name="王队员",
    badge_no="33088100123",
    decided_at=START,
    final_at=START,
    undone_at=None,
    revision=2,
)
