"""Non-maximum suppression against torchvision's, and within groups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.nms import IOU_SAME, suppress

pytestmark = pytest.mark.slow


@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
@settings(deadline=None, max_examples=50)
def test_as_torchvision_does(seed: int, count: int) -> None:
    torch = pytest.importorskip("torch", reason="the reference comes with the training extra")
    reference = pytest.importorskip("torchvision.ops").batched_nms
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 200, (count, 2))
    boxes = np.concatenate([corner, corner + random.uniform(5, 80, (count, 2))], axis=1)
    scores = random.permutation(count) / max(count, 1)
    groups = random.integers(0, 3, count)
    expected = reference(torch.tensor(boxes), torch.tensor(scores), torch.tensor(groups), IOU_SAME)
    assert suppress(boxes, scores, groups).tolist() == expected.tolist()


def test_only_boxes_of_one_group_suppress_each_other() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10.5], [0, 0, 10, 10]], float)
    kept = suppress(boxes, np.array([0.5, 0.9, 0.8]), np.array(["vehicle", "vehicle", "person"]))
    assert kept.tolist() == [1, 2]
