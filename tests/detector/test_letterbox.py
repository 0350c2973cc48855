"""Letterbox and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.letterbox import PAD, Letterbox

sizes = st.tuples(st.integers(16, 4096), st.integers(16, 4096))
inputs = st.tuples(st.integers(1, 40), st.integers(1, 40)).map(lambda size: (size[0] * 32, size[1] * 32))


@given(sizes, inputs, st.booleans(), st.data())
def test_there_and_back_is_exact_to_half_a_pixel(
    source_wh: tuple[int, int], input_wh: tuple[int, int], centred: bool, data: st.DataObject
) -> None:
    letterbox = Letterbox.fit(source_wh, input_wh, centred=centred)
    xs = sorted(data.draw(st.tuples(st.floats(0, source_wh[0]), st.floats(0, source_wh[0]))))
    ys = sorted(data.draw(st.tuples(st.floats(0, source_wh[1]), st.floats(0, source_wh[1]))))
    box = np.array([[xs[0], ys[0], xs[1], ys[1]]])
    assert letterbox.to_source(letterbox.to_input(box)) == pytest.approx(box, abs=0.5)


@given(sizes, inputs, st.booleans())
def test_the_picture_fills_the_input_undistorted(
    source_wh: tuple[int, int], input_wh: tuple[int, int], centred: bool
) -> None:
    letterbox = Letterbox.fit(source_wh, input_wh, centred=centred)
    (x1, y1, x2, y2) = np.round(letterbox.to_input(np.array([[0, 0, *source_wh]]))[0], 6)
    assert 0 <= x1 < x2 <= input_wh[0]
    assert 0 <= y1 < y2 <= input_wh[1]
    assert x2 - x1 == input_wh[0] or y2 - y1 == input_wh[1]
    true_ratio = min(input_wh[0] / source_wh[0], input_wh[1] / source_wh[1])
    assert x2 - x1 == pytest.approx(max(1, source_wh[0] * true_ratio), abs=0.5)
    assert y2 - y1 == pytest.approx(max(1, source_wh[1] * true_ratio), abs=0.5)


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("source_wh", [(1280, 720), (576, 996), (333, 91)])
def test_pixels_and_boxes_go_the_same_way(source_wh: tuple[int, int], centred: bool) -> None:
    picture = np.zeros((source_wh[1], source_wh[0], 3), np.uint8)
    box = (source_wh[0] // 4, source_wh[1] // 4, source_wh[0] // 2, source_wh[1] // 2)
    picture[box[1] : box[3], box[0] : box[2]] = 255
    letterbox = Letterbox.fit(source_wh, (640, 384), centred=centred)
    white = letterbox.apply(picture)[..., 0] > 127
    ys, xs = np.where(white)
    seen = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    assert seen == pytest.approx(tuple(letterbox.to_input(np.array([box]))[0]), abs=1)


def test_the_rest_is_the_grey_of_training() -> None:
    letterbox = Letterbox.fit((200, 100), (320, 320), centred=True)
    filled = letterbox.apply(np.zeros((100, 200, 3), np.uint8))
    assert (filled[:80] == PAD).all()
    assert (filled[80:240] == 0).all()
    assert (filled[240:] == PAD).all()
