"""What people change on cameras. Each change is one transaction with its row of the audit, and a new version of the
camera. What of a change takes from the rules that hold, or from privacy, waits for a second person; the rest of it
holds at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from core.clock import Clock
from core.errors import ConflictError
from core.observing import settled
from core.relaxations import NOTHING, Relaxation, Scene, relaxations
from core.site import Camera, SiteInfo, redacted
from store.audit import AuditLog
from store.camera_records import KeptCamera, RelaxationRequest
from store.camera_secrets import joined
from store.camera_writing import CameraWriter, Person, kept_camera
from store.engine import reading, writing
from store.relaxations import RelaxationDesk, with_scene
from store.secret_tables import CameraSecretRow
from store.sites import begin_site, count_change
from store.tables import CameraRow
from store.vault import Vault


class CameraChanges:
    """Creates, changes and removes cameras as a person does.

    Args:
        vault: seals the passwords in the cameras' addresses.
    """

    def __init__(self, engine: Engine, vault: Vault, audit: AuditLog, clock: Clock) -> None:
        self._engine = engine
        self._vault = vault
        self._audit = audit
        self._clock = clock

    def get(self, camera_id: str) -> KeptCamera | None:
        """A camera as anybody may see it, and its version."""
        with reading(self._engine) as session:
            return kept_camera(session, camera_id)

    def address(self, camera_id: str, shown: str) -> str | None:
        """The address of a camera, password included, that is shown like this; None = it has none such."""
        with reading(self._engine) as session:
            row, secret = session.get(CameraRow, camera_id), session.get(CameraSecretRow, camera_id)
            if row is None:
                return None
            whole = joined(row.camera, secret.sealed if secret else None, self._vault)
            return next((one for one in (whole.source, whole.detect_source) if one and redacted(one) == shown), None)

    def create(self, camera: Camera, who: Person) -> KeptCamera:
        """Adds a camera at the end of the site.

        Raises:
            ConflictError: there is one of that id.
            SiteError: there is no site yet.
        """
        with writing(self._engine) as session:
            revision = count_change(session)
            if kept_camera(session, camera.id):
                raise ConflictError(f"id: there is a camera {camera.id} already")
            fresh = settled(camera, None, self._clock.utc())
            return CameraWriter(session, self._vault, self._audit, who).put(fresh, revision)

    def change(self, camera: Camera, version: int, who: Person, reason: str = "") -> KeptCamera:
        """Makes a camera, as it was read, what is wanted, but for what waits now; its legal record stays.

        Raises:
            StaleError: it was changed meanwhile.
            ConflictError: its zones or masks are to change while such a change waits for a second person.
            InputError: there is no such camera, or a hidden password is not known.
        """
        with writing(self._engine) as session:
            revision = count_change(session)
            writer = CameraWriter(session, self._vault, self._audit, who)
            return self._change(writer, writer.as_read(camera.id, version), camera, revision, who, reason)

    def put_all(
        self, cameras: Sequence[Camera], who: Person, reason: str = "", site: SiteInfo | None = None
    ) -> tuple[KeptCamera, ...]:
        """Adds or changes several, wholly or not at all.

        Args:
            site: of which they are, where there is none yet.

        Raises:
            as of `change`.
        """
        with writing(self._engine) as session:
            if site:
                begin_site(session, site)
            revision = count_change(session)
            writer, done = CameraWriter(session, self._vault, self._audit, who), []
            for camera in cameras:
                before = kept_camera(session, camera.id)
                if before is None:
                    done.append(writer.put(settled(camera, None, self._clock.utc()), revision))
                else:
                    done.append(self._change(writer, before, camera, revision, who, reason))
            return tuple(done)

    def remove(self, camera_id: str, version: int, who: Person, reason: str = "") -> RelaxationRequest | None:
        """Takes a camera out of service, not its events. Where rules are in force this waits for a second person, or
        removing it and adding it again would be the way around one.

        Raises:
            as of `change`.
        """
        with writing(self._engine) as session:
            count_change(session)
            writer = CameraWriter(session, self._vault, self._audit, who)
            camera = writer.as_read(camera_id, version).camera
            takes = removal_takes(camera, self._clock.utc())
            if takes:
                return self._desk(writer, who).ask(camera, None, takes, reason)
            writer.remove(camera)
            return None

    def _change(
        self,
        writer: CameraWriter,
        before: KeptCamera,
        wanted: Camera,
        revision: int,
        who: Person,
        reason: str,
    ) -> KeptCamera:
        now = self._clock.utc()
        wanted = settled(wanted, before.camera, now)
        old, scene = Scene.of(before.camera), Scene.of(wanted)
        desk = self._desk(writer, who)
        if scene != old:
            desk.refuse_second(wanted.id)
        if takes := relaxations(wanted.id, old, scene, now):
            desk.ask(before.camera, scene, takes, reason)
            wanted = with_scene(wanted, old)
        wanted = wanted.model_copy(update={"legal": before.camera.legal})
        return writer.put(wanted, revision)

    def _desk(self, writer: CameraWriter, who: Person) -> RelaxationDesk:
        return RelaxationDesk(writer.session, self._audit, self._clock, who)


def removal_takes(camera: Camera, at: datetime) -> tuple[Relaxation, ...]:
    """The rules in force at a moment that end with a camera."""
    return tuple(one for one in relaxations(camera.id, Scene.of(camera), NOTHING, at) if one.kind == "zone_removed")
