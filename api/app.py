"""The application factory."""

from collections.abc import Iterable
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

from api.accounts import (
    acts_routes,
    all_tokens_routes,
    nodes_routes,
    own_account_routes,
    session_routes,
    tokens_routes,
    users_routes,
)
from api.cameras import cameras_routes, legal_routes, looks_routes, relaxations_routes, sheet_routes
from api.http import access, problems
from api.http.body_timeouts import Patience
from api.http.compression import PackedLists
from api.http.door import Door
from api.http.headers import SecurityHeaders
from api.http.services import Services
from api.live import live_routes, updates_routes
from api.models import models_routes
from api.packages import packages_routes
from api.review import (
    attachments_routes,
    events_routes,
    evidence_requests_routes,
    review_routes,
    thumbnails_routes,
    training_data_routes,
)
from api.review.seal_alarms import broken_evidence
from api.statistics import statistics_routes, supervision_routes
from api.system import audit_routes, health_routes, metrics, system_routes
from core.errors import EvidenceError

API_VERSION = "1"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_REVIEW = (
    events_routes,
    review_routes,
    evidence_requests_routes,
    attachments_routes,
    thumbnails_routes,
    statistics_routes,
    updates_routes,
    live_routes,
    training_data_routes,
)
_CAMERAS = (cameras_routes, looks_routes, sheet_routes, relaxations_routes, legal_routes)
_REST = (
    session_routes,
    own_account_routes,
    packages_routes,
    users_routes,
    acts_routes,
    all_tokens_routes,
    nodes_routes,
    tokens_routes,
    audit_routes,
    supervision_routes,
    models_routes,
    system_routes,
    health_routes,
)
ROUTERS = (*(module.router for module in (*_REVIEW, *_CAMERAS, *_REST)), packages_routes.keys_router)
_GUARD = [Depends(access.admitted)]
OPERATIONS = tuple(route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))


def create_app(services: Services, hosts: Iterable[str] = LOOPBACK_NAMES) -> FastAPI:
    """The API over one installation.

    Args:
        hosts: names by which it may be addressed. A page from elsewhere whose name was made to point here
            (DNS rebinding) is refused by its own name.
    """
    app = FastAPI(
        title="街镜 Jiejing",
        version=API_VERSION,
        # The description is one of our own operations (api.system.health_routes), for those who are signed in.
        openapi_url=None,
        # Their pages load scripts from outside; no request leaves the house.
        docs_url=None,
        redoc_url=None,
        # Of what is added afterwards, too.
        dependencies=_GUARD,
    )
    app.state.services = services
    app.state.metrics = metrics.registry_of(services)
    app.add_middleware(Door, routes=OPERATIONS, services=services)
    app.add_middleware(PackedLists)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Patience)
    problems.install(app)
    app.add_exception_handler(EvidenceError, broken_evidence)
    app.router.routes.extend(_routes())
    access.describe(app, ROUTERS)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every operation with the guard before it. They know no installation: a process makes them once."""
    guarded = APIRouter(dependencies=_GUARD, generate_unique_id_function=_operation_id)
    for router in ROUTERS:
        guarded.include_router(router)
    return tuple(guarded.routes)


def _operation_id(route: APIRoute) -> str:
    return route.name
