"""What waits: to be sealed, and to be decided; and how fast packages come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, exists, func, select

from store.engine import reading
from store.tables import EventChangeRow, EventRow, PackageRow

# What was not sealed in that time never will be: its pictures are gone.
SEALED_WITHIN = timedelta(days=7)
PACE_OVER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Queues:
    """How much waits.

    Attributes:
        to_seal: violations of the last seven days without a package of their opening.
        to_decide: events that wait for an officer; overdue: those of them whose deadline has passed.
        more_evidence: events that wait for further pictures.
        second_look: decided events that wait for a blind check; they are among to_decide.
    """

    to_seal: int
    to_decide: int
    overdue: int
    more_evidence: int
    second_look: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How many packages there are, and how many were sealed in the last seven days."""

    packages: int
    lately: int

    @property
    def a_day(self) -> float:
        """Packages a day, of late."""
        return self.lately / (PACE_OVER / timedelta(days=1))


class QueueCounts:
    """Counts what waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self, now: datetime) -> Queues:
        """All of it, as of now."""
        sealed = exists().where(PackageRow.event_id == EventRow.event_id, PackageRow.opening == EventRow.opening)
        # What came back was a violation before, and need not be one again.
        alarmed = exists().where(
            EventChangeRow.event_id == EventRow.event_id,
            EventChangeRow.opening == EventRow.opening,
            EventChangeRow.state == "violation",
        )
        waits = EventRow.stage == "waiting"
        return Queues(
            to_seal=self._count(
                EventRow.violation_at > now - SEALED_WITHIN,
                EventRow.stage.is_not(None),
                ~EventRow.observing,
                alarmed,
                ~sealed,
            ),
            to_decide=self._count(waits),
            overdue=self._count(waits, EventRow.deadline_at < now),
            more_evidence=self._count(EventRow.stage == "more_evidence"),
            second_look=self._count(waits, EventRow.check_kind.is_not(None)),
        )

    def pace(self, now: datetime) -> Pace:
        """How fast packages come."""
        lately = func.count().filter(PackageRow.sealed_at > now - PACE_OVER)
        with reading(self._engine) as session:
            packages, late = session.execute(select(func.count(), lately).select_from(PackageRow)).one()
        return Pace(packages, late)

    def _count(self, *conditions: ColumnElement[bool]) -> int:
        with reading(self._engine) as session:
            return session.scalar(select(func.count()).select_from(EventRow).where(*conditions)) or 0
