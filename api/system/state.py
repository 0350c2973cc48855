"""Gathers how the installation is doing: from the data base, the disk, the clock and the checks of doctor."""

import platform
import shutil
from collections import Counter
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from api.http.fields import ModelPublic
from api.http.services import Services
from api.system.checkup import check_up
from api.system.disk_use import disk_meter
from api.system.duties import duties
from api.system.schemas import (
    AnalysisPublic,
    CheckedPublic,
    ClockPublic,
    DatabasePublic,
    DiskPublic,
    FolderPublic,
    QueuesPublic,
    SystemPublic,
    VersionsPublic,
)
from core.errors import ModelError
from core.health import condition_of
from core.site import Site
from evidence.signing.clock_offset import system_clock_offset
from store.base.engine import sqlite_path
from store.base.faults import shown
from store.base.migrate import current, head
from store.review.backlog import QueueCounts

_MB = 2**20
_LONGEST_FORECAST_DAYS = 3650


def system_state(services: Services, timezone: str) -> SystemPublic:
    """The installation, as it is now.

    Raises:
        StorageError: the data base refuses.
    """
    now = services.clock.utc()
    counts = services.store.backlog
    return SystemPublic(
        now=now,
        timezone=timezone,
        checks=tuple(CheckedPublic.model_validate(one) for one in check_up(services.settings)),
        disk=_disk(services, counts, now),
        queues=QueuesPublic.model_validate(counts.now(now)),
        versions=_versions(services),
        clock=ClockPublic.model_validate(system_clock_offset()),
        database=_database(services),
        analysis=_analysis(services, services.store.sites.load(), now),
        duties=duties(services),
    )


def _disk(services: Services, counts: QueueCounts, now: datetime) -> DiskPublic:
    usage, use, pace = shutil.disk_usage(services.home), services.shared(disk_meter).latest(), counts.pace(now)
    least = services.settings.min_free_mb * _MB
    full_in_days = None
    if use and pace.packages and pace.a_day:
        a_day_bytes = use.bytes_of["packages"] / pace.packages * pace.a_day
        full_in_days = max(0.0, usage.free - least) / a_day_bytes if a_day_bytes else None
    is_known = full_in_days is not None and full_in_days <= _LONGEST_FORECAST_DAYS
    return DiskPublic(
        total_bytes=usage.total,
        free_bytes=usage.free,
        least_free_bytes=least,
        folders=tuple(FolderPublic(name=name, bytes=size) for name, size in use.bytes_of.items()) if use else None,
        measured_at=use.measured_at if use else None,
        packages_a_day=round(pace.a_day, 2),
        full_in_days=round(full_in_days, 1) if is_known and full_in_days is not None else None,
    )


def _versions(services: Services) -> VersionsPublic:
    try:
        models = tuple(ModelPublic.model_validate(one) for one in services.models.in_use())
    except ModelError:
        models = ()  # the check of the models says why
    return VersionsPublic(
        software=software_version(),
        python=platform.python_version(),
        schema_is=current(services.engine),
        schema_wanted=head(),
        models=models,
    )


def software_version() -> str:
    """The version of this program; "unknown" where it was never installed."""
    try:
        return version("jiejing")
    except PackageNotFoundError:
        return "unknown"


def _database(services: Services) -> DatabasePublic:
    path = sqlite_path(services.engine)
    return DatabasePublic(
        kind="sqlite" if path else "postgresql",
        name=shown(services.engine),
        bytes=path.stat().st_size if path and path.exists() else None,
    )


def _analysis(services: Services, site: Site | None, now: datetime) -> AnalysisPublic:
    reported = services.store.camera_states.all()
    ids = [camera.id for camera in site.cameras] if site else []
    known = {one: reported[one] for one in ids if one in reported}
    stale = {name: reported.is_stale(now) for name, reported in known.items()}
    conditions = Counter(
        condition_of(known[name].state if name in known else None, stale=stale.get(name, False)) for name in ids
    )
    return AnalysisPublic(
        running=not all(stale.get(name, True) for name in ids) if ids else None,
        reported_at=max((one.reported_at for one in known.values()), default=None),
        cameras=dict(conditions),
    )
