"""A random sample of frames without alarm: labelled later, they are the only way to know what a model misses."""

import json
import logging
import random
import threading
from collections import defaultdict, deque
from datetime import UTC
from pathlib import Path

import cv2

from core.clock import Clock, rfc3339
from core.domain import Frame

_log = logging.getLogger(__name__)

MEAN_INTERVAL_S = 1800.0
KEEP = 200  # of each camera, the newest
INDEX = "frames.jsonl"


class QuietFrames:
    """The sample of an installation: pictures by camera, and an index that `jiejing dataset harvest --quiet` reads.

    The times between two frames of a camera are drawn at random (exponential), so that no rhythm of the street is
    favoured. Safe for several threads.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, deque[dict[str, str]]] = defaultdict(deque)
        self._due_s: dict[str, float] = {}
        for line in self._lines():
            self._kept[line["camera_id"]].append(line)

    def offer(self, frame: Frame, *, quiet: bool) -> None:
        """Takes a frame when its camera's turn has come and nothing stands there.

        Args:
            frame: with privacy masks black.
            quiet: whether the frame counts and no event is open.
        """
        with self._lock:
            due_s = self._due_s.setdefault(frame.camera_id, self._next_s())
            if not quiet or self._clock.mono_s() < due_s:
                return
            self._due_s[frame.camera_id] = self._next_s()
            try:
                self._keep(frame)
            except OSError as error:
                _log.warning("%s: %s; no frame without alarm was kept", self._folder, error.strerror)

    def _next_s(self) -> float:
        return self._clock.mono_s() + random.expovariate(1 / MEAN_INTERVAL_S)

    def _keep(self, frame: Frame) -> None:
        name = f"{frame.camera_id}/{frame.utc.astimezone(UTC):%Y%m%dT%H%M%S%f}.jpg"
        (self._folder / frame.camera_id).mkdir(parents=True, exist_ok=True)
        (self._folder / name).write_bytes(
            cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
        )
        kept = self._kept[frame.camera_id]
        kept.append({"picture": name, "camera_id": frame.camera_id, "utc": rfc3339(frame.utc)})
        former = [kept.popleft() for _ in range(len(kept) - KEEP)]
        self._write_index()
        for line in former:
            (self._folder / line["picture"]).unlink(missing_ok=True)

    def _write_index(self) -> None:
        fresh = self._folder / f".{INDEX}"
        lines = [json.dumps(line, ensure_ascii=False) + "\n" for kept in self._kept.values() for line in kept]
        fresh.write_text("".join(lines), encoding="utf-8")
        fresh.replace(self._folder / INDEX)

    def _lines(self) -> list[dict[str, str]]:
        try:
            return [json.loads(line) for line in (self._folder / INDEX).read_text(encoding="utf-8").splitlines()]
        except (OSError, ValueError):
            return []
