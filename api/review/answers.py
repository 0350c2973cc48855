"""How requests about an opening are made and refused."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import JSONResponse

from api.http.etags import etag
from api.http.problems import MEDIA_TYPE
from api.http.problems import response as problem
from api.review.desk import ReviewDesk
from api.review.schemas import ReviewProblem, ReviewPublic
from core.messages import Message
from core.policy.review import Review

OPENING = "/events/{event_id}/openings/{opening}"

IdempotencyKey = Annotated[
    str,
    Header(
        pattern=r"^[A-Za-z0-9_.:-]{1,80}$",
        description="a name of this very request, chosen by the client: repeated, it does nothing twice",
    ),
]

CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {
        "model": ReviewProblem,
        "description": "The opening is not as it was thought to be; `review` says how it is",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ReviewProblem"}}},
    }
}

_REFUSALS: dict[str, tuple[int, Message]] = {
    "no_event": (404, Message("api.opening_unknown")),
    "no_decision": (404, Message("api.own_decision_unknown")),
    "no_request": (404, Message("api.evidence_request_unknown")),
    "stale": (409, Message("api.opening_changed_meanwhile")),
    "held": (409, Message("api.opening_held_by_another", holder="")),
    "closed": (409, Message("api.nothing_to_decide")),
    "unsealed": (409, Message("api.evidence_not_sealed_yet")),
    "unsound": (409, Message("api.evidence_seal_broken")),
    "too_late": (409, Message("api.too_late_to_undo")),
    "undone": (409, Message("api.decision_undone_already")),
    "not_open": (409, Message("api.evidence_request_closed")),
    "key_used": (422, Message("api.idempotency_key_used", field="Idempotency-Key")),
}


def refused(refusal: str, review: Review, desk: ReviewDesk) -> JSONResponse:
    """The answer to what was refused; of a conflict it tells how far the review of the opening is."""
    status, message = _REFUSALS[refusal]
    if refusal == "held":
        message = Message("api.opening_held_by_another", holder=review.claimed_name)
    if status != HTTPStatus.CONFLICT:
        return problem(status, message)
    shown = ReviewPublic.of(review, desk.viewer, desk.now)
    told = ReviewProblem(
        title=HTTPStatus(status).phrase, status=status, detail=message, review=shown, **message.plain()
    )
    return JSONResponse(told.model_dump(mode="json"), status, {"ETag": etag(shown.revision)}, MEDIA_TYPE)
