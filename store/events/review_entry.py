"""How openings enter the review: with the change of state that makes them violations, and with their package."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.domain import RuleEvent
from core.policy.review import due_at
from store.base.mapping import columns_of
from store.events.live_changes import tell
from store.events.records import PackageRecord
from store.tables.openings import OpeningRow, opening_id


def enter(session: Session, org: str | None, change: RuleEvent) -> None:
    """Takes a new change of state into the opening that it is about; the other openings of the event stay as they are.

    The event's own row is locked by the caller, so that nobody else makes the same opening.

    Args:
        org: the node of the event.
    """
    row = session.get(OpeningRow, opening_id(change.event_id, change.opening), with_for_update=True)
    if row is None:
        began_at = change.first_seen if change.opening == 1 else change.still_since
        row = OpeningRow(opening_id=opening_id(change.event_id, change.opening), began_at=began_at, org=org, revision=0)
        session.add(row)
    violation_at = row.violation_at or _became_violation(change)
    for name, value in columns_of(change).items():
        setattr(row, name, value)
    row.violation_at = violation_at
    row.revision += 1
    opens = change.state == "violation" and not change.observing and row.stage is None
    if opens:
        row.stage, row.deadline_at = "waiting", due_at(change.violation, change.last_seen)
    tell(session, "opened" if opens else "changed", change.event_id, change.camera_id, change.opening)


def seal(session: Session, package: PackageRecord) -> None:
    """Notes that a package of an opening was sealed: what it is worth, and that there is more to see."""
    row = session.get(OpeningRow, opening_id(package.event_id, package.opening), with_for_update=True)
    if row is None:
        return
    if package.kind == "primary":
        row.standing = package.standing
    tell(session, "changed", row.event_id, row.camera_id, row.opening)


def _became_violation(change: RuleEvent) -> datetime | None:
    """When the opening became one; of a later opening the event still names the first one's moment."""
    if change.opening == 1:
        return change.violation_at
    return change.last_seen if change.state == "violation" else None
