"""What changed lately, in the order in which it was committed, for those who watch now."""

from datetime import datetime

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from core.policy.review import ChangeKind
from store.base.engine import reading, writing
from store.events.records import LiveChange
from store.tables.events import EventRow, LiveChangeRow
from store.tables.review import DecisionRow

# Who watches from further back is told to load anew.
KEPT = 10_000

# Held until the transaction ends, so that a number that is given out later is also committed later.
_ADVISORY_LOCK = 0x6C697665


def tell(session: Session, kind: ChangeKind, event_id: str, camera_id: str, opening: int | None = None) -> None:
    """Adds a change to the transaction that makes it. To be called last: it keeps other writers waiting.

    Args:
        opening: which one of the event; None = what changed concerns them all.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    session.add(LiveChangeRow(kind=kind, event_id=event_id, camera_id=camera_id, opening=opening))


class LiveChanges:
    """Reads what changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self) -> int:
        """The number of the newest change; 0 = there is none."""
        with reading(self._engine) as session:
            return session.scalar(select(func.max(LiveChangeRow.seq))) or 0

    def first(self) -> int:
        """The number of the oldest change that is kept; 0 = there is none."""
        with reading(self._engine) as session:
            return session.scalar(select(func.min(LiveChangeRow.seq))) or 0

    def after(self, seq: int, limit: int = 1000) -> tuple[LiveChange, ...]:
        """What came after a number, in order."""
        query = (
            select(LiveChangeRow, EventRow.org)
            .outerjoin(EventRow, EventRow.event_id == LiveChangeRow.event_id)
            .where(LiveChangeRow.seq > seq)
            .order_by(LiveChangeRow.seq)
            .limit(limit)
        )
        with reading(self._engine) as session:
            return tuple(_change(*row) for row in session.execute(query))

    def final_between(self, after: datetime, until: datetime) -> tuple[tuple[str, str, str | None, int], ...]:
        """Event, camera, node and opening of the decisions that became final after a moment and not after another one,
        in order."""
        query = (
            select(EventRow.event_id, EventRow.camera_id, EventRow.org, DecisionRow.opening)
            .join(DecisionRow, DecisionRow.event_id == EventRow.event_id)
            .where(DecisionRow.final_at > after, DecisionRow.final_at <= until, DecisionRow.undone_at.is_(None))
            .order_by(DecisionRow.final_at, DecisionRow.decision_id)
        )
        with reading(self._engine) as session:
            return tuple((row.event_id, row.camera_id, row.org, row.opening) for row in session.execute(query))

    def forget(self, seq: int) -> None:
        """Lets go of everything up to a number."""
        with writing(self._engine) as session:
            session.execute(delete(LiveChangeRow).where(LiveChangeRow.seq <= seq))


def _change(row: LiveChangeRow, org: str | None) -> LiveChange:
    kind: ChangeKind = row.kind  # type: ignore[assignment]  # a known kind
    return LiveChange(row.seq, kind, row.event_id, row.camera_id, org, row.opening)
