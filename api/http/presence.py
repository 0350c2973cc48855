"""Whether somebody who watches is still there, and still may: asked again and again while an answer goes on."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from api.http.authentication import Bearer, SessionSecret, address_of
from api.http.services import Stored
from core.principal import Principal

# How soon after its end a session's streams end too.
CHECK_S = 5.0

Presence = Callable[[], Principal | None]


def _presence(request: Request, bearer: Bearer, secret: SessionSecret, store: Stored) -> Presence:
    """Says who asks by now. A stream that is open keeps no session alive: only what a person does does."""

    def found() -> Principal | None:
        if bearer is not None:
            return store.tokens.find(bearer.credentials, address_of(request))
        return store.sessions.find(secret, address_of(request), keeps_alive=False) if secret else None

    return found


StillThere = Annotated[Presence, Depends(_presence)]
