"""What the API takes and gives about cameras that are changed: documents, what waits, legal records, measurements."""

import re
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field

from api.http.fields import Asked, Moment, Public
from api.system.schemas import StreamPublic
from core.errors import InvalidValueError
from core.labels import LABELS
from core.policy.relaxations import RelaxationKind, RequestKind, RequestState
from core.site import Camera, Day, Legal, Place, PolygonField, Preset, Sampling, StreamKind, redacted
from core.stream_address import Transport
from core.violations import Attended, CountPer, ViolationType, violation_types
from store.site.records import LegalDocument, LegalEntry, RelaxationRequest


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


REASON_MAX = 500
_TEXT_MAX = 1000
# More than any list of a document may hold; each has a bound of its own.
_LIST_MAX = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _printable(value: Any) -> Any:
    """Refuses control characters, and endless texts and lists, anywhere in a document, before any of it is made."""
    if isinstance(value, str):
        if len(value) > _TEXT_MAX:
            raise InvalidValueError("api.text_too_long", limit=_TEXT_MAX)
        if _CONTROL.search(value):
            raise InvalidValueError("api.holds_control_character")
    elif isinstance(value, list) and len(value) > _LIST_MAX:
        raise InvalidValueError("api.list_too_long", limit=_LIST_MAX)
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            _printable(one)
    return value


Reason = Annotated[str, Field(max_length=REASON_MAX, pattern=r"^[^\x00]*$")]
Name = Annotated[str, BeforeValidator(_printable), Field(min_length=1, max_length=80)]
Source = Annotated[str, Field(min_length=1, max_length=1000)]
Presets = Annotated[
    tuple[Preset, ...], BeforeValidator(_printable), Field(min_length=1, max_length=64, description="预置位")
]
Masks = Annotated[tuple[PolygonField, ...], Field(max_length=100, description="polygons that are blacked out")]


class SceneWrite(Asked):
    """Zones and privacy masks of a camera, in place of those that it has."""

    presets: Presets
    privacy_masks: Masks = ()
    reason: Reason = Field(default="", description="why; for the second person, where one is needed")


class CameraWrite(SceneWrite):
    """A camera, as the site file has it but for its legal record."""

    name: Name
    org: Annotated[str, BeforeValidator(_printable), Field(max_length=80)] | None = None
    source: Source = Field(description="rtsp:// or rtsps://; as it was shown, it means the one that is there")
    detect_source: Source | None = None
    transport: Transport | None = Field(default=None, description="how media travel; null = as the installation does")
    source_kind: StreamKind = Field(default="live", description="how the stream reaches us; a file is a recorded file")
    sampling: Sampling = Sampling()
    models: tuple[Name, ...] | None = None
    place: Annotated[Place, BeforeValidator(_printable)] = Place()
    presets: Presets = (Preset(id="1"),)

    def camera(self, camera_id: str, legal: Legal) -> Camera:
        """The camera that is wanted.

        Raises:
            ValidationError: it is none.
        """
        fields = {name: getattr(self, name) for name in Camera.model_fields if name in type(self).model_fields}
        return Camera(**fields | {"id": camera_id, "legal": legal})


class CameraCreate(CameraWrite):
    """A new camera."""

    id: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="GB/T 28181 id, or letters, digits, - and _")
    ]


class Relaxed(Public):
    """One thing that a change takes."""

    kind: RelaxationKind
    preset_id: str | None
    zone_id: str | None


class ScenePublic(Public):
    """What of a camera the rules and privacy hang on. Of a change that a former version kept, `source` is null: it
    concerns zones and privacy masks alone."""

    presets: tuple[Preset, ...]
    privacy_masks: tuple[PolygonField, ...]
    source: str | None
    detect_source: str | None
    sampling: Sampling
    models: tuple[str, ...] | None
    org: str | None
    source_kind: StreamKind


class RelaxationPublic(Public):
    """A change that waits, or waited, for a second person; `after` is null where the camera is to be removed."""

    request_id: str
    camera_id: str
    camera_name: str
    kind: RequestKind
    before: ScenePublic
    after: ScenePublic | None
    takes: tuple[Relaxed, ...]
    reason: str
    asked_by: int
    asked_name: str
    asked_at: Moment
    state: RequestState
    decided_name: str | None
    decided_at: Moment | None
    note: str

    @classmethod
    def of(cls, request: RelaxationRequest, camera_name: str) -> Self:
        """A request with the name of its camera."""
        fields = {name: getattr(request, name) for name in cls.model_fields if hasattr(request, name)}
        return cls.model_validate(fields | {"camera_name": camera_name}, from_attributes=True)


