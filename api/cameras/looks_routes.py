"""Short looks at cameras for those who add them and draw their zones: measured figures, and one picture."""

import hashlib
import io
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from api.cameras.desk import CameraDesk, Desk
from api.cameras.schemas import AddressAsked, ProbePublic, ViewPublic
from api.http.access import MISSING_RIGHT, Right, requires
from api.http.audit_trail import Trail
from api.http.problems import ProblemError, described
from api.http.services import refuse_query
from core.domain import Image
from core.errors import ConflictError, InputError, SourceError, StreamError
from core.geometry import Polygon
from core.site import VIEW_PATTERN, Camera, redacted
from evidence.drawing.pictures import SHOWN_QUALITY, blackened, read_picture, to_pillow
from evidence.package.storage import write_atomic

router = APIRouter(
    prefix="/api/v1",
    tags=["cameras"],
    dependencies=[requires(Right.CAMERAS_VIEW), Depends(refuse_query)],
)

_EDITS = [requires(Right.CAMERAS_EDIT)]
ViewName = Annotated[str, Path(pattern=VIEW_PATTERN)]
_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}


@router.post("/camera-probes", dependencies=_EDITS, responses=described(404, 409, 422, 503))
def probe_camera(asked: AddressAsked, desk: Desk, trail: Trail) -> ProbePublic:
    """Connects to an address for some seconds and says what came; keeps nothing."""
    address = desk.address(asked.source, asked.camera_id)
    trail.note("camera.probe", "camera", asked.camera_id or "new", after={"source": redacted(address)})
    try:
        return ProbePublic.model_validate(desk.line.probe(address, asked.transport))
    except StreamError as error:
        raise InputError("core.cause", field="source", cause=error) from error


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
        content = _jpeg(desk.line.picture(address, asked.transport), masks)
    except StreamError as error:
        raise InputError("core.cause", field="source", cause=error) from error
    return Response(content, media_type="image/jpeg")


@router.get(
    "/cameras/{camera_id}/snapshot",
    response_class=Response,
    responses={**_JPEG, **described(404, 409, 422, 503)},
)
def get_camera_snapshot(camera_id: str, desk: Desk, trail: Trail) -> Response:
    """One picture of a camera, its privacy masks black: for those who draw its zones, or confirm what others drew."""
    _check_may_look(desk)
    camera = desk.seen(camera_id).camera
    trail.viewed("camera", camera_id, "camera.snapshot")
    return Response(_jpeg(_picture(camera, desk), camera.privacy_masks), media_type="image/jpeg")


@router.post(
    "/cameras/{camera_id}/views", status_code=201, dependencies=_EDITS, responses=described(404, 409, 422, 503)
)
def take_view(camera_id: str, desk: Desk, trail: Trail) -> ViewPublic:
    """Keeps a picture of where the camera looks now, its privacy masks black; a preset that names it is known by it."""
    camera = desk.seen(camera_id).camera
    content = _jpeg(_picture(camera, desk), camera.privacy_masks)
    view = hashlib.sha256(content).hexdigest()[:16]
    write_atomic(desk.view_path(camera_id, view), content)
    trail.note("camera.view", "camera", camera_id, after={"view": view})
    return ViewPublic(view=view)


@router.get(
    "/cameras/{camera_id}/views/{view}",
    response_class=Response,
    responses={**_JPEG, **described(404, 422, 503)},
)
def get_view(camera_id: str, view: ViewName, desk: Desk, trail: Trail) -> Response:
    """The picture by which a preset is known: for whoever may take a picture of the camera."""
    _check_may_look(desk)
    camera, path = desk.seen(camera_id).camera, desk.view_path(camera_id, view)
    if not path.is_file():
        raise ProblemError(404, "api.camera_picture_unknown", view=view)
    trail.viewed("camera", camera_id, "camera.view.look", after={"view": view})
    # Masks may have been drawn since.
    return Response(_jpeg(read_picture(path), camera.privacy_masks), media_type="image/jpeg")


def _check_may_look(desk: CameraDesk) -> None:
    if not {Right.CAMERAS_EDIT, Right.RELAXATIONS_CONFIRM} & desk.who.rights:
        raise ProblemError(403, "api.picture_needs_right", kind=MISSING_RIGHT)


def _picture(camera: Camera, desk: CameraDesk) -> Image:
    address = desk.store.camera_changes.address(camera.id, camera.source) or camera.source
    try:
        return desk.line.picture(address, camera.transport)
    except (SourceError, StreamError) as error:
        raise ConflictError(error.message) from error


def _jpeg(image: Image, masks: Sequence[Polygon]) -> bytes:
    target = io.BytesIO()
    to_pillow(blackened(image, masks)).save(target, "JPEG", quality=SHOWN_QUALITY)
    return target.getvalue()
