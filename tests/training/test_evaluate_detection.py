"""Average precision: tables by hand, properties, and parity with COCO's own implementation."""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.detection import LabelMatches, average_precisions, bootstrap_ap50, counts_at
from training.evaluation.intervals import percentile_interval, resamples, wilson
from training.evaluation.matching import NEITHER, NO_BOXES, RIGHT, WRONG, LabelTruth, match

Boxes = Sequence[tuple[float, float, float, float]]
A, B, C = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (40.0, 0.0, 50.0, 10.0)
A_SHIFTED = (2.0, 0.0, 12.0, 10.0)  # IoU with A is 8 / 12
NOWHERE = (80.0, 80.0, 90.0, 90.0)


def array(boxes: Boxes) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(boxes, np.float64) if boxes else NO_BOXES


def truth(boxes: Boxes, ignored: Boxes = (), negatives: Boxes = (), *, complete: bool = True) -> LabelTruth:
    return LabelTruth(array(boxes), array(ignored), array(negatives), complete=complete)


def matches(*pictures: tuple[Boxes, list[float], LabelTruth]) -> LabelMatches:
    matchings = [match(array(boxes), np.array(scores, np.float64), known) for boxes, scores, known in pictures]
    return LabelMatches.of(matchings, [len(known.boxes) for *_, known in pictures])


def ap50(*pictures: tuple[Boxes, list[float], LabelTruth]) -> float:
    return float(average_precisions(matches(*pictures))[0])


# Found boxes best first, what is true, and what they are worth at IoU 0.5.
OUTCOMES = [
    # each its own thing
    ([A, B], truth([A, B]), [RIGHT, RIGHT]),
    # the second box on one thing is wrong
    ([A, A], truth([A, B]), [RIGHT, WRONG]),
    # the better box comes second: the surer one was first, and took the thing
    ([A_SHIFTED, A], truth([A]), [RIGHT, WRONG]),
    # nothing there
    ([NOWHERE], truth([A]), [WRONG]),
    # nothing there, but in an ignore region: neither, however many
    ([NOWHERE, NOWHERE], truth([A], [NOWHERE]), [NEITHER, NEITHER]),
    # half in an ignore region is enough at 0.5, a third is not
    ([(0.0, 0.0, 10.0, 10.0)], truth([], [(5.0, 0.0, 20.0, 10.0)]), [NEITHER]),
    ([(0.0, 0.0, 10.0, 10.0)], truth([], [(7.0, 0.0, 20.0, 10.0)]), [WRONG]),
    # a true thing counts, also in an ignore region
    ([A], truth([A], [(0.0, 0.0, 100.0, 100.0)]), [RIGHT]),
    # the label is not complete here: hits count, other finds do not
    ([A, NOWHERE], truth([A], complete=False), [RIGHT, NEITHER]),
    # not complete, but a person decided that there is no such thing
    ([NOWHERE], truth([], [], [NOWHERE], complete=False), [WRONG]),
]


@pytest.mark.parametrize(("found", "known", "expected"), OUTCOMES)
def test_what_a_detection_is_worth(found: Boxes, known: LabelTruth, expected: list[int]) -> None:
    scores = np.linspace(0.9, 0.5, len(found))
    assert match(array(found), scores, known).outcome[0].tolist() == expected


def test_the_stricter_the_overlap_the_fewer_are_right() -> None:
    found = match(array([A_SHIFTED]), np.array([0.9]), truth([A]))
    assert found.outcome[:, 0].tolist() == [RIGHT] * 4 + [WRONG] * 6  # right from 0.50 to 0.65


