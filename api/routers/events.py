"""Events: found page by page, and each with its whole history."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from api.dependencies import Events, Packages, Sites, refuse_query
from api.problems import described
from api.schemas import EventDetail, EventPagePublic, PackagePublic
from core.clock import parse_rfc3339
from core.domain import State
from core.errors import InputError
from core.violations import violation_types
from store.cursor import Cursor
from store.events import DEFAULT_LIMIT, MAX_LIMIT
from store.records import EventFilter

router = APIRouter(prefix="/api/v1/events", tags=["events"])

# Strict about the form: a lenient parser takes 20260101 for seconds since 1970.
RequestedMoment = Annotated[datetime, BeforeValidator(parse_rfc3339)]


class EventQuery(BaseModel):
    """Which events, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    camera: str | None = Field(default=None, description="id of the camera")
    zone: str | None = Field(default=None, description="id of the zone")
    violation: str | None = Field(default=None, description="key of the violation type")
    state: State | None = Field(default=None, description="the present state")
    observing: bool | None = Field(default=None, description="whether the zone only observes")
    since: RequestedMoment | None = Field(default=None, description="first seen then or later; RFC 3339 with offset")
    until: RequestedMoment | None = Field(default=None, description="first seen before then; RFC 3339 with offset")
    cursor: str | None = Field(default=None, description="next_cursor of the page before")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="how many at most")

    @field_validator("violation")
    @classmethod
    def _known(cls, key: str | None) -> str | None:
        if key is not None and key not in violation_types():
            raise ValueError(f"no such violation; types are {', '.join(violation_types())}")
        return key

    @field_validator("cursor")
    @classmethod
    def _given_out_here(cls, cursor: str | None) -> str | None:
        try:
            if cursor is not None:
                Cursor.decode(cursor)
        except InputError as error:
            raise ValueError(str(error)) from error
        return cursor

    def wanted(self) -> EventFilter:
        """The filter that this query asks for."""
        return EventFilter(
            camera_id=self.camera,
            zone_id=self.zone,
            violation=self.violation,
            state=self.state,
            observing=self.observing,
            since=self.since,
            until=self.until,
        )


@router.get("", responses=described(422, 503))
def list_events(events: Events, query: Annotated[EventQuery, Query()]) -> EventPagePublic:
    """Events, the newest first. Events that arrive meanwhile neither shift nor repeat a page."""
    return EventPagePublic.model_validate(events.page(query.wanted(), query.cursor, query.limit))


@router.get("/{event_id}", dependencies=[Depends(refuse_query)], responses=described(404, 422, 503))
def get_event(event_id: str, events: Events, sites: Sites, packages: Packages) -> EventDetail:
    """One event with every change of its state, the rule as it was, and its packages."""
    history = events.get(event_id)
    if history is None:
        raise HTTPException(404, f"there is no event {event_id}")
    return EventDetail.of(history, sites.rule(history.event.rule_version), packages.of_event(event_id))


@router.get("/{event_id}/packages", dependencies=[Depends(refuse_query)], responses=described(404, 422, 503))
def list_event_packages(event_id: str, events: Events, packages: Packages) -> list[PackagePublic]:
    """The sealed packages of an event, oldest first."""
    if events.get(event_id) is None:
        raise HTTPException(404, f"there is no event {event_id}")
    return [PackagePublic.model_validate(package) for package in packages.of_event(event_id)]