class CameraDetail(CameraSummary):
    """A camera as the site file has it, and the change of it that waits for a second person."""

    detect_source: str | None
    transport: Transport | None
    source_kind: StreamKind
    sampling: Sampling
    models: tuple[str, ...] | None
    legal: Legal
    privacy_masks: tuple[PolygonField, ...]
    presets: tuple[Preset, ...]
    waiting: RelaxationPublic | None

    @classmethod
    def whole(
        cls, camera: Camera, stream: StreamPublic | None, waiting: RelaxationRequest | None, now: datetime
    ) -> Self:
        """All that is known of a camera, but for its passwords."""
        summary = CameraSummary.of(camera, stream, now, waits=waiting is not None)
        return cls(
            **{name: getattr(summary, name) for name in CameraSummary.model_fields},
            detect_source=redacted(camera.detect_source) if camera.detect_source else None,
            transport=camera.transport,
            source_kind=camera.source_kind,
            sampling=camera.sampling,
            models=camera.models,
            legal=camera.legal,
            privacy_masks=camera.privacy_masks,
            presets=camera.presets,
            waiting=RelaxationPublic.of(waiting, camera.name) if waiting else None,
        )


class RemovalQuery(Asked):
    """Why a camera goes."""

    reason: Reason = Field(default="", description="for the second person, where one is needed")


class DecisionWrite(Asked):
    """What the second person says to it."""

    note: Reason = ""


class LegalWrite(Asked):
    """A camera's legal record, with the document that it rests on."""

    review_no: Name | None = Field(default=None, description="法制审核文号")
    review_date: Day | None = Field(default=None, description="法制审核日期")
    technical_review_date: Day | None = Field(default=None, description="技术审核日期")
    notice_no: Name | None = Field(default=None, description="公告文号")
    sign: bool = Field(default=False, description="a sign stands at the place")
    video_approval: Name | None = Field(default=None, description="视频使用批准")
    video_approval_until: Day | None = None
    document_id: Annotated[str, Field(max_length=40)]

    def legal(self) -> Legal:
        """The record."""
        return Legal.model_validate(self.model_dump(exclude={"document_id"}))


class LegalDocumentPublic(Public):
    """A document, kept with its SHA-256."""

    document_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    added_name: str
    added_at: Moment


class LegalEntryPublic(Public):
    """A legal record as it was entered once."""

    legal: Legal
    document: LegalDocumentPublic
    entered_name: str
    entered_at: Moment

    @classmethod
    def of(cls, entry: LegalEntry, document: LegalDocument) -> Self:
        """An entry with its document."""
        return cls(
            legal=entry.legal,
            document=LegalDocumentPublic.model_validate(document),
            entered_name=entry.entered_name,
            entered_at=entry.entered_at,
        )


class AddressAsked(Asked):
    """An address to look at: a new one, or one of a camera as it is shown."""

    source: Source
    camera_id: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="the camera whose password stands where the address shows ***"
    )
    transport: Transport | None = Field(default=None, description="how media travel; null = as the installation does")


class ViewPublic(Public):
    """A picture that was kept: what a preset's `view` names."""

    view: str


class ProbePublic(Public):
    """What was measured; null = not said, or not measured."""

    source: str
    codec: str
    size_wh: tuple[int, int] | None
    declared_fps: float | None
    real_fps: float | None
    gop_s: float | None
    bitrate_kbps: float
    delay_s: float
    measured_s: float


class ZoneTypePublic(Public):
    """A violation type with the defaults of its rule."""

    key: str
    name_zh: str
    name_en: str
    labels: tuple[str, ...]
    count_per: CountPer
    attended: Attended
    candidate_after_s: float
    violation_after_s: float
    bridge_gap_s: float

    @classmethod
    def of(cls, kind: ViolationType) -> Self:
        """A row of the table of types; labels in the order of their table."""
        fields = {name: getattr(kind, name) for name in cls.model_fields}
        return cls(**fields | {"labels": tuple(label for label in LABELS if label in kind.labels)})


class ZoneOptions(Public):
    """Everything that can be chosen for a zone."""

    types: tuple[ZoneTypePublic, ...]
    labels: tuple[str, ...]

    @classmethod
    def all(cls) -> Self:
        """The tables of this version."""
        return cls(types=tuple(map(ZoneTypePublic.of, violation_types().values())), labels=tuple(LABELS))
