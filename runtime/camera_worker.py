"""One camera, live: reads its stream, looks at it, writes events down and keeps what evidence needs."""

import logging
import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime

from core.clock import Clock
from core.domain import Frame, ModelRef, RuleEvent
from core.errors import JiejingError, StorageError
from core.health import StreamState
from core.site import Camera, SiteInfo
from detector.ensemble import Ensemble
from detector.memory import from_json, to_json
from detector.view_memory import from_npz, to_npz
from evidence.dossier import Dossiers, Sealed
from evidence.facts import declared_kind, is_first_hand
from evidence.seal import Sealer
from runtime.camera_source import CameraSource
from runtime.installation import Installation
from runtime.live_window import LiveWindow, Sight
from runtime.looking import Detectors
from runtime.pictured_views import pictured_views
from runtime.pipeline import CameraPipeline
from runtime.quiet import QuietFrames
from runtime.shadow import Shadow
from runtime.state_file import StateFile

MEMORY_EVERY_S = 10.0
VIEWS_EVERY_S = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all cameras of a process share.

    Attributes:
        sealer: of what is received live; recordings: of what is not.
    """

    installation: Installation
    detectors: Detectors
    sealer: Sealer
    recordings: Sealer
    quiet: QuietFrames
    window: LiveWindow
    clock: Clock


class CameraWorker:
    """One camera in a thread of its own; sealing is called from another.

    Attributes:
        failed_s: when it ended by an error, on the clock that never jumps; None = it did not.
    """

    def __init__(self, camera: Camera, site: SiteInfo, shared: Shared) -> None:
        """Prepares the camera, going on from what an earlier process remembered; `start` begins.

        Raises:
            InputError: its source or model cannot be used.
            StorageError: its folders cannot be made.
        """
        settings, clock = shared.installation.settings, shared.clock
        self.camera = camera
        self.failed_s: float | None = None
        self._installation = shared.installation
        self._quiet = shared.quiet
        self._window = shared.window
        self._clock = clock
        self._source = CameraSource(camera, settings, clock)
        state = settings.home / "state"
        self._memory = StateFile(
            state / f"{camera.id}.json", clock, every_s=MEMORY_EVERY_S, written=to_json, read=from_json
        )
        self._views = StateFile(state / f"{camera.id}.npz", clock, every_s=VIEWS_EVERY_S, written=to_npz, read=from_npz)
        self._pipeline = CameraPipeline(
            camera,
            site.zone_info,
            shared.detectors.ensemble(camera),
            live=True,
            memory=self._memory.load(),
            views={**pictured_views(camera, settings.home / "views"), **(self._views.load() or {})},
        )
        self._dossiers = Dossiers(
            camera=camera,
            site=site,
            recording=self._source.recording,
            drafts=settings.home / "drafts",
            packages=shared.installation.packages_folder,
            sealer=shared.sealer if is_first_hand(declared_kind(camera)) else shared.recordings,
            post_roll_s=settings.post_roll_s,
            live=True,
        )
        self._dossiers.release_others({event.event_id for event in self._pipeline.open_events})
        self._shadow: Shadow | None = None
        self._unwritten: deque[RuleEvent] = deque()
        self._state = StreamState(camera.id, "connecting", clock.utc())
        self._thread = threading.Thread(target=self._run, name=f"camera {camera.id}", daemon=True)

    @property
    def state(self) -> StreamState:
        """How the stream is doing."""
        return self._state

    @property
    def shadow_of(self) -> ModelRef | None:
        """The candidate that looks at the same frames, if any."""
        return self._shadow.candidate if self._shadow else None

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def exchange(self, ensemble: Ensemble) -> None:
        """Looks through other models from the next frame on, without losing a dwell."""
        self._pipeline.exchange(ensemble)

    def follow_by(self, shadow: Shadow | None) -> None:
        """Lets a candidate look at the same frames, in place of the one that did; None ends that."""
        former, self._shadow = self._shadow, shadow
        if former is not None:
            former.stop()

    def stop(self) -> None:
        """Asks it to end; `join` waits for that."""
        self._source.close()
        self.follow_by(None)

    def join(self, timeout_s: float) -> None:
        """Waits until it has ended."""
        self._thread.join(timeout_s)

    def seal_due(self, now: datetime) -> list[Sealed]:
        """Seals what is due; takes seconds, so it is called from another thread."""
        return self._dossiers.seal_due(now)

    def _run(self) -> None:
        try:
            for frame in self._source.frames(self._note_state):
                self._take(frame)
        except JiejingError as error:
            _log.error("camera %s: %s", self.camera.id, error)
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001  one camera must not end unseen, whatever it was
            _log.exception("camera %s ended in a way that nobody expected", self.camera.id)
            self._fail(f"ended by an unexpected {type(error).__name__}; see the log")
        finally:
            self._keep()

    def _fail(self, why: str) -> None:
        self._source.close()
        self._state = replace(self._state, status="stopped", since=self._clock.utc(), error=why)
        self.failed_s = self._clock.mono_s()

    def _take(self, frame: Frame) -> None:
        self._pipeline.resample(self._source.interval_s)
        step = self._pipeline.step(frame)
        self._state = replace(self._state, unfit=step.observation.unfit)
        for event in step.events:
            self._follow(event)
        if self._shadow is not None:
            self._shadow.offer(frame, step)
        standing = self._pipeline.open_events
        self._dossiers.on_standing(standing)
        self._dossiers.on_frame(replace(frame, preset_id=step.masked.preset_id), step.seen)
        rules = tuple(self._pipeline.rules.values())
        self._window.offer(Sight(step.masked, step.observation, standing, rules, self._source.interval_s))
        self._quiet.offer(step.masked, quiet=not standing and step.observation.unfit is None)
        self._write_down()
        if self._memory.due:
            self._memory.save(self._pipeline.memory)
        if self._views.due:
            self._views.save(self._pipeline.views)

    def _keep(self) -> None:
        self._memory.save(self._pipeline.memory)
        self._views.save(self._pipeline.views)

    def _follow(self, event: RuleEvent) -> None:
        rule = self._pipeline.rules.get(event.rule_version)
        self._unwritten.append(event)
        _log.info("camera %s: %s %s %s", self.camera.id, event.violation, event.state, event.event_id)
        if rule is not None:
            self._dossiers.on_event(event, rule)

    def _write_down(self) -> None:
        """Writes events in their order; what the data base refuses now is tried again with the next frame."""
        while self._unwritten:
            try:
                self._installation.events.apply(self._unwritten[0])
            except StorageError as error:
                _log.warning("camera %s: %d events wait to be written: %s", self.camera.id, len(self._unwritten), error)
                return
            self._unwritten.popleft()

    def _note_state(self, state: StreamState) -> None:
        self._state = replace(state, unfit=self._state.unfit)
