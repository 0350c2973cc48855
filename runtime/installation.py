"""An installation: its settings, its data base brought up to date, and what is kept there."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from core.errors import StorageError
from core.settings import Settings, load_settings
from core.site import Site
from store.cameras import CameraStateRepository
from store.engine import make_engine
from store.events import EventRepository
from store.migrate import upgrade
from store.packages import PackageRepository
from store.sites import SiteRepository


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
        except OSError as error:
            raise StorageError(
                f"{settings.home}: {error.strerror}; give another folder in JIEJING_HOME, or make it writable"
            ) from error
        return cls(settings)

    @cached_property
    def engine(self) -> Engine:
        """The data base, migrated to this version."""
        engine = make_engine(self.settings.database)
        upgrade(engine)
        return engine

    @property
    def packages_folder(self) -> Path:
        """Where sealed packages lie."""
        return self.settings.home / "packages"

    @property
    def sites(self) -> SiteRepository:
        """The site and its cameras."""
        return SiteRepository(self.engine)

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

    def site(self) -> Site:
        """The site.

        Raises:
            StorageError: none was imported yet.
        """
        site = self.sites.load()
        if site is None:
            raise StorageError("there is no site yet; bring one in with: jiejing camera import SITE.yaml")
        return site
