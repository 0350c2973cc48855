"""Cameras: how their streams do, what is watched in them, and who changes that."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.cameras.desk import Desk
from api.cameras.schemas import (
    CameraCreate,
    CameraDetail,
    CameraSummary,
    CameraWrite,
    RemovalQuery,
    SceneWrite,
    ZoneOptions,
)
from api.http.access import Right, requires
from api.http.etags import MeantVersion
from api.http.problems import described
from api.http.services import ServicesOf, refuse_query
from api.system.duties import duties_of_run
from api.system.schemas import StreamPublic

router = APIRouter(
    prefix="/api/v1",
    tags=["cameras"],
    dependencies=[requires(Right.CAMERAS_VIEW)],
)

_NO_QUERY = [Depends(refuse_query)]
_EDITS = [*_NO_QUERY, requires(Right.CAMERAS_EDIT)]
_CHANGES = described(404, 409, 412, 422, 428, 503)


@router.get("/cameras", dependencies=_NO_QUERY, responses=described(422, 503))
def list_cameras(services: ServicesOf, desk: Desk) -> list[CameraSummary]:
    """Every camera of the site that is seen from one's node, in the site's order."""
    site = desk.store.sites.load()
    now, reported = services.clock.utc(), desk.store.camera_states.all()
    duties = duties_of_run(services.home) or ()
    streams = {camera_id: StreamPublic.of(one, now, duties) for camera_id, one in reported.items()}
    seen = [camera for camera in (site.cameras if site else ()) if desk.who.sees(camera)]
    waiting = {request.camera_id for request in desk.store.relaxations.all("waiting", desk.who.orgs)}
    return [CameraSummary.of(camera, streams.get(camera.id), now, waits=camera.id in waiting) for camera in seen]


@router.get("/zone-options", dependencies=_NO_QUERY, responses=described(422))
def get_zone_options() -> ZoneOptions:
    """The violation types with the defaults of their rules, and the labels of things."""
    return ZoneOptions.all()


@router.get("/cameras/{camera_id}", dependencies=_NO_QUERY, responses=described(404, 422, 503))
def get_camera(camera_id: str, desk: Desk, response: Response) -> CameraDetail:
    """One camera with its presets and zones; the ETag names its version."""
    return desk.detail(desk.seen(camera_id), response)


@router.post("/cameras", status_code=201, dependencies=_EDITS, responses=described(409, 422, 503))
def create_camera(asked: CameraCreate, desk: Desk, response: Response) -> CameraDetail:
    """Adds a camera at the end of the site."""
    camera = desk.wanted(asked, asked.id, None)
    return desk.detail(desk.store.camera_changes.create(camera, desk.person), response)


@router.put("/cameras/{camera_id}", dependencies=_EDITS, responses=_CHANGES)
def replace_camera(
    camera_id: str, asked: CameraWrite, version: MeantVersion, desk: Desk, response: Response
) -> CameraDetail:
    """Changes a camera that is as it was read; its legal record stays. What takes from rules in force, or from privacy,
    waits for a second person (`waiting`); the rest holds at once."""
    camera = desk.wanted(asked, camera_id, desk.seen(camera_id).camera)
    return desk.detail(desk.store.camera_changes.change(camera, version, desk.person, asked.reason), response)


@router.put("/cameras/{camera_id}/zones", dependencies=_EDITS, responses=_CHANGES)
def replace_zones(
    camera_id: str, asked: SceneWrite, version: MeantVersion, desk: Desk, response: Response
) -> CameraDetail:
    """Changes the presets, zones and privacy masks of a camera alone, as replacing it does."""
    camera = desk.with_scene(asked, desk.seen(camera_id).camera)
    return desk.detail(desk.store.camera_changes.change(camera, version, desk.person, asked.reason), response)


@router.delete(
    "/cameras/{camera_id}",
    status_code=204,
    dependencies=[requires(Right.CAMERAS_EDIT)],
    response_model=None,
    responses={202: {"model": CameraDetail, "description": "it waits for a second person"}, **_CHANGES},
)
def remove_camera(
    camera_id: str, query: Annotated[RemovalQuery, Query()], version: MeantVersion, desk: Desk
) -> Response:
    """Takes a camera out of service, not its events. Where rules are in force this waits for a second person."""
    kept = desk.seen(camera_id)
    if desk.store.camera_changes.remove(camera_id, version, desk.person, query.reason) is None:
        return Response(status_code=204)
    answer = Response(status_code=202, media_type="application/json")
    answer.body = desk.detail(kept, answer).model_dump_json(by_alias=True).encode()
    answer.headers["Content-Length"] = str(len(answer.body))
    return answer
