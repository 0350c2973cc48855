"""A recorded file whose time stamps leap is read by a copy in which they go on evenly, as a stream's are counted on."""

import logging
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

from core.errors import SourceError
from streams.errorlog import ErrorLog
from streams.graph import mending_arguments
from streams.lines import is_about_leap
from streams.media import file_log
from streams.process import FfmpegProcess
from streams.timebase import LEAP_S

_log = logging.getLogger("jiejing.streams")


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Film:
    """What is read of a recorded file: the file itself, or the copy, which goes with this object."""

    path: Path


def film_of(path: Path) -> Film:
    """Reads the file once; a copy is made only where its time stamps leap, which is told in the log.

    A time stamp is a leap where it lies further than LEAP_S from where the picture before it ends: not where a picture
    is shown for long, as in a time-lapse or over a pause of the recorder.

    Raises:
        SourceError: there is no room for the copy.
        StorageError: ffmpeg cannot be started.
    """
    leaps, _ = _run(path, None)
    if not leaps:
        return Film(path)
    folder = Path(tempfile.mkdtemp(prefix="jiejing-mended-"))
    film = Film(folder / f"{path.stem}.mkv")
    weakref.finalize(film, shutil.rmtree, folder, ignore_errors=True)
    _, whole = _run(path, film.path)
    if not whole:
        raise SourceError("streams.leaping_file_not_mended", path=path)
    _log.warning("%s: %d of its time stamps leap; they are counted on at its frame rate", path.name, leaps)
    return film


def _run(path: Path, mended: Path | None) -> tuple[int, bool]:
    """How many time stamps leap, and whether all that could be read was written."""
    log: ErrorLog = file_log(path)
    leaps = 0

    def on_line(line: str) -> None:
        nonlocal leaps
        if not is_about_leap(line):
            log.take(line)
        elif "PTS" in line:
            leaps += 1

    process = FfmpegProcess(lambda _: mending_arguments(path, LEAP_S, mended), on_stderr=on_line)
    try:
        status = process.wait()
    finally:
        process.end()
    return leaps, status == 0 and not log.said("No space left")
