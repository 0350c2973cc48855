"""What the recording of one camera is told to keep for its drafts."""

from collections.abc import Collection, Iterator
from datetime import datetime

from core.errors import StorageError
from core.messages import Message
from core.ports import Held, Recording
from evidence.drafts.draft import (
    CLEARING_AROUND_S,
    FIRST_AFTER_S,
    FIRST_BEFORE_S,
    LAST_SEEN_EVERY_S,
    MIDDLE_AROUND_S,
    VIOLATION_BEFORE_S,
    Draft,
    seconds,
)

Span = tuple[datetime, datetime]


class Pinned:
    """The pins of one camera. What the disk refuses is tried again."""

    def __init__(self, recording: Recording, post_roll_s: float) -> None:
        self._recording = recording
        self._post_roll_s = post_roll_s
        self._refused: list[tuple[str, str, Span]] = []
        self._last_seen: dict[str, Span] = {}

    def first(self, draft: Draft, still_since: datetime) -> None:
        """Keeps the time at which a thing came to rest.

        Raises:
            StorageError: the disk refuses; `again` tries it once more. So it is with all of these.
        """
        self._pin(draft.key, draft.key, _first(still_since))

    def middle(self, draft: Draft, moment: datetime) -> None:
        """Keeps the middle of a dwell."""
        self._pin(draft.key, draft.key, _around(moment, MIDDLE_AROUND_S))

    def violation(self, draft: Draft, moment: datetime) -> None:
        """Keeps the time at which it became a violation."""
        self._pin(draft.key, draft.key, self._violation(moment))

    def last_seen(self, draft: Draft, last_seen: datetime) -> datetime | None:
        """Keeps the last sighting, in place of the one before; now and then.

        Returns:
            From when on something is kept, if that moved.
        """
        known = self._last_seen.get(draft.key)
        start, end = _around(last_seen, CLEARING_AROUND_S)
        if known and start - known[0] < seconds(LAST_SEEN_EVERY_S):
            return None
        self._recording.unpin(draft.clearing_pin)
        self._last_seen[draft.key] = start, end + seconds(LAST_SEEN_EVERY_S)
        self._pin(draft.key, draft.clearing_pin, self._last_seen[draft.key])
        return start

    def clearing(self, draft: Draft, moment: datetime) -> None:
        """Keeps a moment of the end."""
        self._pin(draft.key, draft.clearing_pin, _around(moment, CLEARING_AROUND_S))

    def again(self, drafts: Collection[str]) -> Iterator[tuple[str, Message]]:
        """Tries once more what was refused of these drafts. Gives the drafts whose pins are refused again, and why."""
        refused, self._refused = self._refused, []
        for key, pin_id, span in refused:
            if key in drafts:
                try:
                    self._pin(key, pin_id, span)
                except StorageError as error:
                    yield key, error.message

    @property
    def refused(self) -> frozenset[str]:
        """The drafts of which a pin is refused."""
        return frozenset(key for key, *_ in self._refused)

    def release(self, draft: Draft) -> None:
        """Lets go of what the package of the violation needed."""
        self._recording.unpin(draft.key)

    def release_all(self, draft: Draft) -> None:
        """Lets go of all."""
        self._last_seen.pop(draft.key, None)
        self._recording.unpin(draft.key)
        self._recording.unpin(draft.clearing_pin)

    def spans(self, draft: Draft) -> Iterator[Span]:
        """The times that a draft needs, as far as they are known."""
        if draft.primary is None:
            yield from (_first(rest) for rest in draft.rests)
            if draft.middle_pinned:
                yield _around(draft.middle_at, MIDDLE_AROUND_S)
            if draft.moment:
                yield self._violation(draft.moment)
        if draft.key in self._last_seen:
            yield self._last_seen[draft.key]
        if draft.cleared and draft.gone_at:
            yield from (_around(moment, CLEARING_AROUND_S) for moment in (draft.cleared.last_seen, draft.gone_at))

    def held(self, draft: Draft, since: datetime | None = None) -> Iterator[Held]:
        """The files that hold these times so far.

        Args:
            since: leave out times that ended before.
        """
        for start, end in self.spans(draft):
            if since is None or end >= since:
                yield from self._recording.files(start, end)

    def _violation(self, moment: datetime) -> Span:
        return moment - seconds(VIOLATION_BEFORE_S), moment + seconds(self._post_roll_s)

    def _pin(self, key: str, pin_id: str, span: Span) -> None:
        try:
            self._recording.pin(pin_id, *span)
        except StorageError:
            self._refused.append((key, pin_id, span))
            raise


def _first(still_since: datetime) -> Span:
    return still_since - seconds(FIRST_BEFORE_S), still_since + seconds(FIRST_AFTER_S)


def _around(moment: datetime, around_s: float) -> Span:
    return moment - seconds(around_s), moment + seconds(around_s)
