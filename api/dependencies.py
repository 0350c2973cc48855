"""What the routers need, handed in by the application that serves them."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client.metrics_core import Metric
from sqlalchemy import Engine

from api.deadline import Timely
from api.disk_use import DiskMeter
from api.live_relay import LiveRelay
from api.live_updates import LiveHub
from api.passwords import Passwords
from api.seal_counts import SealAlarms
from api.views import RecentViews
from core.clock import Clock, SystemClock
from core.duties import Duties, Duty
from core.ports import CameraLine
from core.settings import Settings
from models.store import ModelStore
from store.account_acts import AccountActs
from store.attempts import AttemptRepository
from store.audit import Anchor, AuditLog
from store.cameras import CameraStateRepository
from store.checks import CheckShares
from store.events import EventRepository
from store.nodes import NodeRepository
from store.packages import PackageRepository
from store.places import PlaceDirectory
from store.scope import ScopeRepository
from store.second_factors import SecondFactorRepository
from store.sessions import SessionPolicy, SessionRepository
from store.sites import SiteRepository
from store.tokens import TokenRepository
from store.users import UserRepository
from store.vault import Vault

# A data base that is stopped answers nothing; whoever watches over the service must be told that in time.
ANSWER_WITHIN_S = 3.0


@dataclass(frozen=True)
class Services:
    """An installation as the API sees it: its data base, its folder of sealed packages, and how people sign in."""

    engine: Engine
    packages_folder: Path
    clock: Clock = field(default_factory=SystemClock)
    anchor: Anchor | None = None
    session_policy: SessionPolicy = field(default_factory=SessionPolicy)
    passwords: Passwords = field(default_factory=Passwords)
    views: RecentViews = field(default_factory=RecentViews)
    seal_alarms: SealAlarms = field(default_factory=SealAlarms)
    check_shares: CheckShares = field(default_factory=CheckShares)
    configuration: Settings | None = None
    camera_line: CameraLine | None = None
    local_cameras: bool = False

    @property
    def audit(self) -> AuditLog:
        """Where everything that people do is written down."""
        return AuditLog(self.engine, self.clock, self.anchor)

    @property
    def home(self) -> Path:
        """The installation's folder."""
        return self.packages_folder.parent

    @property
    def attachments_folder(self) -> Path:
        """Where pictures lie that people add to events: beside the sealed packages, never in them."""
        return self.home / "attachments"

    @property
    def legal_folder(self) -> Path:
        """Where the documents lie on which the legal records of cameras rest."""
        return self.home / "legal"

    @property
    def views_folder(self) -> Path:
        """Where the pictures lie by which the presets of cameras are known: CAMERA/VIEW.jpg."""
        return self.home / "views"

    @property
    def vault(self) -> Vault:
        """Where the passwords of cameras are sealed."""
        return Vault(self.home)

    @cached_property
    def places(self) -> PlaceDirectory:
        """Names of cameras and zones, one directory for all requests."""
        return PlaceDirectory(self.engine)

    @cached_property
    def duties(self) -> Duties:
        """What the threads and tasks of this process are there for, and how each does."""
        return Duties(self.clock)

    @cached_property
    def answer_of_run(self) -> Duty:
        """Whether the process that watches answers."""
        return Duty("answering", self.clock)

    @cached_property
    def asked_database(self) -> Timely[str | None]:
        """Asks whether the data base can be used, in time."""
        return Timely(ANSWER_WITHIN_S)

    @cached_property
    def measured(self) -> Timely[list[Metric] | None]:
        """Measures what is in the data base, in time."""
        return Timely(ANSWER_WITHIN_S)

    @cached_property
    def live(self) -> LiveHub:
        """What changes, for everybody who watches."""
        return LiveHub(self.engine, self.clock, duty=self.duties.of("live updates", longest_pause_s=5))

    @property
    def settings(self) -> Settings:
        """The installation's settings; of one that was given none, the defaults."""
        return self.configuration or Settings(home=self.home)

    @cached_property
    def disk(self) -> DiskMeter:
        """What takes how much room."""
        return DiskMeter(self.home, self.clock, self.duties.of("disk use"))

    @property
    def models(self) -> ModelStore:
        """The models of this installation."""
        return ModelStore(self.home, self.clock)

    @cached_property
    def live_pictures(self) -> LiveRelay:
        """Live pictures, for everybody who watches."""
        return LiveRelay(self.home, duty=self.duties.of("live pictures"))

    @property
    def sessions(self) -> SessionRepository:
        """Who is signed in."""
        return SessionRepository(self.engine, self.clock, self.session_policy)

    @property
    def second_factors(self) -> SecondFactorRepository:
        """By what else than a password people show who they are."""
        return SecondFactorRepository(self.engine, self.vault, self.audit, self.clock)


def services(request: Request) -> Services:
    """The services that the application was made with."""
    found: Services = request.app.state.services
    return found


ServicesOf = Annotated[Services, Depends(services)]


def _sites(given: ServicesOf) -> SiteRepository:
    return SiteRepository(given.engine)


def _events(given: ServicesOf) -> EventRepository:
    return EventRepository(given.engine)


def _packages(given: ServicesOf) -> PackageRepository:
    return PackageRepository(given.engine)


def _camera_states(given: ServicesOf) -> CameraStateRepository:
    return CameraStateRepository(given.engine)


def _users(given: ServicesOf) -> UserRepository:
    return UserRepository(given.engine, given.audit, given.clock)


def _nodes(given: ServicesOf) -> NodeRepository:
    return NodeRepository(given.engine, given.audit)


def _tokens(given: ServicesOf) -> TokenRepository:
    return TokenRepository(given.engine, given.audit, given.clock)


def _attempts(given: ServicesOf) -> AttemptRepository:
    return AttemptRepository(given.engine, given.clock)


def _acts(given: ServicesOf) -> AccountActs:
    return AccountActs(given.engine, given.audit, given.clock)


def _scopes(given: ServicesOf) -> ScopeRepository:
    return ScopeRepository(given.engine)


Sites = Annotated[SiteRepository, Depends(_sites)]
Events = Annotated[EventRepository, Depends(_events)]
Packages = Annotated[PackageRepository, Depends(_packages)]
CameraStates = Annotated[CameraStateRepository, Depends(_camera_states)]
Users = Annotated[UserRepository, Depends(_users)]
Nodes = Annotated[NodeRepository, Depends(_nodes)]
Tokens = Annotated[TokenRepository, Depends(_tokens)]
Attempts = Annotated[AttemptRepository, Depends(_attempts)]
Acts = Annotated[AccountActs, Depends(_acts)]
Scopes = Annotated[ScopeRepository, Depends(_scopes)]


def refuse_nul(request: Request) -> None:
    """For the application itself: nothing here has a name with a NUL in it, and no data base keeps one as text.

    Raises:
        HTTPException: 404, in the path.
        RequestValidationError: in a query parameter.
    """
    if "\0" in request.scope["path"]:
        raise HTTPException(404, "there is nothing of a name with a NUL character in it")
    message = "holds a NUL character; remove it"
    faulty = [name for name, value in request.query_params.multi_items() if "\0" in value]
    if faulty:
        raise RequestValidationError([{"loc": ("query", one), "type": "value_error", "msg": message} for one in faulty])


def refuse_query(request: Request) -> None:
    """For routes without query parameters: a parameter that would be ignored is a mistake of the caller.

    Raises:
        RequestValidationError: there is one.
    """
    unknown = [{"loc": ("query", name), "type": "extra_forbidden", "msg": ""} for name in request.query_params]
    if unknown:
        raise RequestValidationError(unknown)
