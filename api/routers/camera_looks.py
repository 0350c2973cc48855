"""Short looks at cameras for those who add them and draw their zones: measured figures, and one picture."""

import io
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Response

from api.access import MISSING_RIGHT, Right, requires
from api.camera_desk import Desk
from api.camera_schemas import AddressAsked, ProbePublic
from api.dependencies import refuse_query
from api.problems import ProblemError, described
from api.trail import Trail
from core.domain import Image
from core.errors import ConflictError, InputError, SourceError, StreamError
from core.geometry import Polygon
from core.site import redacted
from evidence.pictures import SHOWN_QUALITY, blackened, to_pillow

router = APIRouter(
    prefix="/api/v1",
    tags=["cameras"],
    dependencies=[requires(Right.CAMERAS_VIEW), Depends(refuse_query)],
)

_EDITS = [requires(Right.CAMERAS_EDIT)]
_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}


@router.post("/camera-probes", dependencies=_EDITS, responses=described(404, 409, 422, 503))
def probe_camera(asked: AddressAsked, desk: Desk, trail: Trail) -> ProbePublic:
    """Connects to an address for some seconds and says what came; keeps nothing."""
    address = desk.address(asked.source, asked.camera_id)
    trail.note("camera.probe", "camera", asked.camera_id or "new", after={"source": redacted(address)})
    try:
        return ProbePublic.model_validate(desk.line.probe(address, asked.transport))
    except StreamError as error:
        raise InputError(f"source: {error}") from error


@router.post(
    "/camera-snapshots",
    dependencies=_EDITS,
    response_class=Response,
    responses={**_JPEG, **described(404, 409, 422, 503)},
)
def take_snapshot(asked: AddressAsked, desk: Desk, trail: Trail) -> Response:
    """One picture of an address that is being added; of a known camera with its privacy masks."""
    address = desk.address(asked.source, asked.camera_id)
    masks = desk.seen(asked.camera_id).camera.privacy_masks if asked.camera_id else ()
    trail.note("camera.snapshot", "camera", asked.camera_id or "new", after={"source": redacted(address)})
    try:
        return _jpeg(desk.line.picture(address, asked.transport), masks)
    except StreamError as error:
        raise InputError(f"source: {error}") from error


@router.get(
    "/cameras/{camera_id}/snapshot",
    response_class=Response,
    responses={**_JPEG, **described(404, 409, 422, 503)},
)
def get_camera_snapshot(camera_id: str, desk: Desk, trail: Trail) -> Response:
    """One picture of a camera, its privacy masks black: for those who draw its zones, or confirm what others drew."""
    if not {Right.CAMERAS_EDIT, Right.RELAXATIONS_CONFIRM} & desk.who.rights:
        raise ProblemError(403, MISSING_RIGHT, "this needs the right cameras.edit or relaxations.confirm")
    camera = desk.seen(camera_id).camera
    trail.viewed("camera", camera_id, "camera.snapshot")
    address = desk.changes.address(camera_id, camera.source) or camera.source
    try:
        return _jpeg(desk.line.picture(address, None), camera.privacy_masks)
    except (SourceError, StreamError) as error:
        raise ConflictError(str(error)) from error


def _jpeg(image: Image, masks: Sequence[Polygon]) -> Response:
    target = io.BytesIO()
    to_pillow(blackened(image, masks)).save(target, "JPEG", quality=SHOWN_QUALITY)
    return Response(target.getvalue(), media_type="image/jpeg")
