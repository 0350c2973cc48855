"""Cameras and how their streams are doing."""

from fastapi import APIRouter, Depends, HTTPException

from api.access import Right, Who, requires
from api.dependencies import CameraStates, ServicesOf, Sites, refuse_query
from api.problems import described
from api.schemas import CameraDetail, CameraSummary, StreamPublic

router = APIRouter(
    prefix="/api/v1/cameras",
    tags=["cameras"],
    dependencies=[requires(Right.CAMERAS_VIEW), Depends(refuse_query)],
)


@router.get("", responses=described(422, 503))
def list_cameras(sites: Sites, states: CameraStates, services: ServicesOf, who: Who) -> list[CameraSummary]:
    """Every camera of the site that is seen from one's node, in the site's order."""
    site = sites.load()
    now, reported = services.clock.utc(), states.all()
    streams = {camera_id: StreamPublic.of(one, now) for camera_id, one in reported.items()}
    seen = [camera for camera in (site.cameras if site else ()) if who.sees(camera)]
    return [CameraSummary.of(camera, streams.get(camera.id)) for camera in seen]


@router.get("/{camera_id}", responses=described(404, 422, 503))
def get_camera(camera_id: str, sites: Sites, states: CameraStates, services: ServicesOf, who: Who) -> CameraDetail:
    """One camera with its presets and zones."""
    site = sites.load()
    camera = next((one for one in site.cameras if one.id == camera_id), None) if site else None
    if camera is None or not who.sees(camera):
        raise HTTPException(404, f"there is no camera {camera_id}")
    reported = states.all().get(camera_id)
    return CameraDetail.of(camera, StreamPublic.of(reported, services.clock.utc()) if reported else None)
