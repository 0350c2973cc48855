"""Films for tests: a textured street on which something red comes, stands and goes."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from core.domain import Image

SIZE_WH = (320, 180)
Path_px = Callable[[float], tuple[int, int] | None]


def stands(start_s: float, end_s: float = 1e9, at: tuple[int, int] = (140, 90)) -> Path_px:
    """Where the red car is: drives in from the left, stands from start to end, drives out to the right."""

    def place(t: float) -> tuple[int, int] | None:
        if t < start_s:
            x = at[0] - (start_s - t) * 80
        elif t < end_s:
            x = at[0]
        else:
            x = at[0] + (t - end_s) * 80
        return (round(x), at[1]) if -60 < x < SIZE_WH[0] else None

    return place


def write_film(
    path: Path, seconds: float, place: Path_px, *, fps: int = 10, gop_s: float = 1.0, turned_px: int = 0
) -> Path:
    """Writes an H.264 .mp4; the street is the same in every frame but for the grain of the camera.

    turned_px: how far the camera was turned aside.
    """
    command = [
        *("ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24"),
        *("-s", f"{SIZE_WH[0]}x{SIZE_WH[1]}", "-r", str(fps), "-i", "-", "-c:v", "libx264", "-preset", "ultrafast"),
        *("-pix_fmt", "yuv420p", "-g", str(round(fps * gop_s)), "-bf", "0", str(path)),
    ]
    random = np.random.default_rng(5)
    background = np.roll(street(random), turned_px, axis=1)
    with subprocess.Popen(command, stdin=subprocess.PIPE) as ffmpeg:
        assert ffmpeg.stdin is not None
        for number in range(round(seconds * fps)):
            ffmpeg.stdin.write(picture(background, place(number / fps), random).tobytes())
    assert ffmpeg.returncode == 0
    return path


def street(random: np.random.Generator) -> Image:
    """Grey-green blocks, so that a view has something to be known by."""
    background = np.full((SIZE_WH[1], SIZE_WH[0], 3), 110, np.uint8)
    for _ in range(160):
        x, y = int(random.integers(0, SIZE_WH[0])), int(random.integers(0, SIZE_WH[1]))
        w, h = (int(value) for value in random.integers(5, 30, 2))
        grey = int(random.integers(30, 220))
        cv2.rectangle(background, (x, y), (x + w, y + h), (grey, min(255, grey + 15), grey), cv2.FILLED)
    return background


def picture(background: Image, car: tuple[int, int] | None, random: np.random.Generator) -> Image:
    frame = background.astype(np.int16)
    if car:
        x, y = car
        cv2.rectangle(frame, (x, y), (x + 50, y + 30), (30, 30, 220), cv2.FILLED)
        cv2.rectangle(frame, (x + 10, y + 6), (x + 22, y + 14), (90, 60, 60), cv2.FILLED)
    return np.clip(frame + random.integers(-3, 4, frame.shape), 0, 255).astype(np.uint8)
