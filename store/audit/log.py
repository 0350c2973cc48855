"""The audit: rows that are only ever added, each chained to the one before by its hash.

A row's hash is SHA-256 over its canonical JSON: every column but `hash`, keys sorted, no white space, UTF-8, time as
RFC 3339 in UTC with microseconds. The first row follows 64 zeros.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, event, func, select
from sqlalchemy.orm import Session

from core.audit_head import Anchor, Head
from core.canonical_json import canonical
from core.clock import Clock, SystemClock
from core.rights import Role
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row
from store.tables.accounts import NodeRow, UserRow
from store.tables.audit import AuditRow

GENESIS = "0" * 64
DEFAULT_LIMIT = 100
MAX_LIMIT = 500

# What follows the name of an account whose token it was.
OF_TOKEN = " (token {})"  # noqa: S105 - no secret

# Whoever adds a row on PostgreSQL holds this lock until the transaction ends: the chain has one end.
_ADVISORY_LOCK = 0x61756469
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `user_id` is None for the command line and for those who were not recognised."""

    user_id: int | None
    name: str
    role: Role | None
    address: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done.

    Attributes:
        action: object and verb, like user.create or evidence.view.
        object_kind, object_id: to what.
        purpose: why, as entered by the person.
        before, after: plain JSON values; None = nothing to tell. Never a password, never a secret.
    """

    action: str
    object_kind: str
    object_id: str
    purpose: str | None = None
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A row of the audit."""

    seq: int
    utc: datetime
    actor_id: int | None
    actor_name: str
    actor_role: str | None
    address: str
    action: str
    object_kind: str
    object_id: str
    purpose: str | None
    before: Any
    after: Any
    prev_hash: str
    hash: str

    def computed_hash(self) -> str:
        """The hash that the content has."""
        content = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "hash"}
        content["utc"] = self.utc.astimezone(UTC).isoformat(timespec="microseconds")
        return hashlib.sha256(canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows; None = any. `orgs`: only what users of nodes of these names did."""

    actor: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    orgs: frozenset[str] | None = None


class AuditLog:
    """Adds rows and reads them."""

    def __init__(self, engine: Engine, clock: Clock | None = None, anchor: Anchor | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        self._anchor = anchor

    def write(self, session: Session, actor: Actor, deed: Deed) -> AuditEntry:
        """Adds a row in the transaction of the change that it tells of: both are kept or neither.

        Args:
            session: of `store.base.engine.writing`.
        """
        _wait_for_the_end(session)
        last = session.execute(_last()).one_or_none()
        seq, prev_hash = (last.seq + 1, last.hash) if last else (1, GENESIS)
        entry = _sealed(self._clock.utc(), actor, deed, seq, prev_hash)
        session.add(AuditRow(**columns_of(entry)))
        session.flush()
        if self._anchor is not None:
            event.listen(session, "after_commit", _keeper(self._anchor, Head(seq, entry.hash)), once=True)
        return entry

    def note(self, actor: Actor, deed: Deed) -> AuditEntry:
        """Adds a row in a transaction of its own, for what changes nothing else."""
        with writing(self._engine) as session:
            return self.write(session, actor, deed)

    def page(
        self, wanted: AuditFilter | None = None, before: int | None = None, limit: int = DEFAULT_LIMIT
    ) -> tuple[tuple[AuditEntry, ...], int | None]:
        """Rows, the newest first, and what to give as `before` for the next page; None = that was the last."""
        query = select(AuditRow).where(*_conditions(wanted or AuditFilter()))
        if before is not None:
            query = query.where(AuditRow.seq < before)
        with reading(self._engine) as session:
            found = session.scalars(query.order_by(AuditRow.seq.desc()).limit(limit + 1))
            entries = tuple(from_row(AuditEntry, row) for row in found)
        return entries[:limit], entries[limit - 1].seq if len(entries) > limit else None

    def head(self) -> Head:
        """The end of the chain; 0 where there is no row yet."""
        with reading(self._engine) as session:
            last = session.execute(_last()).one_or_none()
        return Head(last.seq, last.hash) if last else Head(0, GENESIS)

    def verify(self, anchored: Head | None = None) -> "AuditVerdict":
        """Follows the whole chain and holds its end against the anchor.

        Args:
            anchored: the head to hold it against; None = the one that the anchor keeps.

        Raises:
            StorageError: the data base or the anchor cannot be read.
        """
        # Before the rows: meanwhile more may come, never fewer.
        if anchored is None and self._anchor:
            anchored = self._anchor.get()
        head = Head(0, GENESIS)
        passed = anchored is None
        for entry in self.all():
            fault = _fault(entry, head)
            if fault:
                return AuditVerdict(head.seq, fault)
            head = Head(entry.seq, entry.hash)
            if head == anchored:
                passed = True
        if anchored is not None and not passed:
            return AuditVerdict(head.seq, _missed(anchored, head))
        return AuditVerdict(head.seq, None)

    def all(self, wanted: AuditFilter | None = None) -> Iterator[AuditEntry]:
        """Every row, or those that are wanted, the oldest first."""
        seq = None
        while True:
            query = select(AuditRow).where(*_conditions(wanted or AuditFilter()))
            query = query.order_by(AuditRow.seq).limit(_ROWS_AT_ONCE)
            if seq is not None:
                query = query.where(AuditRow.seq > seq)
            with reading(self._engine) as session:
                entries = [from_row(AuditEntry, row) for row in session.scalars(query)]
            yield from entries
            if len(entries) < _ROWS_AT_ONCE:
                return
            seq = entries[-1].seq


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Outcome of a check: how many rows are sound from the first on, and what is wrong with the next."""

    rows: int
    fault: str | None


def _sealed(utc: datetime, actor: Actor, deed: Deed, seq: int, prev_hash: str) -> AuditEntry:
    entry = AuditEntry(
        seq=seq,
        utc=utc,
        actor_id=actor.user_id,
        actor_name=actor.name,
        actor_role=actor.role,
        address=actor.address,
        prev_hash=prev_hash,
        hash="",
        **asdict(deed),
    )
    return replace(entry, hash=entry.computed_hash())


def _wait_for_the_end(session: Session) -> None:
    # On SQLite a writer is alone from the start.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def _last() -> Any:
    return select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)


