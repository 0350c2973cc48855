"""The film as a real ring holds it: segments on disk, closed one after the other."""

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

from core.ports import Clip
from streams.ring import Ring, session_name
from streams.segment import Segment
from tests.evidence.film import START, FileRecording, at
from tests.fake_clock import FakeClock

SEGMENT_S = 4


def cut(film: Path, folder: Path) -> Path:
    """Cuts the film into segments of SEGMENT_S, once for all tests."""
    folder.mkdir(parents=True)
    command = f"ffmpeg -loglevel error -i {film} -c copy -f segment -segment_time {SEGMENT_S} -segment_format matroska"
    subprocess.run([*command.split(), folder / "%04d.mkv"], check=True)
    return folder


class RingRecording(Ring):
    """A ring that receives the film. Its clips are cut from the film: what is tried here is what lies on the disk."""

    def __init__(self, folder: Path, pieces: Path, film: Path, film_s: int) -> None:
        self.folder = folder
        self._film = FileRecording(film, film_s, ring_s=film_s)
        self._film.receive(film_s)
        self._time = FakeClock(START)
        super().__init__(folder, 120, 1000, 0, self._time)
        self._waiting = sorted(pieces.iterdir())
        self._came_s = 0

    def receive(self, until_s: float) -> None:
        """Lets the stream come up to a second."""
        self._time.sleep(until_s - self._time.mono_s())
        session = session_name(START)
        while self._waiting and self._came_s + SEGMENT_S <= until_s:
            start_s, self._came_s = self._came_s, self._came_s + SEGMENT_S
            name = self.begin(session).name.replace("%06d", "000001")
            shutil.copy(self._waiting.pop(0), self.folder / name)
            closed = Segment(at(start_s), at(self._came_s), start_s, self._came_s, session, "h264")
            self.close_segment(name, closed)

    def clip(self, start: datetime, end: datetime, path: Path) -> Clip:
        return self._film.clip(start, end, path)

    def holding(self, second: float) -> Path:
        """The segment that holds a second."""
        [held] = self.files(at(second), at(second))
        return held.path
