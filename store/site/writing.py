"""What every change of a camera by a person does, within its transaction."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from core.errors import ConflictError, InputError
from core.messages import Message
from core.site import Camera
from store.accounts.scope import Orgs, may_use_id
from store.audit.log import Actor, AuditLog, Deed
from store.base.vault import Vault
from store.site.records import KeptCamera
from store.site.secrets import without_passwords
from store.site.sites import forget, position_of, put
from store.tables.site import CameraRow

TAKEN_ELSEWHERE = Message("store.camera_id_taken_elsewhere")


@dataclass(frozen=True, slots=True)
class Person:
    """Who changes: as the audit names them, and as it is kept with what was done. `orgs`: the nodes that are seen."""

    actor: Actor
    user_id: int
    full_name: str
    orgs: Orgs = None


class CameraWriter:
    """Keeps and forgets cameras, and tells the audit of it."""

    def __init__(self, session: Session, vault: Vault, audit: AuditLog, who: Person) -> None:
        self.session = session
        self._vault = vault
        self._audit = audit
        self._who = who

    def as_read(self, camera_id: str, version: int) -> KeptCamera:
        """The camera of that version.

        Raises:
            StaleError: it was changed meanwhile.
            InputError: there is no such camera.
        """
        kept = kept_camera(self.session, camera_id)
        if kept is None:
            raise InputError("store.no_such_camera", camera_id=camera_id)
        kept.check(version)
        return kept

    def put(self, camera: Camera, revision: int) -> KeptCamera:
        """Keeps a camera, and tells what changed if anything did.

        Raises:
            ConflictError: its id belongs to a node that is not seen.
        """
        if not may_use_id(self.session, camera.id, self._who.orgs):
            raise ConflictError("core.located", where=camera.id, cause=TAKEN_ELSEWHERE, field="id")
        before = kept_camera(self.session, camera.id)
        put(self.session, camera, position_of(self.session, camera.id), revision, self._vault)
        self.session.expire_all()
        kept = kept_camera(self.session, camera.id)
        assert kept is not None  # noqa: S101 - it was put a moment ago
        if before is None:
            self.tell("camera.create", camera.id, None, plain(kept.camera))
        elif before.version != kept.version:
            self.tell("camera.change", camera.id, *differences(before.camera, kept.camera))
        return kept

    def remove(self, camera: Camera) -> None:
        """Takes a camera out of service."""
        forget(self.session, {camera.id})
        self.tell("camera.remove", camera.id, plain(camera), None)

    def tell(self, action: str, camera_id: str, before: Any, after: Any) -> None:
        """Adds a row to the audit."""
        self._audit.write(self.session, self._who.actor, Deed(action, "camera", camera_id, before=before, after=after))


def kept_camera(session: Session, camera_id: str) -> KeptCamera | None:
    """A camera as anybody may see it, and its version."""
    row = session.get(CameraRow, camera_id)
    return KeptCamera(without_passwords(row.camera), row.version) if row else None


def plain(model: BaseModel) -> dict[str, Any]:
    """A camera, or a part of one, as plain JSON."""
    return model.model_dump(mode="json", by_alias=True)


def differences(before: Camera, after: Camera) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of a camera is not the same, before and after; without anything, only a password was."""
    old, new = plain(before), plain(after)
    changed = [key for key in old if old[key] != new[key]]
    return {key: old[key] for key in changed}, {key: new[key] for key in changed}
