"""What a manifest says, read strictly. Two formats are known.

jiejing-evidence-package/1    read for its listing; what else it holds is not checked
jiejing-evidence-package/2    every key is known, and what its parts say of each other can be worked out again
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.clock import parse_rfc3339
from core.errors import InvalidValueError
from core.invalid_values import message_of_invalid
from core.messages import Message
from evidence.package.layout import MAX_ENTRIES, MAX_MANIFEST_BYTES, is_safe
from evidence.package.strict_json import parse

FORMAT_1 = "jiejing-evidence-package/1"
FORMAT_2 = "jiejing-evidence-package/2"
Kind = Literal["primary", "supplement"]
SourceKind = Literal["live", "gateway", "recorded_file", "replayed"]
TimeBasis = Literal["arrival", "stated_by_operator"]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")


def _is_moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        raise InvalidValueError("evidence.not_a_sealed_moment")
    parse_rfc3339(text)
    return text


def _is_path(path: str) -> str:
    if not is_safe(path):
        raise InvalidValueError("evidence.path_leaves_package")
    return path


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[str, AfterValidator(_is_moment)]
Path = Annotated[str, AfterValidator(_is_path)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _Whole(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Link(_Read):
    """Names another package so that it cannot be exchanged."""

    package_id: str
    seq: int = Field(ge=1)
    manifest_sha256: Sha256


class ListedFile(_Read):
    """One file of the package: its size in bytes, and digests in hex by algorithm name."""

    path: str
    size: int = Field(ge=0)
    digests: dict[str, str]


class Completeness(_Read):
    """Whether all that was demanded is there."""

    complete: bool
    missing: tuple[dict[str, str], ...]


class Listing(_Read):
    """The part of a manifest that verification needs, whatever its format."""

    format: Literal["jiejing-evidence-package/1", "jiejing-evidence-package/2"]
    package_id: str
    kind: Kind
    sealed_at: str
    key_id: Sha256
    seq: int = Field(ge=1)
    previous: Link | None
    supplement_to: Link | None
    completeness: Completeness
    files: tuple[ListedFile, ...] = Field(max_length=MAX_ENTRIES)


class SourceFile(_Whole):
    """The recorded file that was looked at: its name, size in bytes, and digests in hex by algorithm name."""

    name: str
    size: int = Field(ge=0)
    digests: dict[str, str]


class Source(_Whole):
    """How the pictures reached us.

    Attributes:
        kind: live (the camera itself), gateway (through one), recorded_file, replayed (a recording, as if live).
        address: without user, password and tokens.
        received_from: the host, or `unknown`.
        file: of a recorded file alone.
        time_basis: whether times are those of arrival here, or what an operator stated.
    """

    kind: SourceKind
    address: str
    received_from: str
    recorder: str
    file: SourceFile | None
    time_basis: TimeBasis


class OpeningRef(_Whole):
    """Which opening of the event it is, and the path of the record that was signed as it opened."""

    number: int = Field(ge=1)
    record: Path | None


class Span(_Read):
    """A span of time."""

    start: Moment
    end: Moment


class ModelName(_Read):
    """A model: its name and the SHA-256 of its file."""

    name: str
    sha256: str


class EventFacts(_Read):
    """The part of the event that can be worked out again."""

    event_id: str
    camera_id: str
    preset_id: str
    zone_id: str
    violation: str
    state: Literal["candidate", "violation", "cleared"]
    opening: int = Field(ge=1)
    count: int = Field(ge=1)
    first_seen: Moment
    still_since: Moment
    violation_at: Moment | None
    last_seen: Moment
    cleared_at: Moment | None
    dwell_s: Seconds
    observed_s: Seconds
    bridged_s: Seconds
    gaps: tuple[Span, ...] | None
    model: ModelName | None
    rule_version: str


class ZoneFacts(_Read):
    """The part of the zone that the event is held against."""

    id: str
    violation: str
    violation_after_s: Seconds
    bridge_gap_s: Seconds


class RuleFacts(_Read):
    """The rule as the candidate opened."""

    version: str
    preset_id: str
    zone: ZoneFacts
    violation: dict[str, Any]


class CameraFacts(_Read):
    """The camera."""

    id: str
    name: str


class LegalFacts(_Read):
    """The legal standing. `gate` is kept for the result of the legal gate."""

    standing: str
    standing_zh: str
    gate: dict[str, Any] | None


class DemandedFiles(_Whole):
    """What was demanded, what of it is there, and what is missing and why."""

    complete: bool
    demanded: tuple[Path, ...]
    present: tuple[Path, ...]
    missing: tuple[dict[str, str], ...]


class FileFacts(ListedFile):
    """A listed file with its role, and what is known of its time."""

    role: str = Field(min_length=1)
    of: str | None = None
    origin: str | None = None
    utc: Moment | None = None
    asked: Moment | None = None
    start: Moment | None = None
    end: Moment | None = None


class Manifest2(Listing):
    """A manifest of format 2 as a whole. `background` is kept for a picture of the place without the thing."""

    model_config = ConfigDict(extra="forbid")

    sealed_at: Moment
    software: dict[str, Any]
    site: dict[str, Any]
    camera: CameraFacts
    source: Source
    legal: LegalFacts
    time_range: Span
    clock: dict[str, Any]
    reason: str | None = None
    rule: RuleFacts
    opening: OpeningRef
    event: EventFacts
    violation_moment: Moment | None = None
    gone_at: Moment | None = None
    models: tuple[ModelName, ...]
    background: Path | None
    anti_forgery_code: str
    completeness: DemandedFiles  # type: ignore[assignment]  # the same and more
    files: tuple[FileFacts, ...] = Field(max_length=MAX_ENTRIES)


def read_manifest(content: bytes) -> tuple[Listing, dict[str, Any]]:
    """What a manifest says, checked and as plain data. Of format 2 the first is a Manifest2.

    Raises:
        ValueError: no such manifest, or of a format this version does not know; says in one line what is wrong.
    """
    record = parse(content, MAX_MANIFEST_BYTES)
    schema = Manifest2 if isinstance(record, dict) and record.get("format") == FORMAT_2 else Listing
    try:
        return schema.model_validate_json(content), record
    except ValidationError as error:
        first = error.errors()[0]
        cause = message_of_invalid(first)
        if key := ".".join(str(part) for part in first["loc"]):
            cause = Message("core.located", where=key, cause=cause)
        raise InvalidValueError(cause) from error


def read_listing(content: bytes) -> Listing:
    """What verification needs of a manifest.

    Raises:
        ValueError: as of read_manifest().
    """
    return read_manifest(content)[0]
