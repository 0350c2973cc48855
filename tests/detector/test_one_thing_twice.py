"""Detectors put a second box on a part of a thing, above all where the border of the picture cuts it: one event."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.domain import Detection, Observation
from core.geometry import Box
from tests.streets import SIZE_WH, START, brief, watch

pytestmark = pytest.mark.slow

WIDTH, HEIGHT = SIZE_WH
Boxes = Callable[[int], list[Box]]


def cut(second: int) -> list[Box]:
    """A car of which the left border of the picture shows 100 px. At first its box reaches the border; later it is
    drawn up to 22 px short of it, and a box on the part that is left out comes and goes, as detectors do."""
    if second < 30:
        return [(0.5, 300, 100, 352)]
    whole = (2 + (second // 4 % 6) * 4.0, 300.0, 101.0, 352.0)
    return [whole, (0, 299, 44, 350)] if second % 5 else [whole]


def cut_from_the_start(second: int) -> list[Box]:
    """The same, from the first look on."""
    return [(2.5, 300, 100, 352), (0, 300, 11, 350)]


def hidden_later(second: int) -> list[Box]:
    """Amid the picture: something stands before a fifth of it for long, and a second box lies on what still shows."""
    if second < 30:
        return [(500, 300, 660, 400)]
    hidden = min(30.0, second - 30.0)
    return [(500 + hidden, 300, 660, 400), (500, 302, 540, 399)]


def one_or_the_other(second: int) -> list[Box]:
    """The whole car in one look, a part of it in the next."""
    return [(500, 300, 660, 400)] if second < 30 or second % 2 == 0 else [(500, 302, 570, 399)]


def turned(boxes: Boxes, turn: Callable[[Box], Box]) -> Boxes:
    return lambda second: [turn(box) for box in boxes(second)]


def mirrored(box: Box) -> Box:
    return WIDTH - box[2], box[1], WIDTH - box[0], box[3]


def upright(box: Box) -> Box:
    return box[1], box[0], box[3], box[2]


def at_the_bottom(box: Box) -> Box:
    return box[1], HEIGHT - box[2], box[3], HEIGHT - box[0]


def seen(boxes: Boxes, seconds: int = 400) -> list[Observation]:
    """A look a second; the second box is seen less surely."""
    return [
        Observation(
            "cam",
            "1",
            START + timedelta(seconds=second),
            SIZE_WH,
            tuple(Detection("car", 0.6 - 0.2 * n, box) for n, box in enumerate(boxes(second))),
        )
        for second in range(seconds)
    ]


@pytest.mark.parametrize(
    "boxes",
    [
        pytest.param(cut, id="left"),
        pytest.param(turned(cut, mirrored), id="right"),
        pytest.param(turned(cut, upright), id="top"),
        pytest.param(turned(cut, at_the_bottom), id="bottom"),
        pytest.param(cut_from_the_start, id="from the start"),
        pytest.param(hidden_later, id="amid the picture"),
        pytest.param(one_or_the_other, id="in turns"),
    ],
)
def test_a_second_box_on_a_part_is_no_second_car(boxes: Boxes) -> None:
    assert brief(watch(seen(boxes))) == [("candidate", 10), ("violation", 300)]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param((60, 296, 150, 356), id="in front of it"),
        pytest.param((0, 330, 60, 400), id="at the border, too, half before it"),
        pytest.param((0, 268, 62, 318), id="behind it"),
    ],
)
def test_a_second_car_close_by_is_an_event_of_its_own(second: Box) -> None:
    both = watch(seen(lambda at: [*cut(at)[:1], second] if at >= 40 else cut(at)[:1]))
    assert [event.state for event in both] == ["candidate", "candidate", "violation", "violation"]
    assert len({event.event_id for event in both}) == 2
