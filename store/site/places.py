"""Where events happen, by name: cameras with address, grid and zones. Held in memory until the site changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Engine, select, type_coerce

from core.rules import rules_of
from core.site import Camera
from store.base.engine import reading
from store.tables.accounts import CameraOrgRow
from store.tables.site import CameraRow, SiteRow


@dataclass(frozen=True, slots=True)
class Place:
    """What people know a camera by.

    Attributes:
        zones: name of each zone by (preset id, zone id).
    """

    camera_id: str
    name: str
    org: str | None = None
    address: str = ""
    heading: str = ""
    grid: str | None = None
    zones: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def zone_name(self, preset_id: str, zone_id: str) -> str:
        """The zone's name; its id where it has none, or is gone."""
        return self.zones.get((preset_id, zone_id)) or zone_id

    def matches(self, text: str) -> bool:
        """Whether a text is part of what the place is called."""
        return any(text in one.casefold() for one in (self.camera_id, self.name, self.address, *self.zones.values()))


class PlaceDirectory:
    """Every camera that is or was in service. One for a process; a site of thousands is not read for each request."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: tuple[int, Mapping[str, Place]] | None = None
        self._watched: tuple[int, dict[str, frozenset[str]]] = (0, {})

    def all(self) -> Mapping[str, Place]:
        """Places by camera id, as of now."""
        with reading(self._engine) as session:
            revision = session.scalar(select(SiteRow.revision)) or 0
            held = self._held
            if held is None or held[0] != revision:
                documents = select(CameraRow.camera_id, type_coerce(CameraRow.camera, JSON))
                cameras: dict[str, Any] = dict(iter(session.execute(documents)))
                orgs = session.execute(select(CameraOrgRow.camera_id, CameraOrgRow.org))
                places = {camera_id: _place(camera_id, org, cameras.get(camera_id)) for camera_id, org in orgs}
                held = self._held = (revision, places)
        return held[1]

    def rules_watched(self, camera_ids: Collection[str]) -> frozenset[str]:
        """Versions of the rules by which some cameras are looked at without a break: those that hold now, where a
        camera has one view. Of several views it sees one at a time."""
        with reading(self._engine) as session:
            revision = session.scalar(select(SiteRow.revision)) or 0
            if self._watched[0] != revision:
                self._watched = (revision, {})
            known = self._watched[1]
            if unknown := set(camera_ids) - known.keys():
                rows = session.scalars(select(CameraRow).where(CameraRow.camera_id.in_(unknown)))
                known |= {row.camera_id: _watched(row.camera) for row in rows}
        return frozenset().union(*(known.get(one, ()) for one in camera_ids))

    def of(self, camera_id: str, known: Mapping[str, Place] | None = None) -> Place:
        """One place, of those that are known; of a camera that was never in service here, its id alone."""
        places = self.all() if known is None else known
        return places.get(camera_id) or Place(camera_id, camera_id)


def _watched(camera: Camera) -> frozenset[str]:
    return frozenset(rule.version for rule in rules_of(camera)) if len(camera.presets) == 1 else frozenset()


def _place(camera_id: str, org: str | None, document: Mapping[str, Any] | None) -> Place:
    if document is None:
        return Place(camera_id, camera_id, org)
    place = document.get("place") or {}
    return Place(
        camera_id=camera_id,
        name=document["name"],
        org=org,
        address=place.get("address", ""),
        heading=place.get("heading", ""),
        grid=place.get("grid"),
        zones={
            (preset["id"], zone["id"]): zone.get("name", "")
            for preset in document.get("presets", ())
            for zone in preset.get("zones", ())
        },
    )
