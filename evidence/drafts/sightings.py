"""What was detected of late at one camera, and which draft it concerns."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from core.domain import Look, RuleEvent
from evidence.drafts.draft import Draft
from evidence.drawing.looks import nearest_look, numbers_of

LOOKS = 1200  # newest looks remembered: twenty minutes at one a second


class Sightings:
    """The newest looks, and the things of each draft."""

    def __init__(self) -> None:
        self._looks: deque[Look] = deque(maxlen=LOOKS)
        self._last: dict[str, Look] = {}
        self._numbers: dict[str, frozenset[int]] = {}

    def follow(self, key: str, event: RuleEvent) -> None:
        """Learns which things a draft is about now."""
        self._numbers[key] = numbers_of(event)

    def add(self, look: Look) -> None:
        """Remembers what was detected, for stills whose moment is known only later."""
        self._looks.append(look)

    def note_last(self, draft: Draft, look: Look) -> None:
        """Remembers where a draft's thing was seen last."""
        if self.in_sight(draft, look):
            self._last[draft.key] = look

    def in_sight(self, draft: Draft, look: Look) -> bool:
        """Whether any of a draft's things was detected."""
        numbers = self._numbers.get(draft.key) or numbers_of(draft.violation or draft.opened)
        return any(one.number in numbers for one in look.seen)

    def at(self, moment: datetime) -> Look | None:
        """What was detected at a moment, if anybody looked."""
        return nearest_look(self._looks, moment)

    def last_at(self, draft: Draft, moment: datetime) -> Look | None:
        """Where it was seen last, if that was at this moment."""
        last = self._last.get(draft.key)
        return nearest_look((last,), moment) if last else None

    def newest_of(self, draft: Draft, since: datetime) -> Look | None:
        """The newest look after a moment at which a draft's thing was detected."""
        return next((one for one in self._newest_first() if one.utc > since and self.in_sight(draft, one)), None)

    def forget(self, key: str) -> None:
        """Lets go of a draft."""
        self._last.pop(key, None)
        self._numbers.pop(key, None)

    def _newest_first(self) -> Iterator[Look]:
        return reversed(self._looks)
