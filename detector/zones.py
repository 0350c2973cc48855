"""Whether something that stands counts for a zone: by label, score, ground contact, permit and attendance."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.domain import Detection, Observation
from core.geometry import Box, area_px, ground_share, ground_strip, intersection_px
from core.rules import ZoneRule
from core.schedule import applies
from core.site import Permit
from detector.standing import Sighting

GROUND_SHARE = 0.5  # of the ground contact that must lie in the zone

# A person attends a thing when the feet are within this many widths of the person's own box around it.
ATTEND_WIDTHS = 1.0


def in_force(rule: ZoneRule, observation: Observation, timezone: ZoneInfo) -> Callable[[Box], bool]:
    """For the moment of a frame: whether the rule holds for what stands in a box, that is, the zone's schedule applies
    and no permit covers it."""
    if not applies(rule.zone.schedule, observation.utc, timezone):
        return lambda _: False
    permits = [permit for permit in rule.zone.permits if _is_valid(permit, observation.utc, timezone)]
    return lambda box: not any(_covers(permit, box, observation.frame_size_wh) for permit in permits)


def counted(rule: ZoneRule, sightings: Sequence[Sighting], observation: Observation) -> list[Sighting]:
    """The sightings of a frame that count for the zone, in their order."""
    persons = [one for one in observation.detections if one.label == "person" and one.score >= rule.zone.min_score]
    return [
        one
        for one in sightings
        if _is_kind(rule, one)
        and _stands_in(rule, one, observation.frame_size_wh)
        and _attendance_fits(rule, one.thing.home, persons)
    ]


def _is_kind(rule: ZoneRule, sighting: Sighting) -> bool:
    label = sighting.thing.label
    wanted = label in rule.type.labels and label not in rule.zone.exempt
    return wanted and sighting.detection.score >= rule.zone.min_score


def _stands_in(rule: ZoneRule, sighting: Sighting, size_wh: tuple[int, int]) -> bool:
    return ground_share(sighting.thing.home, rule.zone.polygon, size_wh) >= GROUND_SHARE


def _is_valid(permit: Permit, now: datetime, timezone: ZoneInfo) -> bool:
    begun = permit.valid_from is None or permit.valid_from <= now
    ended = permit.valid_to is not None and permit.valid_to <= now
    return begun and not ended and applies(permit.schedule, now, timezone)


def _covers(permit: Permit, box: Box, size_wh: tuple[int, int]) -> bool:
    return permit.polygon is None or ground_share(box, permit.polygon, size_wh) >= GROUND_SHARE


def _attendance_fits(rule: ZoneRule, box: Box, persons: Sequence[Detection]) -> bool:
    wanted = rule.zone.attended
    if wanted == "ignore":
        return True
    return (wanted == "attended") == any(_attends(person.bbox_xyxy_px, box) for person in persons)


def _attends(person: Box, thing: Box) -> bool:
    reach = (person[2] - person[0]) * ATTEND_WIDTHS
    around = (thing[0] - reach, thing[1] - reach, thing[2] + reach, thing[3] + reach)
    feet = ground_strip(person)
    return intersection_px(feet, around) > area_px(feet) / 2
