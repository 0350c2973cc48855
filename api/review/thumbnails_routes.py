"""Small stills for lists."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from api.http.access import Right, requires
from api.http.audit_trail import Trail
from api.http.pictures import PictureError, thumbnail
from api.http.problems import ProblemError, described
from api.http.services import refuse_query
from api.packages.package_folder import PackageFolder
from api.review.desk import Desk

# With privacy masks and boxes; the first of them that is there.
_SHOWN = ("marked/violation.jpg", "marked/last_seen.jpg", "composite.jpg")

router = APIRouter(
    prefix="/api/v1/packages",
    tags=["packages"],
    dependencies=[requires(Right.EVENTS_VIEW, Right.EVIDENCE_VIEW), Depends(refuse_query)],
)


@router.get(
    "/{package_id}/thumbnail",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}},
        304: {"description": "not modified"},
        **described(404, 422, 500, 503),
    },
)
def get_package_thumbnail(
    package_id: str, desk: Desk, trail: Trail, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """A small picture of the violation, marked and with privacy masks. A package never changes: it may be kept.

    That somebody looks at lists with pictures is noted in the audit once in a while, not for each picture.
    """
    record = desk.store.packages.get(package_id)
    if record is None or not desk.store.scopes.sees_package(package_id, desk.who.orgs):
        raise ProblemError(404, "api.package_unknown", package_id=package_id)
    trail.viewed("packages", "thumbnails", "evidence.thumbnails")
    headers = {"ETag": f'"{record.manifest_sha256}-small"', "Cache-Control": "private, max-age=86400"}
    if headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    folder = PackageFolder(desk.services.packages_folder, record)
    found = next((place for name in _SHOWN if (place := folder.sound(name))), None)
    if found is None:
        raise ProblemError(404, "api.package_holds_no_picture")
    try:
        return Response(thumbnail(found), media_type="image/jpeg", headers=headers)
    except PictureError as error:
        raise ProblemError(404, error.message) from error
