"""What a change of a camera takes from the rules that hold, or from privacy: such a change needs a second person.

Counted is what would be a violation today and none tomorrow, and what of the picture is hidden today and shown
tomorrow. A zone that only observes raises no alarm: it can be adjusted freely, until it is put in force.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from core.coverage import uncovered_area
from core.geometry import Polygon
from core.rules import ZoneRule, resolve, watched_presets
from core.schedule import minutes_of_week
from core.site import Camera, Preset

RelaxationKind = Literal[
    "zone_removed",
    "zone_smaller",
    "zone_covered",
    "type_changed",
    "alarms_off",
    "limit_longer",
    "gap_shorter",
    "score_higher",
    "hours_fewer",
    "permit_added",
    "exemption_added",
    "attended_narrower",
    "agency_changed",
    "budget_lower",
    "preset_unwatched",
    "mask_smaller",
]
KINDS: tuple[RelaxationKind, ...] = get_args(RelaxationKind)

# Areas, in the square of the frame's sides, below which a difference is only rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One thing that is taken; `preset_id` and `zone_id` are None where it concerns the whole camera."""

    kind: RelaxationKind
    preset_id: str | None = None
    zone_id: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What of a camera the rules and privacy hang on."""

    presets: tuple[Preset, ...]
    privacy_masks: tuple[Polygon, ...]

    @classmethod
    def of(cls, camera: Camera) -> "Scene":
        return cls(camera.presets, camera.privacy_masks)


NOTHING = Scene((), ())


def relaxations(camera_id: str, before: Scene, after: Scene, at: datetime) -> tuple[Relaxation, ...]:
    """What `after` takes from what holds before; empty = nobody else need be asked.

    Args:
        at: the (aware) moment of the change.
    """
    return tuple(_relaxations(camera_id, before, after, at))


def _relaxations(camera_id: str, before: Scene, after: Scene, at: datetime) -> Iterator[Relaxation]:
    new_rules = _rules(camera_id, after)
    for place, old in _rules(camera_id, before).items():
        if old.zone.observes(at):
            continue
        new = new_rules.get(place)
        kinds = ["zone_removed"] if new is None else _taken(old, new, before.privacy_masks, after.privacy_masks, at)
        for kind in kinds:
            yield Relaxation(kind, *place)  # type: ignore[arg-type]
    unwatched = watched_presets(before.presets) - watched_presets(after.presets)
    for preset in before.presets:
        if after.presets and preset.id in unwatched and any(not zone.observes(at) for zone in preset.zones):
            yield Relaxation("preset_unwatched", preset.id)
    if any(uncovered_area(mask, after.privacy_masks) > _ROUNDING for mask in before.privacy_masks):
        yield Relaxation("mask_smaller")


def _rules(camera_id: str, scene: Scene) -> dict[tuple[str, str], ZoneRule]:
    return {
        (preset.id, zone.id): resolve(camera_id, preset.id, zone) for preset in scene.presets for zone in preset.zones
    }


def _taken(
    old: ZoneRule, new: ZoneRule, old_masks: Sequence[Polygon], new_masks: Sequence[Polygon], at: datetime
) -> Iterator[RelaxationKind]:
    was, now = old.zone, new.zone
    seen = uncovered_area(was.polygon, old_masks)
    checks: dict[RelaxationKind, bool] = {
        "zone_smaller": uncovered_area(was.polygon, [*old_masks, now.polygon]) > _ROUNDING,
        "zone_covered": seen - uncovered_area(was.polygon, [*old_masks, *new_masks]) > _ROUNDING,
        "type_changed": now.violation != was.violation,
        "alarms_off": now.observes(at),
        "limit_longer": new.candidate_after_s > old.candidate_after_s or new.violation_after_s > old.violation_after_s,
        "gap_shorter": new.bridge_gap_s < old.bridge_gap_s,
        "score_higher": now.min_score > was.min_score,
        "hours_fewer": bool(minutes_of_week(was.schedule) - minutes_of_week(now.schedule)),
        "permit_added": any(permit not in was.permits for permit in now.permits),
        "exemption_added": not set(now.exempt) <= set(was.exempt),
        "attended_narrower": now.attended not in (was.attended, "ignore"),
        "agency_changed": now.agency not in (was.agency, None),
        # Beyond it the zone goes back to observing.
        "budget_lower": now.daily_budget < was.daily_budget,
    }
    return (kind for kind, taken in checks.items() if taken)
