"""Claims: one officer at a time works on an opening. A claim is a lease: who goes away without a word blocks nobody."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from core.policy.review import LEASE_S, Review
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import writing
from store.base.mapping import from_row
from store.events.live_changes import tell
from store.review.records import Officer
from store.tables.openings import OpeningRow, opening_id


class ClaimRepository:
    """Takes, renews and gives back claims."""

    def __init__(self, engine: Engine, audit: AuditLog) -> None:
        self._engine = engine
        self._audit = audit

    def claim(self, event_id: str, opening: int, officer: Officer, actor: Actor, now: datetime) -> Review:
        """Claims an opening that is there for the time of a lease, or renews the claim.

        Returns:
            The review as it is then: unless it `is_held_by` that officer, nothing was changed.
        """
        with writing(self._engine) as session:
            # The lock makes it exactly one of several who ask at once.
            row = session.get_one(OpeningRow, opening_id(event_id, opening), with_for_update=True)
            review = from_row(Review, row)
            if review.is_open_to(officer.user_id, now):
                row.claimed_by, row.claimed_name = officer.user_id, officer.name
                row.claimed_until = now + timedelta(seconds=LEASE_S)
                if not review.is_held_by(officer.user_id, now):
                    self._audit.write(
                        session, actor, Deed("event.claim", "event", event_id, after={"opening": opening})
                    )
                    tell(session, "claimed", event_id, row.camera_id, opening)
            return from_row(Review, row)

    def release(self, event_id: str, opening: int, officer: Officer, actor: Actor, now: datetime) -> bool:
        """Gives a claim back; whether there was one of this officer. After a decision it stays: it keeps the
        opening from others while that can be undone."""
        with writing(self._engine) as session:
            row = session.get_one(OpeningRow, opening_id(event_id, opening), with_for_update=True)
            review = from_row(Review, row)
            if not (review.is_held_by(officer.user_id, now) and review.is_open_to(officer.user_id, now)):
                return False
            row.claimed_by = row.claimed_name = row.claimed_until = None
            self._audit.write(session, actor, Deed("event.release", "event", event_id, after={"opening": opening}))
            tell(session, "released", event_id, row.camera_id, opening)
            return True
