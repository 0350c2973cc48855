"""Frames a second of rendering, measured on this machine: python -m tests.scenes.speed"""

import os
import sys
import time

from scenes import stories
from scenes.film import Film

SIZES_WH = ((640, 360), (960, 540), (1280, 720))
FRAMES, STEP_S, BEGIN_S = 60, 0.125, 40.0


def main() -> None:
    story = stories.demo("demo-1", 1)
    sys.stdout.write(f"{os.cpu_count()} cores, {story.name}, {1 / STEP_S:g} frames a second of story\n")
    for size_wh in SIZES_WH:
        with Film(story, size_wh) as film:
            began = time.perf_counter()
            film.picture(BEGIN_S, 0)
            ready = time.perf_counter()
            for number in range(1, FRAMES + 1):
                film.picture(BEGIN_S + number * STEP_S, number)
            pictures = time.perf_counter()
            for number in range(1, FRAMES + 1):
                film.boxes(BEGIN_S + number * STEP_S)
            boxes = time.perf_counter()
        sys.stdout.write(
            f"{size_wh[0]}x{size_wh[1]}: lit in {ready - began:.1f} s, {FRAMES / (pictures - ready):.1f} pictures/s, "
            f"{FRAMES / (boxes - pictures):.1f} truth frames/s\n"
        )


if __name__ == "__main__":
    main()
