"""How unsure models are of a picture, so that persons label first what teaches most. All values are 0-1."""

from collections.abc import Iterable, Sequence

from core.domain import Detection
from training.datasets.geometry import same_thing
from training.datasets.model import LabelledPicture

_SURE_MARGIN = 0.25  # a score this far from the threshold is a clear yes or no


def near_threshold(scores: Iterable[float], threshold: float) -> float:
    """1 where a score is the threshold itself, falling to 0 at _SURE_MARGIN from it; of several, the least sure."""
    return max((max(0.0, 1 - abs(score - threshold) / _SURE_MARGIN) for score in scores), default=0.0)


def disagreement(first: Sequence[Detection], second: Sequence[Detection]) -> float:
    """The share of both models' finds that the other one does not share: 1 - F1 of one held against the other.

    Two finds are the same thing when they are of one group of labels and overlap as the detector's suppression has it.
    """
    if not first and not second:
        return 0.0
    return (_unmatched(first, second) + _unmatched(second, first)) / (len(first) + len(second))


def uncertainty(found: Sequence[Sequence[Detection]], threshold: float) -> float:
    """How unsure the models are of one picture: the larger of both, disagreement between any two of them.

    Args:
        found: what each model found; of several models only labels that all of them can find, or they would disagree
            for want of words. Each find must have been kept from well below the threshold on.
    """
    scores = [one.score for finds in found for one in finds]
    # A find below the threshold is none; what only one model holds above it is a disagreement.
    firm = [[one for one in finds if one.score >= threshold] for finds in found]
    between = [disagreement(a, b) for number, a in enumerate(firm) for b in firm[number + 1 :]]
    return round(max([near_threshold(scores, threshold), *between]), 4)


def uncertain_first(pictures: Iterable[LabelledPicture]) -> list[LabelledPicture]:
    """The least sure first; those that no model was asked about come last, in the order of their files."""
    return sorted(pictures, key=lambda one: (one.uncertainty is None, -(one.uncertainty or 0.0), one.file))


def _unmatched(finds: Sequence[Detection], others: Sequence[Detection]) -> int:
    known = [(one.label, one.bbox_xyxy_px) for one in others]
    return sum(not same_thing(one.label, one.bbox_xyxy_px, known) for one in finds)
