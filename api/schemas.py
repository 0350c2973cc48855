"""What the API answers. Times are RFC 3339 in UTC, to the millisecond; unknown ones are null."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator

from core.clock import parse_rfc3339, rfc3339
from core.domain import State
from core.duties import DutyState
from core.geometry import Box
from core.health import STALE_AFTER_S, Status
from core.site import Camera, Place, redacted
from store.records import PackageKind, ReportedState

Moment = Annotated[datetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]

# What happens in a city; far from the ends of what can be computed with.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _moment(given: object) -> datetime:
    """Strict about the form: a lenient parser takes 20260101 for seconds since 1970."""
    if not isinstance(given, str):
        raise ValueError("is no text; write it like 2026-01-01T08:00:00+08:00")  # noqa: TRY004 - as pydantic wants it
    moment = parse_rfc3339(given)
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError(f"lies before {_EARLIEST.year} or after {_LATEST.year - 1}")
    return moment


def _day(given: object) -> object:
    """A day is a text: a lenient parser takes 0 for one, too."""
    if given is None or isinstance(given, str):
        return given
    raise ValueError("is no text; write it like 2026-12-31")


GivenMoment = Annotated[datetime, BeforeValidator(_moment)]
GivenDay = Annotated[date, BeforeValidator(_day)]
# What an integer column holds.
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Asked(BaseModel):
    """What a request may hold; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        """No data base keeps one as text."""
        if isinstance(value, str) and "\0" in value:
            raise ValueError("holds a NUL character; remove it")
        return value


class Public(BaseModel):
    """Takes its fields from a domain value of the same field names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ModelPublic(Public):
    """The model that saw something."""

    name: str
    sha256: str


class MemberPublic(Public):
    """One thing of an event, and since when it has stood there."""

    label: str
    score: float
    bbox_xyxy_px: Box
    still_since: Moment
    number: int
    unit: int
    over_limit: bool


class EventPublic(Public):
    """An event as it was at one change of its state."""

    event_id: str
    camera_id: str
    preset_id: str
    zone_id: str
    violation: str
    state: State
    opening: int
    label: str
    count: int
    score: float
    bbox_xyxy_px: Box
    frame_size_wh: tuple[int, int]
    first_seen: Moment
    still_since: Moment
    violation_at: Moment | None
    last_seen: Moment
    cleared_at: Moment | None
    dwell_s: float
    observed_s: float
    bridged_s: float
    observing: bool
    model: ModelPublic | None
    models: tuple[ModelPublic, ...]
    rule_version: str
    members: tuple[MemberPublic, ...]


class PackagePublic(Public):
    """A sealed evidence package."""

    package_id: str
    event_id: str
    opening: int
    kind: PackageKind
    manifest_sha256: str
    key_id: str
    seq: int
    sealed_at: Moment
    complete: bool
    missing: tuple[str, ...]


class EvidenceKeyPublic(Public):
    """A public key that evidence was sealed with: Ed25519 (RFC 8032), 32 bytes in hex. `key_id`: the SHA-256 of its
    SubjectPublicKeyInfo, by which manifests and people name it."""

    key_id: str
    public_key: str


class PackageFilePublic(Public):
    """A file of a package: its size in bytes, and digests in hex by algorithm name.

    `masked`: privacy masks are black in it, or it is no picture; whatever else is as received, and takes the right
    evidence.originals.
    """

    path: str
    size: int
    media_type: str
    digests: dict[str, str]
    masked: bool


class TroublePublic(Public):
    """What of a camera's work is not done: since when and why. `event_id`: the event that it cannot get on with."""

    duty: str
    since: Moment | None
    why: str
    event_id: str | None
    waiting: int

    @classmethod
    def of_camera(cls, camera_id: str, duties: Iterable[DutyState]) -> tuple[Self, ...]:
        """The troubles of one camera."""
        return tuple(
            cls(
                duty=one.name,
                since=one.since,
                why=redacted(one.why or ""),
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
    error: str | None
    unfit: str | None
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
        error = redacted(reported.state.error) if reported.state.error else None
        stale = (now - reported.reported_at).total_seconds() > STALE_AFTER_S
        return cls(**{**state, "error": error}, reported_at=reported.reported_at, stale=stale)


class CameraSummary(Public):
    """A camera in a list. Its source shows no password; `stream` is null until a worker has reported.

    `observing`: how many of its zones raise no alarms; `sent_back`: how many of these the product sent back to that;
    `waits`: a change waits for a second person.
    """

    id: str
    name: str
    org: str | None
    source: str
    place: Place
    zones: int
    observing: int
    sent_back: int
    waits: bool
    stream: StreamPublic | None

    @classmethod
    def of(cls, camera: Camera, stream: StreamPublic | None, now: datetime, *, waits: bool = False) -> Self:
        """A camera with the state of its stream."""
        zones = [zone for preset in camera.presets for zone in preset.zones]
        return cls(
            id=camera.id,
            name=camera.name,
            org=camera.org,
            source=redacted(camera.source),
            place=camera.place,
            zones=len(zones),
            observing=sum(zone.observes(now) for zone in zones),
            sent_back=sum(zone.observes(now) and zone.was_sent_back for zone in zones),
            waits=waits,
            stream=stream,
        )
