"""Access tokens for machines: a part of their owner's rights, for some time, told once."""

from datetime import timedelta

from fastapi import APIRouter, Depends

from api.accounts.schemas import TokenCreate, TokenPublic, TokenWithSecret
from api.http.access import Right, Who, fresh, requires
from api.http.audit_trail import actor_of
from api.http.fields import Number
from api.http.problems import ProblemError, described
from api.http.services import Stored, refuse_query

router = APIRouter(
    prefix="/api/v1/tokens",
    tags=["tokens"],
    dependencies=[requires(Right.TOKENS_OWN), Depends(refuse_query)],
)


@router.get("", responses=described(422, 503))
def list_tokens(who: Who, store: Stored) -> list[TokenPublic]:
    """One's own tokens, the newest first, those that no longer work included."""
    return [TokenPublic.model_validate(token) for token in store.tokens.of_user(who.user_id)]


@router.post("", status_code=201, dependencies=[fresh()], responses=described(422, 503))
def create_token(wanted: TokenCreate, who: Who, store: Stored) -> TokenWithSecret:
    """Makes a token. It never may more than its owner may at that moment, and sees what the owner sees."""
    missing = sorted(wanted.rights - who.rights)
    if missing:
        raise ProblemError(403, "api.rights_not_yours_to_give", field="rights", rights=missing)
    lasts = timedelta(days=wanted.days)
    token, secret = store.tokens.create(who.user_id, wanted.name, wanted.rights, lasts, actor_of(who))
    return TokenWithSecret(**TokenPublic.model_validate(token).model_dump(), secret=secret)


@router.delete("/{token_id}", status_code=204, responses=described(404, 422, 503))
def revoke_token(token_id: Number, who: Who, store: Stored) -> None:
    """Makes one of one's own tokens useless."""
    if not store.tokens.revoke(token_id, actor_of(who), who.user_id):
        raise ProblemError(404, "api.own_token_unknown", token_id=token_id)
