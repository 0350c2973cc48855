"""What the routers need, handed in by the application that serves them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client.metrics_core import Metric
from sqlalchemy import Engine

from api.http.deadline import Timely
from api.http.problems import ProblemError
from api.http.recent_views import RecentViews
from api.http.seal_counts import SealAlarms
from core.audit_head import Anchor
from core.clock import Clock, SystemClock
from core.duties import Duties, Duty
from core.messages import Message
from core.ports import CameraLine
from core.settings import Settings
from models.store import ModelStore
from store.accounts.passwords import Passwords
from store.accounts.sessions import SessionPolicy
from store.repositories import Repositories
from store.review.checks import CheckShares

T = TypeVar("T")

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
    _made: dict[Callable[["Services"], Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _lock: RLock = field(default_factory=RLock, init=False, repr=False, compare=False)

    @cached_property
    def store(self) -> Repositories:
        """The repositories of its data base."""
        return Repositories(self.engine, self.home, self.clock, self.anchor, self.session_policy, self.check_shares)

    def shared(self, make: Callable[["Services"], T]) -> T:
        """The one object of the application that `make` makes of its services: made at the first need, and kept."""
        with self._lock:
            if make not in self._made:
                self._made[make] = make(self)
            found: T = self._made[make]
        return found

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

    @cached_property
    def duties(self) -> Duties:
        """What the threads and tasks of this process are there for, and how each does."""
        return Duties(self.clock)

    @cached_property
    def answer_of_run(self) -> Duty:
        """Whether the process that watches answers."""
        return Duty("answering", self.clock)

    @cached_property
    def asked_database(self) -> Timely[Message | None]:
        """Asks whether the data base can be used, in time."""
        return Timely(ANSWER_WITHIN_S)

    @cached_property
    def measured(self) -> Timely[list[Metric] | None]:
        """Measures what is in the data base, in time."""
        return Timely(ANSWER_WITHIN_S)

    @property
    def settings(self) -> Settings:
        """The installation's settings; of one that was given none, the defaults."""
        return self.configuration or Settings(home=self.home)

    @property
    def models(self) -> ModelStore:
        """The models of this installation."""
        return ModelStore(self.home, self.clock)


def services(request: Request) -> Services:
    """The services that the application was made with."""
    found: Services = request.app.state.services
    return found


ServicesOf = Annotated[Services, Depends(services)]


def _store(given: ServicesOf) -> Repositories:
    return given.store


Stored = Annotated[Repositories, Depends(_store)]


def refuse_nul(request: Request) -> None:
    """For the application itself: nothing here has a name with a NUL in it, and no data base keeps one as text.

    Raises:
        HTTPException: 404, in the path.
        RequestValidationError: in a query parameter.
    """
    if "\0" in request.scope["path"]:
        raise ProblemError(404, "api.name_with_nul_character")
    message = Message("api.holds_nul_character")
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
