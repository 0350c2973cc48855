"""A draft: what is known of one opening while it lives, on disk at every change so that a restart loses nothing."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.domain import Look, RuleEvent
from core.site import Zone
from evidence.package.listing import Link
from evidence.package.storage import storing, write_atomic

_log = logging.getLogger(__name__)

FIRST_BEFORE_S = 5.0  # the clip around still_since
FIRST_AFTER_S = 10.0
VIOLATION_BEFORE_S = 10.0  # the clip around the violation; post_roll_s follows
MIDDLE_AROUND_S = 2.0
CLEARING_AROUND_S = 3.0
LAST_SEEN_EVERY_S = 10.0  # how far the pin of the last sighting may lag behind


class Draft(BaseModel):
    """One opening of an event, from candidate to supplement.

    Attributes:
        rule: facts.rule_facts() as the candidate opened.
        opened: the event as the candidate opened.
        violation: the event as it became a violation, in this opening.
        middle_at: the moment of the middle still.
        middle_sought: whether a moment nearer to the middle, at which the thing is seen, may still come.
        middle_pinned: whether the recording was told to keep it.
        rests: the moments at which its things came to rest, as far as the recording was told to keep them.
        rest_looks, middle_look, violation_look, last_look: what was detected in the frames nearest to these moments;
            None where nothing was looked at then.
        cleared: the event as it cleared, after a violation.
        gone_at: when a picture can show that it is gone.
        primary: the sealed package of this opening.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    rule: dict[str, Any]
    opened: RuleEvent
    middle_at: datetime
    middle_pinned: bool = False
    middle_sought: bool = False
    rests: tuple[datetime, ...] = ()
    rest_looks: tuple[Look, ...] = ()
    middle_look: Look | None = None
    violation_look: Look | None = None
    last_look: Look | None = None
    violation: RuleEvent | None = None
    cleared: RuleEvent | None = None
    gone_at: datetime | None = None
    primary: Link | None = None

    @property
    def key(self) -> str:
        """Names the draft: its folder and its pins."""
        return draft_key(self.opened)

    @property
    def middle_wanted(self) -> datetime:
        """Half way from the first rest to the limit."""
        return self.opened.still_since + seconds((self.zone.violation_after_s or 0) / 2)

    @property
    def looks(self) -> tuple[Look, ...]:
        """All looks that were kept for stills."""
        return tuple(filter(None, (*self.rest_looks, self.middle_look, self.violation_look)))

    @property
    def clearing_pin(self) -> str:
        """Names the pins of the supplement."""
        return f"{self.key}-clearing"

    @property
    def moment(self) -> datetime | None:
        """When it became a violation in this opening."""
        return violation_moment(self.violation) if self.violation else None

    @property
    def zone(self) -> Zone:
        """The zone as it was."""
        return Zone.model_validate(self.rule["zone"])

    def primary_span(self, post_roll_s: float) -> tuple[datetime, datetime] | None:
        """What the recording must hold around the violation before the package can be sealed."""
        if self.moment is None or self.primary is not None:
            return None
        return self.moment - seconds(1), self.moment + seconds(post_roll_s)

    def clearing_span(self) -> tuple[datetime, datetime] | None:
        """What the recording must hold of the end before the supplement can be sealed."""
        if self.primary is None or self.cleared is None or self.gone_at is None:
            return None
        return self.gone_at - seconds(1), self.gone_at


@dataclass(frozen=True)
class DraftFile:
    """A draft as it lies on disk.

    Attributes:
        key: the name of its folder.
        draft: None where it cannot be read.
    """

    key: str
    path: Path
    content: bytes
    draft: Draft | None


class DraftStore:
    """The drafts of one camera: a folder each, with draft.json, its record and the frames of the time-lapse."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> Iterator[DraftFile]:
        """Every draft on disk. One that cannot be read is left where it is, with a warning."""
        for path in sorted(self._folder.glob("*/draft.json")):
            content, draft = b"", None
            try:
                content = path.read_bytes()
                draft = Draft.model_validate_json(content)
            except (OSError, ValidationError) as error:
                _log.warning("%s: this draft cannot be read and is left alone: %s", path, str(error).splitlines()[0])
            yield DraftFile(path.parent.name, path, content, draft)

    @staticmethod
    def content(draft: Draft) -> bytes:
        """A draft as it is written."""
        return draft.model_dump_json().encode()

    def save(self, key: str, content: bytes) -> None:
        """Writes a draft.

        Raises:
            StorageError: the disk refuses.
        """
        write_atomic(self.path(key), content)

    def path(self, key: str) -> Path:
        """Where a draft is."""
        return self._folder / key / "draft.json"

    def frames(self, key: str) -> Path:
        """Where the frames of its time-lapse are."""
        return self._folder / key / "frames"

    def drop_frames(self, key: str) -> None:
        """Lets go of the frames of its time-lapse."""
        shutil.rmtree(self.frames(key), ignore_errors=True)

    def remove(self, key: str) -> None:
        """Lets go of a draft.

        Raises:
            StorageError: the disk refuses.
        """
        folder = self._folder / key
        with storing(folder):
            self.path(key).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def draft_key(event: RuleEvent) -> str:
    """Names an opening of an event."""
    return f"{event.event_id}-{event.opening}"


def violation_moment(event: RuleEvent) -> datetime:
    """When it became a violation in this opening: an event that opens again keeps its first violation_at, and the rule
    observes a thing at the moment it turns into a violation."""
    first = event.violation_at
    return first if first is not None and first >= event.still_since else event.last_seen


def seconds(duration_s: float) -> timedelta:
    """A duration."""
    return timedelta(seconds=duration_s)
