"""Where the picture of a miss lies, and whether the box is in it."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from PIL import Image

from api.http.problems import ProblemError, wrong_field
from api.packages.package_folder import PackageFolder
from api.review.decided_archive import EVENT_STILL
from api.review.desk import ReviewDesk
from api.review.requests import AttachedPicture, MissAsked, PackagePicture
from core.messages import Message
from store.review.records import Miss


@dataclass(frozen=True)
class _Found:
    """A picture: where it lies, its name relative to the home, its event; `opening` if it is the still of that."""

    path: Path
    name: str
    event_id: str
    opening: int | None = None


def miss_of(asked: MissAsked, desk: ReviewDesk) -> tuple[Miss, str]:
    """The miss, on a picture that is there and may be seen; and the event of the picture.

    Raises:
        HTTPException: 404, there is no such picture.
        RequestValidationError: the picture is of another camera, or the box does not lie in it.
    """
    found = _find(asked.picture, desk)
    history = desk.store.events.get(found.event_id)
    # The masks of that camera are laid over the picture later.
    if history is None or history.event.camera_id != asked.camera_id:
        raise wrong_field("camera_id", Message("api.picture_of_another_camera"))
    with Image.open(found.path) as picture:
        _check_box(asked.box, picture.size)
    miss = Miss(
        miss_id=uuid4().hex,
        camera_id=asked.camera_id,
        event_id=None if found.opening is None else found.event_id,
        opening=found.opening,
        picture=found.name,
        label=asked.label,
        box_xyxy_px=asked.box,
        utc=asked.utc,
        note=asked.note.strip(),
        author_id=desk.who.user_id,
        author_name=desk.who.full_name,
        marked_at=desk.now,
    )
    return miss, found.event_id


def _find(wanted: PackagePicture | AttachedPicture, desk: ReviewDesk) -> _Found:
    if isinstance(wanted, PackagePicture):
        return _of_package(wanted, desk)
    attached = desk.store.attachments.get(wanted.attachment_id)
    if attached is None or not desk.store.scopes.sees_event(attached.event_id, desk.who.orgs):
        raise ProblemError(404, "api.attachment_unknown", attachment_id=wanted.attachment_id)
    folder = desk.services.attachments_folder
    return _Found(folder / attached.path, f"{folder.name}/{attached.path}", attached.event_id)


def _of_package(wanted: PackagePicture, desk: ReviewDesk) -> _Found:
    record = desk.store.packages.get(wanted.package_id)
    if record is None or not desk.store.scopes.sees_package(wanted.package_id, desk.who.orgs):
        raise ProblemError(404, "api.package_unknown", package_id=wanted.package_id)
    folder = desk.services.packages_folder
    found = PackageFolder(folder, record).sound(wanted.path)
    if found is None:
        raise ProblemError(404, "api.package_holds_no_file", path=wanted.path)
    is_still = record.kind == "primary" and wanted.path == EVENT_STILL
    name = f"{folder.name}/{record.path}/{wanted.path}"
    return _Found(found, name, record.event_id, record.opening if is_still else None)


def _check_box(box: tuple[float, float, float, float], size_wh: tuple[int, int]) -> None:
    x1, y1, x2, y2 = box
    if not (0 <= x1 < x2 <= size_wh[0] and 0 <= y1 < y2 <= size_wh[1]):
        cause = Message("api.box_outside_picture", width=size_wh[0], height=size_wh[1])
        raise wrong_field("box", cause)
