"""Writes labelled pictures of many streets for training: images/, labels/ (YOLO), classes.txt."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.errors import StorageError
from core.labels import LABELS
from scenes.crowd import crowd
from scenes.film import Film
from scenes.lens import lens_of
from scenes.light import LIGHTS, light_of
from scenes.plan import plan_of
from scenes.truth import TruthBox

Progress = Callable[[float], None]

CLASSES = tuple(label for label in LABELS if label != "unknown_object")
LIGHTS_A_STREET = 1


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the number of pictures, and of boxes by label."""

    pictures: int
    boxes: dict[str, int]


@dataclass(frozen=True, slots=True)
class StreetPicture:
    """One picture of a street.

    Attributes:
        name: without a suffix; no other seed has it.
    """

    name: str
    jpeg: bytes
    boxes: tuple[TruthBox, ...]


def write(
    folder: Path, seeds: Iterable[int], size_wh: tuple[int, int], per_street: int, progress: Progress | None = None
) -> Written:
    """Renders the street of each seed in several lights, full of other things in each picture.

    Args:
        folder: is made; pictures of the same names are replaced.
        per_street: pictures of each street.
        progress: called with the share done, 0-1.

    Returns:
        What was written, by label.

    Raises:
        StorageError: the folder cannot be written.
    """
    streets, counts, done = list(seeds), Counter[str](), 0
    try:
        for part in ("images", "labels"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES), encoding="utf-8")
        for seed in streets:
            for one in street_pictures(seed, size_wh, per_street):
                (folder / "images" / f"{one.name}.jpg").write_bytes(one.jpeg)
                text = "".join(f"{yolo_line(box, size_wh)}\n" for box in one.boxes)
                (folder / "labels" / f"{one.name}.txt").write_text(text, encoding="utf-8")
                counts.update(box.label for box in one.boxes)
                done += 1
                if progress:
                    progress(done / (len(streets) * per_street))
    except OSError as error:
        raise StorageError("core.located", where=folder, cause=error) from error
    return Written(done, {label: counts[label] for label in CLASSES})


def yolo_line(box: TruthBox, size_wh: tuple[int, int]) -> str:
    """Class number, centre x, y, width and height as shares of the picture."""
    x1, y1, x2, y2 = box.bbox_xyxy_px
    width, height = size_wh
    numbers = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
    return " ".join([str(CLASSES.index(box.label)), *(f"{number:.6f}" for number in numbers)])


def street_pictures(seed: int, size_wh: tuple[int, int], count: int) -> Iterator[StreetPicture]:
    """So many pictures of the street of a seed, each full of other things, in LIGHTS_A_STREET lights."""
    plan, rng = plan_of(seed), np.random.default_rng([seed, 61])
    names = [str(name) for name in rng.permutation(list(LIGHTS))[: min(LIGHTS_A_STREET, count)]]
    for turn, light_name in enumerate(names):
        light = light_of(seed, light_name)
        numbers = range(turn, count, len(names))
        with Film(crowd(plan, light, seed, turn), size_wh) as film:
            for number in numbers:
                film.story = crowd(plan, light, seed, number)
                quality = [cv2.IMWRITE_JPEG_QUALITY, lens_of(seed * 1000 + number, light).jpeg_quality]
                _, coded = cv2.imencode(".jpg", film.picture(0.0, number), quality)
                name = f"{street_name(seed)}_{number:03d}_{light_name}"
                yield StreetPicture(name, coded.tobytes(), film.boxes(0.0).boxes)


def street_name(seed: int) -> str:
    """What the street of a seed is called: the first part of its pictures' names."""
    return f"street{seed:05d}"
