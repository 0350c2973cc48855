"""Events on clips with truth: what an officer would have been told, against what really happened.

One thing is to be reported once. Its place is the zone where the violation is counted for the zone as a whole, else its
box. An event belongs to a thing while that thing stands; a report before or after is of something else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.domain import RuleEvent
from core.geometry import Box, intersection_px, iou
from core.labels import group_of
from core.violations import violation_types
from detector.ensemble import Ensemble
from runtime.camera.pipeline import CameraPipeline
from streams.replay import FileSource
from training.evaluation.result import AlarmOutcome, ClipFigures, ThingOutcome
from training.evaluation.truth import INTERVAL_S, Clip, ClipTruth, Thing

SAME_PLACE_IOU = 0.4
ANCHOR_IOU = 0.3  # anchors mark small things, drawn by hand
SLACK_S = 2 * INTERVAL_S  # a thing is seen at rest at the second look, and last seen up to one before it left
_TIMEZONE = ZoneInfo("Asia/Shanghai")


def violations(
    clip: Clip, ensemble: Ensemble, advance: Callable[[float], object] = lambda _: None
) -> tuple[RuleEvent, ...]:
    """Plays a clip through the pipeline; each violation as it stood when it became one, by its start.

    Args:
        advance: is told the seconds of the clip that are done.

    Raises:
        SourceError: the video cannot be read.
        ModelError: a model does not run.
    """
    camera = clip.camera
    source = FileSource(camera.id, clip.video, start=clip.truth.start, sampling=camera.sampling)
    pipeline = CameraPipeline(camera, _TIMEZONE, ensemble, live=False)
    first: dict[str, RuleEvent] = {}
    for frame in source.frames():
        for event in pipeline.step(frame).events:
            if event.state == "violation":
                first.setdefault(event.event_id, event)
        advance(frame.stream_s)
    return tuple(sorted(first.values(), key=lambda event: (event.still_since, event.event_id)))


def judged(clip: Clip, events: Sequence[RuleEvent]) -> ClipFigures:
    """What a clip's violations are worth.

    Args:
        events: as `violations` gives them.
    """
    judge = _Judge(clip.truth, events)
    things = tuple(judge.things())
    found = sum(thing.reported > 0 for thing in things)
    return ClipFigures(
        clip=clip.name,
        length_s=clip.truth.length_s,
        size_wh=clip.truth.size_wh,
        rendered=clip.truth.rendered,
        expected=clip.truth.expected,
        found=min(found, clip.truth.expected),
        things=things,
        alarms=tuple(judge.alarms()),
    )


@dataclass(frozen=True, slots=True)
class _Claim:
    """That an event is a thing; the closer, the better it fits."""

    thing: int
    event: int
    distance: float


class _Judge:
    """The events of one clip beside its things: those expected, then the anchors."""

    def __init__(self, truth: ClipTruth, events: Sequence[RuleEvent]) -> None:
        self._truth = truth
        self._events = events
        self._expected = [
            *truth.expect,
            *(Thing(what=f"anchor {n}", box=box) for n, box in enumerate(truth.anchors, 1)),
        ]
        self._claims = list(self._possible())
        self._event_of = _assigned(self._claims)
        self._again = self._repeats()

    def things(self) -> Iterator[ThingOutcome]:
        """What became of each thing."""
        again = Counter(self._again.values())
        for number, thing in enumerate(self._expected):
            event = self._event_of.get(number)
            error_s = None if event is None else self._start_error_s(thing, self._events[event])
            yield ThingOutcome(
                what=thing.what,
                bbox_xyxy_px=thing.box,
                still_since_s=thing.still_since,
                reported=0 if event is None else 1 + again[number],
                start_error_s=error_s,
                in_time=None if error_s is None else abs(error_s) <= thing.tol_s + SLACK_S,
            )

    def alarms(self) -> Iterator[AlarmOutcome]:
        """What each event was worth."""
        right = {event: thing for thing, event in self._event_of.items()}
        near = {claim.event: claim.thing for claim in self._claims}
        seen: set[str] = set()
        for number, event in enumerate(self._events):
            if number in right:
                yield self._alarm(event, "right", self._expected[right[number]].what)
            elif number in self._again:
                yield self._alarm(event, "twice", self._expected[self._again[number]].what)
            elif number in near:
                yield self._alarm(event, "allowed", f"near {self._expected[near[number]].what}")
            elif allowed := self._at_place(event, self._truth.allow):
                yield self._alarm(event, "twice" if allowed in seen else "allowed", allowed)
                seen.add(allowed)
            else:
                yield self._alarm(event, "false", self._at_place(event, self._truth.forbid))

    def _repeats(self) -> dict[int, int]:
        """The events that report a thing again, and which. Of anchors only its place is known, and others stand close
        by: there an event is a repeat only where it overlaps the first."""
        taken = set(self._event_of.values())
        again: dict[int, int] = {}
        for claim in self._claims:
            if claim.event in taken:
                continue
            first, second = self._events[self._event_of[claim.thing]], self._events[claim.event]
            if claim.thing < len(self._truth.expect) or _same_place(first.bbox_xyxy_px, second, SAME_PLACE_IOU):
                again.setdefault(claim.event, claim.thing)
        return again

    def _possible(self) -> Iterator[_Claim]:
        for number, thing in enumerate(self._expected):
            needed = SAME_PLACE_IOU if number < len(self._truth.expect) else ANCHOR_IOU
            for index, event in enumerate(self._events):
                if _same_kind(thing, event) and _same_place(thing.box, event, needed) and self._stands(thing, event):
                    yield _Claim(number, index, self._distance(thing, event))

    def _distance(self, thing: Thing, event: RuleEvent) -> float:
        error_s = self._start_error_s(thing, event)
        if error_s is not None:
            return abs(error_s)
        return 1 - iou(thing.box, event.bbox_xyxy_px) if thing.box else 0.0

    def _stands(self, thing: Thing, event: RuleEvent) -> bool:
        at_s = self._since_start_s(event.violation_at or event.last_seen)
        begun = thing.still_since is None or at_s > thing.still_since
        return begun and (thing.still_until is None or at_s <= thing.still_until + thing.tol_s + SLACK_S)

    def _start_error_s(self, thing: Thing, event: RuleEvent) -> float | None:
        if thing.still_since is None:
            return None
        return round(self._since_start_s(event.still_since) - thing.still_since, 3)

    def _at_place(self, event: RuleEvent, things: Iterable[Thing]) -> str | None:
        here = (thing for thing in things if _same_kind(thing, event) and thing.box)
        return next((thing.what for thing in here if _same_place(thing.box, event, SAME_PLACE_IOU)), None)

    def _since_start_s(self, moment: datetime) -> float:
        return (moment - self._truth.start).total_seconds()

    def _alarm(self, event: RuleEvent, verdict: str, what: str | None) -> AlarmOutcome:
        return AlarmOutcome.model_validate(
            {
                "event_id": event.event_id,
                "violation": event.violation,
                "label": event.label,
                "bbox_xyxy_px": event.bbox_xyxy_px,
                "still_since_s": round(self._since_start_s(event.still_since), 3),
                "violation_at_s": round(self._since_start_s(event.violation_at or event.last_seen), 3),
                "verdict": verdict,
                "what": what,
            }
        )


def _assigned(claims: Sequence[_Claim]) -> dict[int, int]:
    """One event a thing and one thing an event, the best fits first."""
    event_of: dict[int, int] = {}
    for claim in sorted(claims, key=lambda one: (one.distance, one.thing, one.event)):
        if claim.thing not in event_of and claim.event not in event_of.values():
            event_of[claim.thing] = claim.event
    return event_of


def _same_kind(thing: Thing, event: RuleEvent) -> bool:
    if thing.zone not in (None, event.zone_id) or thing.violation not in (None, event.violation):
        return False
    labels = {event.label, *(member.label for member in event.members)}
    return thing.group == "any" or thing.group in labels | {group_of(label) for label in labels}


def _same_place(box: Box | None, event: RuleEvent, least_iou: float) -> bool:
    if box is None:
        return True
    if violation_types()[event.violation].count_per == "zone":
        return intersection_px(box, event.bbox_xyxy_px) > 0
    return iou(box, event.bbox_xyxy_px) > least_iou
