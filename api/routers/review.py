"""The review: claims, decisions and their undoing, suggestions, notes and misses."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse

from api.access import Right, requires
from api.dependencies import refuse_query
from api.etags import MeantVersion, etag
from api.misses import miss_of
from api.problems import MEDIA_TYPE, Fault, described
from api.problems import response as problem
from api.review_asked import DecisionAsked, MissAsked, NoteAsked, SuggestionAsked
from api.review_desk import Desk, ReviewDesk, SeenEventId
from api.review_schemas import (
    ClaimPublic,
    DecisionAnswer,
    DecisionPublic,
    MissPublic,
    NotePublic,
    ReviewOptions,
    ReviewProblem,
    ReviewPublic,
)
from api.review_words import review_options
from core.domain import RuleEvent
from core.review import Lack, is_positive, lacking_facts, lacking_looks, only_code
from store.decisions import Outcome, Refusal
from store.review_records import NewDecision

router = APIRouter(prefix="/api/v1", tags=["review"], dependencies=[requires(Right.EVENTS_VIEW)])

IdempotencyKey = Annotated[
    str,
    Header(
        pattern=r"^[A-Za-z0-9_.:-]{1,80}$",
        description="a name of this very request, chosen by the client: repeated, it does nothing twice",
    ),
]

_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {
        "model": ReviewProblem,
        "description": "The event is not as it was thought to be; `review` says how it is",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ReviewProblem"}}},
    }
}
_NO_QUERY = [Depends(refuse_query)]
_WORKS = [*_NO_QUERY, requires(Right.EVENTS_DECIDE)]

_REFUSALS: dict[Refusal, tuple[int, str]] = {
    "no_event": (404, "there is no such event"),
    "no_decision": (404, "there is no such decision of yours"),
    "stale": (409, "the event has changed since it was loaded; look at it again"),
    "held": (409, "{holder} works on this event"),
    "closed": (409, "there is nothing to decide: the event is decided, or no violation yet"),
    "too_late": (409, "the time to undo this decision is over"),
    "undone": (409, "this decision was undone already"),
    "key_used": (422, "Idempotency-Key: was used for another request; choose a new one"),
}


@router.get("/review/options", dependencies=_NO_QUERY, responses=described(422))
def get_review_options() -> ReviewOptions:
    """Reasons, codes, colours and types that can be chosen, with their names."""
    return review_options()


@router.post(
    "/events/{event_id}/claim",
    dependencies=_WORKS,
    response_model=ClaimPublic,
    responses={**described(404, 422, 503), **_CONFLICT},
)
def claim_event(event_id: SeenEventId, desk: Desk) -> Response:
    """Claims an event for five minutes, or renews the claim. 409 names who holds it."""
    review = desk.claims.claim(event_id, desk.officer, desk.now)
    claim = ReviewPublic.of(review, desk.viewer, desk.now).claim
    if claim is not None and claim.mine and review.is_open_to(desk.who.user_id, desk.now):
        return JSONResponse(claim.model_dump(mode="json"))
    return _refused("held" if claim and not claim.mine else "closed", Outcome(None, review=review), desk)


@router.delete("/events/{event_id}/claim", status_code=204, dependencies=_WORKS, responses=described(404, 422, 503))
def release_event(event_id: SeenEventId, desk: Desk) -> None:
    """Gives one's claim back; nothing happens where there is none."""
    desk.claims.release(event_id, desk.officer, desk.now)


@router.post(
    "/events/{event_id}/decisions",
    status_code=201,
    dependencies=_WORKS,
    response_model=DecisionAnswer,
    responses={**described(404, 412, 422, 428, 503), **_CONFLICT},
)
def decide_event(
    event_id: SeenEventId,
    asked: DecisionAsked,
    revision: MeantVersion,
    idempotency_key: IdempotencyKey,
    desk: Desk,
) -> Response:
    """Decides about an event. For ten seconds it can be undone, and nobody else knows it.

    An approval (or a handing over) is refused with 422 that names what is missing: pictures that were not on the
    screen, a valid badge, the final code, the vehicle, the shop, the competence of another agency. 409: the event has
    changed, is decided, or somebody else works on it. The same key with the same content answers as the first time.
    """
    queued = desk.queue.get(event_id)
    assert queued is not None  # noqa: S101 - it is seen, and events are never deleted
    approves = is_positive(asked.verdict)
    new = NewDecision(
        key=idempotency_key,
        event_id=event_id,
        opening=asked.opening,
        revision=revision,
        verdict=asked.verdict,
        reason=asked.reason,
        note=asked.note.strip(),
        code=asked.code or (only_code(queued.event.violation) if approves else None),
        label=asked.label,
        subject=asked.subject.subject(),
        seen=asked.seen.looks(),
        spent_s=asked.spent_s,
        lacks=tuple(_lacks(asked, queued.event, desk)) if approves else (),
    )
    return _answered(desk.decisions.decide(new, desk.officer, desk.actor, desk.now), desk)


