"""All cameras of an installation: started, stopped and changed one by one as the site changes."""

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.duties import Duties, Trouble
from core.errors import JiejingError, ModelError
from core.health import StreamState
from core.messages import Message
from core.model_ref import ModelRef
from core.rules import watched_presets
from core.site import Camera, SiteInfo
from detector.ensemble import Ensemble
from evidence.package.storage import storing
from evidence.signing.key_events import key_events
from evidence.signing.seal import Sealer, make_place
from models.history import names
from models.shadow_figures import SHADOW_FOLDER
from runtime.camera.disk_watch import DiskWatch
from runtime.camera.event_writer import EventWriter
from runtime.camera.live_window import LiveWindow
from runtime.camera.package_rows import row_of
from runtime.camera.pipeline import CameraPipeline
from runtime.camera.quiet import QuietFrames
from runtime.camera.shadow import Shadow
from runtime.camera.spool import Spool
from runtime.camera.worker import WATCHING, CameraWorker, Shared
from runtime.home.installation import Installation
from runtime.models.loading import Detectors, lowest_score

_log = logging.getLogger(__name__)

FOLLOW_EVERY_S = 1.0
REPORT_EVERY_S = 2.0
SEAL_EVERY_S = 1.0
RETRY_AFTER_S = 30.0
SEND_BACK_EVERY_S = 10.0
END_WITHIN_S = 3.5
CAMERAS_END_WITHIN_S = 2.5
DATABASE_PATIENCE_S = 2.5


