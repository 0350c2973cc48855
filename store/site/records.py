"""What the repositories of cameras take and give. Frozen; times are aware UTC."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import StaleError
from core.health import STALE_AFTER_S, StreamState
from core.messages import Message
from core.policy.relaxations import Relaxation, RequestKind, RequestState, Scene
from core.site import Camera, Legal


@dataclass(frozen=True, slots=True)
class KeptCamera:
    """A camera as it is kept, without passwords, and its version."""

    camera: Camera
    version: int

    def check(self, version: int) -> None:
        """
        Raises:
            StaleError: somebody read another version.
        """
        if self.version != version:
            raise StaleError("store.camera_changed_meanwhile")


@dataclass(frozen=True, slots=True)
class RelaxationRequest:
    """A change that waits, or waited, for a second person.

    Attributes:
        org: the node that the camera hung on when it was asked for.
        kind: zones and masks become `after`; or the camera is taken out of service, and `after` is None.
        before: what held when it was asked for; it is confirmed only while that still holds.
        takes: what it takes from the rules or from privacy.
    """

    request_id: str
    camera_id: str
    org: str | None
    kind: RequestKind
    before: Scene
    after: Scene | None
    takes: tuple[Relaxation, ...]
    reason: str
    asked_by: int
    asked_name: str
    asked_at: datetime
    state: RequestState = "waiting"
    decided_by: int | None = None
    decided_name: str | None = None
    decided_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one field of one row of a table (or line of a site file), and what to do."""

    row: int
    field: str
    cause: Message


@dataclass(frozen=True, slots=True)
class LegalDocument:
    """A document of the legal reviewer. `path` is relative to the folder of legal documents; `org` is the node that the
    camera hung on when it was added."""

    document_id: str
    camera_id: str
    org: str | None
    name: str
    media_type: str
    path: str
    size: int
    sha256: str
    added_by: int
    added_name: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class LegalEntry:
    """A camera's legal record as it was entered once, with the document that it rests on."""

    entry_id: str
    camera_id: str
    org: str | None
    legal: Legal
    document_id: str
    entered_by: int
    entered_name: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class ReportedState:
    """A stream's state and when it was reported; an old report says that nobody watches the stream any more."""

    state: StreamState
    reported_at: datetime

    def is_stale(self, now: datetime) -> bool:
        """Whether nobody reported for STALE_AFTER_S."""
        return (now - self.reported_at).total_seconds() > STALE_AFTER_S
