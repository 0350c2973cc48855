"""What the demo watches: recorded streets, each with the rule under which something happens there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.site import Camera, Site, SiteInfo

DATA = Path("../shared/data")
VIDEOS = DATA / "videos"
WEIGHTS = DATA / "weights" / "yolov8n_coco.onnx"


@dataclass(frozen=True, slots=True)
class Scene:
    """A video and the zone drawn on it."""

    key: str
    name: str
    path: Path
    zone: dict[str, Any]


_WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
_QUICK = {"violation": "illegal_parking", "candidate_after_s": 5, "violation_after_s": 20, "bridge_gap_s": 10}

SCENES = (
    Scene(
        "street",
        "解放路与中山路口",
        VIDEOS / "parking_manoeuvre_stabilised_hold60.mp4",
        {**_QUICK, "polygon": ((0.25, 0.24), (1.0, 0.24), (1.0, 0.72), (0.25, 0.72))},
    ),
    Scene(
        "square",
        "文化广场东侧",
        VIDEOS / "vtest_pets2009_480x360_79s.mp4",
        {**_QUICK, "polygon": ((0.75, 0.0), (1.0, 0.0), (1.0, 1.0), (0.75, 1.0)), "violation_after_s": 30},
    ),
)


def own_scenes(videos: list[Path]) -> tuple[Scene, ...]:
    """Scenes for a user's own videos: any vehicle that stands for 20 s anywhere in the picture."""
    return tuple(
        Scene(f"camera{number}", video.stem, video, {**_QUICK, "polygon": _WHOLE})
        for number, video in enumerate(videos, start=1)
    )


def demo_site(scenes: tuple[Scene, ...], addresses: dict[str, str]) -> Site:
    """The site that watches them."""
    cameras = [
        Camera.model_validate(
            {
                "id": f"demo-{scene.key}",
                "name": scene.name,
                "source": addresses[scene.key],
                "sampling": {"mode": "interval", "interval_s": 0.5},
                "presets": [{"id": "1", "zones": [{"id": "zone-1", "name": "禁停区", **scene.zone}]}],
            }
        )
        for scene in scenes
    ]
    return Site(site=SiteInfo(name="江山市城区（演示）", division="330881"), cameras=tuple(cameras))
