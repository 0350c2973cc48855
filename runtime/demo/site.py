"""What the demo watches: videos, each with the zones that are drawn on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.site import Camera, Preset, Sampling, Site, SiteInfo, Zone

LOOK_EVERY_S = 0.5
_WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class DemoCamera:
    """A video that plays as a camera.

    Attributes:
        key: names the camera and its stream.
    """

    key: str
    name: str
    path: Path
    zones: tuple[Zone, ...]


# The same minutes again and again: more alarms a day than any street has.
_ALARMS = {"observe": False, "daily_budget": 10_000}


def own_cameras(videos: Sequence[Path]) -> tuple[DemoCamera, ...]:
    """Cameras for a user's own videos: any vehicle that stands for 20 s anywhere in the picture."""
    anywhere = Zone(
        id="anywhere",
        name="禁停区",
        violation="illegal_parking",
        polygon=_WHOLE,
        candidate_after_s=5,
        violation_after_s=20,
        bridge_gap_s=10,
    )
    return tuple(
        DemoCamera(f"camera-{number}", path.stem, path, (anywhere,)) for number, path in enumerate(videos, start=1)
    )


def demo_site(played: Sequence[DemoCamera], addresses: dict[str, str]) -> Site:
    """The site that watches what is played; `addresses` are the streams by key."""
    sampling = Sampling(mode="interval", interval_s=LOOK_EVERY_S)
    cameras = tuple(
        Camera(
            id=video.key,
            name=video.name,
            source=addresses[video.key],
            source_kind="replayed",
            sampling=sampling,
            presets=(Preset(id="1", zones=tuple(zone.model_copy(update=_ALARMS) for zone in video.zones)),),
        )
        for video in played
    )
    return Site(site=SiteInfo(name="江山市城区（演示）", division="330881"), cameras=cameras)
