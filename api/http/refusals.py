"""What was refused is in the audit, too: who tried what without the right, and from where a token came that is none.

A program that tries again and again would fill the audit: the same refusal is one row in ten minutes. A session that
has ended is no attempt, and no row; nor is one in which a code has to be given again first.
"""

from fastapi import Request
from starlette.exceptions import HTTPException

from api.http.access import STEP_UP_REQUIRED
from api.http.audit_trail import actor_of
from api.http.authentication import address_of
from api.http.services import Services
from core.principal import Principal
from store.audit.log import Actor, Deed

_FORBIDDEN, _UNRECOGNISED = 403, 401


def note_refusal(
    services: Services, request: Request, operation: str, refused: HTTPException, *, with_token: bool
) -> None:
    """Adds the row for a request that the door refused, unless the same was refused lately.

    Args:
        operation: the name of the operation that was asked for.
        with_token: whether it came with an access token.
    """
    if getattr(refused, "kind", None) == STEP_UP_REQUIRED:
        return
    who: Principal | None = getattr(request.state, "principal", None)
    actor = actor_of(who) if who else Actor(None, "", None, address_of(request))
    if refused.status_code == _FORBIDDEN:
        deed = Deed("access.refused", "operation", operation)
        seen: tuple[object, ...] = (actor, deed.action, operation)
    elif refused.status_code == _UNRECOGNISED and with_token:
        deed = Deed("token.refused", "operation", operation)
        seen = (actor, deed.action)
    else:
        return
    if services.views.is_new(seen, services.clock.utc()):
        services.store.audit.note(actor, deed)
