"""How many people and vehicles of the real clips a model finds, beside the COCO network that it began with.

Nobody labelled the frames of the clips. What another network (yolox-nano) is sure of stands for the truth there: it
favours neither of the two that are compared.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.domain import Detection, Frame
from core.geometry import iou
from core.labels import group_of
from core.site import Sampling
from detector.engine import Detector
from models.card import Family
from models.store import ModelStore
from runtime.models.model_import import ImportRequest, import_model
from runtime.process.console import progress
from streams.replay import FileSource
from training.evaluation.intervals import wilson
from training.evaluation.pictures import SCORE
from training.evaluation.truth import START, TRUTH, read_clips
from training.street_n.figure import Figure

JUDGE_SIZE_WH = (640, 640)
EVERY_S = 2.0
SURE = 0.5
SAME_IOU = 0.5
COUNTED = ("person", "vehicle")

Models = Sequence[Detector]


def reference(store: ModelStore, data: Path, name: str, family: Family, size_wh: tuple[int, int]) -> Detector:
    """A COCO network of data/weights at an input size.

    Raises:
        ModelError: its file is missing or damaged.
    """
    weights = data / "weights" / f"{name}.onnx"
    model, _ = import_model(ImportRequest(weights, name, family, "coco", size_wh, None, None), store)
    return Detector(model.card, model.weights)


def found(judge: Detector, compared: Sequence[Models], data: Path) -> Iterator[Figure]:
    """Shares of the people and vehicles that the judge is sure of: of the first models, which must find at least as
    many as the second ones.

    Raises:
        InputError, SourceError: a clip cannot be read.
        ModelError: a model does not run.
    """
    sure: Counter[str] = Counter()
    hits: list[Counter[str]] = [Counter() for _ in compared]
    for frame in _frames(data):
        known = _counted(judge.detect(frame.image, min_score=SURE))
        sure.update(group for group, _ in known)
        for models, hit in zip(compared, hits, strict=True):
            seen = _counted([one for model in models for one in model.detect(frame.image, min_score=SCORE)])
            hit.update(group for group, box in known if _is_seen(group, box, seen))
    for group in COUNTED:
        ours, theirs = (hit[group] for hit in hits)
        total = max(sure[group], 1)
        counts = f"{ours} of {sure[group]}; the network that it began with finds {theirs}"
        yield Figure(f"{group} found", ours / total, counts, wilson(ours, sure[group]), floor=theirs / total)


def _frames(data: Path) -> Iterator[Frame]:
    clips = read_clips(data / TRUTH)
    sampling = Sampling(mode="interval", interval_s=EVERY_S)
    with progress("real clips", len(clips)) as step:
        for number, clip in enumerate(clips, start=1):
            yield from FileSource("clip", clip.video, start=START, sampling=sampling).frames()
            step(number)


_Seen = list[tuple[str, tuple[float, float, float, float]]]


def _counted(detections: Sequence[Detection]) -> _Seen:
    groups = ((group_of(one.label), one.bbox_xyxy_px) for one in detections)
    return [(group, box) for group, box in groups if group in COUNTED]


def _is_seen(group: str, box: tuple[float, float, float, float], seen: _Seen) -> bool:
    return any(group == other and iou(box, place) >= SAME_IOU for other, place in seen)
