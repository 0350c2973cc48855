"""What is told of the installation itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, Self

from api.http.fields import ModelPublic, Moment, Public, Says
from core.duties import DutyState
from core.health import Condition, Status
from core.messages import message_of
from core.site import redacted
from store.site.records import ReportedState

Process = Literal["run", "serve"]


class DutyPublic(Public):
    """A duty. `since`, `why`: since when it does not do its work, and the cause; null while it does. `failures`: how
    often it was begun again; `dropped`: what was let go of; `waiting`: what waits to be done."""

    process: Process
    name: str
    camera_id: str | None
    up: bool
    failures: int
    dropped: int
    waiting: int
    since: Moment | None
    why: Says | None
    event_id: str | None

    @classmethod
    def of(cls, process: Process, state: DutyState) -> Self:
        """A duty of that process."""
        kept = {name: getattr(state, name) for name in cls.model_fields if name != "process"}
        return cls(
            **{**kept, "why": message_of(state.why).with_texts(redacted) if state.why else None}, process=process
        )


class CheckedPublic(Public):
    """What one of the checks of `jiejing doctor` found."""

    name: str
    ok: bool
    says: Says


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


class TroublePublic(Public):
    """What of a camera's work is not done: since when and why. `event_id`: the event that it cannot get on with."""

    duty: str
    since: Moment | None
    why: Says
    event_id: str | None
    waiting: int

    @classmethod
    def of_camera(cls, camera_id: str, duties: Iterable[DutyState]) -> tuple[Self, ...]:
        """The troubles of one camera."""
        return tuple(
            cls(
                duty=one.name,
                since=one.since,
                why=message_of(one.why or "").with_texts(redacted),
                event_id=one.event_id,
                waiting=one.waiting,
            )
            for one in duties
            if one.camera_id == camera_id and not one.up
        )


class StreamPublic(Public):
    """How a camera's stream is doing. `stale`: nobody has reported for a while, so nobody watches it."""

    status: Status
    since: Moment
    codec: str | None
    size_wh: tuple[int, int] | None
    real_fps: float | None
    gop_s: float | None
    sampling: str | None
    interval_s: float | None
    last_frame_utc: Moment | None
    delay_s: float | None
    frames: int
    dropped: int
    failures: int
    retry_at: Moment | None
    error: Says | None
    unfit: Says | None
    reported_at: Moment
    stale: bool
    troubles: tuple[TroublePublic, ...] = ()

    @classmethod
    def of(cls, reported: ReportedState, now: datetime, duties: Iterable[DutyState] = ()) -> Self:
        """A stream's state as it is at `now`.

        Args:
            duties: of all cameras, as `run` told them.
        """
        state = {name: getattr(reported.state, name) for name in cls.model_fields if hasattr(reported.state, name)}
        state["troubles"] = TroublePublic.of_camera(reported.state.camera_id, duties)
        error = message_of(reported.state.error).with_texts(redacted) if reported.state.error else None
        stale = reported.is_stale(now)
        return cls(**{**state, "error": error}, reported_at=reported.reported_at, stale=stale)


class AuditEntryPublic(Public):
    """A row of the audit."""

    seq: int
    utc: Moment
    actor_id: int | None
    actor_name: str
    actor_role: str | None
    address: str
    action: str
    object_kind: str
    object_id: str
    purpose: str | None
    before: Any
    after: Any
    hash: str


class AuditPagePublic(Public):
    """Rows, the newest first; next_cursor is null on the last page."""

    entries: tuple[AuditEntryPublic, ...]
    next_cursor: str | None
