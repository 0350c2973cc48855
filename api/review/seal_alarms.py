"""What the data base says otherwise than a seal, and a seal that does not hold, are alarms: a row of the audit each, as
whoever looked found it, and counted. Looked at again, the same is one row in ten minutes."""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from api.http.audit_trail import AuditTrail
from api.http.problems import response
from api.http.seal_counts import BROKEN, DIFFERS
from api.http.services import Services
from api.packages.schemas import DifferencePublic
from api.review.schemas import OpeningPublic
from core.errors import StorageError
from core.messages import message_of
from core.principal import Principal
from evidence.signing.removals import removal_of

_log = logging.getLogger(__name__)


def note_seals(openings: Iterable[OpeningPublic], home: Path, trail: AuditTrail) -> None:
    """Adds the rows for what was found in the openings of an event."""
    for one in openings:
        primary = next((package for package in one.packages if package.kind == "primary"), None)
        if primary is None:
            continue
        if one.fault and removal_of(home, primary.package_id) is None:
            trail.alarmed(BROKEN, primary.package_id, after={"fault": one.fault.text})
        if one.differences:
            trail.alarmed(
                DIFFERS, primary.package_id, after={"differences": [_plain(each) for each in one.differences]}
            )


async def broken_evidence(request: Request, error: Exception) -> JSONResponse:
    """Answers where evidence was asked for that cannot be believed."""
    _log.warning("%s", error)
    services: Services = request.app.state.services
    package_id: str | None = request.path_params.get("package_id")
    who: Principal | None = getattr(request.state, "principal", None)
    if package_id and who:
        await run_in_threadpool(_note, services, who, package_id, str(error))
    return response(HTTPStatus.INTERNAL_SERVER_ERROR, message_of(error))


def _note(services: Services, who: Principal, package_id: str, fault: str) -> None:
    if removal_of(services.home, package_id):
        return
    try:
        AuditTrail(who, services).alarmed(BROKEN, package_id, after={"fault": fault})
    except StorageError as error:
        _log.error("package %s: its fault is not in the audit: %s", package_id, error)


def _plain(found: DifferencePublic) -> dict[str, str]:
    return {"field": found.field, "stored": found.stored[:200], "sealed": found.sealed[:200]}
