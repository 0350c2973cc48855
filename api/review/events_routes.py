"""Events: the queue of their openings, page by page, and each opening with all that is known of it."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.http.access import Right, requires
from api.http.audit_trail import Trail
from api.http.etags import etag
from api.http.fields import GivenMoment
from api.http.problems import described
from api.http.services import refuse_query
from api.packages.package_folder import PackageFolder
from api.packages.schemas import PackagePublic
from api.review.decision_schemas import ApprovalNeeds, AttachmentPublic, DecisionPublic, NotePublic, RequestPublic
from api.review.desk import Desk, ReviewDesk, SeenEventId, SeenOpening
from api.review.event_rows import rows, visible
from api.review.event_schemas import EventPublic
from api.review.manifest_excerpt import openings_public
from api.review.schemas import QueuePagePublic, ReviewedEvent
from api.review.seal_alarms import note_seals
from api.review.words import code_names
from core.domain import RuleEvent, State
from core.errors import InputError, InvalidValueError
from core.policy.review import VEHICLE_TYPES, ReviewState, Standing, codes_of, needs_shop, needs_vehicle
from core.violations import violation_types
from store.accounts.nodes import NodeRepository
from store.accounts.scope import Orgs
from store.base.cursor import SortedCursor
from store.base.engine import one_state
from store.review.queue import DEFAULT_LIMIT, MAX_LIMIT
from store.review.records import QueuedEvent, QueueFilter, Sort
from store.site.places import Place

router = APIRouter(prefix="/api/v1/events", tags=["events"], dependencies=[requires(Right.EVENTS_VIEW)])


class EventQuery(BaseModel):
    """Which events, in which order, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = Field(default=None, description="the present state")
    violation: list[str] = Field(default=[], max_length=50, description="keys of violation types; several: any of them")
    camera: str | None = Field(default=None, max_length=40, description="id of the camera")
    zone: str | None = Field(default=None, max_length=40, description="id of the zone")
    node: str | None = Field(default=None, max_length=80, description="a node of the organisation tree and all below")
    grid: str | None = Field(default=None, max_length=15, description="grid (网格) id")
    review: ReviewState | None = Field(default=None, description="how far the review is, as the viewer may know")
    standing: Standing | None = Field(default=None, description="what the record is worth as evidence")
    observing: bool | None = Field(default=None, description="whether the zone only observes")
    since: GivenMoment | None = Field(default=None, description="began then or later; RFC 3339 with offset")
    until: GivenMoment | None = Field(default=None, description="began before then; RFC 3339 with offset")
    text: str | None = Field(
        default=None,
        min_length=1,
        max_length=80,
        description="the event's id, or a part of the id, name or address of its camera or of a zone's name",
    )
    sort: Sort = Field(
        default="age",
        description="age: what began last first; dwell: the shortest first; deadline: the next first, only those that "
        "have one; type: by violation type. With a minus sign the other way round",
    )
    cursor: str | None = Field(default=None, max_length=400, description="next_cursor of the page before, same sort")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="how many at most")

    @field_validator("violation")
    @classmethod
    def _known(cls, keys: list[str]) -> list[str]:
        if not set(keys) <= violation_types().keys():
            raise InvalidValueError("api.violation_unknown", types=list(violation_types()))
        return keys

    @field_validator("cursor")
    @classmethod
    def _given_out_here(cls, cursor: str | None, info: Any) -> str | None:
        try:
            if cursor is not None:
                SortedCursor.decode(cursor, info.data.get("sort", "age"))
        except InputError as error:
            raise InvalidValueError(error.message) from error
        return cursor

    def wanted(self, cameras: frozenset[str] | None, orgs: Orgs) -> QueueFilter:
        """The filter that this query asks for, among some cameras and nodes."""
        is_id = self.text is not None and _is_event_id(self.text)
        return QueueFilter(
            event_id=self.text if is_id else None,
            state=self.state,
            violations=tuple(dict.fromkeys(self.violation)) or None,
            camera_ids=cameras,
            orgs=orgs,
            zone_id=self.zone,
            observing=self.observing,
            review=self.review,
            standing=self.standing,
            since=self.since,
            until=self.until,
        )

    def told(self) -> dict[str, Any]:
        """What the audit notes of a search."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "limit", "sort"})


@router.get("", responses=described(422, 503))
def list_events(query: Annotated[EventQuery, Query()], desk: Desk, trail: Trail) -> QueuePagePublic:
    """Openings of events, what began last first unless asked otherwise. What arrives meanwhile neither shifts nor
    repeats a page.

    A search is noted in the audit once in a while, from whichever page of it one begins; that line stands for the pages
    and their thumbnails.
    """
    trail.viewed("events", "queue", "events.search", after=query.told())
    wanted = query.wanted(_cameras(query, desk), _orgs(query, desk))
    with one_state(desk.services.engine):
        return _page(wanted, query, desk)


def _page(wanted: QueueFilter, query: EventQuery, desk: ReviewDesk) -> QueuePagePublic:
    page = desk.store.queue.page(wanted, desk.viewer, desk.now, query.sort, query.cursor, query.limit)
    sealed = desk.store.packages.primaries({one.event.event_id for one in page.events})
    return QueuePagePublic(events=tuple(rows(page.events, sealed, desk)), next_cursor=page.next_cursor)


@router.get("/{event_id}", dependencies=[Depends(refuse_query)], responses=described(404, 422, 503))
def get_event(event_id: SeenEventId, desk: Desk, trail: Trail, response: Response) -> ReviewedEvent:
    """An event, open at the first of its openings that waits to be decided, else at the last one.

    The ETag is the revision of that opening, which a decision about it has to name.
    """
    trail.viewed("event", event_id, "event.view")
    openings = desk.store.queue.of_event(event_id)
    waiting = (one for one in openings if one.review.is_open_to(desk.who.user_id, desk.now))
    # An event without any is not kept: each change is of one.
    return _reviewed(next(waiting, openings[-1]), openings, desk, trail, response)


@router.get("/{event_id}/openings/{opening}", dependencies=[Depends(refuse_query)], responses=described(404, 422, 503))
def get_opening(queued: SeenOpening, desk: Desk, trail: Trail, response: Response) -> ReviewedEvent:
    """One opening of an event, with every change of its state, the rule as it was, its packages, all that people added,
    and the event's other openings.

    The ETag is the revision that a decision about it has to name.
    """
    trail.viewed("event", queued.event.event_id, "event.view")
    return _reviewed(queued, desk.store.queue.of_event(queued.event.event_id), desk, trail, response)


@router.get("/{event_id}/packages", dependencies=[Depends(refuse_query)], responses=described(404, 422, 503))
def list_event_packages(event_id: SeenEventId, desk: Desk) -> list[PackagePublic]:
    """The sealed packages of an event, oldest first."""
    return [PackagePublic.model_validate(package) for package in desk.store.packages.of_event(event_id)]


def _reviewed(
    queued: QueuedEvent, openings: Sequence[QueuedEvent], desk: ReviewDesk, trail: Trail, response: Response
) -> ReviewedEvent:
    event_id = queued.event.event_id
    history = desk.store.events.get(event_id)
    assert history is not None  # noqa: S101 - it has openings, and events are never deleted
    records, rule = desk.store.packages.of_event(event_id), desk.store.sites.rule(queued.event.rule_version)
    sealed = {(event_id, record.opening): record for record in records if record.kind == "primary"}
    every = {row.opening: row for row in rows(openings, sealed, desk)}
    folders = [PackageFolder(desk.services.packages_folder, record) for record in records]
    shown = openings_public(history.changes, openings, every, folders, rule)
    note_seals(shown, desk.services.home, trail)
    decisions = desk.store.decisions.of_event(event_id)
    response.headers["ETag"] = etag(queued.review.revision)
    return ReviewedEvent(
        **every[queued.event.opening].model_dump(),
        changes=tuple(EventPublic.model_validate(change) for change in history.changes),
        rule=rule,
        openings=shown,
        packages=tuple(PackagePublic.model_validate(record) for record in records),
        needs=_needs(queued.event, rule),
        decisions=visible(decisions, openings, desk),
        requests=tuple(RequestPublic.model_validate(one) for one in desk.store.evidence_requests.of_event(event_id)),
        known_plate=_known_plate(visible(decisions, openings, desk)),
        notes=tuple(NotePublic.model_validate(note) for note in desk.store.notes.of_event(event_id)),
        attachments=tuple(AttachmentPublic.model_validate(one) for one in desk.store.attachments.of_event(event_id)),
    )


def _known_plate(decisions: Sequence[DecisionPublic]) -> str | None:
    """The plate that was approved last: what came back is the same thing, by what the camera saw."""
    plates = (one.plate for one in reversed(decisions) if one.undone_at is None and one.verdict == "approved")
    return next((plate for plate in plates if plate), None)


def _is_event_id(text: str) -> bool:
    return len(text) == 16 and set(text) <= set("0123456789abcdef")


def _below(name: str, nodes: NodeRepository) -> frozenset[str]:
    """The names of a node and of all below it; of what is no node (yet), itself: cameras may name it already."""
    every = nodes.all()
    ids = {node.node_id for node in every if node.name == name}
    return frozenset({name} | {node.name for node in every if node.parent_id in ids})


def _orgs(query: EventQuery, desk: ReviewDesk) -> Orgs:
    """The nodes of which events are wanted and may be seen; None = all."""
    if query.node is None:
        return desk.who.orgs
    below = _below(query.node, desk.store.nodes)
    return below if desk.who.orgs is None else below & desk.who.orgs


def _cameras(query: EventQuery, desk: ReviewDesk) -> frozenset[str] | None:
    """The cameras of which events are wanted; None = all."""
    tests: list[Callable[[Place], bool]] = []
    if query.grid is not None:
        tests.append(lambda place: place.grid == query.grid)
    if query.text is not None and not _is_event_id(query.text):
        text = query.text.casefold()
        tests.append(lambda place: place.matches(text))
    if not tests:
        # Also one that is in no site any more.
        return None if query.camera is None else frozenset({query.camera})
    places = desk.store.places.all().values()
    ids = {place.camera_id for place in places if all(test(place) for test in tests)}
    return frozenset(ids if query.camera is None else ids & {query.camera})


def _needs(event: RuleEvent, rule: dict[str, Any] | None) -> ApprovalNeeds:
    zone = (rule or {}).get("zone") or {}
    codes = codes_of(event.violation)
    return ApprovalNeeds(
        codes=code_names(codes) if len(codes) > 1 else (),
        vehicle=needs_vehicle(event.label),
        shop=needs_shop(event.violation),
        vehicle_type=event.label if needs_vehicle(event.label) and event.label in VEHICLE_TYPES else None,
        shop_name=(zone.get("shop") or {}).get("name") or None,
        handed_over_to=zone.get("agency"),
    )
