"""One camera, live: reads its stream, looks at it, writes events down and keeps what evidence needs."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from core.clock import Clock
from core.domain import Frame, RuleEvent
from core.duties import Duties, Duty, Trouble, words_of
from core.health import StreamState
from core.messages import Message
from core.model_ref import ModelRef
from core.rules import ZoneRule
from core.site import Camera, SiteInfo
from detector.ensemble import Ensemble
from detector.memory import from_json, to_json
from detector.view_memory import from_npz, to_npz
from evidence.packing.dossier import Dossiers, Sealed
from evidence.packing.facts import declared_kind, is_first_hand
from evidence.signing.seal import Sealer
from runtime.camera.live_window import LiveWindow, Sight
from runtime.camera.pictured_views import pictured_views
from runtime.camera.pipeline import CameraPipeline, Step
from runtime.camera.quiet import QuietFrames
from runtime.camera.shadow import Shadow
from runtime.camera.source import CameraSource
from runtime.camera.spool import Spool
from runtime.camera.state_file import StateFile, StateSeal
from runtime.home.installation import Installation

MEMORY_EVERY_S = 10.0
VIEWS_EVERY_S = 60.0
RETRY_AFTER_S = 30.0
DRAFT_TRIES = 5
WATCHING = "watching"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all cameras of a process share.

    Attributes:
        sealer: of what is received live; recordings: of what is not.
        takes_unsigned: whether what is known of cameras may be unsigned, as an earlier version left it.
    """

    installation: Installation
    sealer: Sealer
    recordings: Sealer
    quiet: QuietFrames
    window: LiveWindow
    spool: Spool
    duties: Duties
    clock: Clock
    takes_unsigned: bool


