"""What a node of the organisation tree sees: the cameras that hang on it or below, and what comes from them."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.account_tables import CameraOrgRow, NodeRow
from store.engine import reading
from store.tables import EventRow, PackageRow

Orgs = frozenset[str] | None


def of_cameras(camera_id: InstrumentedAttribute[str], orgs: Orgs) -> list[ColumnElement[bool]]:
    """The conditions under which rows that name a camera are seen from nodes of these names; None = from everywhere."""
    if orgs is None:
        return []
    return [camera_id.in_(select(CameraOrgRow.camera_id).where(CameraOrgRow.org.in_(sorted(orgs))))]


class ScopeRepository:
    """Says of single things whether they are seen from nodes of some names."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sees_camera(self, camera_id: str, orgs: Orgs) -> bool:
        """Whether that camera, in service or not any more, is seen; of an unknown one True where all is seen."""
        if orgs is None:
            return True
        query = select(CameraOrgRow.camera_id).where(CameraOrgRow.camera_id == camera_id)
        with reading(self._engine) as session:
            return session.scalar(query.where(CameraOrgRow.org.in_(sorted(orgs)))) is not None

    def sees_event(self, event_id: str, orgs: Orgs) -> bool:
        """Whether that event is there and seen."""
        query = select(EventRow.event_id).where(EventRow.event_id == event_id, *of_cameras(EventRow.camera_id, orgs))
        with reading(self._engine) as session:
            return session.scalar(query) is not None

    def sees_package(self, package_id: str, orgs: Orgs) -> bool:
        """Whether that package is there and seen."""
        query = (
            select(PackageRow.package_id)
            .join(EventRow, EventRow.event_id == PackageRow.event_id)
            .where(PackageRow.package_id == package_id, *of_cameras(EventRow.camera_id, orgs))
        )
        with reading(self._engine) as session:
            return session.scalar(query) is not None


def names_below(session: Session, node_id: int) -> dict[int, str]:
    """The names of a node and of all below it, by id."""
    rows = session.execute(select(NodeRow.node_id, NodeRow.parent_id, NodeRow.name)).all()
    names: Mapping[int, str] = {row.node_id: row.name for row in rows}
    found = {node_id}
    while more := {row.node_id for row in rows if row.parent_id in found} - found:
        found |= more
    return {one: names[one] for one in found}
