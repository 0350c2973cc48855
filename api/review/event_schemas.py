"""An event as the API gives it. Times are RFC 3339 in UTC, to the millisecond; unknown ones are null."""

from api.http.fields import ModelPublic, Moment, Public
from core.domain import State
from core.geometry import Box


class MemberPublic(Public):
    """One thing of an event, and since when it has stood there."""

    label: str
    score: float
    bbox_xyxy_px: Box
    still_since: Moment
    number: int
    unit: int
    over_limit: bool


class EventPublic(Public):
    """An event as it was at one change of its state."""

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
    first_seen: Moment
    still_since: Moment
    violation_at: Moment | None
    last_seen: Moment
    cleared_at: Moment | None
    dwell_s: float
    observed_s: float
    bridged_s: float
    observing: bool
    model: ModelPublic | None
    models: tuple[ModelPublic, ...]
    rule_version: str
    members: tuple[MemberPublic, ...]
