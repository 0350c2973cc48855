"""Pictures out of focus or blown out are named; fog, snow and night are not mistaken for them."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.domain import Frame, Image
from detector.integrity import IntegrityCheck
from scenes.dataset import street_pictures

pytestmark = pytest.mark.slow

VIDEOS = Path(__file__).parents[3] / "shared" / "data" / "videos"


def unfit(picture: Image) -> str:
    """The code of what is wrong with it, if there is anything."""
    frame = Frame("cam", datetime(2026, 3, 2, tzinfo=UTC), 0.0, 0.0, "1", picture)
    found = IntegrityCheck(live=True).unfit(frame)
    return found.code if found else ""


def blurred(sigma_px: float) -> Callable[[Image], Image]:
    """By so many pixels of 720 lines."""
    return lambda picture: np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px * picture.shape[0] / 720), np.uint8)


def brightened(picture: Image) -> Image:
    return np.clip(picture.astype(np.float32) * 2 + 150, 0, 255).astype(np.uint8)


def in_fog(picture: Image) -> Image:
    """Thicker towards the top, which is further away."""
    left = np.linspace(0.15, 0.8, picture.shape[0])[:, None, None]
    return np.asarray(picture * left + 185 * (1 - left), np.uint8)


def in_snow(picture: Image) -> Image:
    """White ground, and flakes."""
    rng, (height, width) = np.random.default_rng(1), picture.shape[:2]
    lies = np.arange(height)[:, None, None] > height * 0.45
    white = np.ascontiguousarray(np.where(lies, picture * 0.3 + 175, picture).astype(np.uint8))
    for x, y in rng.integers((width, height), size=(600, 2)):
        cv2.circle(white, (int(x), int(y)), 2, (245, 245, 245), -1)
    return white


def at_night(picture: Image) -> Image:
    """Hardly any light, four lamps with their glow, and noise."""
    height, width = picture.shape[:2]
    dark = np.asarray(picture * 0.15 + 5, np.uint8)
    for k in range(4):
        cv2.circle(dark, (int(width * (0.2 + 0.2 * k)), int(height * 0.6)), height // 40, (255, 255, 255), -1)
    lit = cv2.max(dark, cv2.GaussianBlur(dark, (0, 0), height / 30))
    return np.clip(lit + np.random.default_rng(2).normal(0, 3, lit.shape), 0, 255).astype(np.uint8)


DEFOCUSED = "detector.picture_defocused"
CHANGES: list[tuple[str, Callable[[Image], Image], str]] = [
    ("as it is", lambda picture: picture, ""),
    ("out of focus", blurred(5), DEFOCUSED),
    ("far out of focus", blurred(15), DEFOCUSED),
    ("out of focus at night", lambda picture: blurred(8)(at_night(picture)), DEFOCUSED),
    ("in fog", in_fog, ""),
    ("in snow", in_snow, ""),
    ("at night", at_night, ""),
]


@pytest.fixture(scope="module")
def streets() -> list[Image]:
    shot = (np.frombuffer(one.jpeg, np.uint8) for one in islice(street_pictures(5, (1280, 720), 4), 4))
    return [np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8) for jpeg in shot]


def real(name: str) -> Image:
    video = cv2.VideoCapture(str(VIDEOS / name))
    video.set(cv2.CAP_PROP_POS_FRAMES, 40)
    read, picture = video.read()
    assert read
    return np.asarray(picture, np.uint8)


@pytest.mark.parametrize(("change", "fault"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_rendered_street(change: Callable[[Image], Image], fault: str, streets: list[Image]) -> None:
    assert [unfit(change(picture)) for picture in streets] == [fault] * len(streets)


@pytest.mark.skipif(not VIDEOS.is_dir(), reason="the real clips are not here")
@pytest.mark.parametrize(("change", "fault"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_real_street(change: Callable[[Image], Image], fault: str) -> None:
    for name in sorted(path.name for path in VIDEOS.iterdir()):
        assert (name, unfit(change(real(name)))) == (name, fault)


@pytest.mark.skipif(not VIDEOS.is_dir(), reason="the real clips are not here")
def test_a_real_street_that_is_blown_out() -> None:
    for name in sorted(path.name for path in VIDEOS.iterdir()):
        assert (name, unfit(brightened(real(name)))) == (name, "detector.picture_overexposed")


def test_a_small_sub_stream_is_not_taken_for_blurred(streets: list[Image]) -> None:
    for picture in streets:
        assert unfit(np.asarray(cv2.resize(picture, (176, 144), interpolation=cv2.INTER_AREA), np.uint8)) == ""
