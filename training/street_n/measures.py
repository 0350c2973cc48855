"""What street-n is held to. Any model can be measured so: `jiejing model evaluate NAME` without --data and --clips.

A figure on rendered streets is a regression check and says nothing about real ones; each measure says which it is.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from core.errors import InputError
from core.model_ref import ModelRef
from detector.engine import Detector
from models.store import ModelStore
from runtime.process.console import progress
from training.datasets.folder import Dataset
from training.datasets.model import LabelledPicture
from training.datasets.rendering import RenderRules, render_streets
from training.evaluation.evaluating import Evaluator
from training.evaluation.pictures import PictureSet
from training.evaluation.result import EventFigures, PictureFigures, Share
from training.evaluation.truth import TRUTH, Clip, read_clips
from training.street_n.figure import Figure, Measured
from training.street_n.found import JUDGE_SIZE_WH, found, reference
from training.street_n.sets import BINS, GARBAGE, STALLS, VEHICLES, RealSet, gather, take
from training.street_n.stories import write_stories

SHARED = Path("../shared/data")
STREETS = range(200_000, 200_020)
STREET_PICTURES = 12
SIZE_WH = (960, 540)
STORIES = range(700_000, 700_020)


class Measures:
    """Takes the measures of a model; what they need is made once and kept."""

    def __init__(self, evaluator: Evaluator, folder: Path, data: Path) -> None:
        """
        Args:
            folder: for rendered streets and gathered pictures.
            data: with images/, videos/, weights/ and truth.yaml; what it lacks is skipped.
        """
        self._evaluator = evaluator
        self._folder = folder
        self._data = data

    def take(self, refs: Sequence[ModelRef]) -> Iterator[Measured]:
        """Every measure, one after the other.

        Raises:
            InputError: the data are not as they were.
            ModelError: a model does not run.
            StorageError: the disk refuses.
        """
        yield self._taken("rendered pictures", lambda: self._streets(refs), rendered=True)
        yield self._taken("rendered events", lambda: self._stories(refs), rendered=True)
        for one, floor in ((GARBAGE, 0.35), (BINS, 0.45), (VEHICLES, 0.50)):
            yield self._taken(f"real {one.name}", lambda one=one, floor=floor: self._real(refs, one, floor))  # type: ignore[misc]
        yield self._taken("real stalls, a sanity check", lambda: self._stalls(refs))
        yield self._taken("real clips, found", lambda: self._found(refs))
        yield self._taken("real clips, vehicle events", lambda: self._clips(refs))

    def _taken(self, name: str, figures: Callable[[], tuple[Figure, ...]], *, rendered: bool = False) -> Measured:
        if not rendered and not self._data.is_dir():
            return Measured(name, rendered, skipped=f"{self._data} is not there")
        return Measured(name, rendered, figures())

    def _streets(self, refs: Sequence[ModelRef]) -> tuple[Figure, ...]:
        dataset = Dataset.open_or_new(self._folder / "streets", "rendered streets")
        with progress("rendering streets", len(STREETS)) as step:
            render_streets(dataset, RenderRules(STREETS, STREET_PICTURES, SIZE_WH, "test"), step)
        figures = self._evaluator.pictures(refs, PictureSet.of(dataset, "test"))
        return tuple(_of_pictures(figures, floor=0.70))

    def _stories(self, refs: Sequence[ModelRef]) -> tuple[Figure, ...]:
        file = write_stories(self._folder / "stories", STORIES, SIZE_WH)
        clips = read_clips(file)
        figures = self._evaluator.events(refs, clips, "rendered stories")
        look_alikes = sum(len(clip.truth.forbid) for clip in clips)
        return (
            _share("event_recall", figures.recall, "events", floor=0.90),
            _share("event_precision", figures.precision, f"reports; {look_alikes} look-alikes", floor=0.90),
            *_again_and_false(figures),
        )

    def _real(self, refs: Sequence[ModelRef], one: RealSet, floor: float) -> tuple[Figure, ...]:
        dataset = self._gathered()
        figures = self._evaluator.pictures(refs, _of_source(dataset, one.name, "val"))
        return tuple(_of_pictures(figures, floor=floor))

    def _stalls(self, refs: Sequence[ModelRef]) -> tuple[Figure, ...]:
        dataset = Dataset.open_or_new(self._folder / STALLS.name, STALLS.name)
        if not dataset.card.counts.pictures:
            take(STALLS, dataset, self._data)
        figures = self._evaluator.pictures(refs, PictureSet.of(dataset))
        shown = (
            one for one in _of_pictures(figures, floor=None) if one.name.split()[-1] in {"stall", "goods", "umbrella"}
        )
        return tuple(shown)

    def _clips(self, refs: Sequence[ModelRef]) -> tuple[Figure, ...]:
        clips = tuple(clip for clip in read_clips(self._data / TRUTH) if _is_of_vehicles(clip))
        figures = self._evaluator.events(refs, clips, TRUTH)
        expected = sum(clip.expected for clip in figures.clips)
        return (
            Figure("found", figures.recall.hits, f"of {expected}", floor=expected),
            Figure("false", figures.count("false"), "events", floor=0, is_ceiling=True),
            Figure("twice", figures.count("twice"), "events", floor=0, is_ceiling=True),
        )

    def _found(self, refs: Sequence[ModelRef]) -> tuple[Figure, ...]:
        models = [self._evaluator.detectors.store.version(ref) for ref in refs]
        size_wh = models[0].card.input.size_wh
        others = ModelStore(self._folder / "others")
        start = reference(others, self._data, "yolov8n_coco", "yolo", size_wh)
        judge = reference(others, self._data, "yolox_nano_416", "yolox", JUDGE_SIZE_WH)
        looking = [[Detector(one.card, one.weights) for one in models], [start]]
        return tuple(found(judge, looking, self._data))

    def _gathered(self) -> Dataset:
        dataset = Dataset.open_or_new(self._folder / "real", "real pictures")
        if not dataset.card.counts.pictures:
            gather(dataset, self._data)
        return dataset


def _of_pictures(figures: PictureFigures, floor: float | None) -> Iterator[Figure]:
    counts = f"{figures.pictures} pictures"
    yield Figure("map50", figures.map50, counts, figures.map50_interval, floor)
    for label in figures.labels:
        if label.boxes:
            yield Figure(f"ap50 {label.label}", label.ap50, f"{label.boxes} boxes", label.ap50_interval)


def _share(name: str, share: Share, what: str, floor: float) -> Figure:
    interval = (share.low, share.high) if share.of else None
    return Figure(name, share.value, f"{share.hits} of {share.of} {what}", interval, floor)


def _again_and_false(figures: EventFigures) -> Iterator[Figure]:
    yield Figure("reported_again", figures.count("twice"), "events")
    yield Figure("false_alarms", figures.count("false"), "events")


def _of_source(dataset: Dataset, name: str, part: str) -> PictureSet:
    chosen: tuple[LabelledPicture, ...] = tuple(
        one for one in dataset.pictures() if one.part == part and one.source.name == name
    )
    if not chosen:
        raise InputError("training.source_without_picture", path=dataset.folder, name=name, part=part)
    return PictureSet(dataset, part, chosen, 0)


def _is_of_vehicles(clip: Clip) -> bool:
    """Whether the clip is about vehicles that stand; the other one is about a bag, which has no label."""
    return all(zone.violation == "illegal_parking" for zone in clip.truth.watched)
