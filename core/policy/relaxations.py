"""What a change of a camera takes from the rules that hold, or from privacy: such a change needs a second person.

Counted is what would be a violation today and none tomorrow, by whichever route (the rule, or what is looked at, how
often and by which models), and what of the picture is hidden today and shown tomorrow. A zone that only observes raises
no alarm: it can be adjusted freely, until it is put in force.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal, get_args

from core.coverage import Effort, TooIntricateError, uncovered_area
from core.geometry import Polygon
from core.rules import ZoneRule, resolve, watched_presets
from core.schedule import minutes_of_week
from core.site import Camera, Preset, Sampling, StreamKind, redacted

RequestKind = Literal["scene", "removal"]
RequestState = Literal["waiting", "confirmed", "rejected", "withdrawn"]

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
    "view_changed",
    "source_changed",
    "models_changed",
    "sampling_slower",
    "node_changed",
    "replay_hidden",
    "mask_smaller",
]
KINDS: tuple[RelaxationKind, ...] = get_args(RelaxationKind)

# Areas, in the square of the frame's sides, below which a difference is only rounding.
_ROUNDING = 1e-9
_AS_BY_DEFAULT = Sampling()


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One thing that is taken; `preset_id` and `zone_id` are None where it concerns the whole camera."""

    kind: RelaxationKind
    preset_id: str | None = None
    zone_id: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What of a camera the rules and privacy hang on.

    Attributes:
        source, detect_source: without user name, password and tokens: changing those changes nothing that is seen.
            A source of None: it was kept by a version that knew zones and masks alone.
    """

    presets: tuple[Preset, ...]
    privacy_masks: tuple[Polygon, ...]
    source: str | None = None
    detect_source: str | None = None
    sampling: Sampling = _AS_BY_DEFAULT
    models: tuple[str, ...] | None = None
    org: str | None = None
    source_kind: StreamKind = "live"

    @classmethod
    def of(cls, camera: Camera) -> "Scene":
        return cls(
            camera.presets,
            camera.privacy_masks,
            redacted(camera.source),
            camera.detect_source and redacted(camera.detect_source),
            camera.sampling,
            camera.models,
            camera.org,
            camera.source_kind,
        )

    def completed(self, camera: Camera) -> "Scene":
        """What a former version kept, with the rest as the camera has it."""
        return (
            self if self.source else replace(Scene.of(camera), presets=self.presets, privacy_masks=self.privacy_masks)
        )


NOTHING = Scene((), ())


def with_scene(camera: Camera, scene: Scene) -> Camera:
    """The camera with another scene; an address that only a password tells apart stays."""
    changes: dict[str, object] = {
        name: getattr(scene, name) for name in ("presets", "privacy_masks", "sampling", "models", "org", "source_kind")
    }
    now = Scene.of(camera)
    changes |= {
        name: getattr(scene, name) for name in ("source", "detect_source") if getattr(scene, name) != getattr(now, name)
    }
    return camera.model_copy(update=changes)


def relaxations(camera_id: str, before: Scene, after: Scene, at: datetime) -> tuple[Relaxation, ...]:
    """What `after` takes from what holds before; empty = nobody else need be asked.

    Args:
        at: the (aware) moment of the change.
    """
    return tuple(_relaxations(camera_id, before, after, at))


def _relaxations(camera_id: str, before: Scene, after: Scene, at: datetime) -> Iterator[Relaxation]:
    yield from _of_the_looks(before, after, at)
    effort = Effort()
    new_rules = _rules(camera_id, after)
    for place, old in _rules(camera_id, before).items():
        if old.zone.observes(at):
            continue
        new = new_rules.get(place)
        kinds = ["zone_removed"] if new is None else _taken(old, new, (before, after), at, effort)
        for kind in kinds:
            yield Relaxation(kind, *place)  # type: ignore[arg-type]
    unwatched = watched_presets(before.presets) - watched_presets(after.presets)
    for preset in before.presets:
        if after.presets and preset.id in unwatched and any(not zone.observes(at) for zone in preset.zones):
            yield Relaxation("preset_unwatched", preset.id)
    if any(_is_some(partial(uncovered_area, mask, after.privacy_masks, effort)) for mask in before.privacy_masks):
        yield Relaxation("mask_smaller")
    if before.source_kind == "replayed" and after.source_kind != "replayed":
        yield Relaxation("replay_hidden")


def _of_the_looks(before: Scene, after: Scene, at: datetime) -> Iterator[Relaxation]:
    """What is taken from how a camera is looked at, where a zone is in force."""
    in_force = [preset for preset in before.presets if any(not zone.observes(at) for zone in preset.zones)]
    if not in_force or after is NOTHING:
        return
    views = {preset.id: preset.view for preset in after.presets}
    for preset in in_force:
        # By its view a preset is known: by that of something else it never would be.
        if preset.view and preset.id in views and views[preset.id] != preset.view:
            yield Relaxation("view_changed", preset.id)
    checks: dict[RelaxationKind, bool] = {
        "source_changed": (before.source, before.detect_source) != (after.source, after.detect_source),
        "models_changed": before.models != after.models
        and not (before.models and after.models and set(before.models) <= set(after.models)),
        "sampling_slower": after.sampling.interval_s > before.sampling.interval_s
        or after.sampling.mode not in (before.sampling.mode, "interval"),
        "node_changed": before.org != after.org,
    }
    yield from (Relaxation(kind) for kind, taken in checks.items() if taken)


def _rules(camera_id: str, scene: Scene) -> dict[tuple[str, str], ZoneRule]:
    return {
        (preset.id, zone.id): resolve(camera_id, preset.id, zone) for preset in scene.presets for zone in preset.zones
    }


def _is_some(area: Callable[[], float]) -> bool:
    """Whether there is such an area. What is too intricate to be compared is for a second person to look at."""
    try:
        return area() > _ROUNDING
    except TooIntricateError:
        return True


def _covered(polygon: Polygon, old_masks: Sequence[Polygon], new_masks: Sequence[Polygon], effort: Effort) -> float:
    """The area of a zone that was seen, and that masks hide from now on."""
    if set(new_masks) <= set(old_masks):
        return 0.0
    seen = uncovered_area(polygon, old_masks, effort)
    return seen - uncovered_area(polygon, [*old_masks, *new_masks], effort)


def _taken(
    old: ZoneRule, new: ZoneRule, scenes: tuple[Scene, Scene], at: datetime, effort: Effort
) -> Iterator[RelaxationKind]:
    was, now = old.zone, new.zone
    old_masks, new_masks = (scene.privacy_masks for scene in scenes)
    checks: dict[RelaxationKind, bool] = {
        "zone_smaller": _is_some(lambda: uncovered_area(was.polygon, [now.polygon, *old_masks], effort)),
        "zone_covered": _is_some(lambda: _covered(was.polygon, old_masks, new_masks, effort)),
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
