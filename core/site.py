"""The site file: what a city's cameras are, where their zones lie and which rules hold there. Strict: unknown keys
are refused. Reading YAML, with line numbers, is the work of store.files.site_file."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from core import gb28181
from core.clock import parse_rfc3339
from core.errors import InvalidValueError
from core.geometry import crossing_edges, polygon_area
from core.labels import LABELS
from core.redaction import redacted as redacted  # noqa: PLC0414 - asked for with the site
from core.schedule import ALWAYS, Hours
from core.stream_address import Transport
from core.violations import Attended, violation_types

SOURCE_SCHEMES = ("rtsp", "rtsps", "file")
# How a stream reaches us, as the operator declares it: from the camera itself, through a gateway, or a recording that
# is played as if it were live.
StreamKind = Literal["live", "gateway", "replayed"]
SourceKind = Literal[StreamKind, "recorded_file"]


def _simple_polygon(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if len(points) > 3 and points[0] == points[-1]:  # a closed ring, as GeoJSON writes it
        points = points[:-1]
    for number, point in enumerate(points):
        if point in points[:number]:
            first = points.index(point)
            raise InvalidValueError("core.polygon_repeats_point", first=first + 1, second=number + 1)
    crossing = crossing_edges(points)
    if crossing:
        raise InvalidValueError("core.polygon_crosses_itself", first=crossing[0] + 1, second=crossing[1] + 1)
    if polygon_area(points) == 0:
        raise InvalidValueError("core.polygon_has_no_area")
    return points


def _timezone_exists(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidValueError("core.unknown_time_zone", name=repr(name)) from error
    return name


def _source_allowed(source: str) -> str:
    try:
        parts = urlsplit(source)
    except ValueError:
        # What it says holds the password.
        raise InvalidValueError("core.address_names_no_host") from None
    if parts.scheme not in SOURCE_SCHEMES:
        if not parts.scheme:
            raise InvalidValueError("core.source_without_scheme")
        raise InvalidValueError("core.source_scheme_not_allowed", found=repr(parts.scheme))
    if parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/") or parts.path == "/"):
        raise InvalidValueError("core.file_source_not_absolute")
    if parts.scheme != "file" and not parts.hostname:
        raise InvalidValueError("core.address_names_no_host")
    return source


def _known_label(label: str) -> str:
    if label not in LABELS:
        raise InvalidValueError("core.unknown_label", label=repr(label), labels=LABELS)
    return label


# pydantic reads 20260101, number or text, as seconds since 1970: dates and times are parsed here.
def _day(value: object) -> object:
    if isinstance(value, str | int | float):
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
        except ValueError as error:
            raise InvalidValueError("core.no_date", found=repr(str(value))) from error
    return value


def _moment(value: object) -> object:
    if isinstance(value, str | int | float):
        try:
            return parse_rfc3339(str(value))
        except ValueError as error:
            raise InvalidValueError("core.no_time_with_offset", found=repr(str(value))) from error
    return value


def _permit_moment(value: object) -> object:
    try:
        return _moment(value)
    except ValueError as error:
        raise InvalidValueError("core.no_date_or_time", found=repr(str(value))) from error


Unit = Annotated[float, Field(ge=0, le=1)]
# Each pair of edges is looked at: a line that was traced by a machine would take for ever.
PolygonField = Annotated[
    tuple[tuple[Unit, Unit], ...], Field(min_length=3, max_length=100), AfterValidator(_simple_polygon)
]
SourceField = Annotated[str, AfterValidator(_source_allowed)]
LabelField = Annotated[str, AfterValidator(_known_label)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
VIEW_PATTERN = r"^[0-9a-f]{16}$"
Seconds = Annotated[float, Field(ge=0, le=7 * 86400)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
PermitMoment = Annotated[datetime, BeforeValidator(_permit_moment)]
AwareMoment = Annotated[AwareDatetime, BeforeValidator(_moment)]


class Strict(BaseModel):
    """Refuses unknown keys; never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteInfo(Strict):
    """The place that this installation serves."""

    name: str = Field(min_length=1)
    division: str = Field(pattern=r"^[0-9]{6}$", description="GB/T 2260 code of the county-level division")
    timezone: Annotated[str, AfterValidator(_timezone_exists)] = "Asia/Shanghai"

    @property
    def zone_info(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)


class Sampling(Strict):
    """How often a picture is looked at."""

    mode: Literal["auto", "keyframe", "interval"] = "auto"
    interval_s: float = Field(default=1.0, ge=0.1, le=60, description="seconds between two looks")


class Place(Strict):
    """Where the camera looks; lon/lat are CGCS2000."""

    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    address: str = ""
    grid: str | None = Field(default=None, pattern=r"^[0-9]{1,15}$")
    heading: str = ""


class Legal(Strict):
    """What a city's lawyers entered about this camera. It is sealed with each package and raises no standing by itself:
    every record is a lead until the law's gate says more."""

    review_no: str | None = None
    review_date: Day | None = None
    technical_review_date: Day | None = None
    notice_no: str | None = None
    sign: bool = False
    video_approval: str | None = None
    video_approval_until: Day | None = None


