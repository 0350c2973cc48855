"""The site as the data base holds it: its cameras, and every rule that ever held."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from core.errors import SiteError
from core.rules import rules_of
from core.site import Camera, Site, SiteInfo
from store.account_tables import CameraOrgRow
from store.camera_secrets import joined, kept, without_passwords
from store.engine import forget_what_was_overwritten, reading, writing
from store.mapping import insert_once, upsert
from store.secret_tables import CameraSecretRow
from store.tables import CameraRow, CameraStateRow, SiteRow, ZoneRuleRow
from store.vault import Vault

_ONLY = 1


class SiteRepository:
    """Loads and changes the site. Each change is one transaction, and one more in `revision`.

    Args:
        vault: seals the passwords in the cameras' addresses. A repository without one reads *** in their place, and
            keeps what it is given as it is.
    """

    def __init__(self, engine: Engine, vault: Vault | None = None) -> None:
        self._engine = engine
        self._vault = vault

    def load(self) -> Site | None:
        """The whole site; None before one was imported."""
        with reading(self._engine) as session:
            row = session.get(SiteRow, _ONLY)
            if row is None:
                return None
            cameras = self._whole(session, session.scalars(select(CameraRow.camera).order_by(CameraRow.position)))
            info = SiteInfo(name=row.name, division=row.division, timezone=row.timezone)
            return Site(site=info, cameras=tuple(cameras))

    def revision(self) -> int:
        """A number that grows with each change of the site; 0 before one was imported."""
        with reading(self._engine) as session:
            return session.scalar(select(SiteRow.revision)) or 0

    def replace(self, site: Site) -> None:
        """Makes the site what `site` says; cameras that it does not name are removed."""
        with writing(self._engine) as session:
            info = site.site.model_dump()
            insert_once(session, SiteRow, {"site_id": _ONLY, "revision": 0, **info})
            _count_change(session, **info)
            keep = {camera.id for camera in site.cameras}
            _forget(session, set(session.scalars(select(CameraRow.camera_id))) - keep)
            for position, camera in enumerate(site.cameras):
                self._put(session, camera, position)

    def put_camera(self, camera: Camera) -> None:
        """Adds a camera at the end, or replaces the one of the same id.

        Raises:
            SiteError: no site was imported yet.
        """
        with writing(self._engine) as session:
            _count_change(session)
            positions = dict(iter(session.execute(select(CameraRow.camera_id, CameraRow.position))))
            self._put(session, camera, positions.get(camera.id, max(positions.values(), default=-1) + 1))

    def remove_camera(self, camera_id: str) -> bool:
        """Removes a camera, not its events; whether it was there."""
        with writing(self._engine) as session:
            if session.get(CameraRow, camera_id) is None:
                return False
            _count_change(session)
            _forget(session, {camera_id})
            return True

    def rule(self, version: str) -> dict[str, Any] | None:
        """The snapshot (core.rules.ZoneRule.snapshot) of a rule that holds or once held."""
        with reading(self._engine) as session:
            row = session.get(ZoneRuleRow, version)
            return row.snapshot if row else None

    def seal(self) -> int:
        """Seals the passwords that were kept in the open before; how many cameras had any."""
        if self._vault is None:
            return 0
        open_ones = [camera for camera in self._shown() if without_passwords(camera) != camera]
        if open_ones:
            with writing(self._engine) as session:
                for camera in open_ones:
                    shown = kept(session, camera, self._vault)
                    session.execute(update(CameraRow).where(CameraRow.camera_id == camera.id).values(camera=shown))
            forget_what_was_overwritten(self._engine)
        return len(open_ones)

    def _shown(self) -> list[Camera]:
        with reading(self._engine) as session:
            return list(session.scalars(select(CameraRow.camera)))

    def _whole(self, session: Session, cameras: Iterable[Camera]) -> tuple[Camera, ...]:
        if self._vault is None:
            return tuple(cameras)
        secrets = dict(iter(session.execute(select(CameraSecretRow.camera_id, CameraSecretRow.sealed))))
        return tuple(joined(camera, secrets.get(camera.id), self._vault) for camera in cameras)

    def _put(self, session: Session, camera: Camera, position: int) -> None:
        _put(session, kept(session, camera, self._vault) if self._vault else camera, position)


def _count_change(session: Session, **info: str) -> None:
    """Counts a change of the site. On PostgreSQL its row keeps other changes waiting until this one is through."""
    changed = update(SiteRow).values(revision=SiteRow.revision + 1, **info).returning(SiteRow.site_id)
    if not session.execute(changed).all():
        raise SiteError("there is no site yet; import a site file first")


def _put(session: Session, camera: Camera, position: int) -> None:
    upsert(session, CameraRow, {"camera_id": camera.id, "position": position, "camera": camera})
    upsert(session, CameraOrgRow, {"camera_id": camera.id, "org": camera.org})
    for rule in rules_of(camera):
        values = {
            "version": rule.version,
            "camera_id": rule.camera_id,
            "preset_id": rule.preset_id,
            "zone_id": rule.zone.id,
            "snapshot": rule.snapshot(),
        }
        insert_once(session, ZoneRuleRow, values)


def _forget(session: Session, camera_ids: Collection[str]) -> None:
    # One at a time: the number of parameters of a statement is limited.
    for table in (CameraStateRow, CameraSecretRow, CameraRow):
        for camera_id in camera_ids:
            session.execute(delete(table).where(table.camera_id == camera_id))
