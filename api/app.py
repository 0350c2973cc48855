"""The application factory."""

from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import metrics, problems
from api.dependencies import Services
from api.routers import cameras, events, health, packages

API_VERSION = "1"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def create_app(services: Services, hosts: Iterable[str] = LOOPBACK_NAMES) -> FastAPI:
    """The API over one installation.

    Args:
        hosts: names by which it may be addressed. A page from elsewhere whose name was made to point here
            (DNS rebinding) is refused by its own name.
    """
    app = FastAPI(
        title="街镜 Jiejing",
        version=API_VERSION,
        openapi_url="/api/v1/openapi.json",
        # Their pages load scripts from outside; no request leaves the house.
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.services = services
    app.state.metrics = metrics.registry_of(services)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    problems.install(app)
    for router in (events.router, packages.router, cameras.router, health.router):
        app.include_router(router)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
