"""The organisation tree."""

from fastapi import APIRouter, Depends, HTTPException

from api.access import Right, Who, requires
from api.account_schemas import NodeCreate, NodePublic
from api.dependencies import Nodes, refuse_query
from api.problems import described
from api.schemas import Number
from api.trail import actor_of

router = APIRouter(prefix="/api/v1/nodes", tags=["nodes"], dependencies=[requires(), Depends(refuse_query)])


@router.get("", responses=described(422, 503))
def list_nodes(nodes: Nodes) -> list[NodePublic]:
    """Every node, counties first."""
    return [NodePublic.model_validate(node) for node in nodes.all()]


@router.post("", status_code=201, dependencies=[requires(Right.NODES_EDIT)], responses=described(409, 422, 503))
def create_node(wanted: NodeCreate, who: Who, nodes: Nodes) -> NodePublic:
    """Adds a county, or a street below one. Cameras hang on it whose `org` is its name."""
    return NodePublic.model_validate(nodes.add(wanted.name, wanted.level, wanted.parent_id, actor_of(who)))


@router.delete(
    "/{node_id}", status_code=204, dependencies=[requires(Right.NODES_EDIT)], responses=described(404, 409, 422, 503)
)
def remove_node(node_id: Number, who: Who, nodes: Nodes) -> None:
    """Removes a node on which nothing hangs."""
    if not nodes.remove(node_id, actor_of(who)):
        raise HTTPException(404, f"there is no node {node_id}")