class Fleet:
    """The cameras, the sealing of their packages and the reports of their state, in one process."""

    def __init__(self, installation: Installation, clock: Clock, duties: Duties | None = None) -> None:
        """
        Raises:
            InputError: the signing key cannot be used.
            StorageError: the home or the data base cannot be used.
        """
        settings = installation.settings
        self._installation = installation
        with storing(installation.packages_folder):
            make_place(installation.packages_folder)
        self._clock = clock
        # The first start of a version that signs what it knows of cameras.
        takes_unsigned = not key_events(settings.home).path.exists()
        self._duties = duties or Duties(clock)
        # One thread an inference: the cameras' own threads keep the cores busy.
        self._detectors = Detectors(settings.home, threads=1)
        self._shared = Shared(
            installation=installation,
            sealer=Sealer.at(settings.home, settings.signing_key),
            recordings=Sealer.of_recordings(settings.home),
            quiet=QuietFrames(settings.home / "quiet", clock),
            window=LiveWindow(settings.home, self._duties),
            spool=Spool(settings.home / "spool"),
            duties=self._duties,
            clock=clock,
            takes_unsigned=takes_unsigned,
        )
        self._writer = EventWriter(installation, self._shared.spool, self._duties)
        self._disk = DiskWatch(settings.home, settings.min_free_mb)
        self._revision = installation.store.opened_sites.revision() - 1
        self._in_use = self._detectors.store.in_use()
        self._timezone = ZoneInfo("UTC")
        self._workers: dict[str, CameraWorker] = {}
        self._refused: dict[str, StreamState] = {}

    def run(self, stop: threading.Event) -> None:
        """Keeps everything going until `stop` is set; then ends within five seconds.

        The thread that calls this only waits: what hangs, hangs in a thread of its own.
        """
        of, patience_s = self._duties.of, DATABASE_PATIENCE_S
        written = threading.Event()
        writer = threading.Thread(target=self._writer.keep, args=(written,), name="events", daemon=True)
        writer.start()
        helpers = [
            self._duties.thread(of("following"), self._follow, FOLLOW_EVERY_S, stop),
            self._duties.thread(of("sealing"), self._seal, SEAL_EVERY_S, stop),
            self._duties.thread(of("reporting", patience_s=patience_s), self._report, REPORT_EVERY_S, stop),
            self._duties.thread(of("sending back", patience_s=patience_s), self._send_back, SEND_BACK_EVERY_S, stop),
            self._duties.thread(of("disk"), self._disk.trouble, REPORT_EVERY_S, stop),
        ]
        stop.wait()
        until_s = self._clock.mono_s() + END_WITHIN_S
        helpers[0].join(0.5)
        self._end(self._workers.values())
        self._shared.window.close()
        written.set()
        for helper in (writer, *helpers):
            helper.join(max(0.0, until_s - self._clock.mono_s()))

    def _follow(self) -> None:
        """Each by itself: what keeps one from its work keeps no other."""
        patient = (("cameras", self._follow_site), ("models", self._follow_models), ("shadow", self._follow_candidate))
        for name, work in patient:
            duty = self._duties.of(name, patience_s=DATABASE_PATIENCE_S * 10, longest_pause_s=10.0)
            if duty.due:
                duty.attempt(work)

    def _follow_models(self) -> Trouble | None:
        """Cameras that name no models themselves look through those in use, from their next frame on.

        Models that cannot be opened take nobody's place: cameras go on looking through those that they have.
        """
        refs = self._detectors.store.in_use()
        if refs == self._in_use:
            return None
        followers = [one for one in self._workers.values() if one.camera.models is None]
        try:
            opened = [(one, self._detectors.of_models(one.camera, refs)) for one in followers]
        except ModelError as error:
            return Trouble(Message("runtime.cameras_keep_their_models", cause=error, models=_named(self._in_use)))
        for worker, ensemble in opened:
            worker.exchange(ensemble)
        self._in_use = refs
        _log.info("in use: %s", names(refs))
        return None

    def _follow_candidate(self) -> None:
        """Lets the candidate look in shadow at every camera that is watched."""
        ref = self._detectors.store.candidate()
        for camera_id, worker in list(self._workers.items()):
            if worker.shadow_of == ref:
                continue
            worker.follow_by(None)
            self._duties.forget("shadow", camera_id)
            if ref:
                duty = self._duties.of("shadow", camera_id)
                worker.follow_by(
                    Shadow(
                        ref,
                        self._pipeline(worker.camera, ref),
                        self._installation.settings.home / SHADOW_FOLDER,
                        self._clock,
                        duty,
                    )
                )
            _log.info("camera %s: in shadow: %s", camera_id, ref.name if ref else "none")

    def _pipeline(self, camera: Camera, ref: ModelRef) -> CameraPipeline:
        return CameraPipeline(camera, self._timezone, self._detectors.of_models(camera, [ref]), live=True)

    def _follow_site(self) -> None:
        """Starts, ends and exchanges the cameras that changed; the others go on undisturbed."""
        revision = self._installation.store.opened_sites.revision()
        again = self._to_try_again()
        if revision == self._revision and not again:
            return
        site = self._installation.store.opened_sites.load()
        self._timezone = site.site.zone_info if site else self._timezone
        wanted = {camera.id: camera for camera in site.cameras} if site else {}
        if not wanted:
            _log.warning("there is no camera yet; bring some in with: jiejing camera import SITE.yaml")
        changed = [
            one
            for name, one in self._workers.items()
            if wanted.get(name) != one.camera or (one.has_failed and name in again)
        ]
        former = {one.camera.id: one.ensemble for one in changed if one.camera.id in wanted}
        self._end(changed)
        self._workers = {camera_id: one for camera_id, one in self._workers.items() if one not in changed}
        for camera_id in {one.camera.id for one in changed} | self._refused.keys():
            if camera_id not in wanted:
                self._duties.forget(None, camera_id)
        is_new = revision != self._revision
        self._refused = {
            name: one for name, one in self._refused.items() if name in wanted and name not in again and not is_new
        }
        for camera in wanted.values():
            if site and camera.id not in self._workers and camera.id not in self._refused:
                self._begin(camera, site.site, former.get(camera.id))
        self._revision = revision

    def _to_try_again(self) -> set[str]:
        """Cameras that were refused or ended by an error, and have waited long enough for another try."""
        failed = {name for name, worker in self._workers.items() if worker.has_failed}
        return {name for name in failed | self._refused.keys() if self._duties.of(WATCHING, name).due}

    def _begin(self, camera: Camera, site: SiteInfo, former: Ensemble | None) -> None:
        watching = self._duties.of(WATCHING, camera.id, longest_pause_s=RETRY_AFTER_S)
        try:
            worker = CameraWorker(camera, site, self._shared, self._ensemble(camera, former))
        except JiejingError as error:
            watching.failed(error)
            self._refused[camera.id] = StreamState(camera.id, "stopped", self._clock.utc(), error=error.message)
            return
        for preset in {one.id for one in camera.presets} - watched_presets(camera.presets):
            _log.warning("camera %s: preset %s: no picture to know it by; its zones rest", camera.id, preset)
        worker.start()
        self._workers = {**self._workers, camera.id: worker}

    def _ensemble(self, camera: Camera, former: Ensemble | None) -> Ensemble:
        """The models for a camera; where they cannot be opened, those that it looked through before: that is told."""
        duty = self._duties.of("models", camera.id)
        try:
            opened = (
                self._detectors.ensemble(camera)
                if camera.models or not self._in_use
                else self._detectors.of_models(camera, self._in_use)
            )
        except ModelError as error:
            if former is None:
                raise
            duty.troubled(Trouble(Message("runtime.camera_keeps_its_models", cause=error, models=_named(former.refs))))
            return former.with_min_score(lowest_score(camera))
        duty.well()
        return opened

    def _end(self, workers: Collection[CameraWorker]) -> None:
        """Ends them all at once: one that hangs keeps none of the others."""
        workers = list(workers)
        for worker in workers:
            threading.Thread(target=worker.stop, name="ending", daemon=True).start()
        until_s = self._clock.mono_s() + CAMERAS_END_WITHIN_S
        for worker in workers:
            worker.join(max(0.0, until_s - self._clock.mono_s()))

    def _seal(self) -> None:
        for worker in list(self._workers.values()):
            duty = self._duties.of("sealing", worker.camera.id, longest_pause_s=10.0)
            if duty.due:
                duty.attempt(_sealing(worker, self._clock, self._writer))

    def _send_back(self) -> None:
        """Zones that alarm too often, or too often wrongly, observe again: `_follow` takes that up like any change."""
        cameras = [worker.camera for worker in list(self._workers.values())]
        for sent in replace(self._installation.store, clock=self._clock).observing.send_back(cameras, self._timezone):
            _log.warning("camera %s: zone %s observes again: %s", sent.rule.camera_id, sent.rule.zone.id, sent.words)

    def _report(self) -> None:
        self._duties.all()  # what hangs is told when somebody looks
        states = [worker.state for worker in list(self._workers.values())] + list(self._refused.values())
        if states:
            self._installation.store.camera_states.put(*states)


def _named(refs: Sequence[ModelRef]) -> Sequence[str]:
    return [ref.name for ref in refs] or Message("runtime.none")


def _sealing(worker: CameraWorker, clock: Clock, writer: EventWriter) -> Callable[[], Trouble | None]:
    def seal() -> Trouble | None:
        writer.add_rows(row_of(sealed) for sealed in worker.seal_due(clock.utc()))
        return worker.stuck

    return seal
