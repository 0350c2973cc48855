"""A film whose every picture tells its own second, and a recording over it that forgets like a ring does."""

import subprocess
from datetime import UTC, datetime, timedelta
from math import floor
from pathlib import Path

import numpy as np

from core.domain import Image
from core.errors import RecordingError
from core.ports import Clip, Coverage, Held, Picture

START = datetime(2026, 3, 2, 0, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
SIZE_WH = (320, 180)
CAR_XYXY = (100, 90, 180, 150)
_BITS = 14
_BLOCK_PX = 16


def at(second: float) -> datetime:
    """The moment of a second of the film."""
    return START + timedelta(seconds=second)


def street(second: int) -> Image:
    """The picture of a second: a grey street, a red car, and the second in black and white blocks along the top."""
    picture = np.full((SIZE_WH[1], SIZE_WH[0], 3), 110, np.uint8)
    picture[CAR_XYXY[1] : CAR_XYXY[3], CAR_XYXY[0] : CAR_XYXY[2]] = (40, 40, 200)
    for bit in range(_BITS):
        if second >> bit & 1:
            picture[:_BLOCK_PX, bit * _BLOCK_PX : (bit + 1) * _BLOCK_PX] = 255
        else:
            picture[:_BLOCK_PX, bit * _BLOCK_PX : (bit + 1) * _BLOCK_PX] = 0
    return picture


def second_of(picture: Image) -> int:
    """The second that a picture tells."""
    middle = _BLOCK_PX // 2
    return sum(1 << bit for bit in range(_BITS) if picture[middle, bit * _BLOCK_PX + middle].mean() > 128)


def make_film(path: Path, duration_s: int, gop_s: int = 4) -> Path:
    """A film at one picture a second."""
    command = (
        f"ffmpeg -loglevel error -f rawvideo -pix_fmt bgr24 -s {SIZE_WH[0]}x{SIZE_WH[1]} -r 1 -i - -threads 1 "
        f"-c:v libx264 -preset ultrafast -bf 0 -g {gop_s} -keyint_min {gop_s} -sc_threshold 0 -pix_fmt yuv420p -y"
    )
    with subprocess.Popen([*command.split(), str(path)], stdin=subprocess.PIPE) as process:
        assert process.stdin
        for second in range(duration_s):
            process.stdin.write(street(second).tobytes())
    assert process.returncode == 0
    return path


class FileRecording:
    """A film as a live stream: what has come so far, without what is older than ring_s and not pinned."""

    def __init__(self, film: Path, duration_s: int, ring_s: float = 120, gop_s: int = 4) -> None:
        self._film = film
        self._gop_s = gop_s
        self._ring_s = ring_s
        self._duration_s = duration_s
        self._received_s = 0.0
        self._held: set[int] = set()
        self.pins: dict[str, list[tuple[float, float]]] = {}

    def receive(self, until_s: float) -> None:
        """Lets the stream come up to a second, and forgets what falls out of the ring."""
        self._held |= set(range(self._group(self._received_s), self._group(until_s) + 1))
        self._received_s = until_s
        keep_from = self._group(until_s - self._ring_s)
        self._held = {group for group in self._held if group >= keep_from or self._is_pinned(group)}

    def coverage(self, start: datetime, end: datetime) -> Coverage:
        if _second(end) > min(self._received_s, self._duration_s):
            return "not_yet"
        groups = range(self._group(_second(start)), self._group(_second(end)) + 1)
        return "held" if set(groups) <= self._held else "lost"

    def pin(self, pin_id: str, start: datetime, end: datetime) -> None:
        self.pins.setdefault(pin_id, []).append((_second(start), _second(end)))

    def unpin(self, pin_id: str) -> None:
        self.pins.pop(pin_id, None)

    def files(self, start: datetime, end: datetime) -> tuple[Held, ...]:
        return ()

    def picture_at(self, moment: datetime) -> Picture:
        second = round(_second(moment))
        if self._group(second) not in self._held or not 0 <= second < self._duration_s:
            raise RecordingError(f"{moment:%H:%M:%S} is no longer held")
        command = f"ffmpeg -loglevel error -ss {second} -i {self._film} -frames:v 1 -f rawvideo -pix_fmt bgr24 -"
        raw = subprocess.run(command.split(), check=True, capture_output=True).stdout
        image = np.frombuffer(raw, np.uint8).reshape(SIZE_WH[1], SIZE_WH[0], 3)
        return Picture(at(second), image, f"{self._film.name}@{second}")

    def clip(self, start: datetime, end: datetime, path: Path) -> Clip:
        asked = range(self._group(max(0, _second(start))), self._group(_second(end)) + 1)
        groups = [group for group in asked if group in self._held]
        if not groups:
            raise RecordingError(f"nothing of {start:%H:%M:%S} is held")
        first = groups[0] * self._gop_s
        last = min((groups[-1] + 1) * self._gop_s, self._duration_s, _second(end))
        command = f"ffmpeg -loglevel error -ss {first} -t {last - first} -i {self._film} -c copy -y {path}"
        subprocess.run(command.split(), check=True)
        return Clip(path, at(first), at(last), "h264")

    def _is_pinned(self, group: int) -> bool:
        start, end = group * self._gop_s, (group + 1) * self._gop_s
        return any(a < end and b >= start for spans in self.pins.values() for a, b in spans)

    def _group(self, second: float) -> int:
        return floor(max(0.0, second) / self._gop_s)


def _second(moment: datetime) -> float:
    return (moment - START).total_seconds()
