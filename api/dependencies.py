"""What the routers need, handed in by the application that serves them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine

from core.clock import Clock, SystemClock
from store.cameras import CameraStateRepository
from store.events import EventRepository
from store.packages import PackageRepository
from store.sites import SiteRepository


@dataclass(frozen=True)
class Services:
    """An installation as the API sees it: its data base and its folder of sealed packages."""

    engine: Engine
    packages_folder: Path
    clock: Clock = field(default_factory=SystemClock)


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


Sites = Annotated[SiteRepository, Depends(_sites)]
Events = Annotated[EventRepository, Depends(_events)]
Packages = Annotated[PackageRepository, Depends(_packages)]
CameraStates = Annotated[CameraStateRepository, Depends(_camera_states)]


def refuse_query(request: Request) -> None:
    """For routes without query parameters: a parameter that would be ignored is a mistake of the caller.

    Raises:
        RequestValidationError: there is one.
    """
    unknown = [{"loc": ("query", name), "type": "extra_forbidden", "msg": ""} for name in request.query_params]
    if unknown:
        raise RequestValidationError(unknown)
