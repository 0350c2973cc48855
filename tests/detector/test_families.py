"""Raw outputs into boxes: against values worked out by hand, and shapes of other families refused."""

import numpy as np
import pytest

from core.errors import ModelError
from detector.families import FAMILIES, decode_yolo, decode_yolo_e2e, decode_yolox
from tests.says import says

SIZE_WH = (64, 32)
CELLS = 8 * 4 + 4 * 2 + 2 * 1


def test_yolox_adds_the_cell_and_scales_by_its_stride() -> None:
    output = np.full((1, CELLS, 5 + 2), 0.0, np.float32)
    # the cell at column 3, row 2 of the map with stride 8; and the second cell of the map with stride 32
    output[0, 2 * 8 + 3] = (0.5, 0.25, np.log(2), np.log(1.5), 0.9, 0.1, 0.8)
    output[0, CELLS - 1] = (0.5, 0.5, 0.0, 0.0, 1.0, 0.7, 0.2)
    raw = decode_yolox(output, SIZE_WH, 2)
    best = np.argsort(-raw.scores)[:2]
    assert raw.scores[best] == pytest.approx([0.72, 0.7])
    assert list(raw.classes[best]) == [1, 0]
    assert raw.boxes_xyxy_px[best[0]] == pytest.approx((28 - 8, 18 - 6, 28 + 8, 18 + 6))
    assert raw.boxes_xyxy_px[best[1]] == pytest.approx((48 - 16, 16 - 16, 48 + 16, 16 + 16))


def test_yolo_gives_centre_and_size() -> None:
    output = np.zeros((1, 4 + 3, CELLS), np.float32)
    output[0, :, 5] = (20, 10, 8, 6, 0.1, 0.9, 0.2)
    raw = decode_yolo(output, SIZE_WH, 3)
    assert raw.boxes_xyxy_px[5] == pytest.approx((16, 7, 24, 13))
    assert (raw.scores[5], raw.classes[5]) == (pytest.approx(0.9), 1)


def test_end_to_end_gives_corners() -> None:
    raw = decode_yolo_e2e(np.array([[[1, 2, 3, 4, 0.5, 1]]], np.float32), SIZE_WH, 2)
    assert (raw.boxes_xyxy_px[0].tolist(), float(raw.scores[0]), int(raw.classes[0])) == ([1, 2, 3, 4], 0.5, 1)


OUTPUTS = {
    "yolox": np.zeros((1, CELLS, 5 + 3), np.float32),
    "yolo": np.zeros((1, 4 + 3, CELLS), np.float32),
    "yolo-e2e": np.zeros((1, 300, 6), np.float32),
    "FastestDet": np.zeros((1, 8, 4, 2), np.float32),
}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_another_family_is_refused_with_found_and_expected(family: str, output: str) -> None:
    if family == output:
        assert len(FAMILIES[family].decode(OUTPUTS[output], SIZE_WH, 3).scores) in (CELLS, 300)
        return
    with pytest.raises(ModelError, check=says("detector.output_shape_unexpected")) as refused:
        FAMILIES[family].decode(OUTPUTS[output], SIZE_WH, 3)
    shapes = refused.value.message.params
    assert shapes["found"].startswith("1, ")
    assert shapes["wanted"].startswith("1, ")


@pytest.mark.parametrize(
    ("family", "output"),
    [
        ("yolox", np.full((1, CELLS, 8), 3.0, np.float32)),  # logits where scores belong
        ("yolo", np.full((1, 7, CELLS), np.nan, np.float32)),  # a broken network
        ("yolo-e2e", np.array([[[0, 0, 1, 1, 0.5, 7]]], np.float32)),  # a class that the model does not have
    ],
)
def test_values_that_cannot_be_are_refused(family: str, output: np.ndarray) -> None:
    with pytest.raises(ModelError):
        FAMILIES[family].decode(output, SIZE_WH, 3)
