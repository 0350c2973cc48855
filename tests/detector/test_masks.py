"""Privacy masks hide all that they cover, before the detector looks and in what is sealed for people."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from core.domain import Image
from core.geometry import Polygon
from detector.masks import blacked_out
from evidence.drawing.pictures import blackened

LEFT = ((0.0, 0.0), (0.6, 0.0), (0.6, 1.0), (0.0, 1.0))
RIGHT = ((0.4, 0.0), (1.0, 0.0), (1.0, 1.0), (0.4, 1.0))


@pytest.mark.parametrize("hide", [blacked_out, blackened])
@pytest.mark.parametrize("masks", [(LEFT, RIGHT), (LEFT, LEFT), (LEFT, RIGHT, LEFT, RIGHT)])
def test_masks_that_overlap_hide_what_both_cover(
    hide: Callable[[Image, Sequence[Polygon]], Image], masks: tuple[Polygon, ...]
) -> None:
    white = np.full((20, 40, 3), 255, np.uint8)
    hidden = hide(white, masks)
    assert not hidden[:, 1:23].any()
    assert white.all()
