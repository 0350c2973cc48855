"""The site as the data base holds it: its cameras, and every rule that ever held."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from core.errors import SiteError
from core.rules import rules_of
from core.site import Camera, Site, SiteInfo
from store.base.engine import forget_what_was_overwritten, reading, writing
from store.base.mapping import insert_once, upsert
from store.base.vault import Vault
from store.site.secrets import joined, kept, without_passwords
from store.tables.accounts import CameraOrgRow
from store.tables.site import CameraRow, CameraSecretRow, CameraStateRow, SiteRow, ZoneRuleRow

ONLY = 1  # site_id of the one row


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
            row = session.get(SiteRow, ONLY)
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
            begin_site(session, site.site)
            revision = count_change(session, **site.site.model_dump())
            keep = {camera.id for camera in site.cameras}
            forget(session, set(session.scalars(select(CameraRow.camera_id))) - keep)
            for position, camera in enumerate(site.cameras):
                put(session, camera, position, revision, self._vault)

    def put_camera(self, camera: Camera) -> None:
        """Adds a camera at the end, or replaces the one of the same id.

        Raises:
            SiteError: no site was imported yet.
        """
        with writing(self._engine) as session:
            revision = count_change(session)
            put(session, camera, position_of(session, camera.id), revision, self._vault)

    def remove_camera(self, camera_id: str) -> bool:
        """Removes a camera, not its events; whether it was there."""
        with writing(self._engine) as session:
            if session.get(CameraRow, camera_id) is None:
                return False
            count_change(session)
            forget(session, {camera_id})
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


def begin_site(session: Session, info: SiteInfo) -> None:
    """Makes the site where there is none yet."""
    insert_once(session, SiteRow, {"site_id": ONLY, "revision": 0, **info.model_dump()})


def count_change(session: Session, **info: str) -> int:
    """Counts a change of the site and gives its revision. On PostgreSQL the site's row keeps other changes waiting
    until this one is through.

    Raises:
        SiteError: there is no site yet.
    """
    changed = update(SiteRow).values(revision=SiteRow.revision + 1, **info).returning(SiteRow.revision)
    revision = session.scalar(changed)
    if revision is None:
        raise SiteError("store.no_site_yet")
    return revision


def position_of(session: Session, camera_id: str) -> int:
    """The place of a camera in the site's order; of a new one the end."""
    known = session.scalar(select(CameraRow.position).where(CameraRow.camera_id == camera_id))
    if known is not None:
        return known
    last = session.scalar(select(func.max(CameraRow.position)))
    return 0 if last is None else last + 1


def put(session: Session, camera: Camera, position: int, revision: int, vault: Vault | None) -> Camera:
    """Keeps a camera, its passwords sealed, and its rules; gives it as it is kept.

    Args:
        revision: becomes its version, if that changes anything.
        vault: None keeps the addresses as they are.
    """
    secret, shown = _secret(session, camera.id), camera
    if vault:
        shown = kept(session, camera, vault)
    row = session.scalar(select(CameraRow).where(CameraRow.camera_id == camera.id))
    is_same = row is not None and row.camera == shown and _secret(session, camera.id) == secret
    version = row.version if row is not None and is_same else revision
    values = {"camera_id": camera.id, "position": position, "camera": shown, "version": version}
    upsert(session, CameraRow, values)
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
    return shown


def forget(session: Session, camera_ids: Collection[str]) -> None:
    """Takes cameras out of service; what hangs on their events stays."""
    # One at a time: the number of parameters of a statement is limited.
    for table in (CameraStateRow, CameraSecretRow, CameraRow):
        for camera_id in camera_ids:
            session.execute(delete(table).where(table.camera_id == camera_id))


def _secret(session: Session, camera_id: str) -> str | None:
    return session.scalar(select(CameraSecretRow.sealed).where(CameraSecretRow.camera_id == camera_id))
