"""Tracks things that stand: the same place and the same look is the same thing, for as long as it is remembered.

Nothing is followed while it moves. A detection that fits no known thing begins a new one at its place; it lives on
only while it is seen there again and again. What has stood long enough to be *established* is remembered through
occlusions, light changes and gaps; what has not is forgotten after the short gap of one or two missed samples, so
that traffic that passes a spot never adds up to one thing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from core.domain import Detection, Observation
from core.geometry import Box, area_px, iou, iou_matrix
from core.labels import group_of
from detector.appearance import Look, similarity
from detector.one_thing import distinct, straddles
from detector.rest import BORDER_PX, TRACE_LOOKS, common_shift, rested_at

# How far a box may be displaced before it has moved: a share of its size (smaller while it comes to rest), and pixels
# for the jitter of small boxes.
SHIFT_NEW, SHIFT_ESTABLISHED = 0.10, 0.15
SHIFT_PX = 1.5

NEW_IOU, NEW_LIKE = 0.6, 0.7  # to be the same thing before it is established
NEW_HITS = 0.5  # the share of frames in which it must be seen to become established: passing traffic hits a spot less
AGAIN_IOU, AGAIN_LIKE = 0.5, 0.65  # to be the same thing after a gap
CHAIN_IOU, HOME_IOU = 0.6, 0.3  # to be the same thing, now partly hidden, without a gap
TRAIL_IOU = 0.5  # to be the same thing, moving off its place
SHIFT_GONE = 0.4  # it has moved off: a share of its size that no jitter reaches

ORIGIN_SIGHTINGS, BOXES, SCORES = 5, 9, 10  # how many of the first or newest sightings a median is taken over
GALLERY = 4  # looks remembered: the first and the newest ones that differ
GALLERY_NEW = 0.9


@dataclass(slots=True, eq=False)
class Thing:
    """One standing thing.

    Attributes:
        number: its own within the camera.
        origin: where it came to rest; motion is measured against it.
        home: the box of the whole thing, the median of what was seen lately.
        last_box: the newest box, which may show only a part.
        gallery: what it looked like; empty where the detections carry no appearance.
        established: it stood long enough to be remembered through gaps.
        sightings, frames: in how many frames it was seen, of how many in which it was looked for.
        rested_at: the first sighting at which it surely stood; trace: its newest sightings, from which that is found.
        arrived: whether it was not there at the look before the first.
        trail, trail_at: where and when it was seen last while it moves off its place; None while it stands.
    """

    number: int
    group: str
    first_seen: datetime
    last_seen: datetime
    origin: Box
    home: Box
    last_box: Box
    established: bool = False
    sightings: int = 1
    frames: int = 1
    rested_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    arrived: bool = False
    trace: list[tuple[datetime, Box]] = field(default_factory=list)
    trail: Box | None = None
    trail_at: datetime | None = None
    boxes: list[Box] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)
    gallery: list[Look] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Median of the last ten scores, 0-1."""
        return float(np.median(self.scores))

    @property
    def label(self) -> str:
        """The label that it was given most often."""
        return min(self.labels, key=lambda label: (-self.labels[label], label))


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A thing, seen in a frame."""

    thing: Thing
    detection: Detection


@dataclass(slots=True)
class TrackerMemory:
    """What a tracker knows: enough to go on after a restart of the process.

    Attributes:
        looked_at: the newest frame that was looked at.
    """

    things: list[Thing] = field(default_factory=list)
    next_number: int = 1
    looked_at: datetime | None = None


class StandingTracker:
    """The standing things of one camera at one preset."""

    def __init__(self, memory: TrackerMemory, *, establish_after_s: float, remember_s: float) -> None:
        """
        Args:
            memory: goes on from there; empty at first.
            establish_after_s: seconds of unbroken sight after which a thing is established.
            remember_s: seconds for which an established thing out of sight is remembered.
        """
        self.establish_after_s = establish_after_s
        self.remember_s = remember_s
        self.memory = memory

    def update(self, observation: Observation, short_gap_s: float) -> list[Sighting]:
        """Takes in the detections of one frame that is fit to be looked at; their order does not matter.

        Args:
            short_gap_s: the longest gap across which sight counts as unbroken.
        """
        now, size_wh = observation.utc, observation.frame_size_wh
        self._forget(now, short_gap_s)
        for thing in self.memory.things:
            thing.frames += observation.looked_for is None or thing.label in observation.looked_for
        found = distinct(observation.detections, size_wh)
        sightings: list[Sighting] = []
        for established in (True, False):
            known = [thing for thing in self.memory.things if thing.established is established]
            for thing, detection in _matches(known, found, now, size_wh, short_gap_s):
                self._see(thing, detection, now, size_wh)
                sightings.append(Sighting(thing, detection))
            found = _left_over(found, sightings, size_wh)
            self._see_off([thing for thing in known if thing.last_seen != now], found, observation, short_gap_s)
            found = [one for one in found if not _straddles(one, self._just_seen(now, short_gap_s), size_wh)]
        before, self.memory.looked_at = self.memory.looked_at, now
        arrives = before is not None and (now - before).total_seconds() <= short_gap_s
        return sightings + [Sighting(self._begin(one, now, arrives), one) for one in found]

    def _just_seen(self, now: datetime, short_gap_s: float) -> list[Thing]:
        """What stands, though this frame may show it in part only: all but what moves off."""
        things = [thing for thing in self.memory.things if thing.trail is None]
        return [thing for thing in things if (now - thing.last_seen).total_seconds() <= short_gap_s]

    def _forget(self, now: datetime, short_gap_s: float) -> None:
        def remembered(thing: Thing) -> bool:
            limit_s = self.remember_s if thing.established else short_gap_s
            return (now - thing.last_seen).total_seconds() <= limit_s

        self.memory.things = [thing for thing in self.memory.things if remembered(thing)]

    def _see_off(
        self, unseen: list[Thing], detections: list[Detection], observation: Observation, short_gap_s: float
    ) -> None:
        """Forgets the established things that were seen to move off: what comes to their place is something else."""
        gone = set()
        for thing in unseen:
            followed_s = (observation.utc - max(thing.last_seen, thing.trail_at or thing.last_seen)).total_seconds()
            if not thing.established or followed_s > short_gap_s:
                continue
            size_wh = observation.frame_size_wh
            box = next((one.bbox_xyxy_px for one in detections if _moves_off(thing, one, size_wh)), None)
            if box:
                thing.trail, thing.trail_at = box, observation.utc
                gone |= {thing.number} if displaced(box, thing.origin, size_wh, SHIFT_GONE) else set()
        self.memory.things = [thing for thing in self.memory.things if thing.number not in gone]

    def _begin(self, detection: Detection, now: datetime, arrives: bool) -> Thing:  # noqa: FBT001
        box = detection.bbox_xyxy_px
        thing = Thing(self.memory.next_number, group_of(detection.label), now, now, origin=box, home=box, last_box=box)
        thing.arrived, thing.rested_at, thing.trace = arrives, now, [(now, box)]
        self.memory.next_number += 1
        self.memory.things.append(thing)
        _note(thing, detection)
        return thing

    def _see(self, thing: Thing, detection: Detection, now: datetime, size_wh: tuple[int, int]) -> None:
        thing.last_seen = now
        thing.last_box = detection.bbox_xyxy_px
        thing.sightings += 1
        thing.trail = thing.trail_at = None
        if len(thing.trace) < TRACE_LOOKS:
            thing.trace.append((now, thing.last_box))
            thing.rested_at = rested_at(thing.trace, size_wh, BORDER_PX, arrived=thing.arrived)
        stood_s = (now - thing.first_seen).total_seconds()
        if stood_s >= self.establish_after_s and thing.sightings >= NEW_HITS * thing.frames:
            thing.established = True
        _note(thing, detection)


def _matches(
    things: list[Thing], detections: list[Detection], now: datetime, size_wh: tuple[int, int], short_gap_s: float
) -> list[tuple[Thing, Detection]]:
    """Pairs of a thing and its detection, each used once, the greatest overlap first."""
    possible = []
    overlaps = iou_matrix(
        np.array([thing.home for thing in things]), np.array([one.bbox_xyxy_px for one in detections])
    )
    for row, number in zip(*np.nonzero(overlaps >= HOME_IOU), strict=True):
        thing, detection = things[row], detections[number]
        unbroken = (now - thing.last_seen).total_seconds() <= short_gap_s
        if _fits(thing, detection, size_wh, unbroken=unbroken):
            overlap = float(overlaps[row, number]) + iou(thing.last_box, detection.bbox_xyxy_px)
            possible.append((-overlap, thing.number, int(number), thing))
    pairs: dict[int, tuple[int, Thing]] = {}
    for _, thing_number, number, thing in sorted(possible, key=lambda match: match[:3]):
        if thing_number not in pairs and all(number != taken for taken, _ in pairs.values()):
            pairs[thing_number] = (number, thing)
    return [(thing, detections[number]) for number, thing in pairs.values()]


def _left_over(detections: list[Detection], sightings: list[Sighting], size_wh: tuple[int, int]) -> list[Detection]:
    """The detections that are no sighting yet, without those that only straddle things already seen in this frame."""
    taken = {id(one.detection) for one in sightings}
    seen = [one.thing for one in sightings]
    return [one for one in detections if id(one) not in taken and not _straddles(one, seen, size_wh)]


def _straddles(detection: Detection, things: Iterable[Thing], size_wh: tuple[int, int]) -> bool:
    """Whether it lies where things of its group stand. A thing covers the place where it came to rest as long as it
    stands, wherever its newest boxes have wandered."""
    group = group_of(detection.label)
    neighbours = [thing for thing in things if thing.established and thing.group == group]
    return straddles(detection.bbox_xyxy_px, [box for one in neighbours for box in (one.origin, one.home)], size_wh)


def displaced(box: Box, origin: Box, size_wh: tuple[int, int], share: float) -> bool:
    """Whether a box has moved away from where it stood by more than a share of its size."""
    return any(
        common_shift(box, origin, axis, size_wh[axis], BORDER_PX) > share * (origin[axis + 2] - origin[axis]) + SHIFT_PX
        for axis in (0, 1)
    )


def _fits(thing: Thing, detection: Detection, size_wh: tuple[int, int], *, unbroken: bool) -> bool:
    box = detection.bbox_xyxy_px
    share = SHIFT_ESTABLISHED if thing.established else SHIFT_NEW
    if thing.group != group_of(detection.label) or displaced(box, thing.origin, size_wh, share):
        return False
    overlap = iou(thing.home, box)
    if not thing.established:
        return unbroken and overlap >= NEW_IOU and _alike(thing.gallery[-1:], detection) >= NEW_LIKE
    if unbroken and overlap >= HOME_IOU and iou(thing.last_box, box) >= CHAIN_IOU:
        return True
    return overlap >= AGAIN_IOU and _alike(thing.gallery, detection) >= AGAIN_LIKE


def _moves_off(thing: Thing, detection: Detection, size_wh: tuple[int, int]) -> bool:
    box = detection.bbox_xyxy_px
    return (
        thing.group == group_of(detection.label)
        and iou(thing.trail or thing.last_box, box) >= TRAIL_IOU
        and displaced(box, thing.origin, size_wh, SHIFT_ESTABLISHED)
        and _alike(thing.gallery, detection) >= AGAIN_LIKE
    )


def _alike(gallery: list[Look], detection: Detection) -> float:
    """The best similarity to any remembered look; 1 where there is nothing to compare."""
    if not gallery or detection.appearance is None:
        return 1.0
    return max(similarity(look, detection.appearance) for look in gallery)


def _note(thing: Thing, detection: Detection) -> None:
    thing.scores = [*thing.scores, detection.score][-SCORES:]
    thing.boxes = [*thing.boxes, detection.bbox_xyxy_px][-BOXES:]
    thing.labels[detection.label] += 1
    middle = _median(thing.boxes)
    if thing.sightings <= ORIGIN_SIGHTINGS:
        thing.origin = thing.home = middle
    elif area_px(middle) >= area_px(thing.home) or iou(middle, thing.home) >= CHAIN_IOU + 0.2:
        thing.home = middle
    _remember_look(thing, detection)


def _remember_look(thing: Thing, detection: Detection) -> None:
    if detection.appearance is None:
        return
    newest = thing.gallery[-1:]
    if thing.gallery and _alike(newest, detection) >= GALLERY_NEW:
        return
    thing.gallery.append(detection.appearance)
    if len(thing.gallery) > GALLERY:
        del thing.gallery[1]


def _median(boxes: Iterable[Box]) -> Box:
    x1, y1, x2, y2 = (float(value) for value in np.median(np.array(list(boxes)), axis=0))
    return x1, y1, x2, y2
