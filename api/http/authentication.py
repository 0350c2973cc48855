"""Recognises who asks: a machine by its access token, a person by the session's cookie."""

import hashlib
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.http.problems import ProblemError
from api.http.services import Services
from core.principal import Principal
from store.accounts.tokens import TokenRepository

SESSION_COOKIE = "jiejing_session"
DEVICE_COOKIE = "jiejing_device"
# Over TLS: browsers take it from this host alone, for every path, and never without TLS.
HOST_PREFIX = "__Host-"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False, scheme_name="token"))]
_Described = Annotated[str | None, Depends(APIKeyCookie(name=SESSION_COOKIE, auto_error=False, scheme_name="session"))]


def cookie_name(request: Request, name: str) -> str:
    """What a cookie of ours is called on this connection."""
    return HOST_PREFIX + name if request.url.scheme == "https" else name


def session_secret(request: Request) -> str | None:
    """The secret of the session that a request names."""
    return request.cookies.get(cookie_name(request, SESSION_COOKIE)) or None


def _session_secret(request: Request, _: _Described) -> str | None:
    return session_secret(request)


def _device_secret(request: Request) -> str | None:
    return request.cookies.get(cookie_name(request, DEVICE_COOKIE))


SessionSecret = Annotated[str | None, Depends(_session_secret)]
# Of a browser from which somebody signed in before.
DeviceSecret = Annotated[str | None, Depends(_device_secret)]


def recognise(
    request: Request,
    bearer: HTTPAuthorizationCredentials | None,
    secret: str | None,
    services: Services,
    tokens: TokenRepository | None,
) -> Principal | None:
    """Who asks; None if nobody is recognised. What a browser sends by itself changes nothing: an unsafe method needs
    the session's CSRF token, too.

    Raises:
        HTTPException: 403, a session without its CSRF token.
    """
    if bearer is not None and tokens is not None:
        return tokens.find(bearer.credentials, address_of(request))
    if secret is None:
        return None
    found = services.store.sessions.find(secret, address_of(request))
    if found and request.method not in SAFE_METHODS:
        given = request.headers.get(CSRF_HEADER, "")
        if not secrets.compare_digest(given.encode(), csrf_token(secret).encode()):
            raise ProblemError(403, "api.csrf_header_wrong", header=CSRF_HEADER)
    return found


def csrf_token(secret: str) -> str:
    """The token that a page of ours sends along; from the session's secret, which no page can read."""
    return hashlib.sha256(f"csrf:{secret}".encode()).hexdigest()


def address_of(request: Request) -> str:
    """The address that the request came from."""
    return request.client.host[:64] if request.client else "unknown"


def refuse_other_origins(request: Request, bearer: HTTPAuthorizationCredentials | None) -> None:
    """What another site's page makes a browser send is refused.

    Raises:
        HTTPException: 403.
    """
    if request.method in SAFE_METHODS or bearer is not None:
        return
    origin = request.headers.get("origin") or request.headers.get("referer")
    if origin and _host_of(origin) != request.headers.get("host"):
        raise ProblemError(403, "api.sent_by_another_site")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
