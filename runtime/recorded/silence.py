"""Why a recorded video gave no package: said zone by zone, so that nobody takes a wrong limit for an empty street."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.domain import Observation
from core.geometry import ground_share
from core.messages import Message
from core.rules import ZoneRule
from core.schedule import applies
from detector.standing import Thing
from detector.watch import CameraMemory
from detector.zones import GROUND_SHARE


@dataclass(slots=True)
class _Seen:
    """What was noted of one zone.

    Attributes:
        hours: frames in whose moment the zone's hours applied.
        found: detections of its kinds; best: the highest of their scores, 0-1.
        stood: whether one of its kinds came to rest anywhere; inside: with its ground contact in the zone.
        longest_s: the longest dwell.
    """

    hours: int = 0
    found: int = 0
    best: float = 0.0
    stood: bool = False
    inside: bool = False
    longest_s: float = 0.0


class Silence:
    """Notes what each zone saw of a video."""

    def __init__(self, rules: Sequence[ZoneRule], timezone: ZoneInfo) -> None:
        self._rules = rules
        self._timezone = timezone
        self._seen = {rule.version: _Seen() for rule in rules}
        self._unfit: Counter[str] = Counter()
        self._frames = 0
        self._span: tuple[datetime, datetime] | None = None

    def note(self, observation: Observation, memory: CameraMemory) -> None:
        """Takes in one frame, after the rules have."""
        self._frames += 1
        first = self._span[0] if self._span else observation.utc
        self._span = first, observation.utc
        if observation.unfit:
            self._unfit[observation.unfit] += 1
        for rule in self._rules:
            self._note_zone(rule, self._seen[rule.version], observation, memory)

    def _note_zone(self, rule: ZoneRule, seen: _Seen, observation: Observation, memory: CameraMemory) -> None:
        seen.hours += applies(rule.zone.schedule, observation.utc, self._timezone)
        scores = [one.score for one in observation.detections if _is_kind(rule, one.label)]
        seen.found += len(scores)
        seen.best = max([seen.best, *scores])
        preset = memory.presets.get(rule.preset_id)
        if preset is None:
            return
        standing = [one for one in preset.tracker.things if one.established and _is_kind(rule, one.label)]
        seen.stood = seen.stood or bool(standing)
        seen.inside = seen.inside or any(_inside(rule, one, observation.frame_size_wh) for one in standing)
        zone = preset.zones.get(rule.zone.id)
        stays = zone.stays.values() if zone else ()
        seen.longest_s = max([seen.longest_s, *(stay.dwell_s for stay in stays)])

    def whys(self) -> tuple[Message, ...]:
        """The reasons, one line each, the general ones first."""
        return tuple(self._general()) or tuple(self._of_zone(rule, self._seen[rule.version]) for rule in self._rules)

    def _general(self) -> Iterator[Message]:
        if self._span is None:
            yield Message("runtime.video_without_picture")
        elif not self._rules:
            yield Message("runtime.no_zone_drawn")
        elif self._unfit and (count := self._unfit.total()) == self._frames:
            yield Message("runtime.no_picture_fit", count=count, cause=self._unfit.most_common(1)[0][0])

    def _of_zone(self, rule: ZoneRule, seen: _Seen) -> Message:
        why = self._why(rule, seen)
        if not (count := self._unfit.total()):
            return Message("runtime.zone_gave_nothing", zone_id=rule.zone.id, cause=why)
        return Message(
            "runtime.zone_gave_nothing_some_unfit",
            zone_id=rule.zone.id,
            cause=why,
            count=count,
            of=self._frames,
            unfit=self._unfit.most_common(1)[0][0],
        )

    def _why(self, rule: ZoneRule, seen: _Seen) -> Message:
        labels = sorted(rule.type.labels - set(rule.zone.exempt))
        film_s, limit_s = self._film_s(), rule.violation_after_s
        if seen.hours == 0:
            why = Message("runtime.schedule_never_applied")
        elif film_s < limit_s:
            why = Message("runtime.limit_longer_than_video", limit=f"{limit_s:g}", length=f"{film_s:.1f}")
        elif seen.found == 0:
            why = Message("runtime.nothing_of_its_kinds", labels=labels)
        elif seen.best < rule.zone.min_score:
            why = Message("runtime.all_below_min_score", limit=f"{rule.zone.min_score:g}", best=f"{seen.best:.2f}")
        elif not seen.stood:
            why = Message("runtime.nothing_stood", labels=labels, count=seen.found, frames=self._frames)
        elif not seen.inside:
            why = Message("runtime.nothing_stood_inside")
        elif seen.longest_s == 0:
            why = Message("runtime.what_stood_was_permitted")
        else:
            why = Message("runtime.nothing_stood_long_enough", limit=f"{limit_s:g}", longest=f"{seen.longest_s:.1f}")
        return why

    def _film_s(self) -> float:
        return (self._span[1] - self._span[0]).total_seconds() if self._span else 0.0


def _is_kind(rule: ZoneRule, label: str) -> bool:
    return label in rule.type.labels and label not in rule.zone.exempt


def _inside(rule: ZoneRule, thing: Thing, size_wh: tuple[int, int]) -> bool:
    return ground_share(thing.home, rule.zone.polygon, size_wh) >= GROUND_SHARE
