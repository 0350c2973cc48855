"""The time-lapse of a dwell: small frames kept while a candidate is open, later one short H.264 film."""

import io
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import cv2
import ffmpeg
from PIL import Image as Pillow
from pydantic import TypeAdapter, ValidationError

from core.domain import Image, Look
from core.errors import EvidenceError
from core.messages import Message
from evidence.package.storage import storing

FPS = 12
LOOK_SUFFIX = ".json"
_WIDTH_PX = 640
_KEPT_QUALITY = 85
_FRAMES = 120  # over violation_after_s: ten seconds of film
_MOST_FRAMES = 2 * _FRAMES
_FFMPEG_TIMEOUT_S = 120
_LOOK = TypeAdapter(Look)


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """A frame on disk, its time, and what was detected in it; None where it was not looked at."""

    utc: datetime
    path: Path
    look: Look | None = None


class FrameRecord(Protocol):
    """Where it is written down what the frames were as they were kept."""

    def note_frame(self, name: str, content: bytes) -> None:
        """Tells of a file that is about to be written."""

    def drop_frames(self, names: Iterable[str]) -> None:
        """Tells of files that are about to be let go."""

    def is_as_kept(self, path: Path) -> bool:
        """Whether a file is what was kept."""
        ...


class KeptFrames:
    """The frames of one candidate, in a folder of its own; survives a restart.

    The digest of each is in the record of the opening before it is written.
    """

    def __init__(self, folder: Path, violation_after_s: float, record: FrameRecord) -> None:
        self._folder = folder
        self._record = record
        self._spacing = timedelta(seconds=max(1.0, violation_after_s / _FRAMES))
        frames = kept_frames(folder)
        self._count = len(frames)
        self._newest = frames[-1].utc if frames else None

    def wants(self, utc: datetime) -> bool:
        """Whether it is time for another frame."""
        return self._newest is None or utc - self._newest >= self._spacing

    def add(self, utc: datetime, jpeg: bytes, look: Look | None = None) -> None:
        """Keeps a frame. A dwell that lasts longer than expected is thinned, so that the folder stays small.

        Raises:
            StorageError: the disk refuses.
        """
        path = self._folder / f"{round(utc.timestamp() * 1000):014d}.jpg"
        with storing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            if look:
                self._write(_look_path(path), _LOOK.dump_json(look))
            self._write(path, jpeg)
        self._newest = utc
        self._count += 1
        if self._count > _MOST_FRAMES:
            self._thin()

    def _write(self, path: Path, content: bytes) -> None:
        self._record.note_frame(path.name, content)
        path.write_bytes(content)

    def _thin(self) -> None:
        frames = kept_frames(self._folder)
        going = [path for frame in frames[1::2] for path in (frame.path, _look_path(frame.path))]
        self._record.drop_frames(path.name for path in going)
        for path in going:
            path.unlink(missing_ok=True)
        self._count = len(frames) - len(frames) // 2
        self._spacing *= 2


def kept_frames(folder: Path) -> list[KeptFrame]:
    """The frames in a folder, oldest first."""
    return [
        KeptFrame(datetime.fromtimestamp(int(path.stem) / 1000, UTC), path, _look_of(path))
        for path in sorted(folder.glob("*.jpg"))
        if path.stem.isdigit()
    ]


def frames_as_kept(folder: Path, record: FrameRecord) -> list[KeptFrame]:
    """The frames that are what was kept, each with its look if that is too."""
    frames = [frame for frame in kept_frames(folder) if record.is_as_kept(frame.path)]
    return [
        frame if frame.look is None or record.is_as_kept(_look_path(frame.path)) else replace(frame, look=None)
        for frame in frames
    ]


def _look_of(path: Path) -> Look | None:
    try:
        return _LOOK.validate_json(_look_path(path).read_bytes())
    except (OSError, ValidationError):
        return None


def _look_path(path: Path) -> Path:
    return path.with_suffix(LOOK_SUFFIX)


def small_jpeg(image: Image) -> bytes:
    """A frame as it is kept: _WIDTH_PX wide at most, proportions as they were, even sides."""
    height, width = image.shape[:2]
    to_width = min(_WIDTH_PX, width) // 2 * 2
    to_height = max(2, round(height * to_width / width / 2) * 2)
    small = cv2.resize(image, (to_width, to_height), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _KEPT_QUALITY])[1].tobytes()


def render(
    frames: Sequence[tuple[datetime, bytes]], path: Path, draw: Callable[[Pillow.Image, datetime], Pillow.Image]
) -> None:
    """Makes the film of JPEG frames and their times.

    Args:
        draw: marks a frame, given its time.

    Raises:
        EvidenceError: ffmpeg failed.
    """
    size_wh: tuple[int, int] | None = None
    film = io.BytesIO()
    for utc, jpeg in frames:
        with Pillow.open(io.BytesIO(jpeg)) as picture:
            drawn = draw(picture.convert("RGB"), utc)
        size_wh = size_wh or (drawn.width // 2 * 2, drawn.height // 2 * 2)
        drawn.resize(size_wh).save(film, "JPEG", quality=90)
    _encode(film.getvalue(), path)


def _encode(pictures: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    command = (
        ffmpeg.input("pipe:", format="image2pipe", vcodec="mjpeg", framerate=FPS)
        .output(str(path), vcodec="libx264", pix_fmt="yuv420p", crf=27, preset="veryfast", movflags="+faststart")
        .global_args("-loglevel", "error", "-nostdin", "-threads", "1")
        .overwrite_output()
        .compile()
    )
    try:
        subprocess.run(command, input=pictures, capture_output=True, check=True, timeout=_FFMPEG_TIMEOUT_S)
    except FileNotFoundError as error:
        raise EvidenceError("evidence.ffmpeg_not_installed") from error
    except subprocess.TimeoutExpired as error:
        raise EvidenceError("evidence.timelapse_took_too_long", limit=_FFMPEG_TIMEOUT_S) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        cause = said[-1] if said else Message("evidence.ffmpeg_said_nothing")
        raise EvidenceError("evidence.timelapse_failed", cause=cause) from error
