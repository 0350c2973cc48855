"""What the threads of a process are there for, and how each of these duties does: nothing ends or waits in silence.

A duty that fails is told once, with its camera; while it goes on failing for the same cause the failures are counted,
not told. It is tried again after a pause that doubles. What it says of itself is read by whoever asks, without waiting.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from core.clock import Clock, parse_rfc3339, rfc3339
from core.errors import JiejingError
from core.messages import Message, message_of, read

_log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
SETTLED_S = 60.0  # so long without a failure, and the next one is the first of a new row
TOLD_AGAIN_S = 600.0  # so often at most the same cause is told
HANGS = Message("core.duty_hangs")


@dataclass(frozen=True, slots=True)
class DutyState:
    """One duty at one moment.

    Attributes:
        camera_id: None where it is not one camera's.
        up: whether it does its work.
        failures: how often it failed and was begun again, since the process began.
        dropped: what was let go of because more came than could be done.
        waiting: what waits to be done.
        since, why: since when it is not up, and the cause; None while it is. Without credentials.
        event_id: the event that it cannot get on with, if it is one.
    """

    name: str
    camera_id: str | None = None
    up: bool = True
    failures: int = 0
    dropped: int = 0
    waiting: int = 0
    since: datetime | None = None
    why: Message | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a duty from its work though nothing failed just now."""

    why: str
    since: datetime | None = None
    event_id: str | None = None
    waiting: int = 0


