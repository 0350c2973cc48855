"""Requests for further evidence (补充证据): kept until they are answered, whatever becomes of the thing meanwhile."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, and_, or_, select
from sqlalchemy.orm import Session

from core.policy.evidence_requests import Addressee, Reader, RequestState
from core.policy.review import Review
from store.accounts.scope import Orgs, seen_from
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.mapping import from_row, request_digest
from store.events.live_changes import tell
from store.review.records import Officer
from store.tables.openings import EvidenceRequestRow, OpeningRow, opening_id

RequestRefusal = Literal["stale", "held", "closed", "key_used", "no_request", "not_open"]
MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What is asked about an opening. `key`, `revision`: as of a decision."""

    key: str
    event_id: str
    opening: int
    revision: int
    reason: str
    note: str
    to: Addressee
    due_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """A request as it is kept. `closed_*`: who answered it, withdrew it, or decided without waiting for it."""

    request_id: str
    event_id: str
    opening: int
    reason: str
    note: str
    to: Addressee
    due_at: datetime
    asked_by: int
    asked_name: str
    asked_at: datetime
    state: RequestState
    closed_by: int | None
    closed_name: str | None
    closed_at: datetime | None
    answer: str
    attachment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """What became of it: the request, or why there is none; and the review of its opening as it is then."""

    request: EvidenceRequest | None
    refusal: RequestRefusal | None = None
    review: Review = field(default_factory=Review)


class EvidenceRequests:
    """Keeps what is asked, and brings an opening back into the queue once it is answered."""

    def __init__(self, engine: Engine, audit: AuditLog) -> None:
        self._engine = engine
        self._audit = audit

    def ask(self, new: NewRequest, officer: Officer, actor: Actor, now: datetime) -> RequestOutcome:
        """Asks about an opening that is there; the officer's claim ends with it."""
        digest = request_digest(new, without=("key",))
        with writing(self._engine) as session:
            row = session.get_one(OpeningRow, opening_id(new.event_id, new.opening), with_for_update=True)
            review = from_row(Review, row)
            before = session.scalar(select(EvidenceRequestRow).filter_by(asked_by=officer.user_id, key=new.key))
            if before is not None:
                if before.request_sha256 != digest:
                    return RequestOutcome(None, "key_used", review)
                return RequestOutcome(_record(before), None, review)
            refusal = _refusal(row, new, officer, now)
            if refusal:
                return RequestOutcome(None, refusal, review)
            request = _row(row, new, officer, now, digest)
            session.add(request)
            row.stage = "more_evidence"
            row.claimed_by = row.claimed_name = row.claimed_until = None
            return self._done(session, row, request, actor, "event.ask")

    def answer(
        self, request_id: str, text: str, attachment_ids: tuple[str, ...], person: Officer, actor: Actor, now: datetime
    ) -> RequestOutcome:
        """Answers a request; its opening waits to be decided again."""
        with writing(self._engine) as session:
            request, row = self._of(session, request_id)
            if request is None or row is None:
                return RequestOutcome(None, "no_request")
            if request.state != "open":
                return RequestOutcome(_record(request), "not_open", from_row(Review, row))
            request.answer, request.attachment_ids = text, attachment_ids
            close(request, "answered", person, now)
            row.stage = "waiting"
            return self._done(session, row, request, actor, "event.answer")

    def withdraw(self, request_id: str, officer: Officer, actor: Actor, now: datetime) -> RequestOutcome:
        """Takes a request back that nobody has answered; its opening waits to be decided again."""
        with writing(self._engine) as session:
            request, row = self._of(session, request_id)
            if request is None or row is None:
                return RequestOutcome(None, "no_request")
            if request.state != "open":
                return RequestOutcome(_record(request), "not_open", from_row(Review, row))
            close(request, "withdrawn", officer, now)
            row.stage = "waiting"
            return self._done(session, row, request, actor, "event.withdraw")

    def get(self, request_id: str) -> EvidenceRequest | None:
        """One request."""
        with reading(self._engine) as session:
            row = session.get(EvidenceRequestRow, request_id)
            return _record(row) if row else None

    def of_event(self, event_id: str) -> tuple[EvidenceRequest, ...]:
        """All that was asked about an event, oldest first."""
        query = select(EvidenceRequestRow).where(EvidenceRequestRow.event_id == event_id)
        with reading(self._engine) as session:
            rows = session.scalars(query.order_by(EvidenceRequestRow.asked_at, EvidenceRequestRow.request_id))
            return tuple(_record(row) for row in rows)

    def open_ones(self, orgs: Orgs, of: Reader | None = None) -> tuple[EvidenceRequest, ...]:
        """What waits for an answer, the first due first; MOST_LISTED at most.

        Args:
            orgs: only about events of nodes of these names; None = about all.
            of: only what was asked of this reader; None = of anybody.
        """
        query = (
            select(EvidenceRequestRow)
            .join(OpeningRow, OpeningRow.opening_id == EvidenceRequestRow.opening_id)
            .where(EvidenceRequestRow.state == "open", *seen_from(OpeningRow.org, orgs))
            .order_by(EvidenceRequestRow.due_at, EvidenceRequestRow.request_id)
            .limit(MOST_LISTED)
        )
        if of is not None:
            query = query.where(_asked_of(of))
        with reading(self._engine) as session:
            return tuple(_record(row) for row in session.scalars(query))

    def _of(self, session: Session, request_id: str) -> tuple[EvidenceRequestRow | None, OpeningRow | None]:
        request = session.get(EvidenceRequestRow, request_id)
        if request is None:
            return None, None
        row = session.get_one(OpeningRow, request.opening_id, with_for_update=True)
        session.refresh(request)
        return request, row

    def _done(
        self, session: Session, row: OpeningRow, request: EvidenceRequestRow, actor: Actor, action: str
    ) -> RequestOutcome:
        row.revision += 1
        record = _record(request)
        told = {
            "request_id": record.request_id,
            "opening": record.opening,
            "reason": record.reason,
            "to": asdict(record.to),
            "due_at": record.due_at.isoformat(),
            "state": record.state,
        }
        self._audit.write(session, actor, Deed(action, "event", row.event_id, after=told))
        tell(session, "changed", row.event_id, row.camera_id, row.opening)
        return RequestOutcome(record, None, from_row(Review, row))


