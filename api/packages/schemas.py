"""What is given of sealed packages: their rows, their files, and what their signed manifests say."""

from typing import Any

from pydantic import Field

from api.http.fields import Moment, NamedPublic, Public, named
from core.domain import PackageKind
from core.policy.review import STANDINGS


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


class SpanPublic(Public):
    """A part of a dwell: seen all the time, or out of sight and bridged."""

    kind: str = Field(description="observed or bridged")
    start: Moment
    end: Moment


class DwellPublic(Public):
    """How long it stood. `spans` is null where only the totals are known."""

    still_since: Moment
    until: Moment
    dwell_s: float
    observed_s: float
    bridged_s: float
    limit_s: float | None = Field(description="violation_after_s of the rule as it was")
    spans: tuple[SpanPublic, ...] | None


class StillPublic(Public):
    """A still of a package: the original and its marked copy, by their paths in the package."""

    name: str
    original: str
    marked: str | None
    utc: Moment
    size_wh: tuple[int, int]


class ManifestPublic(Public):
    """What an officer reads of a manifest. `rule` is the rule as it was; clocks as they were at the sealing."""

    anti_forgery_code: str | None
    standing: NamedPublic
    rule: dict[str, Any] | None
    models: tuple[dict[str, str], ...]
    clock_within_1_s: bool | None
    clock_offset_s: float | None
    received_from: str | None
    stills: tuple[StillPublic, ...]
    clips: tuple[str, ...]
    composite: str | None


class SealedPublic(Public):
    """The facts of an opening as they stand under the signature of its primary package, as of its violation. null: the
    manifest does not say it. `manifest_sha256` names what a decision rests on; `key_id` who signed it."""

    package_id: str
    manifest_sha256: str
    key_id: str
    sealed_at: Moment
    camera_id: str | None
    camera_name: str | None
    address: str | None
    zone_name: str | None
    label: str | None
    score: float | None
    model: str | None
    still_since: Moment | None
    violation_at: Moment | None
    dwell_s: float | None
    observed_s: float | None
    bridged_s: float | None


class DifferencePublic(Public):
    """A fact of which the data base says something else than the seal."""

    field: str
    stored: str
    sealed: str


def standing_of(key: str) -> NamedPublic:
    """A standing with its names; what this version does not know counts as a lead."""
    return named(STANDINGS.get(key, STANDINGS["lead"]))
