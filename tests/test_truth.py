"""The real clips against what a person saw in them: each thing found once, in time, and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.domain import RuleEvent
from core.geometry import Box, iou
from core.labels import group_of
from core.site import Camera, Sampling
from detector.engine import Detector
from detector.ensemble import Ensemble, Looking
from detector.view import ViewCheck
from models.card import Family
from models.store import ModelStore
from runtime.model_import import ImportRequest, import_model
from runtime.pipeline import CameraPipeline
from streams.replay import FileSource
from tests.shared_data import VIDEOS, WEIGHTS, needs_clips, truth

pytestmark = [pytest.mark.clips, needs_clips]

START = datetime(2026, 1, 1, tzinfo=UTC)
SAME_PLACE = 0.4
INTERVAL_S = 0.5
# COCO has no name for the bag, so no detector of it can see it.
NAMELESS = {"aboda_video4_left_bag.avi"}


@dataclass(frozen=True)
class Found:
    """What became a violation in a clip, with seconds from its first frame."""

    events: list[RuleEvent]

    def at(self, box: Box, overlap: float = SAME_PLACE) -> list[RuleEvent]:
        return [event for event in self.events if iou(event.bbox_xyxy_px, box) > overlap]

    def twice(self) -> list[tuple[str, str]]:
        """Pairs of violations at one place."""
        return [
            (a.event_id, b.event_id)
            for a, b in combinations(self.events, 2)
            if iou(a.bbox_xyxy_px, b.bbox_xyxy_px) > SAME_PLACE
        ]


@pytest.fixture(
    scope="module",
    params=[("yolox", "yolox_nano_416.onnx"), ("yolo", "yolov8n_coco.onnx")],
    ids=["yolox-nano", "yolov8n"],
)
def detector(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Detector:
    """Each detector at 640 x 640, taken in as a user does."""
    family: Family
    family, weights = request.param
    store = ModelStore(tmp_path_factory.mktemp("home"))
    model, _ = import_model(ImportRequest(WEIGHTS / weights, "m", family, "coco", (640, 640), None, None), store)
    return Detector(model.card, model.weights, threads=1)


def violations(detector: Detector, clip: str, rule: dict[str, Any]) -> Found:
    camera = Camera.model_validate(
        {
            "id": "clip",
            "name": clip,
            "source": "rtsp://127.0.0.1/clip",
            "sampling": {"mode": "interval", "interval_s": INTERVAL_S},
            "presets": [{"id": "1", "zones": [{"id": "zone", **rule}]}],
        }
    )
    source = FileSource(camera.id, VIDEOS / clip, start=START, sampling=camera.sampling)
    ensemble = Ensemble([Looking(detector)], min_score=0.25)
    pipeline = CameraPipeline(camera, ZoneInfo("Asia/Shanghai"), ensemble, live=False)
    events = [event for frame in source.frames() for event in pipeline.step(frame).events]
    first = {event.event_id: event for event in reversed(events) if event.state == "violation"}
    return Found(sorted(first.values(), key=lambda event: event.still_since))


@pytest.mark.parametrize("clip", [name for name, clip in truth().items() if "rule" in clip and name not in NAMELESS])
def test_each_thing_is_found_once_and_nothing_else(detector: Detector, clip: str) -> None:
    told = truth()[clip]
    found = violations(detector, clip, told["rule"])
    counted: list[RuleEvent] = []
    for expected in told.get("expect", []):
        matching = found.at(expected["box"])
        assert len(matching) == 1, f"{expected['what']}: found {len(matching)} times"
        (event,) = matching
        assert expected["group"] in ("any", group_of(event.label))
        still_s = (event.still_since - START).total_seconds()
        assert still_s == pytest.approx(expected["still_since"], abs=expected["tol_s"] + 1), expected["what"]
        counted.append(event)
    for allowed in told.get("allow", []):
        counted += found.at(allowed["box"])
    for anchor in told.get("anchors", []):
        counted += found.at(anchor, 0.3)
    assert len({event.event_id for event in counted}) >= told.get("expect_at_least", 0)
    assert [event for event in found.events if event not in counted] == [], "a false alarm"
    assert found.twice() == [], "reported twice"


@pytest.mark.parametrize("clip", [name for name, clip in truth().items() if "view_moved" in clip])
def test_the_rules_rest_while_the_view_has_moved(clip: str) -> None:
    told = truth()[clip]["view_moved"]
    check = ViewCheck()
    source = FileSource("clip", VIDEOS / clip, start=START, sampling=Sampling(mode="interval", interval_s=INTERVAL_S))
    moved = {frame.stream_s: check.unfit(frame) is not None for frame in source.frames()}
    assert all(verdict for t, verdict in moved.items() if told["from_s"] <= t <= told["to_s"])
    assert not any(verdict for t, verdict in moved.items() if t < told["from_s"] - 2 or t > told["to_s"] + 4)
