"""Decoded frames of one ffmpeg process, each with its own time."""

import queue
from collections.abc import Iterator
from typing import Self

import numpy as np

from core.domain import Image
from streams.errorlog import ErrorLog
from streams.lines import ShowInfo, Stamp, VideoInfo, parse_container, parse_duration_s, parse_video_info
from streams.process import FfmpegProcess


class FrameReader:
    """Joins the two channels of a decoding ffmpeg: pictures on stdout, their times in the lines of showinfo on stderr.

    Both come in the same order, one line a picture. `stderr` is the line handler to give to the process.
    """

    def __init__(self, log: ErrorLog) -> None:
        self.info: VideoInfo | None = None
        self.duration_s: float | None = None
        self.container: str | None = None
        self._showinfo = ShowInfo()
        self._stamps: queue.SimpleQueue[Stamp | None] = queue.SimpleQueue()
        self._log = log

    def stderr(self, line: str) -> None:
        """Handles one line of ffmpeg."""
        stamp = self._showinfo.read(line)
        if stamp:
            self._stamps.put(stamp)
        elif not self._log.offer(line):
            self.info = self.info or parse_video_info(line)
            self.container = self.container or parse_container(line)
            self.duration_s = self.duration_s or parse_duration_s(line)

    def end(self) -> None:
        """No further line will come."""
        self._stamps.put(None)

    def frames(self, process: FfmpegProcess) -> Iterator[tuple[Stamp, Image]]:
        """Yields (stamp, (height, width, 3) uint8 BGR) until the process ends. Pictures keep the size of the first."""
        size_wh: tuple[int, int] | None = None
        while stamp := self._stamps.get():
            size_wh = size_wh or stamp.size_wh
            image = np.empty((size_wh[1], size_wh[0], 3), np.uint8)
            if not process.read_into(image.data.cast("B")):
                return
            yield stamp, image


class Decoding:
    """A file being decoded; a context manager that ends the process."""

    def __init__(self, arguments: list[str], log: ErrorLog) -> None:
        self.reader = FrameReader(log)
        self.process = FfmpegProcess(lambda _: arguments, on_stderr=self.reader.stderr, on_end=self.reader.end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.end()

    def __iter__(self) -> Iterator[tuple[Stamp, Image]]:
        return self.reader.frames(self.process)
