"""What the repositories take and give besides the domain's own types. Frozen; times are aware UTC."""

from dataclasses import dataclass
from datetime import datetime

from core.domain import PackageKind, RuleEvent, State
from core.policy.review import ChangeKind, Standing


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
class LiveChange:
    """That an event changed, and how. `org`: the node of the event. `opening`: which one of it; None = all of them."""

    seq: int
    kind: ChangeKind
    event_id: str
    camera_id: str
    org: str | None
    opening: int | None = None
