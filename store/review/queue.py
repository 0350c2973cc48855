"""The queue: openings of events with their review, filtered, sorted, page by page; every page read from an index."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Dialect,
    Engine,
    Row,
    Select,
    SQLColumnExpression,
    String,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.domain import RuleEvent
from core.policy.review import Review, Viewer
from store.base.cursor import SortedCursor
from store.base.engine import reading
from store.base.mapping import columns_for, from_row
from store.review.records import QueuedEvent, QueueFilter, QueuePage, Sort
from store.tables.openings import OpeningRow, opening_id

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

# So many values are asked for one by one, each from its own index; of more, the order is walked and the rest skipped.
_ONE_BY_ONE = 64

Conditions = list[ColumnElement[bool]]

# age: what began last first; with a minus sign the other way round. Ties by id, so that the order is total.
_COLUMNS: Mapping[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "age": (OpeningRow.began_at, OpeningRow.opening_id),
    "dwell": (OpeningRow.dwell_s, OpeningRow.opening_id),
    "deadline": (OpeningRow.deadline_at, OpeningRow.opening_id),
    "type": (OpeningRow.violation, OpeningRow.began_at, OpeningRow.opening_id),
}


class EventQueue:
    """Answers who looks at events, as far as that viewer may know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, event_id: str, opening: int) -> QueuedEvent | None:
        """One opening with its review."""
        with reading(self._engine) as session:
            row = session.get(OpeningRow, opening_id(event_id, opening))
            return _queued(row) if row else None

    def of_event(self, event_id: str) -> tuple[QueuedEvent, ...]:
        """Every opening of an event, the first one first."""
        query = select(OpeningRow).where(OpeningRow.event_id == event_id).order_by(OpeningRow.opening)
        with reading(self._engine) as session:
            return tuple(_queued(row) for row in session.scalars(query))

    def page(
        self,
        wanted: QueueFilter,
        viewer: Viewer,
        now: datetime,
        sort: Sort = "age",
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> QueuePage:
        """Some openings in that order. Sorted by deadline, only those that have one.

        Args:
            cursor: next_cursor of the page before, of the same sort; None = the first page.
            limit: how many at most, 1 to MAX_LIMIT.

        Raises:
            InputError: the cursor was not given out here, or for another sort.
        """
        query = _Query(sort, SortedCursor.decode(cursor, sort) if cursor else None, limit, self._engine.dialect)
        statement = query.select(_parts(wanted, viewer, now, sort))
        with reading(self._engine) as session:
            found = [_queued_of(row) for row in session.execute(statement)]
        # One more than asked for tells whether another page follows.
        follows = query.place_of(found[limit - 1]).encode() if len(found) > limit else None
        return QueuePage(tuple(found[:limit]), follows)


@dataclass(frozen=True)
class _Part:
    """Events for which all conditions hold; with a column, those of each of the values, one value after the other."""

    conditions: Conditions
    column: SQLColumnExpression[Any] | None = None
    values: Sequence[str] = ()

    def among(self, column: SQLColumnExpression[Any], values: Collection[str] | None, *, are_few: bool) -> "_Part":
        """Those of it with one of these values; None = any.

        are_few: few rows are left by other conditions, so that their order is walked whatever the number of values.
        """
        if values is None:
            return self
        if are_few or len(values) <= 1:
            return _Part([*self.conditions, column.in_(sorted(values))], self.column, self.values)
        if len(values) <= _ONE_BY_ONE:
            return _Part(self.conditions, column, sorted(values))
        # As an expression, so that no index of the column tempts SQLite to read all of these and sort them.
        return _Part([*self.conditions, (column + "").in_(sorted(values))], self.column, self.values)


class _Query:
    """One page in one order."""

    def __init__(self, sort: Sort, after: SortedCursor | None, limit: int, dialect: Dialect) -> None:
        self._sort = sort
        self._columns = _COLUMNS[sort.removeprefix("-")]
        self._falls = sort in ("age", "-dwell", "-deadline", "-type")
        self._after = after
        self._limit = limit + 1
        self._knows_lateral = dialect.name == "postgresql"

    def select(self, parts: Sequence[_Part]) -> Select[Any]:
        """The rows of any of the parts, which must exclude each other."""
        if len(parts) == 1 and parts[0].column is None:
            return self._ordered(select(*_QUEUED).where(*parts[0].conditions))
        found = union_all(*(select(keys.subquery()) for part in parts for keys in self._keys(part))).subquery()
        first = self._ordered_by(select(found.c.opening_id), [found.c[column.key] for column in self._columns])
        return self._ordered(select(*_QUEUED).where(OpeningRow.opening_id.in_(first.limit(self._limit))))

    def _keys(self, part: _Part) -> list[Select[Any]]:
        """The first keys of a part, of each of its values: each is read in order from an index."""
        keys = select(*self._columns).where(*part.conditions)
        if part.column is None:
            return [self._ordered(keys)]
        # A statement for each value would take longer to plan than to read.
        if self._knows_lateral:
            each = func.unnest(literal(part.values, ARRAY(String))).table_valued("value").render_derived()
            first = self._ordered(keys.where(part.column == each.c.value)).lateral()
            return [select(first).select_from(each.join(first, true()))]
        # SQLite has no LATERAL, but asks a list anew for each row beside it.
        each = func.json_each(json.dumps(part.values)).table_valued("value")
        ids = self._ordered(select(OpeningRow.opening_id).where(*part.conditions, part.column == each.c.value))
        found = aliased(OpeningRow)
        columns = (getattr(found, column.key) for column in self._columns)
        return [select(*columns).select_from(each.join(found, found.opening_id.in_(ids.correlate(each))))]

    def place_of(self, queued: QueuedEvent) -> SortedCursor:
        """The place behind an opening."""
        event = queued.event
        known: dict[str, Any] = {
            "began_at": queued.began_at,
            "opening_id": opening_id(event.event_id, event.opening),
            "dwell_s": event.dwell_s,
            "deadline_at": queued.review.deadline_at,
            "violation": event.violation,
        }
        return SortedCursor(self._sort, tuple(known[column.key] for column in self._columns))

    def _ordered(self, query: Select[Any]) -> Select[Any]:
        if self._sort.endswith("deadline"):
            query = query.where(OpeningRow.deadline_at.is_not(None))
        if self._after is not None:
            here, place = tuple_(*self._columns), tuple_(*self._after.place)
            query = query.where(here < place if self._falls else here > place)
        return self._ordered_by(query, self._columns).limit(self._limit)

    def _ordered_by(
        self, query: Select[Any], columns: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]
    ) -> Select[Any]:
        return query.order_by(*(column.desc() if self._falls else column.asc() for column in columns))


