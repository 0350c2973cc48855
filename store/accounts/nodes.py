"""The organisation tree: counties and the streets below them."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.errors import ConflictError, InputError
from store.accounts.records import Node
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row
from store.tables.accounts import CameraOrgRow, Level, NodeRow, UserRow
from store.tables.events import EventRow


class NodeRepository:
    """Reads and changes the tree; each change is in the audit."""

    def __init__(self, engine: Engine, audit: AuditLog) -> None:
        self._engine = engine
        self._audit = audit

    def all(self) -> tuple[Node, ...]:
        """Every node, counties before streets, by name."""
        with reading(self._engine) as session:
            rows = session.scalars(select(NodeRow).order_by(NodeRow.level, NodeRow.name))
            return tuple(from_row(Node, row) for row in rows)

    def add(self, name: str, level: Level, parent_id: int | None, actor: Actor) -> Node:
        """Adds a node.

        Raises:
            InputError: a street without its county, or a county with something above.
            ConflictError: the name is taken.
        """
        with writing(self._engine) as session:
            _check_place(session, level, parent_id)
            if session.scalar(select(NodeRow.node_id).where(NodeRow.name == name)) is not None:
                raise ConflictError("store.node_name_taken", name=name)
            row = NodeRow(name=name, level=level, parent_id=parent_id)
            session.add(row)
            session.flush()
            node = from_row(Node, row)
            self._audit.write(session, actor, Deed("node.create", "node", str(node.node_id), after=columns_of(node)))
            return node

    def remove(self, node_id: int, actor: Actor) -> bool:
        """Removes a node; whether it was there.

        Raises:
            ConflictError: nodes, users or cameras hang on it.
        """
        with writing(self._engine) as session:
            row = session.get(NodeRow, node_id)
            if row is None:
                return False
            node = from_row(Node, row)
            for code, query in (
                ("store.node_has_nodes", select(NodeRow.node_id).where(NodeRow.parent_id == node_id)),
                ("store.node_has_users", select(UserRow.user_id).where(UserRow.node_id == node_id)),
                ("store.node_has_cameras", select(CameraOrgRow.camera_id).where(CameraOrgRow.org == node.name)),
            ):
                if session.scalar(query.limit(1)) is not None:
                    raise ConflictError(code, name=node.name)
            # A node of the same name that is made later, elsewhere, would see them.
            if session.scalar(select(EventRow.event_id).where(EventRow.org == node.name).limit(1)) is not None:
                raise ConflictError("store.node_has_events", name=node.name)
            session.delete(row)
            self._audit.write(session, actor, Deed("node.remove", "node", str(node_id), before=columns_of(node)))
            return True


def _check_place(session: Session, level: Level, parent_id: int | None) -> None:
    parent = None if parent_id is None else session.get(NodeRow, parent_id)
    if level == "county" and parent_id is not None:
        raise InputError("store.county_has_nothing_above", field="parent_id")
    if level == "street" and (parent is None or parent.level != "county"):
        raise InputError("store.street_needs_county", field="parent_id")
