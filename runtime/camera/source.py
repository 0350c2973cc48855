"""Where a camera's frames come from: a stream that is kept connected for ever, or a file that plays once."""

import threading
from collections.abc import Callable, Iterator

from core.clock import Clock
from core.domain import Frame
from core.health import StreamState
from core.ports import FrameSource, Recording
from core.settings import Settings
from core.site import Camera
from streams.address import open_allowed
from streams.live import LiveSource
from streams.reconnect import keep_connected
from streams.replay import FileSource
from streams.ring import Ring


class CameraSource:
    """The frames of one camera as its configuration says, and the recording behind them."""

    def __init__(self, camera: Camera, settings: Settings, clock: Clock) -> None:
        """
        Raises:
            SourceError: the source is not allowed or cannot be read.
            StorageError: the ring's folder cannot be made.
        """
        self._camera = camera
        self._settings = settings.over(camera.transport)
        self._clock = clock
        self._ring_folder = settings.home / "ring" / camera.id
        self._stop = threading.Event()
        self._current: FrameSource | None = None
        path = open_allowed(camera.source, settings).path
        self._file = (
            FileSource(
                camera.id, path, start=clock.utc(), sampling=camera.sampling, pace=1.0, preset_id=camera.presets[0].id
            )
            if path
            else None
        )
        self.recording: Recording = self._file.recording if self._file else self._ring()

    @property
    def interval_s(self) -> float:
        """Seconds between two frames, as the present connection decided."""
        return self._current.interval_s if self._current else self._camera.sampling.interval_s

    def frames(self, on_state: Callable[[StreamState], None]) -> Iterator[Frame]:
        """Yields frames until `close`, or until the file ends.

        Raises:
            SourceError: it can never be read.
        """
        if self._file is None:
            yield from keep_connected(self._connect, self._clock, on_state, self._stop, camera_id=self._camera.id)
            return
        self._current = self._file
        began = self._clock.utc()
        for number, frame in enumerate(self._file.frames(), start=1):
            on_state(
                StreamState(self._camera.id, "online", began, frames=number, last_frame_utc=frame.utc, sampling="file")
            )
            yield frame
        on_state(StreamState(self._camera.id, "stopped", self._clock.utc()))

    def close(self) -> None:
        """Ends the frames at once; safe from another thread."""
        self._stop.set()
        if self._current is not None:
            self._current.close()

    def _connect(self) -> FrameSource:
        self._current = LiveSource(
            self._camera.id,
            self._camera.source,
            settings=self._settings,
            clock=self._clock,
            ring_dir=self._ring_folder,
            sampling=self._camera.sampling,
            detect_source=self._camera.detect_source,
            preset_id=self._camera.presets[0].id,
        )
        if self._stop.is_set():
            self._current.close()
        return self._current

    def _ring(self) -> Ring:
        settings = self._settings
        return Ring(self._ring_folder, settings.ring_s, settings.ring_max_mb, settings.min_free_mb, self._clock)
