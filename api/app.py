"""The application factory."""

from collections.abc import Iterable

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import access, metrics, problems
from api.dependencies import Services
from api.door import Door
from api.headers import SecurityHeaders
from api.packed_lists import PackedLists
from api.patience import Patience
from api.routers import (
    account_acts,
    all_tokens,
    attachments,
    audit,
    camera_looks,
    camera_tables,
    cameras,
    events,
    evidence_requests,
    health,
    legal,
    live,
    models,
    nodes,
    own_account,
    packages,
    relaxations,
    review,
    session,
    statistics,
    stream,
    supervision,
    system,
    thumbnails,
    tokens,
    training_data,
    users,
)
from api.seal_alarms import broken_evidence
from core.errors import EvidenceError

API_VERSION = "1"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_REVIEW = (events, review, evidence_requests, attachments, thumbnails, statistics, stream, live, training_data)
_REST = (
    session,
    own_account,
    packages,
    users,
    account_acts,
    all_tokens,
    nodes,
    tokens,
    audit,
    supervision,
    models,
    system,
    health,
)
_CAMERAS = (cameras, camera_looks, camera_tables, relaxations, legal)
ROUTERS = (*(one.router for one in (*_REVIEW, *_CAMERAS, *_REST)), packages.keys_router)
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
        # The description is one of our own operations (api.routers.health), for those who are signed in.
        openapi_url=None,
        # Their pages load scripts from outside; no request leaves the house.
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        dependencies=[Depends(access.admitted)],
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
    for router in ROUTERS:
        app.include_router(router)
    access.describe(app, ROUTERS)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
