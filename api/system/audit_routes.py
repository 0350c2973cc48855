"""The audit, to read."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import Right, Who, requires
from api.http.audit_trail import Trail
from api.http.fields import GivenMoment
from api.http.problems import described
from api.http.services import ServicesOf
from api.system.schemas import AuditEntryPublic, AuditPagePublic
from store.audit.log import DEFAULT_LIMIT, MAX_LIMIT, AuditFilter

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], dependencies=[requires(Right.AUDIT_VIEW)])

Word = Annotated[str, Field(max_length=200)]


class AuditQuery(BaseModel):
    """Which rows, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    actor: Word | None = Field(default=None, description="name of the account")
    action: Word | None = Field(default=None, description="like user.create")
    object_kind: Word | None = Field(default=None, description="like user, package, camera")
    object_id: Word | None = Field(default=None, description="id of that object")
    since: GivenMoment | None = Field(default=None, description="then or later; RFC 3339 with offset")
    until: GivenMoment | None = Field(default=None, description="before then; RFC 3339 with offset")
    cursor: str | None = Field(default=None, pattern=r"^[1-9]\d{0,8}$", description="next_cursor of the page before")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="how many at most")

    def wanted(self, orgs: frozenset[str] | None) -> AuditFilter:
        """The filter that this query asks for, for one who sees these nodes."""
        return AuditFilter(
            actor=self.actor,
            action=self.action,
            object_kind=self.object_kind,
            object_id=self.object_id,
            since=self.since,
            until=self.until,
            orgs=orgs,
        )


@router.get("", responses=described(422, 503))
def list_audit(query: Annotated[AuditQuery, Query()], who: Who, services: ServicesOf, trail: Trail) -> AuditPagePublic:
    """Rows, the newest first. From a node: what users of that node and below it did."""
    trail.viewed("audit", "audit", "audit.view", after=query.model_dump(mode="json", exclude_none=True))
    before = int(query.cursor) if query.cursor else None
    entries, following = services.store.audit.page(query.wanted(who.orgs), before, query.limit)
    shown = tuple(AuditEntryPublic.model_validate(entry) for entry in entries)
    return AuditPagePublic(entries=shown, next_cursor=str(following) if following else None)
