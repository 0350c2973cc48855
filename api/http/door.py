"""The door of the application: who asks is judged from the headers, and only then is anything of a body read.

FastAPI reads and parses a body before its dependencies are asked. This stands in front of it: it finds the operation,
judges by the operation's own declarations (api.http.access), and lets through as much of a body as the operation takes.
"""

from collections.abc import Sequence

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.access import ADMITTED, declarations, guard
from api.http.authentication import refuse_other_origins, session_secret
from api.http.bounds import BoundedBody, body_bound
from api.http.problems import response_to
from api.http.refusals import note_refusal
from api.http.services import Services, refuse_nul
from core.errors import StorageError

_BEARER = HTTPBearer(auto_error=False)


class Door:
    """Refuses by headers alone whom an operation's declarations do not allow. An address that no operation has is
    passed on: its answer reads no body."""

    def __init__(self, app: ASGIApp, routes: Sequence[APIRoute], services: Services) -> None:
        self._app = app
        self._routes = routes
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._route(scope) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        refusal = await self._refusal(route, scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = BoundedBody(receive, body_bound(route))
        await self._app(scope, body.receive, send)

    def _route(self, scope: Scope) -> APIRoute | None:
        return next((one for one in self._routes if one.matches(scope)[0] is Match.FULL), None)

    async def _refusal(self, route: APIRoute, scope: Scope) -> Response | None:
        request = Request(scope)
        try:
            await self._admit(request, route)
            body_bound(route).check_declared(request.headers)
        except (HTTPException, RequestValidationError, StorageError) as error:
            return await response_to(request, error)
        scope[ADMITTED] = route.name
        return None

    async def _admit(self, request: Request, route: APIRoute) -> None:
        """
        Raises:
            HTTPException, RequestValidationError: the request is refused.
            StorageError: the data base does not answer.
        """
        bearer, secret = await _BEARER(request), session_secret(request)
        declared, services = declarations(route), self._services
        if bearer is None and secret is None:
            # Nobody to be looked up: no thread, no data base, whatever number of these comes.
            guard(request, declared, None, None, services, None)
        else:
            await run_in_threadpool(self._judge, request, route, bearer, secret)
        refuse_other_origins(request, bearer)
        refuse_nul(request)

    def _judge(
        self, request: Request, route: APIRoute, bearer: HTTPAuthorizationCredentials | None, secret: str | None
    ) -> None:
        services = self._services
        tokens = services.store.tokens
        try:
            guard(request, declarations(route), bearer, secret, services, tokens)
        except HTTPException as refused:
            note_refusal(services, request, route.name, refused, with_token=bearer is not None)
            raise
