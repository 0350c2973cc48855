"""For those who watch over the service: is it alive, is it ready, what does it measure."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Engine

from api.http.access import Right, anyone, nearby_or, signed_in
from api.http.problems import Fault, described, response
from api.http.services import ServicesOf, refuse_query
from api.system.duties import troubles
from core.errors import StorageError
from core.messages import Message
from evidence.package.storage import storing
from store.base import migrate

router = APIRouter(tags=["health"])

NoQuery = Depends(refuse_query)


@router.get("/", dependencies=[anyone(), NoQuery])
def get_index() -> dict[str, str]:
    """Where to go from here."""
    return {"name": "街镜 Jiejing", "openapi": "/api/v1/openapi.json", "events": "/api/v1/events", "alive": "/healthz"}


@router.get("/healthz", dependencies=[anyone(), NoQuery])
def get_health() -> dict[str, str]:
    """Answers as long as the process is alive."""
    return {"status": "alive"}


@router.get("/readyz", dependencies=[nearby_or(Right.SYSTEM_VIEW), NoQuery], responses=described(503))
def get_readiness(services: ServicesOf) -> Response:
    """Whether the data base and the packages folder can be used; 503 says what is wrong. `degraded` names the duties
    of either process that are not done, while requests are answered all the same."""
    checks: dict[str, Callable[[], Message | None]] = {
        "database": lambda: services.asked_database.get(
            lambda: _database_fault(services.engine), lambda: Message("api.database_does_not_answer")
        ),
        "packages": lambda: _folder_fault(services.packages_folder),
    }
    causes = {name: check() for name, check in checks.items()}
    faults = [Fault.of(name, cause) for name, cause in causes.items() if cause]
    if faults:
        return response(503, Message("api.not_ready", causes=[cause for cause in causes.values() if cause]), faults)
    found = troubles(services)
    if not found:
        return Response('{"status":"ready"}', media_type="application/json")
    told = {"status": "degraded", "duties": [one.model_dump(mode="json") for one in found]}
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/json")


@router.get(
    "/metrics",
    dependencies=[nearby_or(Right.METRICS_VIEW), NoQuery],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def get_metrics(request: Request) -> Response:
    """Measurements in the text format of Prometheus."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/v1/openapi.json", dependencies=[signed_in(), NoQuery])
def get_openapi(request: Request) -> dict[str, Any]:
    """This description."""
    document: dict[str, Any] = request.app.openapi()
    return document


def _database_fault(engine: Engine) -> Message | None:
    try:
        found = migrate.current(engine)
    except StorageError as error:
        return error.message
    if found != migrate.head():
        return Message("api.database_not_migrated", found=found or Message("api.nothing_yet"), wanted=migrate.head())
    return None


def _folder_fault(folder: Path) -> Message | None:
    # Asking for permissions would not notice a full or read-only disk.
    try:
        with storing(folder), TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except StorageError as error:
        return error.message
    return None
