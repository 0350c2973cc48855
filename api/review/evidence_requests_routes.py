"""Requests for further evidence (补充证据): asked about an opening, listed for whom they are addressed to, answered."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import Right, requires
from api.http.etags import MeantVersion, etag
from api.http.problems import ProblemError, described, wrong_field
from api.http.services import refuse_query
from api.review.addressees import Addressees
from api.review.answers import CONFLICT, OPENING, IdempotencyKey, refused
from api.review.decision_schemas import AddresseePublic, RequestPublic
from api.review.desk import Desk, ReviewDesk, SeenEventId, SeenOpening
from api.review.event_rows import key_of
from api.review.requests import AnswerAsked, EvidenceAsked
from core.messages import Message
from core.policy.evidence_requests import DUE_WITHIN
from store.review.evidence_requests import EvidenceRequest, NewRequest, RequestOutcome

router = APIRouter(prefix="/api/v1", tags=["review"], dependencies=[requires(Right.EVENTS_VIEW)])

_NO_QUERY = [Depends(refuse_query)]


class RequestQuery(BaseModel):
    """Which requests."""

    model_config = ConfigDict(extra="forbid")

    of: Literal["me", "anybody"] = Field(
        default="me", description="me: asked of this user, of the role, or of the node that the user belongs to"
    )


@router.get("/evidence-requests", responses=described(422, 503))
def list_evidence_requests(query: Annotated[RequestQuery, Query()], desk: Desk) -> list[RequestPublic]:
    """What waits for an answer, the first due first."""
    reader = Addressees(desk).reader() if query.of == "me" else None
    return [RequestPublic.model_validate(one) for one in desk.store.evidence_requests.open_ones(desk.who.orgs, reader)]


@router.get("/events/{event_id}/addressees", dependencies=_NO_QUERY, responses=described(404, 422, 503))
def list_addressees(event_id: SeenEventId, desk: Desk) -> list[AddresseePublic]:
    """Of whom further evidence about this event can be asked: people, roles and nodes that see it."""
    return [AddresseePublic.model_validate(one) for one in Addressees(desk).of_event(event_id)]


@router.post(
    f"{OPENING}/requests",
    status_code=201,
    dependencies=[*_NO_QUERY, requires(Right.EVENTS_DECIDE)],
    response_model=RequestPublic,
    responses={**described(404, 412, 422, 428, 503), **CONFLICT},
)
def ask_for_evidence(
    queued: SeenOpening, asked: EvidenceAsked, revision: MeantVersion, idempotency_key: IdempotencyKey, desk: Desk
) -> Response:
    """Asks for further evidence about an opening. It waits until it is answered, also when the thing comes back."""
    event_id, opening = key_of(queued)
    to = Addressees(desk).find(event_id, asked.to.kind, asked.to.key)
    if to is None:
        raise wrong_field("to", Message("api.addressee_unknown"))
    if not desk.now < asked.due_at <= desk.now + DUE_WITHIN:
        raise wrong_field("due_at", Message("api.due_date_out_of_range", limit=DUE_WITHIN.days))
    new = NewRequest(
        key=idempotency_key,
        event_id=event_id,
        opening=opening,
        revision=revision,
        reason=asked.reason,
        note=asked.note.strip(),
        to=to,
        due_at=asked.due_at,
    )
    return _answered(desk.store.evidence_requests.ask(new, desk.officer, desk.actor, desk.now), desk, status=201)


@router.post(
    "/evidence-requests/{request_id}/answer",
    dependencies=[*_NO_QUERY, requires(Right.EVENTS_ATTEND)],
    response_model=RequestPublic,
    responses={**described(404, 422, 503), **CONFLICT},
)
def answer_evidence_request(request_id: str, asked: AnswerAsked, desk: Desk) -> Response:
    """Answers a request, with words or pictures of the event or both; its opening returns to the queue.

    Whoever sees the event and may attend to it can answer, also where somebody else was asked.
    """
    request = _seen(request_id, desk)
    known = {one.attachment_id for one in desk.store.attachments.of_event(request.event_id)}
    if not known.issuperset(asked.attachment_ids):
        raise wrong_field("attachment_ids", Message("api.picture_not_of_event"))
    text, pictures = asked.text.strip(), tuple(dict.fromkeys(asked.attachment_ids))
    return _answered(
        desk.store.evidence_requests.answer(request_id, text, pictures, desk.officer, desk.actor, desk.now), desk
    )


@router.post(
    "/evidence-requests/{request_id}/withdraw",
    dependencies=[*_NO_QUERY, requires(Right.EVENTS_DECIDE)],
    response_model=RequestPublic,
    responses={**described(404, 422, 503), **CONFLICT},
)
def withdraw_evidence_request(request_id: str, desk: Desk) -> Response:
    """Takes a request back that nobody has answered; its opening returns to the queue. The audit says who did."""
    _seen(request_id, desk)
    return _answered(desk.store.evidence_requests.withdraw(request_id, desk.officer, desk.actor, desk.now), desk)


def _seen(request_id: str, desk: ReviewDesk) -> EvidenceRequest:
    found = desk.store.evidence_requests.get(request_id)
    if found is None or not desk.store.scopes.sees_event(found.event_id, desk.who.orgs):
        raise ProblemError(404, "api.request_unknown", request_id=request_id)
    return found


def _answered(outcome: RequestOutcome, desk: ReviewDesk, status: int = 200) -> Response:
    if outcome.refusal is not None or outcome.request is None:
        return refused(outcome.refusal or "no_request", outcome.review, desk)
    answer = RequestPublic.model_validate(outcome.request)
    return JSONResponse(answer.model_dump(mode="json"), status, {"ETag": etag(outcome.review.revision)})
