"""An installation: its settings, its data base brought up to date, and what is kept there."""

import logging
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from sqlalchemy import Engine

from core.clock import Clock, SystemClock
from core.errors import StorageError
from core.settings import Settings, load_settings
from core.sharing import keep_to
from core.site import Site
from evidence.anchor import audit_anchor
from runtime.backup import FOLDER, back_up, file_name
from store.account_acts import AccountActs
from store.audit import AuditLog
from store.cameras import CameraStateRepository
from store.engine import make_engine
from store.events import EventRepository
from store.migrate import head, upgrade
from store.observing import ObservingRepository
from store.packages import PackageRepository
from store.sites import SiteRepository
from store.users import UserRepository
from store.vault import Vault

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Installation:
    """What the commands work on."""

    settings: Settings

    @classmethod
    def open(cls) -> "Installation":
        """The installation that the environment names; its folder and data base are made at the first start.

        Raises:
            InputError: a setting is wrong.
            StorageError: the folder or the data base cannot be used.
        """
        settings = load_settings()
        try:
            settings.home.mkdir(parents=True, exist_ok=True)
            _close_to_others(settings.home)
            keep_to(settings.home)
        except OSError as error:
            raise StorageError(
                f"{settings.home}: {error.strerror}; give another folder in JIEJING_HOME, or make it writable"
            ) from error
        return cls(settings)

    @cached_property
    def engine(self) -> Engine:
        """The data base, migrated to this version; before it is changed a backup is made."""
        engine = make_engine(self.settings.database)
        upgrade(engine, before=partial(self._back_up, engine))
        SiteRepository(engine, self.vault).seal()
        return engine

    def _back_up(self, engine: Engine, revision: str) -> None:
        now = SystemClock().utc()
        target = self.settings.home / FOLDER / f"before-{head()}-{file_name(now)}"
        back_up(engine, self.settings.home, target, now)
        _log.info("the data base goes from %s to %s; what it was is kept in %s", revision, head(), target)

    @property
    def vault(self) -> Vault:
        """Where the passwords of cameras are sealed."""
        return Vault(self.settings.home)

    @property
    def packages_folder(self) -> Path:
        """Where sealed packages lie."""
        return self.settings.home / "packages"

    @property
    def sites(self) -> SiteRepository:
        """The site and its cameras."""
        return SiteRepository(self.engine, self.vault)

    @property
    def events(self) -> EventRepository:
        """Events and their changes."""
        return EventRepository(self.engine)

    @property
    def packages(self) -> PackageRepository:
        """The rows of sealed packages."""
        return PackageRepository(self.engine)

    @property
    def camera_states(self) -> CameraStateRepository:
        """How the streams are doing."""
        return CameraStateRepository(self.engine)

    @property
    def audit(self) -> AuditLog:
        """What people did."""
        return AuditLog(self.engine, anchor=audit_anchor(self.settings))

    def observing(self, clock: Clock) -> ObservingRepository:
        """What sends zones back to observing."""
        return ObservingRepository(self.engine, self.vault, self.audit, clock)

    @property
    def users(self) -> UserRepository:
        """The accounts."""
        return UserRepository(self.engine, self.audit)

    @property
    def acts(self) -> AccountActs:
        """What waits for another administrator."""
        return AccountActs(self.engine, self.audit)

    def site(self) -> Site:
        """The site.

        Raises:
            StorageError: none was imported yet.
        """
        site = self.sites.load()
        if site is None:
            raise StorageError("there is no site yet; bring one in with: jiejing camera import SITE.yaml")
        return site


def _close_to_others(home: Path) -> None:
    """Takes from a home what earlier versions let others see. Where a group shares it, the folder has its setgid bit
    (chmod 2750): the group keeps what it has, and reads what is made from now on."""
    mode = stat.S_IMODE(home.stat().st_mode)
    shared = mode & stat.S_ISGID
    if shared:
        os.umask(0o027)
    wanted = mode & (0o7770 if shared else 0o7700)
    if wanted != mode:
        with suppress(PermissionError):  # of another owner, who keeps it as it is: doctor says so
            home.chmod(wanted)