class Duty:
    """One duty. Safe for several threads, of which one does the work."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        camera_id: str | None = None,
        *,
        longest_pause_s: float = LONGEST_PAUSE_S,
        patience_s: float | None = None,
    ) -> None:
        """
        Args:
            longest_pause_s: between two tries, at most.
            patience_s: after which work that has not ended is said to hang; None = it may take as long as it likes.
        """
        self.name, self.camera_id = name, camera_id
        self._clock = clock
        self._longest_pause_s, self._patience_s = longest_pause_s, patience_s
        self._lock = threading.Lock()
        self._state = DutyState(name, camera_id)
        self._row = 0
        self._again_s = self._failed_s = float("-inf")
        self._told: dict[str, float] = {}
        self._untold = 0
        self._began: tuple[float, datetime] | None = None

    @property
    def state(self) -> DutyState:
        """How it does now."""
        with self._lock:
            hanging = self._hanging()
            state = hanging or self._state
        if hanging:
            self._tell(HANGS, None)
        return state

    @property
    def due(self) -> bool:
        """Whether the pause after its last failure is over."""
        return self._clock.mono_s() >= self._again_s

    def keep(self, work: Callable[[], Trouble | None], every_s: float, stop: threading.Event) -> None:
        """Does the work again and again until `stop` is set, whatever happens."""
        while not stop.is_set():
            if self.due:
                self.attempt(work)
            stop.wait(every_s)

    def attempt(self, work: Callable[[], Trouble | None]) -> bool:
        """Does the work once; whether it went through. Nothing is raised."""
        self._began = (self._clock.mono_s(), self._clock.utc())
        try:
            trouble = work()
        except Exception as error:  # noqa: BLE001  whatever it is: a duty never ends, and never in silence
            self.failed(error)
            return False
        finally:
            self._began = None
        if trouble:
            self.troubled(trouble)
        else:
            self.well()
        return trouble is None

    def failed(self, error: BaseException | str, event_id: str | None = None) -> None:
        """Notes a failure: counted, told once, and tried again after a pause."""
        why = words_of(error)
        with self._lock:
            now_s = self._clock.mono_s()
            self._row = self._row + 1 if now_s - self._failed_s <= SETTLED_S + self._pause_s() else 1
            self._failed_s, self._again_s = now_s, now_s + self._pause_s()
            since = self._state.since or self._clock.utc()
            self._state = replace(
                self._state, up=False, failures=self._state.failures + 1, since=since, why=why, event_id=event_id
            )
        self._tell(why, error if isinstance(error, BaseException) else None)

    def troubled(self, trouble: Trouble) -> None:
        """Notes what keeps it from its work; it is asked again at its usual pace."""
        why = message_of(trouble.why)
        with self._lock:
            since = trouble.since or self._state.since or self._clock.utc()
            self._state = replace(
                self._state, up=False, since=since, why=why, event_id=trouble.event_id, waiting=trouble.waiting
            )
        self._tell(why, None)

    def well(self) -> None:
        """Notes that it does its work."""
        with self._lock:
            if self._state.up:
                return
            self._state = replace(self._state, up=True, since=None, why=None, event_id=None, waiting=0)
            self._again_s = float("-inf")
        _log.info("%s: goes on", self._shown)

    def dropped(self, number: int = 1, why: str = "more came than could be done; what came last was let go of") -> None:
        """Counts what was let go of, and tells it once."""
        with self._lock:
            self._state = replace(self._state, dropped=self._state.dropped + number)
        self._tell(why, None)

    def alive(self) -> None:
        """Says that long work gets on."""
        if self._began is not None:
            self._began = (self._clock.mono_s(), self._clock.utc())

    def waits(self, number: int) -> None:
        """Says how much waits to be done."""
        with self._lock:
            self._state = replace(self._state, waiting=number)

    def _hanging(self) -> DutyState | None:
        began = self._began
        if began is None or self._patience_s is None or not self._state.up:
            return None
        if self._clock.mono_s() - began[0] <= self._patience_s:
            return None
        return replace(self._state, up=False, since=began[1], why=HANGS)

    def _pause_s(self) -> float:
        return min(FIRST_PAUSE_S * 2.0 ** min(self._row - 1, 10), self._longest_pause_s)

    @property
    def _shown(self) -> str:
        return f"camera {self.camera_id}: {self.name}" if self.camera_id else self.name

    def _tell(self, why: str, error: BaseException | None) -> None:
        """One line for a cause, and its trace where nobody expected it; then at most one in TOLD_AGAIN_S, which counts
        those between."""
        now_s = self._clock.mono_s()
        with self._lock:
            if now_s - self._told.get(why, float("-inf")) < TOLD_AGAIN_S:
                self._untold += 1
                return
            if len(self._told) >= 50:  # causes with figures in them are each another one
                self._told.clear()
            self._told[why] = now_s
            more, self._untold = self._untold, 0
        unexpected = error if error and not isinstance(error, JiejingError) else None
        again = f" (and {more} times more since the last line)" if more else ""
        _log.error("%s: %s%s", self._shown, why, again, exc_info=unexpected)


class Duties:
    """All duties of a process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._duties: dict[tuple[str, str | None], Duty] = {}

    def of(
        self,
        name: str,
        camera_id: str | None = None,
        *,
        longest_pause_s: float = LONGEST_PAUSE_S,
        patience_s: float | None = None,
    ) -> Duty:
        """The duty of that name, of that camera; made where it is not known yet."""
        with self._lock:
            found = self._duties.get((name, camera_id))
            if found is None:
                found = Duty(name, self._clock, camera_id, longest_pause_s=longest_pause_s, patience_s=patience_s)
                self._duties[name, camera_id] = found
            return found

    def forget(self, name: str | None, camera_id: str | None) -> None:
        """Lets go of a duty that is none any more; of every duty of that camera where no name is given."""
        with self._lock:
            self._duties = {
                key: duty
                for key, duty in self._duties.items()
                if key[1] != camera_id or (name is not None and key[0] != name)
            }

    def all(self) -> tuple[DutyState, ...]:
        """How each does now."""
        with self._lock:
            duties = list(self._duties.values())
        return tuple(duty.state for duty in duties)

    def thread(
        self, duty: Duty, work: Callable[[], Trouble | None], every_s: float, stop: threading.Event
    ) -> threading.Thread:
        """A thread, begun, that keeps that duty until `stop` is set."""
        thread = threading.Thread(target=duty.keep, args=(work, every_s, stop), name=duty.name, daemon=True)
        thread.start()
        return thread

    def watch_threads(self) -> None:
        """Whatever ends a thread of this process is told and shown, too."""

        def note(ended: threading.ExceptHookArgs) -> None:
            if ended.exc_value is not None and ended.exc_type is not SystemExit:
                name = ended.thread.name if ended.thread else "a thread"
                self.of(f"thread {name.split('-')[0]}").failed(ended.exc_value)

        threading.excepthook = note


def duty_to_json(state: DutyState) -> dict[str, Any]:
    """A state as plain data."""
    since, why = rfc3339(state.since) if state.since else None, state.why.plain() if state.why else None
    return {**asdict(state), "since": since, "why": why}


def duty_from_json(plain: Mapping[str, Any]) -> DutyState:
    """The state of such data.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    since, why = plain["since"], plain["why"]
    known = {"since": parse_rfc3339(since) if since else None, "why": read(why) if why else None}
    return DutyState(**{**plain, **known})


def words_of(error: BaseException | str) -> Message:
    """One line for an error: what we say ourselves, or the name of what nobody expected, whose trace the log has."""
    if isinstance(error, str | JiejingError):
        return message_of(error)
    return Message("core.unexpected_error", error=type(error).__name__, cause=" ".join(str(error).split())[:200])
