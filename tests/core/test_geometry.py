"""Boxes and polygons, held against their definitions and against counting points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.geometry import (
    Box,
    Polygon,
    area_px,
    clip_to_box,
    crossing_edges,
    ground_share,
    ground_strip,
    intersection_px,
    iou,
    iou_matrix,
    polygon_area,
    union_box,
)

PX = st.integers(0, 400)
BOXES = st.tuples(PX, PX, st.integers(1, 400), st.integers(1, 400)).map(
    lambda v: (float(v[0]), float(v[1]), float(v[0] + v[2]), float(v[1] + v[3]))
)
SQUARE: Polygon = ((0, 0), (1, 0), (1, 1), (0, 1))


@given(BOXES, BOXES)
def test_iou_is_symmetric_and_between_0_and_1(a: Box, b: Box) -> None:
    assert 0 <= iou(a, b) == iou(b, a) <= 1
    assert iou(a, a) == 1


@given(BOXES, BOXES)
def test_what_two_boxes_share_lies_in_both(a: Box, b: Box) -> None:
    assert intersection_px(a, b) <= min(area_px(a), area_px(b))
    assert intersection_px(a, union_box([a, b])) == area_px(a)


@given(st.lists(BOXES, max_size=5), st.lists(BOXES, max_size=5))
def test_the_matrix_agrees_with_the_single_pair(a: list[Box], b: list[Box]) -> None:
    matrix = iou_matrix(np.array(a), np.array(b))
    assert matrix.shape == (len(a), len(b))
    assert matrix == pytest.approx(np.array([[iou(one, other) for other in b] for one in a]).reshape(len(a), len(b)))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1),
        ((0, 0, 10, 10), (5, 0, 15, 10), 1 / 3),  # half of each
        ((0, 0, 10, 10), (10, 0, 20, 10), 0),  # side by side
        ((0, 0, 0, 0), (0, 0, 0, 0), 0),  # nothing
        ((10, 10, 0, 0), (0, 0, 10, 10), 0),  # turned inside out
    ],
)
def test_iou(a: Box, b: Box, expected: float) -> None:
    assert iou(a, b) == pytest.approx(expected)


@given(BOXES)
def test_a_thing_stands_wholly_in_the_whole_picture(box: Box) -> None:
    assert ground_share(box, SQUARE, (800, 800)) == pytest.approx(1)


@given(BOXES, st.integers(1, 799))
def test_two_halves_of_the_picture_share_a_thing_out(box: Box, border_px: int) -> None:
    x = border_px / 800
    left: Polygon = ((0, 0), (x, 0), (x, 1), (0, 1))
    right: Polygon = ((x, 0), (1, 0), (1, 1), (x, 1))
    shares = ground_share(box, left, (800, 800)) + ground_share(box, right, (800, 800))
    assert shares == pytest.approx(1)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=3), BOXES)
def test_the_share_agrees_with_counting_points(triangle: list[tuple[float, float]], box: Box) -> None:
    x1, y1, x2, y2 = ground_strip(box)
    steps = (np.arange(60) + 0.5) / 60
    grid = np.stack(np.meshgrid((x1 + steps * (x2 - x1)) / 800, (y1 + steps * (y2 - y1)) / 800), axis=-1)
    counted = _inside(grid.reshape(-1, 2), np.array(triangle)).mean()
    assert ground_share(box, tuple(triangle), (800, 800)) == pytest.approx(counted, abs=0.05)


def _inside(points: NDArray[np.float64], triangle: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie in a triangle: on the same side of its three edges."""
    starts, ends = triangle, np.roll(triangle, -1, axis=0)
    edges, offsets = ends - starts, points[:, None] - starts
    turns = edges[:, 0] * offsets[..., 1] - edges[:, 1] * offsets[..., 0]
    inside: NDArray[np.bool_] = np.all(turns > 0, axis=1) | np.all(turns < 0, axis=1)
    return inside


def test_only_the_foot_of_a_thing_counts() -> None:
    lower_half: Polygon = ((0, 0.5), (1, 0.5), (1, 1), (0, 1))
    # a lorry that covers the pavement in the picture but stands on the road above
    assert ground_share((10, 0, 90, 49), lower_half, (100, 100)) == 0
    assert ground_share((10, 0, 90, 60), lower_half, (100, 100)) == 1


def test_a_concave_polygon_is_cut_in_two() -> None:
    u_shape = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (6.0, 9.0), (6.0, 3.0), (3.0, 3.0), (3.0, 9.0), (0.0, 9.0)]
    assert polygon_area(u_shape) == 63
    assert polygon_area(clip_to_box(u_shape, (0, 6, 9, 9))) == pytest.approx(18)


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=3, max_size=8), BOXES)
def test_clipping_stays_in_the_box(points: list[tuple[float, float]], box: Box) -> None:
    for x, y in clip_to_box(points, box):
        assert box[0] <= x <= box[2]
        assert box[1] <= y <= box[3]


@pytest.mark.parametrize(
    ("points", "crossing"),
    [
        ([(0, 0), (1, 0), (1, 1), (0, 1)], None),
        ([(0, 0), (1, 0), (0, 1)], None),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], (0, 2)),  # a bow tie
        ([(0, 0), (2, 0), (2, 2), (1, 0), (0, 2)], (0, 2)),  # a point that touches an edge
        ([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], (0, 3)),  # closed by hand: the first point again
        ([(0, 0), (2, 0), (1, 0), (1, 1)], (0, 2)),  # an edge that runs back on itself
    ],
)
def test_edges_that_meet(points: list[tuple[float, float]], crossing: tuple[int, int] | None) -> None:
    assert crossing_edges(points) == crossing


@given(st.integers(3, 12), st.floats(0, 6))
def test_a_regular_polygon_is_simple(corners: int, turn: float) -> None:
    angles = turn + 2 * np.pi * np.arange(corners) / corners
    points = [(float(np.cos(angle)), float(np.sin(angle))) for angle in angles]
    assert crossing_edges(points) is None
    assert polygon_area(points) == pytest.approx(corners / 2 * np.sin(2 * np.pi / corners))
