"""What a thing looks like, compared."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import Image
from core.wire import APPEARANCE_PX
from detector.appearance import appearance_of, similarity


def picture(seed: int) -> Image:
    blocks = np.random.default_rng(seed).integers(20, 230, (12, 16)).astype(np.uint8)
    return np.asarray(cv2.resize(blocks, (320, 240), interpolation=cv2.INTER_CUBIC), np.uint8)


CAR = (100.0, 80.0, 180.0, 140.0)
# fmt: off
CHANGES = [
    # what happened to the picture or the box, and the least or greatest likeness after it
    ("nothing", picture(1), CAR, 0.999, 1),
    ("darker and less contrast", (picture(1) * 0.4 + 10).astype(np.uint8), CAR, 0.99, 1),
    ("the box jitters by 4 px", picture(1), (104.0, 77.0, 184.0, 137.0), 0.9, 1),
    ("another thing", picture(2), CAR, -1, 0.6),
    ("a box at the border", picture(1), (-20.0, -10.0, 60.0, 50.0), -1, 0.8),
]
# fmt: on


@pytest.mark.parametrize(
    ("after", "box", "least", "greatest"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_likeness(after: Image, box: tuple[float, float, float, float], least: float, greatest: float) -> None:
    assert least <= similarity(appearance_of(picture(1), CAR), appearance_of(after, box)) <= greatest


@given(st.floats(-50, 300), st.floats(-50, 200), st.floats(1, 400), st.floats(1, 400))
@settings(deadline=None)
def test_every_box_has_an_appearance(x: float, y: float, width: float, height: float) -> None:
    look = appearance_of(picture(3), (x, y, x + width, y + height))
    assert look.shape == (APPEARANCE_PX, APPEARANCE_PX)
    assert look.dtype == np.uint8


def test_flat_patches_have_nothing_to_compare() -> None:
    flat, lively = np.full((40, 40), 90, np.uint8), appearance_of(picture(1), CAR)
    assert similarity(flat, flat) == 1
    assert similarity(flat, lively) == similarity(lively, flat) == 0
