"""Cameras as the one who asks may see and change them: everything that their routers need, in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import Depends, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.cameras.schemas import CameraDetail, CameraWrite, SceneWrite
from api.http.access import Who
from api.http.audit_trail import actor_of
from api.http.etags import etag
from api.http.problems import ProblemError
from api.http.services import Services, ServicesOf
from api.system.duties import duties_of_run
from api.system.schemas import StreamPublic
from core.errors import InputError, SourceError, StorageError
from core.messages import Message
from core.ports import CameraLine
from core.principal import Principal
from core.site import Camera, Legal
from core.stream_address import check_stream_address
from store.accounts.scope import is_seen
from store.repositories import Repositories
from store.site.records import KeptCamera, LegalDocument, RelaxationRequest
from store.site.writing import TAKEN_ELSEWHERE, Person

_HIDDEN = "***"

_OfNode = TypeVar("_OfNode", RelaxationRequest, LegalDocument)


@dataclass(frozen=True)
class CameraDesk:
    """Who asks, and the repositories of cameras."""

    who: Principal
    services: Services

    @property
    def person(self) -> Person:
        """Who asks, as it is kept with what was done."""
        return Person(actor_of(self.who), self.who.user_id, self.who.full_name, self.who.orgs)

    @property
    def node(self) -> str | None:
        """The node on which the account of who asks hangs; None = the whole site is seen."""
        if self.who.orgs is None:
            return None
        user = self.store.users.get(self.who.user_id)
        nodes = self.store.nodes.all()
        # An account that was changed meanwhile has none, and never the whole site's.
        return next((one.name for one in nodes if user and one.node_id == user.node_id), "")

    @property
    def store(self) -> Repositories:
        """The repositories."""
        return self.services.store

    @property
    def line(self) -> CameraLine:
        """
        Raises:
            StorageError: this server was started without a way to cameras.
        """
        if self.services.camera_line is None:
            raise StorageError("api.no_way_to_cameras")
        return self.services.camera_line

    def seen(self, camera_id: str) -> KeptCamera:
        """A camera that is seen from one's node.

        Raises:
            HTTPException: 404.
        """
        kept = self.store.camera_changes.get(camera_id)
        if kept is None or not self.who.sees(kept.camera):
            raise ProblemError(404, "api.camera_unknown", camera_id=camera_id)
        return kept

    def of_seen_node(self, found: _OfNode | None, unknown: Message) -> _OfNode:
        """What was left by a camera, in service or not any more, that hung on a node that is seen.

        Raises:
            HTTPException: 404, there is no such thing.
        """
        if found is None or not is_seen(found.org, self.who.orgs):
            raise ProblemError(404, unknown)
        return found

    def detail(self, kept: KeptCamera, response: Response) -> CameraDetail:
        """A camera as it is answered, with the ETag of its version."""
        response.headers["ETag"] = etag(kept.version)
        reported = self.store.camera_states.all().get(kept.camera.id)
        now = self.services.clock.utc()
        duties = duties_of_run(self.services.home) or ()
        stream = StreamPublic.of(reported, now, duties) if reported else None
        return CameraDetail.whole(kept.camera, stream, self.store.relaxations.of_camera(kept.camera.id), now)

    def wanted(self, asked: CameraWrite, camera_id: str, old: Camera | None) -> Camera:
        """The camera that is asked for, once everything about it was looked at.

        Raises:
            RequestValidationError: names the field.
        """
        return self._faultless(_camera(lambda: asked.camera(camera_id, old.legal if old else Legal())), old)

    def _faultless(self, camera: Camera, old: Camera | None) -> Camera:
        """
        Raises:
            RequestValidationError: names the field that is wrong.
        """
        if faults := self.faults(camera, old):
            told = [{"loc": ("body", name), "type": "value_error", "msg": cause} for name, cause in faults.items()]
            raise RequestValidationError(told)
        return camera

    def with_scene(self, asked: SceneWrite, old: Camera) -> Camera:
        """The camera with the zones and masks that are asked for.

        Raises:
            RequestValidationError: names the field.
        """
        fields = {name: getattr(old, name) for name in Camera.model_fields}
        scene = {"presets": asked.presets, "privacy_masks": asked.privacy_masks}
        return self._faultless(_camera(lambda: Camera(**fields | scene)), old)

    def faults(self, camera: Camera, old: Camera | None) -> dict[str, Message]:
        """What of a camera may not be so here, by its field; what is as it was is not looked at again."""
        if old is None and not self.store.scopes.may_use_id(camera.id, self.who.orgs):
            return {"id": TAKEN_ELSEWHERE}
        found: dict[str, Message] = {}
        for name in ("source", "detect_source"):
            address = getattr(camera, name)
            if address is None or (old and getattr(old, name) == address):
                continue
            try:
                self.check_address(address)
            except SourceError as error:
                found[name] = error.message
        if cause := self._fault_of_views(camera, old):
            found["presets"] = cause
        if (old is None or old.org != camera.org) and (cause := self._fault_of_org(camera)):
            found["org"] = cause
        return found

    def check_address(self, source: str) -> None:
        """
        Raises:
            SourceError: no camera may be there, or its password is hidden.
        """
        if _HIDDEN in source:
            raise SourceError("api.hidden_password_not_known", hidden=_HIDDEN)
        check_stream_address(source, allow_local=self.services.local_cameras)

    def address(self, source: str, camera_id: str | None) -> str:
        """An address to look at, with its password where it is a known camera's.

        Raises:
            InputError: no camera may be there.
            HTTPException: there is no such camera.
        """
        if camera_id is not None:
            self.seen(camera_id)
            if whole := self.store.camera_changes.address(camera_id, source):
                return whole
        try:
            self.check_address(source)
        except SourceError as error:
            raise InputError("core.cause", field="source", cause=error) from error
        return source

    def view_path(self, camera_id: str, view: str) -> Path:
        """Where the picture lies by which a preset is known."""
        return self.services.views_folder / camera_id / f"{view}.jpg"

    def _fault_of_views(self, camera: Camera, old: Camera | None) -> Message | None:
        known = {preset.view for preset in old.presets} if old else set()
        for preset in camera.presets:
            is_new = preset.view is not None and preset.view not in known
            if is_new and not self.view_path(camera.id, str(preset.view)).is_file():
                return Message("api.preset_picture_unknown", preset=preset.id, view=preset.view)
        return None

    def _fault_of_org(self, camera: Camera) -> Message | None:
        if not self.who.sees(camera):
            return Message("api.camera_in_no_node_of_yours")
        nodes = self.store.nodes.all()
        if camera.org is not None and camera.org not in {node.name for node in nodes}:
            return Message("api.node_not_added_yet", node=camera.org)
        return None


def _camera(make: Callable[[], Camera]) -> Camera:
    """Maps what is wrong with a camera to the request's fields."""
    try:
        return make()
    except ValidationError as error:
        faults = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(faults) from error


def _desk(who: Who, services: ServicesOf) -> CameraDesk:
    return CameraDesk(who, services)


Desk = Annotated[CameraDesk, Depends(_desk)]
