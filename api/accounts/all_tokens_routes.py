"""Access tokens of everybody, for the administrators of accounts."""

from fastapi import APIRouter, Depends

from api.accounts.schemas import OwnedTokenPublic
from api.http.access import Right, Who, requires
from api.http.audit_trail import actor_of
from api.http.fields import Number
from api.http.problems import ProblemError, described
from api.http.services import Stored, refuse_query

router = APIRouter(
    prefix="/api/v1/all-tokens",
    tags=["tokens"],
    dependencies=[requires(Right.USERS_VIEW), Depends(refuse_query)],
)


@router.get("", responses=described(422, 503))
def list_all_tokens(store: Stored) -> list[OwnedTokenPublic]:
    """Every access token and whose it is, the newest first, those that no longer work included."""
    found = store.tokens.all()
    # Read after what names them: nobody is missing who was made meanwhile.
    known = {user.user_id: user for user in store.users.all()}
    return [OwnedTokenPublic.of(token, known[token.user_id]) for token in found]


@router.delete("/{token_id}", status_code=204, responses=described(404, 422, 503))
def revoke_any_token(token_id: Number, who: Who, store: Stored) -> None:
    """Makes a token useless, whoever has it. Another takes its owner to make."""
    if not store.tokens.revoke(token_id, actor_of(who)):
        raise ProblemError(404, "api.token_unknown", token_id=token_id)