class CameraWorker:
    """One camera in a thread of its own; sealing is called from another.

    Attributes:
        watching: how its main duty does, reading and looking at frames.
        has_failed: whether it ended by an error.
    """

    def __init__(self, camera: Camera, site: SiteInfo, shared: Shared, ensemble: Ensemble) -> None:
        """Prepares the camera, going on from what an earlier process remembered; `start` begins.

        Raises:
            InputError: its source cannot be used.
            StorageError: its folders cannot be made.
        """
        settings, clock = shared.installation.settings, shared.clock
        self.camera = camera
        self.has_failed = False
        self.watching = shared.duties.of(WATCHING, camera.id, longest_pause_s=RETRY_AFTER_S)
        self._duties = shared.duties
        self._spool = shared.spool
        self._quiet = shared.quiet
        self._window = shared.window
        self._clock = clock
        self._source = CameraSource(camera, settings, clock)
        state = settings.home / "state"
        sealer = shared.sealer
        seal = StateSeal(camera.id, clock, sealer.key, sealer.keys, takes_unsigned=shared.takes_unsigned)
        known = partial(StateFile, seal=seal)
        self._memory = known(
            state / f"{camera.id}.json",
            self._side("keeping what stands"),
            taking_up=self._side("taking up what stood"),
            every_s=MEMORY_EVERY_S,
            written=to_json,
            read=from_json,
        )
        self._views = known(
            state / f"{camera.id}.npz",
            self._side("keeping views"),
            taking_up=self._side("taking up views"),
            every_s=VIEWS_EVERY_S,
            written=to_npz,
            read=from_npz,
        )
        self._pipeline = CameraPipeline(
            camera,
            site.zone_info,
            ensemble,
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
        self._to_draft: deque[tuple[RuleEvent, ZoneRule]] = deque()
        self._draft_tries = 0
        self._state = StreamState(camera.id, "connecting", clock.utc())
        self._thread = threading.Thread(target=self._run, name=f"camera {camera.id}", daemon=True)

    @property
    def state(self) -> StreamState:
        """How the stream is doing."""
        return self._state

    @property
    def shadow_of(self) -> ModelRef | None:
        """The candidate that was let look at the same frames, if any, also where it has ended by an error."""
        shadow = self._shadow
        return shadow.candidate if shadow else None

    @property
    def ensemble(self) -> Ensemble:
        """The models that look."""
        return self._pipeline.ensemble

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
        self.follow_by(None)
        self._source.close()

    def join(self, timeout_s: float) -> None:
        """Waits until it has ended."""
        self._thread.join(timeout_s)

    def seal_due(self, now: datetime) -> list[Sealed]:
        """Seals what is due; takes seconds, so it is called from another thread."""
        return self._dossiers.seal_due(now)

    @property
    def stuck(self) -> Trouble | None:
        """What cannot be sealed, or written on the way there: the first of it, and how much there is."""
        stuck = self._dossiers.stuck
        if not stuck:
            return None
        return Trouble(stuck[0].why, event_id=stuck[0].event_id, waiting=len(stuck))

    def _run(self) -> None:
        try:
            for frame in self._source.frames(self._note_state):
                self._take(frame)
                self.watching.well()
        except Exception as error:  # noqa: BLE001  one camera must not end unseen, whatever it was
            self.watching.failed(error)
            self._fail(words_of(error))
        finally:
            self._keep()

    def _fail(self, why: Message) -> None:
        self._source.close()
        self._state = replace(self._state, status="stopped", since=self._clock.utc(), error=why)
        self.has_failed = True

    def _take(self, frame: Frame) -> None:
        self._pipeline.resample(self._source.interval_s)
        step = self._pipeline.step(frame)
        self._state = replace(self._state, unfit=step.observation.unfit)
        for event in step.events:
            self._follow(event)
        standing = self._pipeline.open_events
        self._aside("drafts", lambda: self._keep_evidence(frame, step, standing))
        self._aside("live pictures", lambda: self._show(step, standing))
        self._aside("shadow's frames", lambda: self._offer_shadow(frame, step))
        quiet = not standing and step.observation.unfit is None
        self._aside("quiet frames", lambda: self._quiet.offer(step.masked, quiet=quiet))
        if self._memory.due:
            self._memory.save(self._pipeline.memory)
        if self._views.due:
            self._views.save(self._pipeline.views)

    def _keep_evidence(self, frame: Frame, step: Step, standing: Sequence[RuleEvent]) -> None:
        while self._to_draft:
            self._draft_tries += 1
            if self._draft_tries > DRAFT_TRIES:
                self._side("drafts").dropped(
                    why=Message("runtime.no_draft_of_event", event_id=self._to_draft[0][0].event_id)
                )
            else:
                self._dossiers.on_event(*self._to_draft[0])
            self._to_draft.popleft()
            self._draft_tries = 0
        self._dossiers.on_standing(standing)
        self._dossiers.on_frame(replace(frame, preset_id=step.masked.preset_id), step.seen)

    def _show(self, step: Step, standing: Sequence[RuleEvent]) -> None:
        rules = tuple(self._pipeline.rules.values())
        self._window.offer(Sight(step.masked, step.observation, standing, rules, self._source.interval_s))

    def _offer_shadow(self, frame: Frame, step: Step) -> None:
        # Read once: another thread may exchange it at any moment.
        shadow = self._shadow
        if shadow is not None:
            shadow.offer(frame, step)

    def _side(self, name: str) -> Duty:
        return self._duties.of(name, self.camera.id)

    def _aside(self, name: str, work: Callable[[], None]) -> None:
        """Does what must never keep the camera from watching; what fails is told, and tried with the next frame."""
        self._side(name).attempt(work)

    def _keep(self) -> None:
        self._memory.save(self._pipeline.memory)
        self._views.save(self._pipeline.views)

    def _follow(self, event: RuleEvent) -> None:
        rule = self._pipeline.rules.get(event.rule_version)
        self._spool.put(event)
        _log.info("camera %s: %s %s %s", self.camera.id, event.violation, event.state, event.event_id)
        if rule is not None:
            self._to_draft.append((event, rule))

    def _note_state(self, state: StreamState) -> None:
        self._state = replace(state, unfit=self._state.unfit)
