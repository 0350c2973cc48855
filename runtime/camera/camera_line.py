"""How the HTTP interface reaches cameras: core.ports.CameraLine over the streams of this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.domain import Image
from core.errors import ConflictError
from core.ports import Probe
from core.settings import Settings
from core.stream_address import Transport
from streams.probe import probe
from streams.snapshot import snapshot

PROBE_S = 4.0
# Each is an ffmpeg of its own, beside those that watch.
MOST_AT_ONCE = 4


class StreamLine:
    """Short looks at cameras, a few at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)

    def probe(self, source: str, transport: Transport | None) -> Probe:
        """As of core.ports.CameraLine."""
        with self._one():
            return probe(source, self._settings.over(transport), PROBE_S)

    def picture(self, source: str, transport: Transport | None) -> Image:
        """As of core.ports.CameraLine."""
        with self._one():
            return snapshot(source, self._settings.over(transport))

    @contextmanager
    def _one(self) -> Iterator[None]:
        if not self._free.acquire(blocking=False):
            raise ConflictError("runtime.too_many_cameras_tried", limit=MOST_AT_ONCE)
        try:
            yield
        finally:
            self._free.release()