@router.post(
    "/events/{event_id}/suggestions",
    status_code=201,
    dependencies=[*_NO_QUERY, requires(Right.EVENTS_PRESCREEN)],
    response_model=DecisionAnswer,
    responses={**described(404, 412, 422, 428, 503), **_CONFLICT},
)
def suggest_decision(
    event_id: SeenEventId,
    asked: SuggestionAsked,
    revision: MeantVersion,
    idempotency_key: IdempotencyKey,
    desk: Desk,
) -> Response:
    """Pre-screens an event: officers see the suggestion beside it. It decides nothing."""
    new = NewDecision(
        key=idempotency_key,
        event_id=event_id,
        opening=asked.opening,
        revision=revision,
        verdict=asked.verdict,
        suggestion=True,
        reason=asked.reason,
        note=asked.note.strip(),
        spent_s=asked.spent_s,
    )
    return _answered(desk.decisions.decide(new, desk.officer, desk.actor, desk.now), desk)


@router.post(
    "/decisions/{decision_id}/undo",
    dependencies=_NO_QUERY,
    response_model=DecisionAnswer,
    responses={**described(404, 422, 503), **_CONFLICT},
)
def undo_decision(decision_id: str, desk: Desk) -> Response:
    """Takes one's own decision or suggestion back, within ten seconds. A decided event is then claimed by oneself, as
    before. Whoever gave none has none to take back."""
    return _answered(desk.decisions.undo(decision_id, desk.officer, desk.actor, desk.now), desk, status=200)


@router.post(
    "/events/{event_id}/notes",
    status_code=201,
    dependencies=[*_NO_QUERY, requires(Right.EVENTS_ATTEND)],
    responses=described(404, 422, 503),
)
def add_note(event_id: SeenEventId, asked: NoteAsked, desk: Desk) -> NotePublic:
    """Adds a note to an event; nobody can change it later."""
    return NotePublic.model_validate(desk.notes.add(event_id, desk.officer, asked.text.strip(), desk.now))


@router.post(
    "/misses",
    status_code=201,
    dependencies=[*_NO_QUERY, requires(Right.MISSES_MARK)],
    responses=described(404, 422, 500, 503),
)
def mark_miss(asked: MissAsked, desk: Desk) -> MissPublic:
    """Marks something that no model found, on a still of a package or on a picture that was added to an event."""
    miss, pictured = miss_of(asked, desk)
    desk.misses.add(miss, pictured, desk.actor)
    return MissPublic.model_validate(miss)


def _lacks(asked: DecisionAsked, event: RuleEvent, desk: ReviewDesk) -> Iterator[Lack]:
    """Why this approval, or handing over, cannot be: all of it, so that nobody has to try again and again."""
    sealed = {one.opening for one in desk.packages.of_event(event.event_id) if one.kind == "primary"}
    if asked.opening not in sealed:
        yield Lack("opening", "its evidence is not sealed yet: there is nothing that was looked at")
    yield from lacking_looks(asked.seen.looks())
    if not desk.who.may_approve(desk.now):
        yield Lack("badge", "no enforcement badge (执法证) that holds today: who has none cannot approve")
    agency = ((desk.sites.rule(event.rule_version) or {}).get("zone") or {}).get("agency")
    if asked.verdict == "handed_over":
        if agency is None:
            yield Lack("verdict", "this is ours to decide: approve or reject it")
        return
    if agency is not None:
        yield Lack("verdict", f"the competent agency is {agency}: it can only be handed over as a lead (handed_over)")
    yield from lacking_facts(event.violation, event.label, asked.code, asked.subject.subject())


def _answered(outcome: Outcome, desk: ReviewDesk, status: int = 201) -> Response:
    if outcome.refusal is not None or outcome.decision is None:
        return _refused(outcome.refusal or "no_event", outcome, desk)
    decision = outcome.decision
    revision = outcome.review.revision if decision.undone_at else decision.revision
    answer = DecisionAnswer(decision=DecisionPublic.of(decision, as_first=True), revision=revision)
    return JSONResponse(answer.model_dump(mode="json"), status, {"ETag": etag(revision)})


def _refused(refusal: Refusal, outcome: Outcome, desk: ReviewDesk) -> JSONResponse:
    if refusal == "lacking":
        faults = [Fault(field=lack.field, cause=lack.cause) for lack in outcome.lacks]
        return problem(422, "; ".join(f"{fault.field}: {fault.cause}" for fault in faults), faults)
    status, text = _REFUSALS[refusal]
    detail = text.format(holder=outcome.review.claimed_name)
    if status != HTTPStatus.CONFLICT:
        return problem(status, detail)
    shown = ReviewPublic.of(outcome.review, desk.viewer, desk.now)
    told = ReviewProblem(title=HTTPStatus(status).phrase, status=status, detail=detail, review=shown)
    return JSONResponse(told.model_dump(mode="json"), status, {"ETag": etag(shown.revision)}, MEDIA_TYPE)
