"""What is told of the duties of the processes."""

from typing import Literal, Self

from api.schemas import Moment, Public
from core.duties import DutyState
from core.site import redacted

Process = Literal["run", "serve"]


class DutyPublic(Public):
    """A duty. `since`, `why`: since when it does not do its work, and the cause; null while it does. `failures`: how
    often it was begun again; `dropped`: what was let go of; `waiting`: what waits to be done."""

    process: Process
    name: str
    camera_id: str | None
    up: bool
    failures: int
    dropped: int
    waiting: int
    since: Moment | None
    why: str | None
    event_id: str | None

    @classmethod
    def of(cls, process: Process, state: DutyState) -> Self:
        """A duty of that process."""
        kept = {name: getattr(state, name) for name in cls.model_fields if name != "process"}
        return cls(**{**kept, "why": redacted(state.why) if state.why else None}, process=process)