def _refusal(row: OpeningRow, new: NewRequest, officer: Officer, now: datetime) -> RequestRefusal | None:
    review = from_row(Review, row)
    if review.held_by_another(officer.user_id, now):
        return "held"
    # One at a time: what was asked first is answered or withdrawn first.
    if row.stage != "waiting" or not review.is_open_to(officer.user_id, now):
        return "closed"
    return "stale" if review.revision != new.revision else None


def _row(row: OpeningRow, new: NewRequest, officer: Officer, now: datetime, digest: str) -> EvidenceRequestRow:
    return EvidenceRequestRow(
        request_id=uuid4().hex,
        opening_id=row.opening_id,
        event_id=row.event_id,
        opening=row.opening,
        reason=new.reason,
        note=new.note,
        to_kind=new.to.kind,
        to_key=new.to.key,
        to_name=new.to.name,
        due_at=new.due_at,
        asked_by=officer.user_id,
        asked_name=officer.name,
        asked_at=now,
        state="open",
        answer="",
        attachment_ids=(),
        key=new.key,
        request_sha256=digest,
    )


def close(request: EvidenceRequestRow, state: RequestState, person: Officer, now: datetime) -> None:
    """Nobody waits for an answer to it any more."""
    request.state, request.closed_at = state, now
    request.closed_by, request.closed_name = person.user_id, person.name


def reopen(request: EvidenceRequestRow) -> None:
    """An answer is waited for again."""
    request.state = "open"
    request.closed_by = request.closed_name = request.closed_at = None


def _asked_of(reader: Reader) -> ColumnElement[bool]:
    return or_(
        *(
            and_(EvidenceRequestRow.to_kind == kind, EvidenceRequestRow.to_key == key)
            for kind, key in reader.addresses()
        )
    )


def _record(row: EvidenceRequestRow) -> EvidenceRequest:
    to = Addressee(row.to_kind, row.to_key, row.to_name)  # type: ignore[arg-type]  # the table's check says so
    plain: dict[str, Any] = {name: getattr(row, name) for name in EvidenceRequest.__slots__ if name != "to"}
    return EvidenceRequest(**plain, to=to)
