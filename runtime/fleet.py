"""All cameras of an installation: started, stopped and changed one by one as the site changes."""

import logging
import threading
from collections.abc import Callable, Collection
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.domain import ModelRef
from core.errors import JiejingError
from core.health import StreamState
from core.rules import watched_presets
from core.site import Camera, SiteInfo
from evidence.seal import Sealer
from models.history import names
from models.shadow_figures import SHADOW_FOLDER
from runtime.camera_worker import CameraWorker, Shared
from runtime.installation import Installation
from runtime.live_window import LiveWindow
from runtime.looking import Detectors
from runtime.package_rows import row_of, rows_left_out
from runtime.pipeline import CameraPipeline
from runtime.quiet import QuietFrames
from runtime.shadow import Shadow

_log = logging.getLogger(__name__)

FOLLOW_EVERY_S = 1.0
REPORT_EVERY_S = 2.0
SEAL_EVERY_S = 1.0
RETRY_AFTER_S = 30.0
SEND_BACK_EVERY_S = 10.0
END_WITHIN_S = 3.5


class Fleet:
    """The cameras, the sealing of their packages and the reports of their state, in one process."""

    def __init__(self, installation: Installation, clock: Clock) -> None:
        """
        Raises:
            InputError: the signing key cannot be used.
            StorageError: the home or the data base cannot be used.
        """
        settings = installation.settings
        self._installation = installation
        self._clock = clock
        # One thread an inference: the cameras' own threads keep the cores busy.
        self._detectors = Detectors(settings.home, threads=1)
        self._shared = Shared(
            installation=installation,
            detectors=self._detectors,
            sealer=Sealer.at(settings.home, settings.signing_key),
            recordings=Sealer.of_recordings(settings.home),
            quiet=QuietFrames(settings.home / "quiet", clock),
            window=LiveWindow(settings.home),
            clock=clock,
        )
        self._revision = installation.sites.revision() - 1
        self._in_use = self._detectors.store.in_use()
        self._timezone = ZoneInfo("UTC")
        self._tried_s = clock.mono_s()
        self._workers: dict[str, CameraWorker] = {}
        self._refused: dict[str, StreamState] = {}
        self._unwritten = rows_left_out(installation)

    def run(self, stop: threading.Event) -> None:
        """Keeps everything going until `stop` is set; then ends within five seconds."""
        duties = (
            (SEAL_EVERY_S, self._seal),
            (REPORT_EVERY_S, self._report),
            (SEND_BACK_EVERY_S, self._send_back),
        )
        helpers = [
            threading.Thread(target=_again_and_again, args=(work, period_s, stop), name=work.__name__, daemon=True)
            for period_s, work in duties
        ]
        for helper in helpers:
            helper.start()
        _again_and_again(self._follow, FOLLOW_EVERY_S, stop)
        self._end(self._workers.values())
        self._shared.window.close()
        for helper in helpers:
            helper.join(1.0)

    def _follow(self) -> None:
        self._follow_site()
        self._follow_models()
        self._follow_candidate()

    def _follow_models(self) -> None:
        """Cameras that name no models themselves look through those in use, from their next frame on."""
        refs = self._detectors.store.in_use()
        if refs == self._in_use:
            return
        for worker in self._workers.values():
            if worker.camera.models is None:
                worker.exchange(self._detectors.of_models(worker.camera, refs))
        self._in_use = refs
        _log.info("in use: %s", names(refs))

    def _follow_candidate(self) -> None:
        """Lets the candidate look in shadow at every camera that is watched."""
        ref = self._detectors.store.candidate()
        for camera_id, worker in self._workers.items():
            if worker.shadow_of == ref:
                continue
            worker.follow_by(self._shadow(worker.camera, ref) if ref else None)
            _log.info("camera %s: in shadow: %s", camera_id, ref.name if ref else "none")

    def _shadow(self, camera: Camera, ref: ModelRef) -> Shadow:
        pipeline = CameraPipeline(camera, self._timezone, self._detectors.of_models(camera, [ref]), live=True)
        return Shadow(ref, pipeline, self._installation.settings.home / SHADOW_FOLDER, self._clock)

    def _follow_site(self) -> None:
        """Starts, ends and exchanges the cameras that changed; the others go on undisturbed."""
        revision = self._installation.sites.revision()
        if revision == self._revision and not self._retry_due():
            return
        site = self._installation.sites.load()
        self._timezone = site.site.zone_info if site else self._timezone
        wanted = {camera.id: camera for camera in site.cameras} if site else {}
        if not wanted:
            _log.warning("there is no camera yet; bring some in with: jiejing camera import SITE.yaml")
        changed = [
            one
            for camera_id, one in self._workers.items()
            if wanted.get(camera_id) != one.camera or one.failed_s is not None
        ]
        self._end(changed)
        self._workers = {camera_id: one for camera_id, one in self._workers.items() if one not in changed}
        self._refused = {}
        for camera in wanted.values():
            if site and camera.id not in self._workers:
                self._begin(camera, site.site)
        self._revision = revision
        self._tried_s = self._clock.mono_s()

    def _retry_due(self) -> bool:
        """Whether cameras that were refused or ended by an error have waited long enough for another try."""
        failed = [worker for worker in self._workers.values() if worker.failed_s is not None]
        return bool(failed or self._refused) and self._clock.mono_s() - self._tried_s >= RETRY_AFTER_S

    def _begin(self, camera: Camera, site: SiteInfo) -> None:
        try:
            worker = CameraWorker(camera, site, self._shared)
        except JiejingError as error:
            _log.error("camera %s: %s", camera.id, error)
            self._refused[camera.id] = StreamState(camera.id, "stopped", self._clock.utc(), error=str(error))
            return
        for preset in {one.id for one in camera.presets} - watched_presets(camera.presets):
            _log.warning("camera %s: preset %s: no picture to know it by; its zones rest", camera.id, preset)
        worker.start()
        self._workers = {**self._workers, camera.id: worker}

    def _end(self, workers: Collection[CameraWorker]) -> None:
        for worker in workers:
            worker.stop()
        until_s = self._clock.mono_s() + END_WITHIN_S
        for worker in workers:
            worker.join(max(0.0, until_s - self._clock.mono_s()))

    def _seal(self) -> None:
        for worker in list(self._workers.values()):
            self._unwritten += [row_of(sealed) for sealed in worker.seal_due(self._clock.utc())]
        while self._unwritten:
            self._installation.packages.add(self._unwritten[0])
            written = self._unwritten.pop(0)
            _log.info("package %s sealed (%s)", written.package_id, "complete" if written.complete else "incomplete")

    def _send_back(self) -> None:
        """Zones that alarm too often, or too often wrongly, observe again: `_follow` takes that up like any change."""
        cameras = [worker.camera for worker in list(self._workers.values())]
        for sent in self._installation.observing(self._clock).send_back(cameras, self._timezone):
            _log.warning("camera %s: zone %s observes again: %s", sent.rule.camera_id, sent.rule.zone.id, sent.words)

    def _report(self) -> None:
        states = [worker.state for worker in list(self._workers.values())] + list(self._refused.values())
        if states:
            self._installation.camera_states.put(*states)


def _again_and_again(work: Callable[[], None], period_s: float, stop: threading.Event) -> None:
    """Does something until `stop` is set; what refuses is logged once for as long as it lasts."""
    refused = ""
    while not stop.is_set():
        try:
            work()
            refused = ""
        except JiejingError as error:
            if str(error) != refused:
                _log.warning("%s", error)
            refused = str(error)
        stop.wait(period_s)
