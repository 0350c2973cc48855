"""Changes of zones and privacy that wait for a second person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.cameras.desk import CameraDesk, Desk
from api.cameras.schemas import DecisionWrite, RelaxationPublic
from api.http.access import Right, requires
from api.http.fields import Asked
from api.http.problems import ProblemError, described
from api.http.services import refuse_query
from core.messages import Message
from core.policy.relaxations import RequestState
from store.site.records import RelaxationRequest

router = APIRouter(prefix="/api/v1/relaxations", tags=["cameras"], dependencies=[requires(Right.CAMERAS_VIEW)])

_NO_QUERY = [Depends(refuse_query)]
_DECIDES = [*_NO_QUERY, requires(Right.RELAXATIONS_CONFIRM)]
_ANSWERS = described(404, 409, 422, 503)


class RelaxationQuery(Asked):
    """Which changes."""

    state: RequestState = Field(default="waiting", description="how far they are")


def _seen(request_id: str, desk: Desk) -> RelaxationRequest:
    return desk.of_seen_node(
        desk.store.relaxations.get(request_id), Message("api.change_unknown", request_id=request_id)
    )


def _of_another(request: Annotated[RelaxationRequest, Depends(_seen)], desk: Desk) -> RelaxationRequest:
    if request.asked_by == desk.who.user_id:
        raise ProblemError(403, "api.change_asked_by_yourself")
    return request


Seen = Annotated[RelaxationRequest, Depends(_seen)]
OfAnother = Annotated[RelaxationRequest, Depends(_of_another)]


@router.get("", responses=described(422, 503))
def list_relaxations(query: Annotated[RelaxationQuery, Query()], desk: Desk) -> list[RelaxationPublic]:
    """Those of one state, the newest first, 200 at most."""
    return [_public(one, desk) for one in desk.store.relaxations.all(query.state, desk.who.orgs)]


@router.post("/{request_id}/confirm", dependencies=_DECIDES, responses=_ANSWERS)
def confirm_relaxation(request: OfAnother, said: DecisionWrite, desk: Desk) -> RelaxationPublic:
    """Lets a change that somebody else asked for take effect."""
    return _public(desk.store.relaxations.confirm(request.request_id, desk.person, said.note), desk)


@router.post("/{request_id}/reject", dependencies=_DECIDES, responses=_ANSWERS)
def reject_relaxation(request: OfAnother, said: DecisionWrite, desk: Desk) -> RelaxationPublic:
    """Turns a change down that somebody else asked for; what holds goes on holding."""
    return _public(desk.store.relaxations.reject(request.request_id, desk.person, said.note), desk)


@router.post("/{request_id}/withdraw", dependencies=[*_NO_QUERY, requires(Right.CAMERAS_EDIT)], responses=_ANSWERS)
def withdraw_relaxation(request: Seen, desk: Desk) -> RelaxationPublic:
    """Takes back a change that waits."""
    return _public(desk.store.relaxations.withdraw(request.request_id, desk.person), desk)


def _public(request: RelaxationRequest, desk: CameraDesk) -> RelaxationPublic:
    return RelaxationPublic.of(request, desk.services.store.places.of(request.camera_id).name)
