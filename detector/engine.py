"""Runs one ONNX model on pictures and gives detections in our labels."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Detection, Image
from core.errors import ModelError
from core.labels import group_of
from detector.appearance import appearance_of
from detector.families import FAMILIES, RawBoxes
from detector.letterbox import Letterbox
from detector.nms import suppress
from models.card import ModelCard
from models.session import Session


class Detector:
    """One model, loaded; may be shared by several cameras and threads."""

    def __init__(self, card: ModelCard, weights: Path, *, threads: int = 0) -> None:
        """Loads the weights.

        Args:
            threads: of one inference; 0 = as many as there are cores.

        Raises:
            ModelError: onnxruntime cannot run this file.
        """
        self.card = card
        self._family = FAMILIES[card.family]
        self._label_of = [card.labels.get(name) for name in card.classes]
        self._session = Session(weights, threads=threads)

    def detect(self, image: Image, *, min_score: float) -> tuple[Detection, ...]:
        """What the model finds in a (height, width, 3) BGR picture, best first.

        Scores are rounded to 4 digits and boxes to a tenth of a pixel, as recorded detections hold them: so that a
        recording replays to the same events.

        Raises:
            ModelError: the output is not that of the model's family.
        """
        letterbox = Letterbox.fit(
            (image.shape[1], image.shape[0]), self.card.input.size_wh, centred=self._family.centred
        )
        raw = self._run(letterbox.apply(image))
        labelled = np.array([label is not None for label in self._label_of])
        keep = (raw.scores >= min_score) & labelled[raw.classes]
        labels = [self._label_of[number] or "" for number in raw.classes[keep]]
        boxes = np.round(letterbox.to_source(raw.boxes_xyxy_px[keep]), 1)
        return _finish(image, labels, np.round(raw.scores[keep].astype(float), 4), boxes)

    def _run(self, picture: Image) -> RawBoxes:
        try:
            output = self._session.run(self._family.tensor(picture))[0]
        except ModelError as error:
            raise ModelError(
                "detector.model_does_not_run", name=self.card.name, size=str(self.card.input.size_wh), cause=error
            ) from error
        try:
            return self._family.decode(output, self.card.input.size_wh, len(self.card.classes))
        except ModelError as error:
            raise ModelError(
                "detector.model_of_other_family", name=self.card.name, family=self.card.family, cause=error
            ) from error


def _finish(
    image: Image, labels: Sequence[str], scores: NDArray[np.floating], boxes: NDArray[np.floating]
) -> tuple[Detection, ...]:
    groups = np.array([group_of(label) for label in labels])
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    found = []
    for number in suppress(boxes, scores, groups):
        x1, y1, x2, y2 = (float(value) for value in boxes[number])
        if x2 - x1 >= 1 and y2 - y1 >= 1:
            box = (x1, y1, x2, y2)
            found.append(Detection(labels[number], float(scores[number]), box, appearance_of(luma, box)))
    return tuple(found)
