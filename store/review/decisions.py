"""Decisions: kept once, never on what has changed meanwhile, and taken back while nobody else knows them."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.clock import parse_rfc3339
from core.policy.review import LEASE_S, UNDO_S, DecisionKind, Lack, Review, drawn, due_at
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row, request_digest
from store.events.live_changes import tell
from store.review.checks import CheckShares, mix_in_known_negative
from store.review.evidence_requests import close, reopen
from store.review.records import DecisionRecord, GivenVerdict, NewDecision, Officer
from store.tables.events import PackageRow
from store.tables.openings import EvidenceRequestRow, OpeningRow, opening_id
from store.tables.review import DecisionRow

Refusal = Literal[
    "no_event",  # there is no such opening
    "stale",  # the opening has changed since it was looked at
    "held",  # somebody else works on it
    "closed",  # there is nothing to decide
    "unsealed",  # there is no sealed evidence of it
    "unsound",  # its evidence is not what was sealed
    "key_used",  # the key belongs to another request
    "lacking",  # the decision does not say or did not see what it must
    "no_decision",
    "too_late",  # the time for undo is over
    "undone",  # it was taken back already
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: the decision, or why there is none; and the review as it is then.

    Attributes:
        lacks: of "lacking": what is missing.
    """

    decision: DecisionRecord | None
    refusal: Refusal | None = None
    review: Review = field(default_factory=Review)
    lacks: tuple[Lack, ...] = ()


class DecisionRepository:
    """Keeps what officers decide."""

    def __init__(self, engine: Engine, audit: AuditLog, shares: CheckShares | None = None) -> None:
        self._engine = engine
        self._audit = audit
        self._shares = shares or CheckShares()

    def decide(self, new: NewDecision, officer: Officer, actor: Actor, now: datetime) -> Outcome:
        """Keeps a decision, in one transaction with the change of its opening and the row of the audit.

        Other openings of the event stay as they are; nothing is decided without sealed evidence.
        """
        digest = request_digest(new, without=("key", "lacks"))
        with writing(self._engine) as session:
            row = session.get(OpeningRow, opening_id(new.event_id, new.opening), with_for_update=True)
            before = session.scalar(select(DecisionRow).filter_by(officer_id=officer.user_id, key=new.key))
            if before is not None:
                return _repeated(before, digest, from_row(Review, row) if row else Review())
            refusal = _refusal(session, row, new, officer, now)
            if row is None or refusal:
                return Outcome(None, refusal, from_row(Review, row) if row else Review(), new.lacks)
            decision = _decision(row, new, officer, now)
            earlier = _kept(row)
            self._carry_out(row, decision)
            if decision.kind != "suggestion":
                earlier["request_id"] = _close_request(session, row, decision)
            session.add(DecisionRow(**columns_of(decision), key=new.key, request_sha256=digest, before=earlier))
            mixed_in = mix_in_known_negative(session, self._shares, decision, now) if decision.kind == "first" else None
            self._audit.write(session, actor, _deed("event.decide", decision))
            if mixed_in:
                tell(session, "opened", mixed_in.event_id, mixed_in.camera_id, mixed_in.opening)
            tell(session, "changed", row.event_id, row.camera_id, row.opening)
            return Outcome(decision, None, from_row(Review, row))

    def undo(self, decision_id: str, officer: Officer, actor: Actor, now: datetime) -> Outcome:
        """Takes a decision back while it is not final; its opening is claimed again by that officer."""
        with writing(self._engine) as session:
            found = session.get(DecisionRow, decision_id)
            if found is None or found.officer_id != officer.user_id:
                return Outcome(None, "no_decision")
            row = session.get_one(OpeningRow, opening_id(found.event_id, found.opening), with_for_update=True)
            session.refresh(found)
            if found.undone_at is not None:
                return Outcome(from_row(DecisionRecord, found), "undone", from_row(Review, row))
            if now >= found.final_at:
                return Outcome(None, "too_late", from_row(Review, row))
            found.undone_at = now
            if found.kind != "suggestion":
                _restore(row, found.before)
                _reopen_request(session, found.before.get("request_id"))
                row.claimed_until = now + timedelta(seconds=LEASE_S)
                row.revision += 1
            decision = from_row(DecisionRecord, found)
            self._audit.write(session, actor, _deed("event.undo", decision))
            tell(session, "changed", row.event_id, row.camera_id, row.opening)
            return Outcome(decision, None, from_row(Review, row))

    def get(self, decision_id: str) -> DecisionRecord | None:
        """One decision."""
        with reading(self._engine) as session:
            row = session.get(DecisionRow, decision_id)
            return from_row(DecisionRecord, row) if row else None

    def of_event(self, event_id: str) -> tuple[DecisionRecord, ...]:
        """All that was decided about the openings of an event, oldest first, undone decisions too."""
        query = select(DecisionRow).where(DecisionRow.event_id == event_id)
        with reading(self._engine) as session:
            rows = session.scalars(query.order_by(DecisionRow.decided_at, DecisionRow.decision_id))
            return tuple(from_row(DecisionRecord, row) for row in rows)

    def verdicts(self, event_ids: Collection[str]) -> tuple[GivenVerdict, ...]:
        """What was decided about some events, oldest first, undone decisions too."""
        columns = [getattr(DecisionRow, one.name) for one in fields(GivenVerdict)]
        query = select(*columns).where(DecisionRow.event_id.in_(event_ids))
        with reading(self._engine) as session:
            rows = session.execute(query.order_by(DecisionRow.decided_at, DecisionRow.decision_id))
            return tuple(GivenVerdict(*row) for row in rows)

    def _carry_out(self, row: OpeningRow, decision: DecisionRecord) -> None:
        """What the decision does to the review of its event."""
        if decision.kind == "suggestion":
            return
        row.revision = decision.revision
        row.claimed_by, row.claimed_name = decision.officer_id, decision.officer_name
        row.claimed_until = decision.final_at
        row.stage = "decided"
        row.check_kind = row.first_officer = None
        if decision.kind == "first" and drawn(self._shares.second_look, row.event_id, str(row.opening)):
            row.stage, row.check_kind, row.first_officer = "waiting", "second_look", decision.officer_id
            row.deadline_at = due_at(row.violation, decision.decided_at)


