"""The organisation tree."""

from fastapi import APIRouter, Depends

from api.accounts.schemas import NodeCreate, NodePublic
from api.http.access import Right, Who, requires
from api.http.audit_trail import actor_of
from api.http.fields import Number
from api.http.problems import ProblemError, described
from api.http.services import Stored, refuse_query

router = APIRouter(prefix="/api/v1/nodes", tags=["nodes"], dependencies=[requires(), Depends(refuse_query)])


@router.get("", responses=described(422, 503))
def list_nodes(store: Stored) -> list[NodePublic]:
    """Every node, counties first."""
    return [NodePublic.model_validate(node) for node in store.nodes.all()]


@router.post("", status_code=201, dependencies=[requires(Right.NODES_EDIT)], responses=described(409, 422, 503))
def create_node(wanted: NodeCreate, who: Who, store: Stored) -> NodePublic:
    """Adds a county, or a street below one. Cameras hang on it whose `org` is its name."""
    return NodePublic.model_validate(store.nodes.add(wanted.name, wanted.level, wanted.parent_id, actor_of(who)))


@router.delete(
    "/{node_id}", status_code=204, dependencies=[requires(Right.NODES_EDIT)], responses=described(404, 409, 422, 503)
)
def remove_node(node_id: Number, who: Who, store: Stored) -> None:
    """Removes a node on which nothing hangs."""
    if not store.nodes.remove(node_id, actor_of(who)):
        raise ProblemError(404, "api.node_unknown", node_id=node_id)
