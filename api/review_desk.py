"""The review as the one who asks has it: everything that the routers of the review need, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, HTTPException, Path

from api.access import Right, Who
from api.dependencies import Scopes, Services, ServicesOf
from api.trail import actor_of
from core.deliveries import Delivery
from core.principal import Principal
from core.review import Viewer
from store.attachments import AttachmentRepository, NoteRepository
from store.audit import Actor
from store.cameras import CameraStateRepository
from store.claims import ClaimRepository
from store.decisions import DecisionRepository
from store.deliveries import DeliveryRepository
from store.events import EventRepository
from store.evidence_requests import EvidenceRequests
from store.nodes import NodeRepository
from store.packages import PackageRepository
from store.places import PlaceDirectory
from store.queue import EventQueue
from store.review_records import Officer, QueuedEvent
from store.scope import ScopeRepository
from store.sites import SiteRepository
from store.statistics import StatisticsRepository
from store.training_lines import MissRepository


@dataclass(frozen=True)
class ReviewDesk:
    """Where one works: who, and when by the injected clock; and the repositories of the review."""

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
    def events(self) -> EventRepository:
        return EventRepository(self.services.engine)

    @property
    def queue(self) -> EventQueue:
        return EventQueue(self.services.engine)

    @property
    def camera_states(self) -> CameraStateRepository:
        return CameraStateRepository(self.services.engine)

    @property
    def claims(self) -> ClaimRepository:
        return ClaimRepository(self.services.engine, self.services.audit)

    @property
    def decisions(self) -> DecisionRepository:
        return DecisionRepository(self.services.engine, self.services.audit, self.services.check_shares)

    @property
    def requests(self) -> EvidenceRequests:
        return EvidenceRequests(self.services.engine, self.services.audit)

    def sent_of(self, event_id: str, opening: int) -> Mapping[str, Delivery]:
        """What this officer was sent of the sealed evidence of an opening, by path."""
        primary = self.packages.primaries({event_id}).get((event_id, opening))
        if primary is None:
            return {}
        return DeliveryRepository(self.services.engine).of_package(self.who.user_id, primary.package_id)

    @property
    def notes(self) -> NoteRepository:
        return NoteRepository(self.services.engine, self.services.audit)

    @property
    def attachments(self) -> AttachmentRepository:
        return AttachmentRepository(self.services.engine, self.services.audit)

    @property
    def misses(self) -> MissRepository:
        return MissRepository(self.services.engine, self.services.audit)

    @property
    def packages(self) -> PackageRepository:
        return PackageRepository(self.services.engine)

    @property
    def sites(self) -> SiteRepository:
        return SiteRepository(self.services.engine)

    @property
    def scopes(self) -> ScopeRepository:
        return ScopeRepository(self.services.engine)

    @property
    def nodes(self) -> NodeRepository:
        return NodeRepository(self.services.engine, self.services.audit)

    @property
    def statistics(self) -> StatisticsRepository:
        return StatisticsRepository(self.services.engine)

    @property
    def places(self) -> PlaceDirectory:
        return self.services.places


def _desk(who: Who, services: ServicesOf) -> ReviewDesk:
    return ReviewDesk(who, services, services.clock.utc())


def _seen_event(event_id: str, who: Who, scopes: Scopes) -> str:
    if not scopes.sees_event(event_id, who.orgs):
        raise HTTPException(404, f"there is no event {event_id}")
    return event_id


Desk = Annotated[ReviewDesk, Depends(_desk)]
# The id of an event that is there and seen. What belongs to another node is not there: 404.
SeenEventId = Annotated[str, Depends(_seen_event)]
Opening = Annotated[int, Path(ge=1, le=2**31 - 1, description="1 at first; 2, 3 ... when the thing came back")]


def _seen_opening(event_id: SeenEventId, opening: Opening, desk: Desk) -> QueuedEvent:
    queued = desk.queue.get(event_id, opening)
    if queued is None:
        raise HTTPException(404, f"there is no opening {opening} of the event {event_id}")
    return queued


# An opening of an event that is seen.
SeenOpening = Annotated[QueuedEvent, Depends(_seen_opening)]
