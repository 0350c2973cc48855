"""How observing begins: what a zone that says nothing of it does, and what is remembered of a zone that was sent back.

A zone that is new and says nothing observes its first week; one that was there goes on as it did. See
docs/design/observing.md.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from core.site import Camera, Zone

FIRST_WEEK = timedelta(days=7)


def settled(camera: Camera, before: Camera | None, now: datetime) -> Camera:
    """The camera as it is to be kept: each of its zones says whether it observes.

    Args:
        before: as it is kept now; None = it is new.
    """
    known = {(preset.id, zone.id): zone for preset in before.presets for zone in preset.zones} if before else {}
    return _with_zones(camera, lambda preset_id, zone: _settled(zone, known.get((preset_id, zone.id)), now))


def with_zone(camera: Camera, preset_id: str, zone_id: str, changes: Mapping[str, object]) -> Camera:
    """The camera with one of its zones changed."""
    place = (preset_id, zone_id)
    return _with_zones(camera, lambda at, zone: zone.model_copy(update=changes) if (at, zone.id) == place else zone)


def _with_zones(camera: Camera, change: Callable[[str, Zone], Zone]) -> Camera:
    """The camera with each zone as `change` gives it, of the preset's id and the zone."""
    presets = tuple(
        preset.model_copy(update={"zones": tuple(change(preset.id, zone) for zone in preset.zones)})
        for preset in camera.presets
    )
    return camera.model_copy(update={"presets": presets})


def _settled(zone: Zone, before: Zone | None, now: datetime) -> Zone:
    if before is None:
        first_week = {"observe": True, "observe_until": now + FIRST_WEEK}
        return zone.model_copy(update=first_week if zone.observe is None else {})
    changes: dict[str, object] = {"sent_back": before.sent_back}
    if zone.observe is None:
        changes |= {"observe": before.observe, "observe_until": before.observe_until}
    elif zone.observe and not before.observes(now):
        # A person had it in force and now has not: that is not what sent it back.
        changes["sent_back"] = None
    return zone.model_copy(update=changes)
