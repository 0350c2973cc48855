"""What the repositories take and give besides the domain's own types. Frozen; times are aware UTC."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.domain import RuleEvent, State
from core.health import StreamState
from core.review import Standing

PackageKind = Literal["primary", "supplement"]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; None = any. `since` (included) and `until` (excluded) bound first_seen; `orgs`: of cameras that
    hang on nodes of these names."""

    camera_id: str | None = None
    zone_id: str | None = None
    violation: str | None = None
    state: State | None = None
    observing: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    orgs: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first_seen first, and the cursor of what follows; None = that was the last page."""

    events: tuple[RuleEvent, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EventHistory:
    """An event as it is now, and every change that led there, oldest first."""

    event: RuleEvent
    changes: tuple[RuleEvent, ...]


@dataclass(frozen=True, slots=True)
class PackageRecord:
    """A sealed package.

    Attributes:
        kind: primary, sealed at the violation; supplement, what came later.
        path: relative to the packages folder, with forward slashes.
        manifest_sha256: hex digest of the exact bytes of manifest.json.
        key_id, seq: the key that signed it and its place in that key's chain.
        complete: whether all that was demanded is in it; missing: what is not.
        standing: what it is worth as evidence, by its manifest.
    """

    package_id: str
    event_id: str
    opening: int
    kind: PackageKind
    path: str
    manifest_sha256: str
    key_id: str
    seq: int
    sealed_at: datetime
    complete: bool
    missing: tuple[str, ...] = ()
    standing: Standing = "lead"


@dataclass(frozen=True, slots=True)
class ReportedState:
    """A stream's state and when it was reported; an old report says that nobody watches the stream any more."""

    state: StreamState
    reported_at: datetime
