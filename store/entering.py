"""How events enter the review, and come back to it: with the change of state or the package that makes it so."""

from sqlalchemy.orm import Session

from core.domain import RuleEvent
from core.review import due_at
from store.live_changes import tell
from store.records import PackageRecord
from store.tables import EventRow


def enter(session: Session, row: EventRow, change: RuleEvent) -> None:
    """Takes a new change of state into the review of its event.

    Args:
        row: the event, locked; its review columns are changed here.
    """
    row.revision += 1
    opened = _opens(row, change)
    if opened:
        row.stage = "waiting"
        row.check_kind = row.first_officer = None
        row.deadline_at = due_at(change.violation, change.last_seen)
    elif row.stage == "more_evidence":
        row.stage = "waiting"
    tell(session, "opened" if opened else "changed", change.event_id, change.camera_id)


def bring_evidence(session: Session, row: EventRow) -> None:
    """Brings an event back to who waits for more evidence: there is some."""
    if row.stage == "more_evidence":
        row.stage = "waiting"
    tell(session, "changed", row.event_id, row.camera_id)


def seal(session: Session, package: PackageRecord) -> None:
    """Notes that a package was sealed: what it is worth, and that there is more to see."""
    row = session.get(EventRow, package.event_id, with_for_update=True)
    if row is None:
        return
    if package.kind == "primary":
        row.standing = package.standing
    bring_evidence(session, row)


def _opens(row: EventRow, change: RuleEvent) -> bool:
    """Whether there is something new to decide: a violation, or one more after the last one was decided."""
    if change.state != "violation" or change.observing or change.opening <= row.decided_opening:
        return False
    return row.stage != "waiting" or row.check_kind is not None
