"""What of the review training learns from: the decisions alone, or with their pictures."""

import json
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import Right, fresh, requires
from api.http.audit_trail import Trail
from api.http.fields import GivenMoment
from api.http.problems import described
from api.review.decided_archive import DecidedArchive
from api.review.desk import Desk
from api.review.requests import LabelKey
from store.review.training_lines import training_lines

router = APIRouter(
    prefix="/api/v1",
    tags=["training data"],
    dependencies=[requires(Right.EVENTS_VIEW, Right.DATASETS_EXPORT), fresh()],
)


class LinesQuery(BaseModel):
    """Which lines."""

    model_config = ConfigDict(extra="forbid")

    since: GivenMoment | None = Field(default=None, description="became final then or later; RFC 3339 with offset")


class ArchiveQuery(BaseModel):
    """Which events, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    purpose: str = Field(min_length=1, max_length=200, description="what the pictures are for; it goes into the audit")
    since: GivenMoment | None = Field(
        default=None, description="events about which something became final then or later; RFC 3339 with offset"
    )
    until: GivenMoment | None = Field(default=None, description="... and before then")
    label: list[LabelKey] = Field(default=[], description="only events in which one of these was seen, or said to be")


@router.get(
    "/decisions.jsonl",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}, **described(422, 503)},
)
def export_decisions(query: Annotated[LinesQuery, Query()], desk: Desk, trail: Trail) -> StreamingResponse:
    """Final decisions and misses as `jiejing dataset harvest` reads them. Pictures of misses are named relative to
    JIEJING_HOME: save the file there. From a node, only what it sees."""
    trail.note("decisions.export", "decisions", "all", after=query.model_dump(mode="json"))
    lines = training_lines(desk.services.engine, desk.now, query.since, desk.who.orgs)
    text = (json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    headers = {"Content-Disposition": 'attachment; filename="decisions.jsonl"'}
    return StreamingResponse(text, media_type="application/jsonl", headers=headers)


@router.get(
    "/decisions.zip",
    dependencies=[requires(Right.EVIDENCE_VIEW)],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}, **described(422, 503)},
)
def export_decided_pictures(query: Annotated[ArchiveQuery, Query()], desk: Desk, trail: Trail) -> StreamingResponse:
    """Decided events with their pictures as one .zip that `jiejing dataset harvest` takes in, on any machine. Privacy
    masks are black in the pictures. From a node, only what it sees. The audit has each download, with its counts."""
    archive = DecidedArchive(desk, query.since, query.until, query.label)
    asked = query.model_dump(mode="json", exclude={"purpose"})
    counted = {"decisions": len(archive.lessons), "pictures": len(archive.pictures)}
    trail.note("decisions.export", "decisions", "pictures", purpose=query.purpose, after={**asked, **counted})
    headers = {"Content-Disposition": f'attachment; filename="decided-{desk.now:%Y%m%dT%H%M%SZ}.zip"'}
    return StreamingResponse(archive.chunks(), media_type="application/zip", headers=headers)
