"""What a recorded file holds, and the picture in it that lies nearest to a time."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from core.domain import Image
from core.errors import RecordingError, SourceError
from core.messages import Message
from streams.decode import Decoding
from streams.errorlog import ErrorLog
from streams.graph import window_arguments
from streams.lines import Stamp

# How far before the wanted time decoding begins: first enough for any common frame rate, then for slow streams and for
# containers without an index, whose seeking overshoots.
_WINDOWS_S = (1.0, 20.0)
# Elementary streams, by ffmpeg's names.
_BARE = ("h264", "hevc", "m4v", "mpegvideo")


@dataclass(frozen=True, slots=True)
class Media:
    """The video track of a file.

    Attributes:
        codec: h264, hevc, mpeg4 ... as ffmpeg names it.
        first_pts_s: presentation time of the first frame in the file's own time stamps.
        duration_s: as the container says; 0 where it does not.
    """

    codec: str
    size_wh: tuple[int, int]
    declared_fps: float | None
    first_pts_s: float
    duration_s: float


def inspect(path: Path) -> Media:
    """Looks into a file; decodes its first frame only.

    Raises:
        SourceError: there is no such file, or it holds no video.
        StorageError: ffmpeg cannot be started.
    """
    if not path.is_file():
        raise SourceError("streams.no_such_file", path=path)
    log = file_log(path)
    with Decoding(window_arguments(path, None), log) as decoding:
        first = next(iter(decoding), None)
        if first is None:
            decoding.process.wait()
    reader = decoding.reader
    if first is None or reader.info is None:
        raise SourceError("core.located", where=path, cause=_why_unreadable(path, log))
    if reader.container in _BARE:
        # Nothing in it could be found again by its time.
        raise SourceError("streams.file_is_bare_stream", path=path)
    stamp, _ = first
    return Media(reader.info.codec, stamp.size_wh, reader.info.declared_fps, stamp.pts_s, reader.duration_s or 0.0)


def _why_unreadable(path: Path, log: ErrorLog) -> Message:
    with path.open("rb") as file:
        begin = file.read(512).lstrip().lower()
    if not begin:
        return Message("streams.file_is_empty")
    if begin.startswith((b"<!doctype html", b"<html", b"<?xml")):
        return Message("streams.file_is_web_page")
    if log.said("moov atom not found"):
        return Message("streams.file_lacks_index")
    return Message("streams.file_holds_no_video")


def nearest_picture(path: Path, pts_s: float, first_pts_s: float) -> tuple[float, Image]:
    """The frame of a file nearest to a presentation time, with its own.

    Args:
        pts_s: what is wanted; first_pts_s: the first frame's; both in the file's own time stamps.

    Returns:
        Seconds in the file's own time stamps, and (height, width, 3) uint8, BGR.

    Raises:
        RecordingError: no frame could be decoded there.
    """
    best: tuple[Stamp, Image] | None = None
    for window_s in _WINDOWS_S:
        from_s = pts_s - window_s if pts_s - window_s > first_pts_s else None
        best = _nearest_from(path, pts_s, from_s) or best
        if from_s is None or (best and best[0].pts_s <= pts_s):
            break
    if best is None:
        raise RecordingError("streams.no_picture_decoded_at", name=path.name, seconds=f"{pts_s:.3f}")
    return best[0].pts_s, best[1]


def _nearest_from(path: Path, pts_s: float, from_s: float | None) -> tuple[Stamp, Image] | None:
    before: tuple[Stamp, Image] | None = None
    with Decoding(window_arguments(path, from_s), file_log(path)) as decoding:
        for stamp, image in decoding:
            if stamp.pts_s >= pts_s:
                if before and pts_s - before[0].pts_s <= stamp.pts_s - pts_s:
                    return before
                return stamp, image
            before = stamp, image
    return before


def file_log(path: Path) -> ErrorLog:
    """Where ffmpeg's complaints about a recorded file go: to the debug log, as their cause is raised as an error."""
    return ErrorLog(path.name, str, time.monotonic, logging.DEBUG)