# Worked out by hand: precision is read at 101 levels of recall, 0 to 1.
PRECISIONS = [
    # all found, nothing else
    ([([A, B], [0.9, 0.8], truth([A, B]))], 1.0),
    # one of two found: precision 1 up to recall 0.5, which are 51 of 101 levels
    ([([A], [0.9], truth([A, B]))], 51 / 101),
    # a false alarm above everything: precision 1/2 then 2/3, the best to the right counts
    ([([NOWHERE, A, B], [0.9, 0.8, 0.7], truth([A, B]))], 2 / 3),
    # a false alarm below everything costs nothing
    ([([A, B, NOWHERE], [0.9, 0.8, 0.7], truth([A, B]))], 1.0),
    # a false alarm between: 1 up to recall 0.5, then 2/3
    ([([A, NOWHERE, B], [0.9, 0.8, 0.7], truth([A, B]))], (51 + 50 * 2 / 3) / 101),
    # over two pictures the scores are one list
    ([([A], [0.6], truth([A])), ([NOWHERE], [0.9], truth([B]))], 51 / 101 / 2),
    # nothing found
    ([([], [], truth([A]))], 0.0),
]


@pytest.mark.parametrize(("pictures", "expected"), PRECISIONS)
def test_average_precision_by_hand(pictures: Any, expected: float) -> None:
    assert ap50(*pictures) == pytest.approx(expected)


def test_without_true_boxes_there_is_no_average_precision() -> None:
    assert np.isnan(ap50(([A], [0.9], truth([]))))


def test_precision_and_recall_at_a_score() -> None:
    shown = counts_at(matches(([A, NOWHERE, B], [0.9, 0.8, 0.2], truth([A, B, C]))), 0.25)
    assert (shown.right, shown.wrong, shown.boxes) == (1, 1, 3)


coordinates = st.integers(0, 60)
boxes = st.builds(
    lambda x, y, w, h: (float(x), float(y), float(x + w), float(y + h)),
    coordinates,
    coordinates,
    st.integers(4, 30),
    st.integers(4, 30),
)
lists = st.lists(boxes, max_size=6)


@st.composite
def scored(draw: st.DrawFn) -> tuple[Boxes, list[float]]:
    found = draw(lists)
    scores = draw(st.lists(st.integers(1, 999), min_size=len(found), max_size=len(found), unique=True))
    return found, [score / 1000 for score in scores]


