"""How the installation is doing."""

from fastapi import APIRouter, Depends

from api.http.access import Right, Who, requires
from api.http.problems import described
from api.http.services import ServicesOf, refuse_query
from api.system.schemas import SystemPublic
from api.system.state import system_state

router = APIRouter(
    prefix="/api/v1/system",
    tags=["system"],
    dependencies=[requires(Right.SYSTEM_VIEW), Depends(refuse_query)],
)


@router.get("", responses=described(422, 503))
def get_system(who: Who, services: ServicesOf) -> SystemPublic:
    """Checks, disk, queues, versions, clock, data base, and whether the cameras are watched; of the whole site."""
    return system_state(services, str(who.zone))
