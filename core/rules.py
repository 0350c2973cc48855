"""A zone's rule with every default filled in, and its version: a hash of what decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.canonical_json import short_hash
from core.site import Camera, Preset, Zone
from core.violations import ViolationType, violation_types

# Whether anybody is alarmed decides nothing about what is a violation.
_NO_PART_OF_THE_RULE = {"observe", "observe_until", "daily_budget", "sent_back"}


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """What holds in one zone, as it was at one time.

    Attributes:
        zone: the zone with every rule number filled in.
        version: 16 hex digits; the same content has the same version, anywhere. Whether the zone only observes does
            not decide what is a violation and is left out, so that ending the observation loses no dwell.
    """

    camera_id: str
    preset_id: str
    zone: Zone
    type: ViolationType
    version: str
    candidate_after_s: float
    violation_after_s: float
    bridge_gap_s: float

    def snapshot(self) -> dict[str, Any]:
        """The rule as plain data, for a manifest or the data base."""
        return {"version": self.version, "preset_id": self.preset_id, "zone": _plain(self.zone)}


def rules_of(camera: Camera) -> tuple[ZoneRule, ...]:
    """The rules of all zones of a camera."""
    return tuple(resolve(camera.id, preset.id, zone) for preset in camera.presets for zone in preset.zones)


def without_observing(rules: Iterable[ZoneRule]) -> tuple[ZoneRule, ...]:
    """The same rules where no zone observes: as what was recorded is looked at."""
    told = {"observe": False, "observe_until": None}
    return tuple(replace(rule, zone=rule.zone.model_copy(update=told)) for rule in rules)


def watched_presets(presets: Sequence[Preset]) -> frozenset[str]:
    """The presets of a camera that it can be told to stand at: those with a picture. Where none has one, the camera is
    taken to stand at the first; the zones of others rest."""
    return frozenset(preset.id for preset in presets if preset.view) or frozenset(one.id for one in presets[:1])


def drawing_of(preset: Preset) -> str:
    """16 hex digits that name what was drawn on the picture of a preset: other outlines or picture, another name."""
    permitted = [permit.polygon for zone in preset.zones for permit in zone.permits if permit.polygon]
    return short_hash(preset.id, preset.view, [zone.polygon for zone in preset.zones], permitted)


def resolve(camera_id: str, preset_id: str, zone: Zone) -> ZoneRule:
    """Fills in the defaults of the violation's type and names the version."""
    kind = violation_types()[zone.violation]
    candidate_after_s = _or(zone.candidate_after_s, kind.candidate_after_s)
    violation_after_s = _or(zone.violation_after_s, kind.violation_after_s)
    bridge_gap_s = _or(zone.bridge_gap_s, kind.bridge_gap_s)
    full = zone.model_copy(
        update={
            "candidate_after_s": candidate_after_s,
            "violation_after_s": violation_after_s,
            "bridge_gap_s": bridge_gap_s,
            "attended": zone.attended or kind.attended,
        }
    )
    return ZoneRule(
        camera_id=camera_id,
        preset_id=preset_id,
        zone=full,
        type=kind,
        version=short_hash(camera_id, preset_id, _plain(full)),
        candidate_after_s=candidate_after_s,
        violation_after_s=violation_after_s,
        bridge_gap_s=bridge_gap_s,
    )


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _plain(zone: Zone) -> dict[str, Any]:
    return zone.model_dump(mode="json", by_alias=True, exclude=_NO_PART_OF_THE_RULE)