def _keeper(anchor: Anchor, head: Head) -> Callable[[Session], None]:
    return lambda _: anchor.put(head)


def _fault(entry: AuditEntry, head: Head) -> str | None:
    if entry.seq != head.seq + 1:
        return f"row {head.seq + 1}: is missing; row {entry.seq} follows row {head.seq}"
    if entry.prev_hash != head.hash:
        return f"row {entry.seq}: does not follow row {head.seq}: its prev_hash is not that row's hash"
    if entry.hash != entry.computed_hash():
        return f"row {entry.seq}: its content was changed: the hash does not match"
    return None


def _missed(anchored: Head, head: Head) -> str:
    if anchored.seq > head.seq:
        return f"row {head.seq + 1}: is missing, and all after it up to row {anchored.seq}: the end was cut off"
    return f"row {anchored.seq}: is another one than was anchored: the chain was written anew"


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    equal = {
        AuditRow.action: wanted.action,
        AuditRow.object_kind: wanted.object_kind,
        AuditRow.object_id: wanted.object_id,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if wanted.actor is not None:
        of_tokens = AuditRow.actor_name.startswith(wanted.actor + OF_TOKEN.partition("{")[0], autoescape=True)
        conditions.append((AuditRow.actor_name == wanted.actor) | of_tokens)
    if wanted.since is not None:
        conditions.append(AuditRow.utc >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditRow.utc < wanted.until)
    if wanted.orgs is not None:
        of_these = select(UserRow.user_id).join(NodeRow, NodeRow.node_id == UserRow.node_id)
        conditions.append(AuditRow.actor_id.in_(of_these.where(NodeRow.name.in_(sorted(wanted.orgs)))))
    return conditions
