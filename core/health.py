"""How a camera's stream is doing, as operations see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.messages import Message

SLOW_AFTER_S = 5  # further behind, a running dwell clock misleads
STALE_AFTER_S = 30  # a state that nobody has reported anew for so long says nothing of the present

Status = Literal["connecting", "online", "waiting", "stopped"]
Condition = Literal["offline", "unwatched", "unfit", "slow", "connecting", "online", "unknown"]
"""How a camera does, in one word. unwatched: nobody looks at it; unknown: no worker has reported yet."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """One camera's stream at one moment.

    Attributes:
        status: connecting (no frame yet), online, waiting (failed; trying again at retry_at), stopped.
        since: when this status began.
        real_fps, gop_s: as measured, not as declared; None until measured.
        sampling: what auto decided: keyframe or interval.
        delay_s: arrival of the newest frame minus its own time.
        frames, dropped: sampled frames given out, and frames dropped because a newer one had come.
        failures: failed connections since the last good frame.
        error: one line without credentials; None while all is well. An online stream may have one, too.
        unfit: why the newest frame did not count, or None.
    """

    camera_id: str
    status: Status
    since: datetime
    codec: str | None = None
    size_wh: tuple[int, int] | None = None
    real_fps: float | None = None
    gop_s: float | None = None
    sampling: str | None = None
    interval_s: float | None = None
    last_frame_utc: datetime | None = None
    delay_s: float | None = None
    frames: int = 0
    dropped: int = 0
    failures: int = 0
    retry_at: datetime | None = None
    error: Message | None = None
    unfit: Message | None = None


def condition_of(state: StreamState | None, *, stale: bool) -> Condition:
    """How a camera does; `stale`: whether its state was not reported anew for STALE_AFTER_S."""
    if state is None:
        return "unknown"
    if stale or state.status == "stopped":
        return "unwatched"
    if state.status == "waiting":
        return "offline"
    if state.status == "connecting":
        return "connecting"
    if state.unfit:
        return "unfit"
    return "slow" if (state.delay_s or 0.0) > SLOW_AFTER_S else "online"
