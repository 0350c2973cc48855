"""What people change on cameras. Each change is one transaction with its row of the audit, and a new version of the
camera. What of a change takes from the rules that hold, or from privacy, waits for a second person; the rest of it
holds at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from core.clock import Clock
from core.errors import ConflictError, InputError, StaleError
from core.policy.observing import settled
from core.policy.relaxations import NOTHING, Relaxation, Scene, relaxations, with_scene
from core.site import Camera, SiteInfo, redacted
from store.audit.log import AuditLog
from store.base.engine import reading, writing
from store.base.vault import Vault
from store.site.records import KeptCamera, RelaxationRequest
from store.site.relaxations import RelaxationDesk
from store.site.secrets import joined
from store.site.sites import begin_site, count_change
from store.site.writing import CameraWriter, Person, kept_camera
from store.tables.site import CameraRow, CameraSecretRow


@dataclass(frozen=True, slots=True)
class _Planned:
    """A camera as it is to be, as it is now (None = it is new), and what the change takes."""

    wanted: Camera
    before: KeptCamera | None
    takes: tuple[Relaxation, ...] = ()


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
                raise ConflictError("store.camera_id_taken", camera_id=camera.id, field="id")
            fresh = settled(camera, None, self._clock.utc())
            return CameraWriter(session, self._vault, self._audit, who).put(fresh, revision)

    def change(self, camera: Camera, version: int, who: Person, reason: str = "") -> KeptCamera:
        """Makes a camera, as it was read, what is wanted, but for what waits now; its legal record stays.

        Raises:
            StaleError: it was changed meanwhile.
            ConflictError: its zones or masks are to change while such a change waits for a second person.
            InputError: there is no such camera, or a hidden password is not known.
        """
        planned = self._plan(camera, self._as_read(camera.id, version))
        with writing(self._engine) as session:
            revision = count_change(session)
            return self._put(CameraWriter(session, self._vault, self._audit, who), planned, revision, who, reason)

    def put_all(
        self, cameras: Sequence[Camera], who: Person, reason: str = "", site: SiteInfo | None = None
    ) -> tuple[KeptCamera, ...]:
        """Adds or changes several, wholly or not at all.

        Args:
            site: of which they are, where there is none yet.

        Raises:
            as of `change`.
        """
        planned = [self._plan(camera, self.get(camera.id)) for camera in cameras]
        with writing(self._engine) as session:
            if site:
                begin_site(session, site)
            revision = count_change(session)
            writer = CameraWriter(session, self._vault, self._audit, who)
            return tuple(self._put(writer, one, revision, who, reason) for one in planned)

    def remove(self, camera_id: str, version: int, who: Person, reason: str = "") -> RelaxationRequest | None:
        """Takes a camera out of service, not its events. Where rules are in force, or masks hide something, this waits
        for a second person, or removing it and adding it again would be the way around one.

        Raises:
            as of `change`.
        """
        camera = self._as_read(camera_id, version).camera
        takes = removal_takes(camera, self._clock.utc())
        with writing(self._engine) as session:
            count_change(session)
            writer = CameraWriter(session, self._vault, self._audit, who)
            writer.as_read(camera_id, version)
            if takes:
                return self._desk(writer, who).ask(camera, None, takes, reason)
            writer.remove(camera)
            return None

    def _as_read(self, camera_id: str, version: int) -> KeptCamera:
        kept = self.get(camera_id)
        if kept is None:
            raise InputError("store.no_such_camera", camera_id=camera_id)
        kept.check(version)
        return kept

    def _plan(self, wanted: Camera, before: KeptCamera | None) -> "_Planned":
        """Compares areas, which takes its time: before the transaction, so that nobody else waits for it."""
        now = self._clock.utc()
        if before is None:
            return _Planned(settled(wanted, None, now), None)
        wanted = settled(wanted, before.camera, now)
        takes = relaxations(wanted.id, Scene.of(before.camera), Scene.of(wanted), now)
        return _Planned(wanted, before, takes)

    def _put(self, writer: CameraWriter, planned: "_Planned", revision: int, who: Person, reason: str) -> KeptCamera:
        before, wanted = planned.before, planned.wanted
        if before is None:
            if kept_camera(writer.session, wanted.id):
                raise StaleError("store.camera_added_meanwhile", camera_id=wanted.id)
            return writer.put(wanted, revision)
        writer.as_read(wanted.id, before.version)
        old, desk = Scene.of(before.camera), self._desk(writer, who)
        if Scene.of(wanted) != old:
            desk.refuse_second(wanted.id)
        if planned.takes:
            desk.ask(before.camera, wanted, planned.takes, reason)
            wanted = with_scene(wanted, old)
        return writer.put(wanted.model_copy(update={"legal": before.camera.legal}), revision)

    def _desk(self, writer: CameraWriter, who: Person) -> RelaxationDesk:
        return RelaxationDesk(writer.session, self._vault, self._audit, self._clock, who)


def removal_takes(camera: Camera, at: datetime) -> tuple[Relaxation, ...]:
    """The rules in force at a moment, and the privacy masks, that end with a camera."""
    return relaxations(camera.id, Scene.of(camera), NOTHING, at)