def _refusal(
    session: Session, row: OpeningRow | None, new: NewDecision, officer: Officer, now: datetime
) -> Refusal | None:
    if row is None:
        return "no_event"
    review = from_row(Review, row)
    if new.suggestion:
        return None if review.stage in ("waiting", "more_evidence") else "closed"
    if review.held_by_another(officer.user_id, now):
        return "held"
    if not review.is_open_to(officer.user_id, now):
        return "closed"
    if review.revision != new.revision:
        return "stale"
    return _unready(session, new)


def _unready(session: Session, new: NewDecision) -> Refusal | None:
    if not _is_sealed(session, new):
        return "unsealed"
    return "lacking" if new.lacks else None


def _is_sealed(session: Session, new: NewDecision) -> bool:
    primary = select(PackageRow.package_id).filter_by(event_id=new.event_id, opening=new.opening, kind="primary")
    return session.scalar(primary) is not None


def _close_request(session: Session, row: OpeningRow, decision: DecisionRecord) -> str | None:
    """Whoever decides waits for no answer any more; the request that was open."""
    request = session.scalar(select(EvidenceRequestRow).filter_by(opening_id=row.opening_id, state="open"))
    if request is None:
        return None
    close(request, "decided", Officer(decision.officer_id, decision.officer_name), decision.decided_at)
    return request.request_id


def _reopen_request(session: Session, request_id: str | None) -> None:
    if request_id is not None:
        reopen(session.get_one(EvidenceRequestRow, request_id))


def _decision(row: OpeningRow, new: NewDecision, officer: Officer, now: datetime) -> DecisionRecord:
    return DecisionRecord(
        decision_id=uuid4().hex,
        event_id=new.event_id,
        opening=new.opening,
        kind=_kind(row, new),
        verdict=new.verdict,
        reason=new.reason,
        note=new.note,
        code=new.code,
        label=new.label,
        subject=new.subject,
        seen=new.seen,
        spent_s=new.spent_s,
        officer_id=officer.user_id,
        officer_name=officer.name,
        badge_no=officer.badge_no,
        decided_at=now,
        final_at=now + timedelta(seconds=UNDO_S),
        undone_at=None,
        revision=row.revision if new.suggestion else row.revision + 1,
    )


def _kind(row: OpeningRow, new: NewDecision) -> DecisionKind:
    if new.suggestion:
        return "suggestion"
    return row.check_kind or "first"  # type: ignore[return-value]


def _kept(row: OpeningRow) -> dict[str, Any]:
    return {
        "stage": row.stage,
        "check_kind": row.check_kind,
        "first_officer": row.first_officer,
        "deadline_at": row.deadline_at.isoformat() if row.deadline_at else None,
    }


def _restore(row: OpeningRow, kept: dict[str, Any]) -> None:
    row.stage, row.check_kind, row.first_officer = kept["stage"], kept["check_kind"], kept["first_officer"]
    row.deadline_at = parse_rfc3339(kept["deadline_at"]) if kept["deadline_at"] else None


def _repeated(before: DecisionRow, digest: str, review: Review) -> Outcome:
    if before.request_sha256 != digest:
        return Outcome(None, "key_used", review)
    return Outcome(from_row(DecisionRecord, before), None, review)


def _deed(action: str, decision: DecisionRecord) -> Deed:
    told = {
        "decision_id": decision.decision_id,
        "opening": decision.opening,
        "kind": decision.kind,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "code": decision.code,
        "subject": asdict(decision.subject),
        "badge_no": decision.badge_no,
        "spent_s": decision.spent_s,
    }
    return Deed(action, "event", decision.event_id, after=told)