class Permit(Strict):
    """What is allowed to stand: a part of the zone (or all of it), at some hours, for some time."""

    polygon: PolygonField | None = None
    schedule: tuple[Hours, ...] = ALWAYS
    valid_from: PermitMoment | None = None  # included; store.files.site_days makes a day its begin at the site
    valid_to: PermitMoment | None = None  # excluded; there a day is its end
    permit_no: str = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("valid_from", "valid_to"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise InvalidValueError("core.permit_time_needs_offset", name=name)
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise InvalidValueError("core.permit_ends_before_begin")
        return self


class Shop(Strict):
    """The shop whose front a zone watches."""

    name: str = ""
    licence_no: str = ""


class SentBack(Strict):
    """That a zone in force was sent back to observing, and why; written by the product, not by people. budget: `count`
    alarms in one day, over a budget of `limit`; rejected: `count` of `limit` alarms that officers decided."""

    at: AwareMoment
    why: Literal["budget", "rejected"]
    count: int = Field(ge=0)
    limit: int = Field(ge=0)


class Zone(Strict):
    """A part of the picture and the rule that holds there; a number left out is the violation type's default."""

    id: Id
    name: str = ""
    violation: str
    polygon: PolygonField
    candidate_after_s: Seconds | None = None
    violation_after_s: Annotated[float, Field(gt=0, le=7 * 86400)] | None = None
    bridge_gap_s: Seconds | None = None
    reopen_within_s: Seconds = 1800
    min_score: Unit = 0.25
    attended: Attended | None = None
    schedule: tuple[Hours, ...] = Field(default=ALWAYS, min_length=1)
    permits: tuple[Permit, ...] = Field(default=(), max_length=100)
    exempt: tuple[LabelField, ...] = ()
    agency: str | None = None
    shop: Shop | None = None
    observe: bool | None = Field(default=None, description="events are noted, nobody is alarmed; null = nothing said")
    observe_until: AwareMoment | None = Field(default=None, description="then it is in force; null = until told so")
    daily_budget: int = Field(default=50, ge=1, le=10_000, description="alarms a day, in the site's time zone")
    sent_back: SentBack | None = Field(default=None, description="last time; what came before no longer counts")

    @field_validator("violation")
    @classmethod
    def _known_violation(cls, key: str) -> str:
        if key not in violation_types():
            raise InvalidValueError("core.unknown_violation", violation=repr(key), types=list(violation_types()))
        return key

    @model_validator(mode="after")
    def _candidate_first(self) -> Self:
        kind = violation_types()[self.violation]
        candidate = kind.candidate_after_s if self.candidate_after_s is None else self.candidate_after_s
        violation = kind.violation_after_s if self.violation_after_s is None else self.violation_after_s
        if candidate > violation:
            raise InvalidValueError(
                "core.candidate_later_than_violation", candidate=f"{candidate:g}", violation=f"{violation:g}"
            )
        return self

    @model_validator(mode="after")
    def _until_observes(self) -> Self:
        if self.observe_until and not self.observe:
            raise InvalidValueError("core.observe_until_without_observe")
        return self

    def observes(self, at: datetime) -> bool:
        """Whether nobody is alarmed at that (aware) moment."""
        return bool(self.observe) and (self.observe_until is None or at < self.observe_until)

    @property
    def was_sent_back(self) -> bool:
        """Whether it observes because it was sent back, and not because a person said so."""
        return bool(self.observe) and self.observe_until is None and self.sent_back is not None


class Preset(Strict):
    """One position of the camera (预置位) with its zones."""

    id: Id
    zones: tuple[Zone, ...] = Field(default=(), max_length=64)
    view: str | None = Field(
        default=None, pattern=VIEW_PATTERN, description="the picture that it is known by: views/CAMERA/VIEW.jpg"
    )

    @field_validator("zones")
    @classmethod
    def _unique(cls, zones: tuple[Zone, ...]) -> tuple[Zone, ...]:
        _refuse_twice("core.zone_id_used_twice", [zone.id for zone in zones])
        return zones


class Camera(Strict):
    """One camera: where its stream is, how it is sampled, what is watched."""

    id: Id
    name: str = Field(min_length=1)
    org: str | None = None
    source: SourceField
    detect_source: SourceField | None = None
    transport: Transport | None = Field(default=None, description="how media travel; null = as the installation does")
    source_kind: StreamKind = Field(default="live", description="how the stream reaches us; a file is a recorded file")
    sampling: Sampling = Sampling()
    models: tuple[str, ...] | None = None
    place: Place = Place()
    legal: Legal = Legal()
    privacy_masks: tuple[PolygonField, ...] = Field(default=(), max_length=100)
    presets: tuple[Preset, ...] = Field(default=(Preset(id="1"),), min_length=1, max_length=64)

    @property
    def declared_source(self) -> SourceKind:
        """What its pictures are, as declared; a file is a recorded file, whatever was said."""
        return "recorded_file" if self.source.startswith("file:") else self.source_kind

    @field_validator("id")
    @classmethod
    def _decodes(cls, camera_id: str) -> str:
        if gb28181.looks_like_device_id(camera_id):
            gb28181.decode(camera_id)
        return camera_id

    @field_validator("presets")
    @classmethod
    def _unique(cls, presets: tuple[Preset, ...]) -> tuple[Preset, ...]:
        _refuse_twice("core.preset_id_used_twice", [preset.id for preset in presets])
        return presets


class Site(Strict):
    """A whole site file."""

    site: SiteInfo
    cameras: tuple[Camera, ...] = ()

    @field_validator("cameras")
    @classmethod
    def _unique(cls, cameras: tuple[Camera, ...]) -> tuple[Camera, ...]:
        _refuse_twice("core.camera_id_used_twice", [camera.id for camera in cameras])
        return cameras

    def camera(self, camera_id: str) -> Camera:
        """The camera of that id.

        Raises:
            KeyError: there is none.
        """
        for camera in self.cameras:
            if camera.id == camera_id:
                return camera
        raise KeyError(camera_id)


def _refuse_twice(code: str, ids: list[str]) -> None:
    """Refuses a list in which an id occurs twice; the error's context holds the index of the second, and the cause."""
    seen: set[str] = set()
    for index, one in enumerate(ids):
        if one in seen:
            twice = InvalidValueError(code, id=one)
            raise PydanticCustomError("used_twice", "{error}", {"error": twice, "index": index})
        seen.add(one)
