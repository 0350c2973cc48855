"""Events: the present state of each, and every change that led there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, select, tuple_

from core.canonical_json import short_hash
from core.domain import RuleEvent
from core.wire import event_to_json
from store.accounts.scope import of_its_time, seen_from
from store.base.cursor import Cursor
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row, insert_once, upsert
from store.events.records import EventFilter, EventHistory, EventPage
from store.events.review_entry import enter
from store.tables.events import EventChangeRow, EventRow

DEFAULT_LIMIT = 50
MAX_LIMIT = 500


class EventRepository:
    """Takes changes of state and answers questions about events."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def apply(self, change: RuleEvent) -> bool:
        """Keeps a change and makes it the present state of the event and of its opening; one that is kept already
        alters nothing.

        Returns:
            Whether the change was new.
        """
        values = columns_of(change)
        digest = _digest(change)
        with writing(self._engine) as session:
            # The event must be there before its first change; on PostgreSQL its row keeps other writers waiting.
            now = of_its_time(session, change.camera_id)
            insert_once(session, EventRow, values | now)
            row = session.get_one(EventRow, change.event_id, with_for_update=True)
            is_new = insert_once(session, EventChangeRow, values | {"digest": digest})
            if is_new:
                upsert(session, EventRow, values)
                row.masks = _with_masks(row.masks, now["masks"])
                enter(session, row.org, change)
            return is_new

    def get(self, event_id: str) -> EventHistory | None:
        """One event with its changes; None if there is none of that id."""
        with reading(self._engine) as session:
            row = session.get(EventRow, event_id)
            if row is None:
                return None
            changes = session.scalars(
                select(EventChangeRow).where(EventChangeRow.event_id == event_id).order_by(EventChangeRow.change_id)
            )
            return EventHistory(from_row(RuleEvent, row), tuple(from_row(RuleEvent, change) for change in changes))

    def page(
        self, wanted: EventFilter | None = None, cursor: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> EventPage:
        """Events, the newest first_seen first. Events that arrive meanwhile neither shift nor repeat a page.

        Args:
            wanted: None = all.
            cursor: next_cursor of the page before; None = the first page.
            limit: how many at most, 1 to MAX_LIMIT.

        Raises:
            InputError: the cursor was not given out here.
        """
        order = (EventRow.first_seen, EventRow.event_id)
        query = select(EventRow).where(*_conditions(wanted or EventFilter()))
        if cursor is not None:
            place = Cursor.decode(cursor)
            query = query.where(tuple_(*order) < tuple_(place.first_seen, place.event_id))
        # One more than asked for tells whether another page follows.
        query = query.order_by(*(column.desc() for column in order)).limit(limit + 1)
        with reading(self._engine) as session:
            events = tuple(from_row(RuleEvent, row) for row in session.scalars(query))
        if len(events) <= limit:
            return EventPage(events, None)
        last = events[limit - 1]
        return EventPage(events[:limit], Cursor(last.first_seen, last.event_id).encode())

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many events there are, by (violation, state)."""
        query = select(EventRow.violation, EventRow.state, func.count()).group_by(EventRow.violation, EventRow.state)
        with reading(self._engine) as session:
            return {(violation, state): number for violation, state, number in session.execute(query)}


def _digest(change: RuleEvent) -> str:
    """Names a change by its content. Without its gaps and models, which earlier versions did not know: it is the same
    change."""
    record = event_to_json(change)
    del record["gaps"], record["models"]
    return short_hash(record)


def _with_masks(known: list[Any] | None, now: list[Any] | None) -> list[Any] | None:
    """Every mask that held: what was hidden in one of an event's pictures is hidden in all of them."""
    if known is None or now is None:
        return known
    return [*known, *(mask for mask in now if mask not in known)]


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    equal = {
        EventRow.camera_id: wanted.camera_id,
        EventRow.zone_id: wanted.zone_id,
        EventRow.violation: wanted.violation,
        EventRow.state: wanted.state,
        EventRow.observing: wanted.observing,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if wanted.since is not None:
        conditions.append(EventRow.first_seen >= wanted.since)
    if wanted.until is not None:
        conditions.append(EventRow.first_seen < wanted.until)
    return conditions + seen_from(EventRow.org, wanted.orgs)
