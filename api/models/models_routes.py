"""Models: what is in the store, what is in use and why; promoting, going back, and looking in shadow."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from api.http.access import Right, Who, requires
from api.http.audit_trail import Trail
from api.http.etags import MeantVersion, etag
from api.http.problems import ProblemError, described
from api.http.services import Services, ServicesOf, refuse_query
from api.models.desk import ModelDesk, Models
from api.models.schemas import ModelsPublic, PromotionAsked, RollbackAsked, ShadowAsked
from core.errors import ConflictError, InputError, ModelError
from core.principal import Principal
from models.card import ModelCard
from models.forcing import Forcing
from models.gate import objections
from store.base.engine import writing

router = APIRouter(
    prefix="/api/v1/models",
    tags=["models"],
    dependencies=[requires(Right.MODELS_VIEW), Depends(refuse_query)],
)


def _of_all_nodes(who: Who) -> None:
    if who.orgs is not None:
        raise ProblemError(403, "api.models_need_whole_site")


_MANAGES = [requires(Right.MODELS_MANAGE), Depends(_of_all_nodes)]


@contextmanager
def _changing(services: Services, meant: int) -> Iterator[Session]:
    """A transaction for the row of the audit, in which what is in use is changed, one change at a time.

    Raises:
        HTTPException: 412, what is in use is not what was meant.
    """
    with writing(services.engine) as session:
        if meant != len(services.models.history()):
            raise ProblemError(412, "api.models_changed_meanwhile")
        yield session


@router.get("", responses=described(422, 503))
def list_models(models: Models, response: Response) -> ModelsPublic:
    """The models with their cards; what is in use, since when and why; the candidate in shadow. The ETag names what is
    in use."""
    response.headers["ETag"] = etag(models.revision)
    return models.public()


@router.post("/promotions", dependencies=_MANAGES, responses=described(409, 412, 422, 428, 503))
def promote_models(
    asked: PromotionAsked,
    meant: MeantVersion,
    who: Who,
    models: Models,
    services: ServicesOf,
    trail: Trail,
    response: Response,
) -> ModelsPublic:
    """Puts models in use, in place of all that are now; running cameras take them within seconds and lose no dwell.

    409: the gate objects, since the candidate cannot find what is found now, or has not shown in shadow that it sees
    it. With `force` that is asked for (202, `forcing`); it is promoted all the same when somebody else asks for the
    very same with `force`, and the history keeps that.
    """
    cards = [models.card(name) for name in dict.fromkeys(asked.models)]
    against = objections(cards, models.cards_in_use(), models.totals_of(cards))
    if against and not asked.force:
        raise ConflictError("api.gate_objects", objections=against)
    chosen = [card.name for card in cards]
    waiting = services.models.forcing()
    first = waiting if against else None
    if against and not _is_second(first, cards, who):
        with _changing(services, meant) as session:
            told = {"models": chosen, "reason": asked.reason}
            trail.write(session, "model.ask_forcing", "model", chosen[0], after=told)
            services.models.ask_forcing(chosen, asked.reason, who.user_id, who.full_name)
        response.status_code = 202
        return ModelDesk(services).public()
    with _changing(services, meant) as session:
        before = {"models": [one.name for one in models.in_use]}
        after: dict[str, object] = {"models": chosen, "reason": asked.reason, "forced": bool(against)}
        if first:
            after["asked_by"] = first.by_name
        trail.write(session, "model.promote", "model", chosen[0], before=before, after=after)
        evidence = models.evidence(cards, against, (first.by_name, who.full_name) if first else ())
        services.models.promote(chosen, reason=asked.reason, forced=bool(against), evidence=evidence)
    return ModelDesk(services).public()


def _is_second(first: Forcing | None, cards: Sequence[ModelCard], who: Principal) -> bool:
    """Whether somebody else has asked for the very same models."""
    wanted = [card.sha256 for card in cards]
    return first is not None and first.by != who.user_id and [one.sha256 for one in first.models] == wanted


@router.post("/rollback", dependencies=_MANAGES, responses=described(409, 412, 422, 428, 503))
def roll_back_models(
    asked: RollbackAsked, meant: MeantVersion, models: Models, services: ServicesOf, trail: Trail
) -> ModelsPublic:
    """Puts the models in use again that were before the present ones; going on, step by step. 409: there are none."""
    with _changing(services, meant) as session:
        try:
            refs = services.models.before_last()
        except ModelError as error:
            raise ConflictError(error.message) from error
        before = {"models": [one.name for one in models.in_use]}
        after = {"models": [one.name for one in refs], "reason": asked.reason}
        trail.write(session, "model.rollback", "model", refs[0].name, before=before, after=after)
        services.models.rollback(reason=asked.reason)
    return ModelDesk(services).public()


@router.put("/shadow", dependencies=_MANAGES, responses=described(422, 503))
def set_shadow(asked: ShadowAsked, models: Models, services: ServicesOf, trail: Trail) -> ModelsPublic:
    """Lets a candidate look at the frames that the models in use see; nobody is alarmed. Null ends that."""
    if asked.name is not None and models.card(asked.name).sha256 in {one.sha256 for one in models.in_use}:
        raise InputError("api.shadow_model_in_use", field="name", name=asked.name)
    former = services.models.candidate()
    with writing(services.engine) as session:
        before = {"name": former.name if former else None}
        trail.write(session, "model.shadow", "model", asked.name or "none", before=before, after={"name": asked.name})
        services.models.shadow(asked.name)
    return ModelDesk(services).public()
