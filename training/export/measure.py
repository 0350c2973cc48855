"""How good and how fast the forms of a model are, as the product runs them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from core.domain import Image
from detector.engine import Detector
from detector.ensemble import Ensemble, Looking
from training.evaluation.pictures import LOWEST_SCORE, SCORE, PictureSet, evaluate_pictures
from training.evaluation.result import PictureFigures
from training.evaluation.speed import measure

_TIMED = 16
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Form:
    """One ONNX file of a model, measured."""

    pictures: PictureFigures
    ms: float

    @property
    def map50(self) -> float:
        """Mean average precision at IoU 0.5, 0-1; 0 where no label has a true box."""
        return self.pictures.map50 or 0.0


def measure_forms(
    detectors: Sequence[Detector], pictures: PictureSet, advance: Callable[[int], object] = lambda _: None
) -> list[Form]:
    """Measures forms of one model on the same pictures.

    Args:
        advance: is told the pictures that are done, over all forms.

    Raises:
        InputError: a picture cannot be read.
        ModelError: a form does not run.
    """
    images = [pictures.image(one) for one in islice(pictures.pictures, _TIMED)]
    times_ms = median_ms(detectors, images)
    known = len(pictures.pictures)
    fingerprint = pictures.fingerprint()
    return [
        Form(
            evaluate_pictures(
                pictures,
                _alone(detector, LOWEST_SCORE),
                set(detector.card.labels.values()),
                fingerprint,
                lambda done, before=number * known: advance(before + done),  # type: ignore[misc]
            ),
            ms,
        )
        for number, (detector, ms) in enumerate(zip(detectors, times_ms, strict=True))
    ]


def median_ms(detectors: Sequence[Detector], images: Sequence[Image]) -> list[float]:
    """Milliseconds a picture of each, from decoded pixels to boxes: the best of some rounds, in turns, so that what
    else the machine does weighs on none alone."""
    rounds = [[measure(_alone(one, SCORE), images).median_ms for one in detectors] for _ in range(_ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _alone(detector: Detector, min_score: float) -> Ensemble:
    return Ensemble([Looking(detector)], min_score=min_score)
