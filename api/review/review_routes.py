"""The review: claims, decisions and their undoing, suggestions, notes and misses."""

from collections.abc import Iterator

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from api.http.access import Right, requires
from api.http.etags import MeantVersion, etag
from api.http.problems import Fault, described, invalid
from api.http.services import refuse_query
from api.packages.package_folder import PackageFolder
from api.review.answers import CONFLICT, OPENING, IdempotencyKey, refused
from api.review.decision_schemas import DecisionAnswer, DecisionPublic, MissPublic, NotePublic, ReviewOptions
from api.review.desk import Desk, ReviewDesk, SeenEventId, SeenOpening
from api.review.event_rows import key_of
from api.review.misses import miss_of
from api.review.requests import DecisionAsked, MissAsked, NoteAsked, SuggestionAsked
from api.review.schemas import ClaimPublic, ReviewPublic
from api.review.words import review_options
from core.domain import RuleEvent
from core.errors import EvidenceError
from core.messages import Message
from core.policy.deliveries import lacking_deliveries
from core.policy.review import Lack, is_positive, lacking_facts, lacking_looks, only_code
from store.review.decisions import Outcome, Refusal
from store.review.records import NewDecision, QueuedEvent

router = APIRouter(prefix="/api/v1", tags=["review"], dependencies=[requires(Right.EVENTS_VIEW)])

_NO_QUERY = [Depends(refuse_query)]
_WORKS = [*_NO_QUERY, requires(Right.EVENTS_DECIDE)]


@router.get("/review/options", dependencies=_NO_QUERY, responses=described(422))
def get_review_options() -> ReviewOptions:
    """Reasons, codes, colours and types that can be chosen, with their names."""
    return review_options()


@router.post(
    f"{OPENING}/claim",
    dependencies=_WORKS,
    response_model=ClaimPublic,
    responses={**described(404, 422, 503), **CONFLICT},
)
def claim_opening(queued: SeenOpening, desk: Desk) -> Response:
    """Claims an opening for five minutes, or renews the claim. 409 names who holds it."""
    review = desk.store.claims.claim(*key_of(queued), desk.officer, desk.actor, desk.now)
    claim = ReviewPublic.of(review, desk.viewer, desk.now).claim
    if claim is not None and claim.mine and review.is_open_to(desk.who.user_id, desk.now):
        return JSONResponse(claim.model_dump(mode="json"))
    return refused("held" if claim and not claim.mine else "closed", review, desk)


@router.delete(f"{OPENING}/claim", status_code=204, dependencies=_WORKS, responses=described(404, 422, 503))
def release_opening(queued: SeenOpening, desk: Desk) -> None:
    """Gives one's claim back; nothing happens where there is none."""
    desk.store.claims.release(*key_of(queued), desk.officer, desk.actor, desk.now)


@router.post(
    f"{OPENING}/decisions",
    status_code=201,
    dependencies=_WORKS,
    response_model=DecisionAnswer,
    responses={**described(404, 412, 422, 428, 503), **CONFLICT},
)
def decide_opening(
    queued: SeenOpening,
    asked: DecisionAsked,
    revision: MeantVersion,
    idempotency_key: IdempotencyKey,
    desk: Desk,
) -> Response:
    """Decides about one opening of an event. For ten seconds it can be undone, and nobody else knows it.

    An approval (or a handing over) is refused with 422 that names what is missing: pictures that were not on the
    screen, or never sent to this officer, a valid badge, the final code, the vehicle, the shop, the competence of
    another agency. 409: the opening has changed, is decided, somebody else works on it, its evidence is not sealed, its
    seal does not hold, or another manifest was looked at than the sealed one. The same key with the same content
    answers as the first time.
    """
    approves = is_positive(asked.verdict)
    event_id, opening = key_of(queued)
    new = NewDecision(
        key=idempotency_key,
        event_id=event_id,
        opening=opening,
        revision=revision,
        verdict=asked.verdict,
        reason=asked.reason,
        note=asked.note.strip(),
        code=asked.code or (only_code(queued.event.violation) if approves else None),
        label=asked.label,
        subject=asked.subject.subject(),
        seen=asked.seen.looks(),
        spent_s=asked.spent_s,
        lacks=tuple(_lacks(asked, queued.event, opening, desk)) if approves else (),
    )
    if (refusal := _refused_seal(asked, queued, desk)) is not None:
        return refused(refusal, queued.review, desk)
    return _answered(desk.store.decisions.decide(new, desk.officer, desk.actor, desk.now), desk)


