"""From models and data to an evaluation, through the cache."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from typing import Any

from core.clock import Clock
from core.domain import Image
from core.model_ref import ModelRef
from runtime.models.loading import Detectors
from streams.replay import FileSource
from training.evaluation.cache import FigureCache
from training.evaluation.events import judged, violations
from training.evaluation.pictures import LOWEST_SCORE, SCORE, PictureSet, all_seeing, evaluate_pictures
from training.evaluation.result import Evaluation, EventFigures, PictureFigures, model_ids
from training.evaluation.speed import FRAMES, measure
from training.evaluation.truth import Clip

Progress = Callable[[str, float], AbstractContextManager[Callable[[float], Any]]]


@dataclass(frozen=True)
class Material:
    """On what models are evaluated: pictures, clips, or both.

    Attributes:
        clips_name: what people call the clips.
    """

    pictures: PictureSet | None = None
    clips: tuple[Clip, ...] = ()
    clips_name: str = ""

    def sample(self) -> Iterator[Image]:
        """Images to measure the speed on: (height, width, 3) uint8, BGR."""
        if self.pictures:
            known = self.pictures.pictures
            yield from (self.pictures.image(one) for one in known[:: max(1, len(known) // FRAMES)][:FRAMES])
            return
        clip = self.clips[0]
        source = FileSource("clip", clip.video, start=clip.truth.start, sampling=clip.camera.sampling)
        yield from (frame.image for frame in islice(source.frames(), FRAMES))
        source.close()


class Evaluator:
    """Evaluates models of one installation."""

    def __init__(
        self, detectors: Detectors, cache: FigureCache, progress: Progress, clock: Clock, *, fresh: bool = False
    ) -> None:
        """
        Args:
            progress: shows that something long goes on.
            fresh: work everything out anew.
        """
        self.detectors = detectors
        self._cache = cache
        self._progress = progress
        self._clock = clock
        self._fresh = fresh

    def evaluate(self, refs: Sequence[ModelRef], material: Material) -> Evaluation:
        """How good these models are, looking together.

        Raises:
            InputError: a model, picture or clip cannot be used.
            StorageError: the figures cannot be kept.
        """
        return Evaluation(
            models=model_ids(refs),
            software=_software(),
            made_at=self._clock.utc(),
            pictures=self.pictures(refs, material.pictures) if material.pictures else None,
            events=self.events(refs, material.clips, material.clips_name) if material.clips else None,
            # Never from the cache: what else the machine does matters, so two models are measured one after the other.
            speed=measure(self.detectors.of_models(all_seeing(SCORE), refs), material.sample()),
        )

    def pictures(self, refs: Sequence[ModelRef], pictures: PictureSet) -> PictureFigures:
        """Boxes on labelled pictures.

        Raises:
            InputError: a model or picture cannot be used.
            StorageError: the figures cannot be kept.
        """
        fingerprint = _fingerprint(pictures.fingerprint())
        kept = None if self._fresh else self._cache.get(PictureFigures, refs, fingerprint)
        if kept:
            return kept
        ensemble = self.detectors.of_models(all_seeing(LOWEST_SCORE), refs)
        cards = (self.detectors.store.version(ref).card for ref in refs)
        can_find = {label for card in cards for label in card.labels.values()}
        with self._progress(f"{_named(refs)}: {pictures.dataset.card.name}", len(pictures.pictures)) as advance:
            figures = evaluate_pictures(pictures, ensemble, can_find, fingerprint, advance)
        self._cache.put(figures, refs, fingerprint)
        return figures

    def events(self, refs: Sequence[ModelRef], clips: Sequence[Clip], name: str) -> EventFigures:
        """Events on clips; `name` is what people call them.

        Raises:
            InputError: a model or clip cannot be used.
            StorageError: the figures cannot be kept.
        """
        fingerprint = _fingerprint(*(clip.fingerprint() for clip in clips))
        kept = None if self._fresh else self._cache.get(EventFigures, refs, fingerprint)
        if kept:
            return kept
        outcomes = []
        for clip in clips:
            ensemble = self.detectors.of_models(clip.camera, refs)
            with self._progress(f"{_named(refs)}: {clip.name}", clip.truth.length_s) as advance:
                outcomes.append(judged(clip, violations(clip, ensemble, advance)))
        figures = EventFigures(fingerprint=fingerprint, name=name, clips=tuple(outcomes))
        self._cache.put(figures, refs, fingerprint)
        return figures


def _software() -> str:
    return f"jiejing {version('jiejing')}"


def _fingerprint(*content: str) -> str:
    """Of data, as this version of the software looks at it: another version may count otherwise."""
    return hashlib.sha256("\n".join((_software(), *content)).encode()).hexdigest()


def _named(refs: Sequence[ModelRef]) -> str:
    return " + ".join(ref.name for ref in refs)
