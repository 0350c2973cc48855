"""What is told of the installation itself."""

from typing import Literal

from api.duty_schemas import DutyPublic
from api.schemas import ModelPublic, Moment, Public
from core.health import Condition


class CheckedPublic(Public):
    """What one of the checks of `jiejing doctor` found."""

    name: str
    ok: bool
    says: str


class FolderPublic(Public):
    """A folder of the home, and what it takes."""

    name: str
    bytes: int


class DiskPublic(Public):
    """The disk of the home. `folders` is null before they were counted once; `full_in_days`: until nothing new is
    recorded, at the pace of the last seven days; null where that is not known or farther than ten years."""

    total_bytes: int
    free_bytes: int
    least_free_bytes: int
    folders: tuple[FolderPublic, ...] | None
    measured_at: Moment | None
    packages_a_day: float
    full_in_days: float | None


class QueuesPublic(Public):
    """What waits; `to_seal`: violations of the last seven days without a package."""

    to_seal: int
    to_decide: int
    overdue: int
    more_evidence: int
    second_look: int


class VersionsPublic(Public):
    """What runs here. `schema` and `schema_wanted`: of the data base, as it is and as this software wants it."""

    software: str
    python: str
    schema_is: str | None
    schema_wanted: str
    models: tuple[ModelPublic, ...]


class ClockPublic(Public):
    """The server's clock; null = unknown."""

    method: Literal["adjtimex", "unknown"]
    synchronised: bool | None
    offset_s: float | None
    max_error_s: float | None
    within_limit: bool | None


class DatabasePublic(Public):
    """The data base. `bytes` is null where it is not a file."""

    kind: Literal["sqlite", "postgresql"]
    name: str
    bytes: int | None


class AnalysisPublic(Public):
    """Whether anybody watches the cameras. `running` is null where there is no camera."""

    running: bool | None
    reported_at: Moment | None
    cameras: dict[Condition, int]


class SystemPublic(Public):
    """The installation, as it is now."""

    now: Moment
    timezone: str
    checks: tuple[CheckedPublic, ...]
    disk: DiskPublic
    queues: QueuesPublic
    versions: VersionsPublic
    clock: ClockPublic
    database: DatabasePublic
    analysis: AnalysisPublic
    duties: tuple[DutyPublic, ...]
