"""What a node of the organisation tree sees: what came from the cameras that hung on it, or below, at the time.

What a camera leaves behind (events, misses, legal records, changes that wait) keeps the node that the camera hung on
then, in a column `org` of its own: whoever gets the camera, or its id, later, gets none of that.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, ColumnElement, Engine, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.base.engine import reading
from store.tables.accounts import CameraOrgRow, NodeRow
from store.tables.events import EventRow, PackageRow
from store.tables.site import CameraRow

Orgs = frozenset[str] | None


def is_seen(org: str | None, orgs: Orgs) -> bool:
    """Whether what belongs to a node is seen from nodes of these names; without a node, only from everywhere."""
    return orgs is None or org in orgs


def seen_from(org: InstrumentedAttribute[str | None], orgs: Orgs) -> list[ColumnElement[bool]]:
    """The conditions under which rows that keep a node are seen from nodes of these names; None = from everywhere."""
    return [] if orgs is None else [org.in_(sorted(orgs))]


def of_its_time(session: Session, camera_id: str) -> dict[str, Any]:
    """What an event keeps of its camera as it is now: `org`, and `masks` (polygons in 0-1; None = it is not known)."""
    document = session.scalar(select(type_coerce(CameraRow.camera, JSON)).where(CameraRow.camera_id == camera_id))
    org = session.scalar(select(CameraOrgRow.org).where(CameraOrgRow.camera_id == camera_id))
    return {"org": org, "masks": None if document is None else document.get("privacy_masks") or []}


class ScopeRepository:
    """Says of single things whether they are seen from nodes of some names."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def may_use_id(self, camera_id: str, orgs: Orgs) -> bool:
        """Whether a camera of that id may be made from there: an id belongs to the node that used it last."""
        if orgs is None:
            return True
        with reading(self._engine) as session:
            return may_use_id(session, camera_id, orgs)

    def sees_event(self, event_id: str, orgs: Orgs) -> bool:
        """Whether that event is there and seen."""
        query = select(EventRow.event_id).where(EventRow.event_id == event_id, *seen_from(EventRow.org, orgs))
        with reading(self._engine) as session:
            return session.scalar(query) is not None

    def sees_package(self, package_id: str, orgs: Orgs) -> bool:
        """Whether that package is there and seen."""
        query = (
            select(PackageRow.package_id)
            .join(EventRow, EventRow.event_id == PackageRow.event_id)
            .where(PackageRow.package_id == package_id, *seen_from(EventRow.org, orgs))
        )
        with reading(self._engine) as session:
            return session.scalar(query) is not None


def may_use_id(session: Session, camera_id: str, orgs: Orgs) -> bool:
    """As of `ScopeRepository`, within a transaction."""
    last = session.get(CameraOrgRow, camera_id)
    return last is None or is_seen(last.org, orgs)


def names_below(session: Session, node_id: int) -> dict[int, str]:
    """The names of a node and of all below it, by id."""
    rows = session.execute(select(NodeRow.node_id, NodeRow.parent_id, NodeRow.name)).all()
    names: Mapping[int, str] = {row.node_id: row.name for row in rows}
    found = {node_id}
    while more := {row.node_id for row in rows if row.parent_id in found} - found:
        found |= more
    return {one: names[one] for one in found}
