"""An installation: its settings, its data base brought up to date, and what is kept there."""

import logging
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from sqlalchemy import Engine

from core.clock import SystemClock
from core.errors import StorageError
from core.settings import Settings, load_settings
from core.sharing import keep_to
from core.site import Site
from evidence.signing.audit_anchor import audit_anchor
from runtime.home.backup import FOLDER, back_up, file_name
from store.base.engine import make_engine
from store.base.migrate import head, upgrade
from store.base.vault import Vault
from store.repositories import Repositories
from store.site.sites import SiteRepository

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
            raise StorageError("runtime.home_not_writable", path=settings.home, cause=error) from error
        return cls(settings)

    @cached_property
    def engine(self) -> Engine:
        """The data base, migrated to this version; before it is changed a backup is made."""
        engine = make_engine(self.settings.database)
        upgrade(engine, before=partial(self._back_up, engine))
        SiteRepository(engine, Vault(self.settings.home)).seal()
        return engine

    def _back_up(self, engine: Engine, revision: str) -> None:
        now = SystemClock().utc()
        target = self.settings.home / FOLDER / f"before-{head()}-{file_name(now)}"
        back_up(engine, self.settings.home, target, now)
        _log.info("the data base goes from %s to %s; what it was is kept in %s", revision, head(), target)

    @cached_property
    def store(self) -> Repositories:
        """The repositories of its data base."""
        return Repositories(self.engine, self.settings.home, anchor=audit_anchor(self.settings))

    @property
    def packages_folder(self) -> Path:
        """Where sealed packages lie."""
        return self.settings.home / "packages"

    def site(self) -> Site:
        """The site.

        Raises:
            StorageError: none was imported yet.
        """
        site = self.store.opened_sites.load()
        if site is None:
            raise StorageError("runtime.no_site_yet")
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
