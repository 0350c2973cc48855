"""Rendered streets as labelled pictures: every label is exhaustive, because the truth is known."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

from core.errors import InputError
from scenes.dataset import CLASSES, StreetPicture, street_name, street_pictures
from training.datasets.card import Card, SourceNote
from training.datasets.folder import Dataset
from training.datasets.model import TRUTH, LabelledBox, LabelledPicture, Part, Source, rounded_box

SOURCE = "rendered streets"
LICENCE = "AGPL-3.0-or-later"


@dataclass(frozen=True, slots=True)
class RenderRules:
    """What is rendered.

    Attributes:
        seeds: one street each.
        per_street: pictures of each street.
        size_wh: of a picture, in pixels.
        part: that all of them go into.
        jobs: streets that are rendered at once, each by a process of its own.
    """

    seeds: Sequence[int]
    per_street: int
    size_wh: tuple[int, int]
    part: Part | None = None
    jobs: int = 1


@dataclass
class RenderReport:
    """What came of it: new pictures, boxes by label, streets that were there already."""

    pictures: int = 0
    streets_known: int = 0
    boxes: Counter[str] = field(default_factory=Counter)


def render_streets(
    dataset: Dataset, rules: RenderRules, step: Callable[[int], object] = lambda _: None
) -> RenderReport:
    """Adds the streets that the data set does not have yet, street by street: what was interrupted can be gone on with.

    Args:
        step: is told the number of streets that are done.

    Raises:
        InputError: there is no OpenGL here.
        StorageError: the disk refuses; the streets before are kept.
    """
    report = RenderReport()
    there = {picture.camera_id for picture in dataset.pictures()}
    missing = [seed for seed in rules.seeds if street_name(seed) not in there]
    report.streets_known = len(rules.seeds) - len(missing)
    for number, (seed, pictures) in enumerate(_rendered(missing, rules), start=1):
        _add(dataset, seed, pictures, rules, report)
        step(report.streets_known + number)
    return report


def parse_streets(text: str) -> tuple[int, ...]:
    """Seeds of a text like 100-119,200.

    Raises:
        InputError: not such a text, or a street is named twice.
    """
    seeds: list[int] = []
    for piece in text.split(","):
        first, _, last = piece.strip().partition("-")
        if not first.isdecimal() or not (last or first).isdecimal() or int(last or first) < int(first):
            raise InputError("training.streets_written_wrong", value=text)
        seeds += range(int(first), int(last or first) + 1)
    if len(set(seeds)) < len(seeds):
        raise InputError("training.street_named_twice", value=text)
    return tuple(seeds)


def _rendered(seeds: Sequence[int], rules: RenderRules) -> Iterator[tuple[int, list[StreetPicture]]]:
    one = partial(_street, size_wh=rules.size_wh, count=rules.per_street)
    if rules.jobs == 1:
        yield from zip(seeds, map(one, seeds), strict=True)
        return
    # Not forked: a context of OpenGL does not survive that.
    with ProcessPoolExecutor(rules.jobs, mp_context=get_context("spawn")) as pool:
        yield from zip(seeds, pool.map(one, seeds), strict=True)


def _street(seed: int, size_wh: tuple[int, int], count: int) -> list[StreetPicture]:
    return list(street_pictures(seed, size_wh, count))


def _add(
    dataset: Dataset, seed: int, pictures: Sequence[StreetPicture], rules: RenderRules, report: RenderReport
) -> None:
    fresh = [(_labelled(one, seed, rules), one.jpeg) for one in pictures]
    with dataset.revise() as revision:
        held = list(dataset.pictures())
        for picture in held:
            revision.put(picture)
        for picture, jpeg in fresh:
            revision.add(picture, jpeg)
            report.boxes.update(box.label for box in picture.objects)
        report.pictures += len(fresh)
        rendered = [one for one in (*held, *(one for one, _ in fresh)) if one.source.name == SOURCE]
        revision.card = _noted(revision.card.with_labels(frozenset(CLASSES)), rendered)


def _noted(card: Card, rendered: Sequence[LabelledPicture]) -> Card:
    """The card with one note for all streets, however often some were added."""
    others = tuple(one for one in card.sources if one.name != SOURCE)
    note = SourceNote(
        name=SOURCE,
        format="rendered",
        licence=LICENCE,
        pictures=len(rendered),
        boxes=sum(len(one.objects) for one in rendered),
    )
    return card.model_copy(update={"sources": (*others, note)})


def _labelled(one: StreetPicture, seed: int, rules: RenderRules) -> LabelledPicture:
    return LabelledPicture(
        file=f"{one.name}.jpg",
        size_wh=rules.size_wh,
        sha256=hashlib.sha256(one.jpeg).hexdigest(),
        source=Source("import", SOURCE),
        objects=tuple(LabelledBox(box.label, rounded_box(box.bbox_xyxy_px), TRUTH) for box in one.boxes),
        camera_id=street_name(seed),
        part=rules.part,
    )
