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

_REFUSALS: dict[str, tuple[int, str]] = {
    "no_event": (404, "there is no such opening"),
    "no_decision": (404, "there is no such decision of yours"),
    "no_request": (404, "there is no such request"),
    "stale": (409, "the opening has changed since it was loaded; look at it again"),
    "held": (409, "{holder} works on this opening"),
    "closed": (409, "there is nothing to decide: the opening is decided, or no violation yet"),
    "unsealed": (409, "its evidence is not sealed yet: nothing is decided without; wait until it is"),
    "unsound": (409, "the seal of its evidence does not hold: nothing is decided on it; verify the package"),
    "too_late": (409, "the time to undo this decision is over"),
    "undone": (409, "this decision was undone already"),
    "not_open": (409, "this request is closed: it was answered, withdrawn, or the opening was decided"),
    "key_used": (422, "Idempotency-Key: was used for another request; choose a new one"),
}


def refused(refusal: str, review: Review, desk: ReviewDesk) -> JSONResponse:
    """The answer to what was refused; of a conflict it tells how far the review of the opening is."""
    status, text = _REFUSALS[refusal]
    detail = text.format(holder=review.claimed_name)
    if status != HTTPStatus.CONFLICT:
        return problem(status, detail)
    shown = ReviewPublic.of(review, desk.viewer, desk.now)
    told = ReviewProblem(title=HTTPStatus(status).phrase, status=status, detail=detail, review=shown)
    return JSONResponse(told.model_dump(mode="json"), status, {"ETag": etag(shown.revision)}, MEDIA_TYPE)