@given(scored(), st.lists(boxes, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_detections_does_not_matter(found: tuple[Boxes, list[float]], things: Boxes, random: Any) -> None:
    order = list(range(len(found[0])))
    random.shuffle(order)
    shuffled = [found[0][n] for n in order], [found[1][n] for n in order]
    first = average_precisions(matches((*found, truth(things))))
    assert np.array_equal(first, average_precisions(matches((*shuffled, truth(things)))))


@given(scored(), st.lists(boxes, min_size=1, max_size=6))
def test_a_correct_detection_more_never_lowers_the_recall(found: tuple[Boxes, list[float]], things: Boxes) -> None:
    before = counts_at(matches((*found, truth(things))), 0.0)
    more = ([*found[0], things[0]], [*found[1], 0.9995])
    assert counts_at(matches((*more, truth(things))), 0.0).right >= before.right


@given(scored(), st.lists(boxes, min_size=1, max_size=6), boxes)
def test_finds_in_an_ignore_region_are_neutral(found: tuple[Boxes, list[float]], things: Boxes, region: Any) -> None:
    apart = [(x1 + 200, y1, x2 + 200, y2) for x1, y1, x2, y2 in [region]]
    plain = average_precisions(matches((*found, truth(things))))
    more = ([*found[0], apart[0]], [*found[1], 0.9995])
    assert np.array_equal(plain, average_precisions(matches((*more, truth(things, apart)))))


@given(scored(), st.lists(boxes, min_size=1, max_size=6), st.sampled_from([0.25, 0.5, 4]))
def test_average_precision_is_a_share_and_knows_no_scale(
    found: tuple[Boxes, list[float]], things: Boxes, scale: float
) -> None:
    small = matches((*found, truth(things)))
    values = average_precisions(small)
    assert ((values >= 0) & (values <= 1)).all()
    large = matches((_scaled(found[0], scale), found[1], truth(_scaled(things, scale))))
    assert np.array_equal(large.outcome, small.outcome)


def _scaled(boxes_: Boxes, scale: float) -> Boxes:
    return [(x1 * scale, y1 * scale, x2 * scale, y2 * scale) for x1, y1, x2, y2 in boxes_]


@pytest.mark.parametrize("seed", range(8))
def test_parity_with_the_reference(seed: int) -> None:
    """Random pictures, crowds included, through pycocotools: the same average precision to 1e-9."""
    pytest.importorskip("pycocotools", reason="parity needs pycocotools")
    pictures = [_random_picture(np.random.default_rng([seed, number])) for number in range(25)]
    ours = average_precisions(matches(*pictures))
    assert ours == pytest.approx(_reference(pictures), abs=1e-9)


def _random_picture(random: np.random.Generator) -> tuple[Boxes, list[float], LabelTruth]:
    def some(most: int) -> Boxes:
        corners = random.uniform(0, 200, (int(random.integers(0, most + 1)), 2))
        sides = random.uniform(20, 80, corners.shape)
        return [(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, sides, strict=True)]

    things, crowd = some(5), some(2)
    near = [tuple(np.array(box) + random.normal(0, 5, 4)) for box in [*things, *crowd] if random.random() < 0.8]
    found = [*near, *some(4)]
    return found, random.random(len(found)).tolist(), truth(things, crowd)


def _reference(pictures: list[tuple[Boxes, list[float], LabelTruth]]) -> Any:
    images = [{"id": number} for number in range(len(pictures))]
    things: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for number, (boxes_, scores, known) in enumerate(pictures):
        for crowd, many in ((0, known.boxes), (1, known.ignored)):
            for box in many.tolist():
                row = {"id": len(things) + 1, "image_id": number, "category_id": 1, "iscrowd": crowd}
                things.append(row | {"bbox": _xywh(box), "area": 5000.0})
        for box, score in zip(boxes_, scores, strict=True):
            found.append({"image_id": number, "category_id": 1, "bbox": _xywh(box), "score": score})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = pytest.importorskip("pycocotools.coco").COCO()
        coco.dataset = {"images": images, "annotations": things, "categories": [{"id": 1}], "info": {}}
        coco.createIndex()
        run = pytest.importorskip("pycocotools.cocoeval").COCOeval(coco, coco.loadRes(found), "bbox")
        run.evaluate()
        run.accumulate()
    return run.eval["precision"][:, :, 0, 0, 2].mean(axis=1)


def _xywh(box: Any) -> list[float]:
    return [float(box[0]), float(box[1]), float(box[2] - box[0]), float(box[3] - box[1])]


# Hits, trials and the interval; the last is the example of Newcombe 1998.
SHARES = [
    (0, 0, 0.0, 1.0),
    (0, 10, 0.0, 0.2775),
    (5, 10, 0.2366, 0.7634),
    (10, 10, 0.7225, 1.0),
    (81, 263, 0.2553, 0.3662),
]


@pytest.mark.parametrize(("hits", "of", "low", "high"), SHARES)
def test_wilson_intervals(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_resamples_are_the_same_each_time_and_paired() -> None:
    draws = resamples(30, replicates=50)
    assert np.array_equal(draws, resamples(30, replicates=50))
    assert (draws.sum(axis=1) == 30).all()


def test_the_interval_holds_the_value_and_narrows_with_more_pictures() -> None:
    widths = []
    for count in (20, 200):
        found = matches(*[([A, B], [0.9, 0.5], truth([A] if number % 3 else [A, B])) for number in range(count)])
        interval = percentile_interval(bootstrap_ap50(found, resamples(count)))
        assert interval is not None
        assert interval[0] <= average_precisions(found)[0] <= interval[1]
        widths.append(interval[1] - interval[0])
    assert widths[1] < widths[0]


def test_no_interval_where_hardly_any_resample_holds_a_box() -> None:
    assert percentile_interval(np.array([np.nan, np.nan, np.nan, 0.5])) is None
