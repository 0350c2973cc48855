"""Faces and number plates made unreadable in pictures that leave, without harm to what the pictures teach.

What is masked: faces where a face finder looks, else the heads of persons; on vehicles what looks like a plate, and the
part where one hangs; ignore regions of unknown content, whole. What is spared, and reported: a mask that would hide too
much of a labelled thing. What is too small to be recognised needs none. No finder finds everything: a person looks at
what leaves the house.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import cv2
import numpy as np

from core.domain import Image
from core.errors import ModelError
from core.geometry import Box, covered_share, intersection_px
from core.labels import group_of, members_of
from detector.engine import Detector
from training.datasets.geometry import clipped, is_empty, same_thing
from training.datasets.model import LabelledPicture, rounded_box
from training.datasets.plates import plate_like

What = Literal["face", "head", "plate", "region"]

PLATED = frozenset({*members_of("vehicle"), "motorcycle", "tricycle"})
# Tricycles are masked where they are labelled, but not asked for: few carry a plate, and no public model knows them.
_NEEDED = frozenset({"person", *PLATED}) - {"tricycle"}
MAX_HIDDEN = 0.35  # of a labelled thing's box, by all masks together
MIN_PERSON_PX = 40  # high: the head has some 6 pixels
MIN_VEHICLE_PX = 60  # wide: the plate has some 15 pixels, 2 for each sign
_MIN_FACE_PX = 6
_HEAD_HEIGHT, _HEAD_WIDTH = 0.22, 0.7  # of a person's box
_PLATE_X, _PLATE_Y = (0.2, 0.8), (0.6, 0.95)  # of a vehicle's box, seen from before or behind
_FACE_MARGIN = 0.25
_FACE_SCORE = 0.6
_FIND_SCORE = 0.25
# Columns and rows of one colour each that are left of it: too few for a face or a sign.
_CELLS: MappingProxyType[What, tuple[int, int]] = MappingProxyType(
    {"face": (3, 3), "head": (3, 3), "plate": (4, 2), "region": (4, 4)}
)


@dataclass(frozen=True, slots=True)
class Mask:
    """A place that is, or would be, made unreadable; in pixels."""

    what: What
    bbox_xyxy_px: Box


@dataclass(frozen=True, slots=True)
class Masking:
    """What is masked in one picture, and what is spared and why."""

    masked: tuple[Mask, ...] = ()
    spared: tuple[tuple[Mask, str], ...] = ()


class FaceFinder:
    """Finds faces with a YuNet model (Wu et al. 2023)."""

    def __init__(self, weights: Path) -> None:
        """
        Raises:
            ModelError: OpenCV cannot run it as YuNet.
        """
        before = cv2.utils.logging.getLogLevel()
        # OpenCV 5 warns of every network that it may not move to a GPU.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        try:
            self._network = cv2.FaceDetectorYN.create(str(weights), "", (320, 320), _FACE_SCORE)
            self.find(np.zeros((320, 320, 3), np.uint8))
        except cv2.error as error:
            raise ModelError("training.face_model_unusable", path=weights) from error
        finally:
            cv2.utils.logging.setLogLevel(before)

    def find(self, image: Image) -> list[Box]:
        """Faces in a (height, width, 3) BGR picture, in pixels."""
        self._network.setInputSize((image.shape[1], image.shape[0]))
        _, found = self._network.detect(image)
        rows = [] if found is None else np.asarray(found, float)[:, :4].tolist()
        return [(x, y, x + width, y + height) for x, y, width, height in rows]


class Masker:
    """Decides what to mask in each picture, from its labels and what models find."""

    def __init__(self, faces: FaceFinder | None = None, detector: Detector | None = None) -> None:
        """
        Args:
            faces: None = heads of persons are masked.
            detector: finds persons and vehicles where they are not labelled; None = labels alone.
        """
        self._faces = faces
        self._detector = detector
        self._finds = frozenset(map(group_of, detector.card.labels.values())) if detector else frozenset()

    def lacking(self, picture: LabelledPicture) -> frozenset[str]:
        """The labels without which nobody can say that all faces and plates were masked; empty = it can be done."""
        needed = _NEEDED - {"person"} if self._faces else _NEEDED
        # A detector that knows cars but not vans calls a van a car or a truck: a group is found as a whole.
        return picture.unsettled({label for label in needed if group_of(label) not in self._finds})

    def decide(self, picture: LabelledPicture, image: Image) -> Masking:
        """What to mask in a (height, width, 3) BGR picture.

        Raises:
            ModelError: the detector does not run.
        """
        things = self._things(picture, image)
        masks = [Mask("face", _widened(box)) for box in self._faces.find(image)] if self._faces else []
        masks += [] if self._faces else list(_heads(things))
        masks += _plates(things, image)
        masks += [Mask("region", region.bbox_xyxy_px) for region in picture.ignore if region.label is None]
        return decided(masks, picture)

    def _things(self, picture: LabelledPicture, image: Image) -> list[tuple[str, Box]]:
        """Labelled things, and what the detector finds beside them; cut to the picture."""
        things = [(one.label, one.bbox_xyxy_px) for one in picture.objects]
        things += [(region.label, region.bbox_xyxy_px) for region in picture.ignore if region.label]
        found = self._detector.detect(image, min_score=_FIND_SCORE) if self._detector else ()
        known = tuple(things)
        things += [(one.label, one.bbox_xyxy_px) for one in found if not same_thing(one.label, one.bbox_xyxy_px, known)]
        return [(label, clipped(box, picture.size_wh)) for label, box in things]


def decided(masks: Iterable[Mask], picture: LabelledPicture) -> Masking:
    """Which masks are laid, and which are spared for a labelled thing's sake."""
    laid: list[Mask] = []
    spared: list[tuple[Mask, str]] = []
    for mask in dict.fromkeys(_inside(masks, picture.size_wh)):
        harm = _harm(mask, laid, picture)
        if harm:
            spared.append((mask, harm))
        else:
            laid.append(mask)
    return Masking(tuple(laid), tuple(spared))


