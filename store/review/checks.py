"""Decided openings that are shown once more, blindly: how the figures on the officers' agreement come about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from core.policy.review import REASONS, drawn, due_at
from store.review.records import DecisionRecord
from store.tables.openings import OpeningRow, same_opening
from store.tables.review import DecisionRow

# An older one would be told by its age.
_AT_MOST_OLD = timedelta(days=2)
_NO_SUCH_THING = tuple(key for key, reason in REASONS.items() if reason.effect == "negative")


@dataclass(frozen=True, slots=True)
class CheckShares:
    """Shares of decisions, 0-1: which are looked at again, and after which a known negative is mixed in."""

    second_look: float = 0.05
    known_negative: float = 0.02


def mix_in_known_negative(
    session: Session, shares: CheckShares, decision: DecisionRecord, now: datetime
) -> OpeningRow | None:
    """Puts an event that shows nothing back into the queue, after a share of the decisions; answers it.

    Whoever approves it, approves without looking; its own verdict stays what it is.
    """
    if not drawn(shares.known_negative, "known negative", decision.event_id, str(decision.opening)):
        return None
    found = session.execute(_known_negatives(now)).first()
    if found is None:
        return None
    row, rejected = found
    row.stage, row.check_kind, row.first_officer = "waiting", "known_negative", rejected.officer_id
    row.deadline_at = due_at(row.violation, now)
    row.revision += 1
    return row


def _known_negatives(now: datetime) -> Select[OpeningRow, DecisionRow]:
    checked = aliased(DecisionRow)
    was_checked = select(checked.decision_id).where(
        same_opening(checked, DecisionRow),
        checked.kind.in_(("second_look", "known_negative")),
    )
    return (
        select(OpeningRow, DecisionRow)
        .join(DecisionRow, same_opening(DecisionRow, OpeningRow))
        .where(
            DecisionRow.final_at <= now,
            DecisionRow.final_at > now - _AT_MOST_OLD,
            DecisionRow.kind == "first",
            DecisionRow.reason.in_(_NO_SUCH_THING),
            DecisionRow.undone_at.is_(None),
            OpeningRow.stage == "decided",
            ~was_checked.exists(),
        )
        .order_by(DecisionRow.decision_id)
        .limit(1)
        # Another transaction may hold it; then the next decision mixes one in.
        .with_for_update(skip_locked=True, of=OpeningRow)
    )