@router.post(
    f"{OPENING}/suggestions",
    status_code=201,
    dependencies=[*_NO_QUERY, requires(Right.EVENTS_PRESCREEN)],
    response_model=DecisionAnswer,
    responses={**described(404, 412, 422, 428, 503), **CONFLICT},
)
def suggest_decision(
    queued: SeenOpening,
    asked: SuggestionAsked,
    revision: MeantVersion,
    idempotency_key: IdempotencyKey,
    desk: Desk,
) -> Response:
    """Pre-screens an opening: officers see the suggestion beside it. It decides nothing."""
    event_id, opening = key_of(queued)
    new = NewDecision(
        key=idempotency_key,
        event_id=event_id,
        opening=opening,
        revision=revision,
        verdict=asked.verdict,
        suggestion=True,
        reason=asked.reason,
        note=asked.note.strip(),
        spent_s=asked.spent_s,
    )
    return _answered(desk.store.decisions.decide(new, desk.officer, desk.actor, desk.now), desk)


@router.post(
    "/decisions/{decision_id}/undo",
    dependencies=_NO_QUERY,
    response_model=DecisionAnswer,
    responses={**described(404, 422, 503), **CONFLICT},
)
def undo_decision(decision_id: str, desk: Desk) -> Response:
    """Takes one's own decision or suggestion back, within ten seconds. A decided opening is then claimed by oneself, as
    before. Whoever gave none has none to take back."""
    return _answered(desk.store.decisions.undo(decision_id, desk.officer, desk.actor, desk.now), desk, status=200)


@router.post(
    "/events/{event_id}/notes",
    status_code=201,
    dependencies=[*_NO_QUERY, requires(Right.EVENTS_ATTEND)],
    responses=described(404, 422, 503),
)
def add_note(event_id: SeenEventId, asked: NoteAsked, desk: Desk) -> NotePublic:
    """Adds a note to an event; nobody can change it later."""
    return NotePublic.model_validate(
        desk.store.notes.add(event_id, desk.officer, asked.text.strip(), desk.actor, desk.now)
    )


@router.post(
    "/misses",
    status_code=201,
    dependencies=[*_NO_QUERY, requires(Right.MISSES_MARK)],
    responses=described(404, 422, 500, 503),
)
def mark_miss(asked: MissAsked, desk: Desk) -> MissPublic:
    """Marks something that no model found, on a still of a package or on a picture that was added to an event."""
    miss, pictured = miss_of(asked, desk)
    desk.store.misses.add(miss, pictured, desk.actor)
    return MissPublic.model_validate(miss)


def _refused_seal(asked: DecisionAsked, queued: QueuedEvent, desk: ReviewDesk) -> Refusal | None:
    """Whether the evidence forbids to decide: an opening without any is refused with the decision itself."""
    record = desk.store.packages.primaries({queued.event.event_id}).get(key_of(queued))
    if record is None:
        return None
    try:
        sealed = PackageFolder(desk.services.packages_folder, record).sealed
    except EvidenceError:
        return "unsound"
    return None if asked.manifest_sha256 in (None, sealed.manifest_sha256) else "stale"


def _lacks(asked: DecisionAsked, event: RuleEvent, opening: int, desk: ReviewDesk) -> Iterator[Lack]:
    """Why this approval, or handing over, cannot be: all of it, so that nobody has to try again and again."""
    yield from lacking_looks(asked.seen.looks())
    yield from lacking_deliveries(asked.seen.looks(), asked.spent_s, desk.sent_of(event.event_id, opening), desk.now)
    if not desk.who.may_approve(desk.now):
        yield Lack("badge", Message("api.no_badge_today"))
    agency = ((desk.store.sites.rule(event.rule_version) or {}).get("zone") or {}).get("agency")
    if asked.verdict == "handed_over":
        if agency is None:
            yield Lack("verdict", Message("api.ours_to_decide"))
        return
    if agency is not None:
        yield Lack("verdict", Message("api.another_agency_competent", agency=agency))
    yield from lacking_facts(event.violation, event.label, asked.code, asked.subject.subject())


def _answered(outcome: Outcome, desk: ReviewDesk, status: int = 201) -> Response:
    if outcome.refusal is not None or outcome.decision is None:
        return _not_decided(outcome.refusal or "no_event", outcome, desk)
    decision = outcome.decision
    revision = outcome.review.revision if decision.undone_at else decision.revision
    answer = DecisionAnswer(decision=DecisionPublic.of(decision, as_first=True), revision=revision)
    return JSONResponse(answer.model_dump(mode="json"), status, {"ETag": etag(revision)})


def _not_decided(refusal: Refusal, outcome: Outcome, desk: ReviewDesk) -> JSONResponse:
    if refusal == "lacking":
        return invalid([Fault.of(lack.field, lack.cause) for lack in outcome.lacks])
    return refused(refusal, outcome.review, desk)