def _conditions(wanted: QueueFilter) -> Conditions:
    equal = {
        OpeningRow.event_id: wanted.event_id,
        OpeningRow.state: wanted.state,
        OpeningRow.zone_id: wanted.zone_id,
        OpeningRow.observing: wanted.observing,
        OpeningRow.standing: wanted.standing,
    }
    conditions: Conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.since is not None:
        conditions.append(OpeningRow.began_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(OpeningRow.began_at < wanted.until)
    return conditions


def _parts(wanted: QueueFilter, viewer: Viewer, now: datetime, sort: Sort) -> list[_Part]:
    known = _conditions(wanted)
    is_of_few = wanted.camera_ids is not None or wanted.orgs is not None
    return [
        _Part([*known, *stage.conditions])
        .among(_org(stage, sort), wanted.orgs, are_few=stage.are_few or wanted.camera_ids is not None)
        .among(OpeningRow.camera_id, wanted.camera_ids, are_few=stage.are_few)
        .among(OpeningRow.violation, wanted.violations, are_few=is_of_few)
        for stage in _stages(wanted, viewer, now)
    ]


def _org(stage: "_Stage", sort: Sort) -> SQLColumnExpression[str | None]:
    """The node; as an expression where few are looked for: by an index of a node's events in the order that is wanted
    SQLite would walk all that were ever decided. Those that wait have an index of their own by age."""
    is_indexed = sort.endswith("age") and not stage.are_ones_own
    return OpeningRow.org + "" if stage.are_few and not is_indexed else OpeningRow.org


@dataclass(frozen=True)
class _Stage:
    """Events whose review is equally far. are_few: decided ones are many; of what is left to do there is little.
    are_ones_own: the viewer decided them, and they wait for another; they are found by the viewer."""

    conditions: Conditions
    are_few: bool = True
    are_ones_own: bool = False


def _stages(wanted: QueueFilter, viewer: Viewer, now: datetime) -> list[_Stage]:
    """Where `Review.seen_by` answers what is wanted; the two say the same, and a test holds them together."""
    me = viewer.user_id
    free = or_(OpeningRow.claimed_until.is_(None), OpeningRow.claimed_until <= now, OpeningRow.claimed_by == me)
    waiting, unchecked = OpeningRow.stage == "waiting", OpeningRow.check_kind.is_(None)
    asked = OpeningRow.stage == "more_evidence"
    mine, others = OpeningRow.first_officer == me, OpeningRow.first_officer != me
    if wanted.review is None:
        return [_Stage([], are_few=False)]
    if wanted.review == "claimed":
        # Few are: they are found first, and then put in order.
        claims = aliased(OpeningRow)
        claimed = select(claims.opening_id).where(claims.claimed_until > now, claims.claimed_by != me)
        return [_Stage([OpeningRow.stage.is_not(None), OpeningRow.opening_id.in_(claimed)])]
    found: dict[str, list[_Stage]] = {
        "open": [_Stage([waiting, or_(unchecked, others) if viewer.blind else unchecked, free])],
        "decided": [
            _Stage([OpeningRow.stage == "decided", free], are_few=False),
            _Stage([or_(waiting, asked), mine, free], are_ones_own=True),
        ],
        "second_look": [_Stage([false()] if viewer.blind else [waiting, others, free])],
        "more_evidence": [_Stage([asked, or_(unchecked, others), free])],
    }
    return found[wanted.review]


def _queued(row: OpeningRow) -> QueuedEvent:
    return QueuedEvent(from_row(RuleEvent, row), from_row(Review, row), row.began_at)


_EVENT, _REVIEW = columns_for(RuleEvent, OpeningRow), columns_for(Review, OpeningRow)
# The columns that both have are read twice, under other names: a row is taken apart by its places.
_QUEUED = (*_EVENT, *(column.label(f"review_{column.key}") for column in _REVIEW), OpeningRow.began_at)


def _queued_of(row: Row[Any]) -> QueuedEvent:
    values: Sequence[Any] = row
    at = len(_EVENT)
    return QueuedEvent(RuleEvent(*values[:at]), Review(*values[at:-1]), values[-1])