def masked(image: Image, masks: Sequence[Mask]) -> Image:
    """A copy in which each mask is a coarse mosaic of its own mean colours."""
    copy = image.copy()
    for mask in masks:
        x1, y1, x2, y2 = (round(value) for value in mask.bbox_xyxy_px)
        part = copy[y1:y2, x1:x2]
        if part.size:
            cells = cv2.resize(part, _CELLS[mask.what], interpolation=cv2.INTER_AREA)
            part[:] = cv2.resize(cells, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_NEAREST)
    return copy


def counted(masking: Masking) -> Counter[str]:
    """Masks by what they hide."""
    return Counter(mask.what for mask in masking.masked)


def _heads(things: Iterable[tuple[str, Box]]) -> Iterator[Mask]:
    for label, (x1, y1, x2, y2) in things:
        width, height = x2 - x1, y2 - y1
        if label == "person" and height >= MIN_PERSON_PX:
            side = (1 - _HEAD_WIDTH) / 2 * width
            yield Mask("head", (x1 + side, y1, x2 - side, y1 + min(_HEAD_HEIGHT * height, width)))


def _plates(things: Iterable[tuple[str, Box]], image: Image) -> Iterator[Mask]:
    """What looks like a plate, and where one hangs on a vehicle seen from before or behind."""
    vehicles = [box for label, box in things if label in PLATED and box[2] - box[0] >= MIN_VEHICLE_PX]
    for box in vehicles:
        yield from (Mask("plate", found) for found in plate_like(image, box))
    (left, right), (top, bottom) = _PLATE_X, _PLATE_Y
    for x1, y1, x2, y2 in vehicles:
        width, height = x2 - x1, y2 - y1
        yield Mask("plate", (x1 + left * width, y1 + top * height, x1 + right * width, y1 + bottom * height))


def _widened(face: Box) -> Box:
    x, y = _FACE_MARGIN * (face[2] - face[0]) / 2, _FACE_MARGIN * (face[3] - face[1]) / 2
    return face[0] - x, face[1] - y, face[2] + x, face[3] + y


def _inside(masks: Iterable[Mask], size_wh: tuple[int, int]) -> Iterator[Mask]:
    for mask in masks:
        box = rounded_box(clipped(mask.bbox_xyxy_px, size_wh))
        small = mask.what == "face" and box[2] - box[0] < _MIN_FACE_PX
        if not small and not is_empty(box):
            yield Mask(mask.what, box)


def _harm(mask: Mask, laid: Iterable[Mask], picture: LabelledPicture) -> str | None:
    """Why this mask, with those laid already, would hide too much of a labelled thing; None if it does not."""
    for one in picture.objects:
        if intersection_px(one.bbox_xyxy_px, mask.bbox_xyxy_px) > 0:
            share = covered_share(one.bbox_xyxy_px, [other.bbox_xyxy_px for other in (*laid, mask)])
            if share > MAX_HIDDEN:
                return f"would hide {share:.0%} of the {one.label} at {list(one.bbox_xyxy_px)}"
    return None
