"""What flows through the house: Frame -> Observation (Detections) -> RuleEvent. Frozen; times are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box
from core.messages import Message
from core.model_ref import ModelRef

PackageKind = Literal["primary", "supplement"]

Image = NDArray[np.uint8]
State = Literal["candidate", "violation", "cleared"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One sampled picture of a camera.

    Attributes:
        utc: when it was taken, by the mapping from stream time.
        mono_s: seconds on a clock that never jumps, from the same mapping.
        stream_s: presentation time in the stream, seconds from the stream's own zero.
        session: names one connection of the stream; stream_s compares within a session only.
        image: (height, width, 3) uint8, BGR.
    """

    camera_id: str
    utc: datetime
    mono_s: float
    stream_s: float
    session: str
    image: Image
    preset_id: str = "1"

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One box found in a frame.

    Attributes:
        label: one of core.labels.LABELS.
        score: 0-1.
        bbox_xyxy_px: x1, y1, x2, y2 in pixels of the frame.
        appearance: luma of the box and a margin, (APPEARANCE_PX, APPEARANCE_PX) uint8; None = position only.
        model: the one that found it; None where that is not known.
    """

    label: str
    score: float
    bbox_xyxy_px: Box
    appearance: Image | None = None
    model: ModelRef | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What the rules see of one frame.

    Attributes:
        unfit: why this frame does not count (the view moved, the picture is grey ...); None = it counts.
        looked_for: the labels that the models that ran on this frame can find; None = all of the camera's.
    """

    camera_id: str
    preset_id: str
    utc: datetime
    frame_size_wh: tuple[int, int]
    detections: tuple[Detection, ...]
    unfit: Message | None = None
    looked_for: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One thing of an event, and since when it has stood there.

    Attributes:
        number: its own within the camera; 0 where an earlier version did not say.
        unit: members of one unit count as one: a stall and its umbrella. Numbered from 1; 0 as above.
        over_limit: whether its unit has stood for violation_after_s.
    """

    label: str
    score: float
    bbox_xyxy_px: Box
    still_since: datetime
    number: int = 0
    unit: int = 0
    over_limit: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing as it was detected in one frame.

    Attributes:
        number: its own within the camera, as in Member.
    """

    number: int
    label: str
    score: float
    bbox_xyxy_px: Box


@dataclass(frozen=True, slots=True)
class Look:
    """All that was detected in one frame."""

    utc: datetime
    frame_size_wh: tuple[int, int]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a dwell that was bridged: from the last sighting before it to the first one after it."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class RuleEvent:
    """One change of state of something that stays.

    Attributes:
        opening: 1 at first; 2, 3 ... when the same thing came back within reopen_within_s.
        count: how many things the event stands for (1 unless the zone is counted): the units of its members.
        score: median of the last ten scores, 0-1.
        first_seen: when it was first seen, ever; still_since: when the present dwell began.
        violation_at: when it first became a violation, in this or an earlier opening.
        dwell_s: observed_s + bridged_s, of the thing that has stood longest.
        gaps: where the bridged part of it lay, in order; None where an earlier version kept the totals alone.
        observing: the zone only observes: no alarm, no package.
        model: the model that saw, over this dwell, most of the thing that has stood longest; None where not known.
        models: all that saw it over this dwell, the one that saw most first; empty where an earlier version kept none.
        members: the things of a zone's event, in the order of their boxes; of an object's event, itself.
    """

    event_id: str
    camera_id: str
    preset_id: str
    zone_id: str
    violation: str
    state: State
    opening: int
    label: str
    count: int
    score: float
    bbox_xyxy_px: Box
    frame_size_wh: tuple[int, int]
    first_seen: datetime
    still_since: datetime
    violation_at: datetime | None
    last_seen: datetime
    cleared_at: datetime | None
    dwell_s: float
    observed_s: float
    bridged_s: float
    observing: bool
    rule_version: str
    model: ModelRef | None = None
    members: tuple[Member, ...] = field(default=())
    gaps: tuple[Gap, ...] | None = None
    models: tuple[ModelRef, ...] = ()
