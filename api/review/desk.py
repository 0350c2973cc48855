"""The review as the one who asks has it: who asks, when, and what they may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path

from api.http.access import Right, Who
from api.http.audit_trail import actor_of
from api.http.problems import ProblemError
from api.http.services import Services, ServicesOf, Stored
from core.policy.deliveries import Delivery
from core.policy.review import Viewer
from core.principal import Principal
from store.audit.log import Actor
from store.repositories import Repositories
from store.review.records import Officer, QueuedEvent


@dataclass(frozen=True)
class ReviewDesk:
    """Where one works: who, and when by the injected clock."""

    who: Principal
    services: Services
    now: datetime

    @property
    def officer(self) -> Officer:
        """Who asks, as it is kept with what was done."""
        return Officer(self.who.user_id, self.who.full_name, self.who.badge_no)

    @property
    def actor(self) -> Actor:
        """Who asks, as the audit names them."""
        return actor_of(self.who)

    @property
    def viewer(self) -> Viewer:
        """Who asks, as one who looks at the queue: who works in it does not know which events are checks."""
        return Viewer(self.who.user_id, blind=bool({Right.EVENTS_DECIDE, Right.EVENTS_PRESCREEN} & self.who.rights))

    @property
    def store(self) -> Repositories:
        """The repositories."""
        return self.services.store

    def sent_of(self, event_id: str, opening: int) -> Mapping[str, Delivery]:
        """What this officer was sent of the sealed evidence of an opening, by path."""
        primary = self.store.packages.primaries({event_id}).get((event_id, opening))
        if primary is None:
            return {}
        return self.services.store.deliveries.of_package(self.who.user_id, primary.package_id)


def _desk(who: Who, services: ServicesOf) -> ReviewDesk:
    return ReviewDesk(who, services, services.clock.utc())


def _seen_event(event_id: str, who: Who, store: Stored) -> str:
    if not store.scopes.sees_event(event_id, who.orgs):
        raise ProblemError(404, "api.event_unknown", event_id=event_id)
    return event_id


Desk = Annotated[ReviewDesk, Depends(_desk)]
# The id of an event that is there and seen. What belongs to another node is not there: 404.
SeenEventId = Annotated[str, Depends(_seen_event)]
Opening = Annotated[int, Path(ge=1, le=2**31 - 1, description="1 at first; 2, 3 ... when the thing came back")]


def _seen_opening(event_id: SeenEventId, opening: Opening, desk: Desk) -> QueuedEvent:
    queued = desk.store.queue.get(event_id, opening)
    if queued is None:
        raise ProblemError(404, "api.opening_of_event_unknown", opening=opening, event_id=event_id)
    return queued


# An opening of an event that is seen.
SeenOpening = Annotated[QueuedEvent, Depends(_seen_opening)]
