"""What waits: to be sealed, and to be decided; and how fast packages come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, case, exists, func, select

from store.base.engine import reading
from store.tables.events import PackageRow
from store.tables.openings import OpeningRow, same_opening

# What was not sealed in that time never will be: its pictures are gone.
SEALED_WITHIN = timedelta(days=7)
PACE_OVER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Queues:
    """How much waits.

    Attributes:
        to_seal: violations of the last seven days without a package of their opening.
        to_decide: openings that wait for an officer; overdue: those of them whose deadline has passed.
        more_evidence: openings that wait for further pictures.
        second_look: decided openings that wait for a blind check; they are among to_decide.
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
        sealed = exists().where(same_opening(PackageRow, OpeningRow))
        waits = OpeningRow.stage == "waiting"
        return Queues(
            to_seal=self._count(
                OpeningRow.violation_at > now - SEALED_WITHIN,
                OpeningRow.stage.is_not(None),
                # As an expression: by its index SQLite would walk all openings in place of the week's.
                case((OpeningRow.observing, 1), else_=0) == 0,
                ~sealed,
            ),
            to_decide=self._count(waits),
            overdue=self._count(waits, OpeningRow.deadline_at < now),
            more_evidence=self._count(OpeningRow.stage == "more_evidence"),
            # Each has a first officer, by whom they are found.
            second_look=self._count(waits, OpeningRow.first_officer > 0, OpeningRow.check_kind.is_not(None)),
        )

    def pace(self, now: datetime) -> Pace:
        """How fast packages come."""
        packages = select(func.count()).select_from(PackageRow)
        lately = packages.where(PackageRow.sealed_at > now - PACE_OVER)
        with reading(self._engine) as session:
            return Pace(session.scalar(packages) or 0, session.scalar(lately) or 0)

    def _count(self, *conditions: ColumnElement[bool]) -> int:
        with reading(self._engine) as session:
            return session.scalar(select(func.count()).select_from(OpeningRow).where(*conditions)) or 0
