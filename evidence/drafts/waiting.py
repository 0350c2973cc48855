"""What could not be written or sealed, since when and why."""

import logging
from dataclasses import dataclass
from datetime import datetime

from core.messages import Message
from evidence.drafts.draft import Draft

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stuck:
    """A draft that is kept because it, or what it needs, could not be written or sealed, and is tried again; or one
    that is not sealed at all, as it is not what was written.

    Attributes:
        since: the time of the stream at which that began.
    """

    event_id: str
    opening: int
    why: Message
    since: datetime


class Waiting:
    """What waits at one camera. Each cause is logged once for as long as it lasts."""

    def __init__(self, camera_id: str) -> None:
        self._camera_id = camera_id
        self._causes: set[Message] = set()
        self._stuck: dict[str, Stuck] = {}

    @property
    def all(self) -> tuple[Stuck, ...]:
        """What waits."""
        return tuple(self._stuck.values())

    def note(self, draft: Draft, why: Message, since: datetime | None) -> None:
        """Remembers that a draft waits: since then, unless it waited before."""
        self.note_opening(
            draft.key, Stuck(draft.opened.event_id, draft.opened.opening, why, since or draft.opened.last_seen)
        )

    def note_opening(self, key: str, stuck: Stuck) -> None:
        """The same of an opening whose draft cannot be believed."""
        former = self._stuck.get(key)
        since = former.since if former else stuck.since
        self._stuck[key] = Stuck(stuck.event_id, stuck.opening, stuck.why, since)
        if stuck.why not in self._causes:
            self._causes.add(stuck.why)
            _log.warning("camera %s: evidence waits: %s", self._camera_id, stuck.why)

    def end(self, key: str) -> None:
        """A draft waits no longer."""
        self._stuck.pop(key, None)

    def settle(self) -> None:
        """What no draft waits for any more is logged again when it comes back."""
        self._causes &= {one.why for one in self._stuck.values()}
