"""Writes a story as an H.264 video with its truth."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from core.errors import InputError, StorageError
from core.messages import Message
from scenes.director import Story
from scenes.film import Film
from scenes.truth import Truth, TruthFrame

Progress = Callable[[float], None]

TRUTH_INTERVAL_S = 0.5
KEY_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Coding:
    """How x264 codes a video.

    Attributes:
        preset: of x264; slower ones make smaller files of the same quality.
        crf: constant rate factor, 0-51; the lower, the better the pictures and the larger the file.
    """

    preset: str = "veryfast"
    crf: int = 26


QUICK = Coding()


def write(
    path: Path,
    story: Story,
    size_wh: tuple[int, int],
    fps: float,
    progress: Progress | None = None,
    coding: Coding = QUICK,
) -> Truth:
    """Renders a story to an .mp4; the file appears when it is whole.

    Args:
        size_wh: even numbers. fps: frames a second.
        progress: called with the share done, 0-1.

    Returns:
        The truth, a frame about each TRUTH_INTERVAL_S, at times of frames of the video.

    Raises:
        InputError: ffmpeg or OpenGL is missing. StorageError: the file cannot be written.
    """
    count, part = round(story.length_s * fps), path.with_name(f"{path.stem}.part{path.suffix}")
    every = max(1, round(TRUTH_INTERVAL_S * fps))
    frames: list[TruthFrame] = []
    try:
        with _encoder(part, size_wh, fps, coding) as encoder, Film(story, size_wh) as film:
            for number in range(count):
                t_s = number / fps
                _feed(encoder, film.picture(t_s, number).tobytes(), path)
                if number % every == 0:
                    frames.append(film.boxes(t_s))
                if progress:
                    progress((number + 1) / count)
            _finish(encoder, path)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Truth(story, size_wh, fps / every, tuple(frames))


def _encoder(path: Path, size_wh: tuple[int, int], fps: float, coding: Coding) -> subprocess.Popen[bytes]:
    raw = ffmpeg.input("pipe:", format="rawvideo", pix_fmt="bgr24", video_size=size_wh, framerate=fps)
    # One thread and no dates: the same story gives the same bits.
    coded = raw.output(
        str(path),
        vcodec="libx264",
        preset=coding.preset,
        crf=coding.crf,
        g=round(KEY_EVERY_S * fps),
        bf=0,
        pix_fmt="yuv420p",
        threads=1,
        map_metadata=-1,
        fflags="+bitexact",
        **{"flags:v": "+bitexact"},
    )
    command = coded.global_args("-nostdin", "-hide_banner", "-loglevel", "error").overwrite_output().compile()
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise InputError("scenes.video_needs_ffmpeg", cause=error) from error


def _feed(encoder: subprocess.Popen[bytes], frame: bytes, path: Path) -> None:
    assert encoder.stdin is not None  # noqa: S101 - for the type checker
    try:
        encoder.stdin.write(frame)
    except OSError as error:
        raise StorageError("scenes.ffmpeg_ended", path=path, cause=_words(encoder) or _exit_code(encoder)) from error


def _finish(encoder: subprocess.Popen[bytes], path: Path) -> None:
    """Some versions of ffmpeg end well when the disk is full; then their words alone tell of it."""
    assert encoder.stdin is not None  # noqa: S101 - for the type checker
    encoder.stdin.close()
    words = _words(encoder)
    if encoder.wait() or words:
        raise StorageError("core.located", where=path, cause=words or _exit_code(encoder))


def _exit_code(encoder: subprocess.Popen[bytes]) -> Message:
    return Message("scenes.exit_code", exit_code=encoder.poll())


def _words(encoder: subprocess.Popen[bytes]) -> str:
    text = encoder.stderr.read().decode(errors="replace").strip() if encoder.stderr else ""
    return "; ".join(text.splitlines())
