"""The real clips against what a person saw in them: each thing found once, in time, and nothing else."""

from itertools import combinations

import pytest

from core.geometry import iou
from core.site import Sampling
from detector.engine import Detector
from detector.ensemble import Ensemble, Looking
from detector.view import ViewCheck
from models.card import Family
from models.store import ModelStore
from runtime.models.model_import import ImportRequest, import_model
from streams.replay import FileSource
from tests.shared_data import SHARED, VIDEOS, WEIGHTS, needs_clips, truth
from training.evaluation.events import SAME_PLACE_IOU, judged, violations
from training.evaluation.truth import INTERVAL_S, START, Clip, read_clips

pytestmark = [pytest.mark.clips, needs_clips]

# COCO has no name for the bag, so no detector of it can see it.
NAMELESS = {"aboda_video4_left_bag.avi"}
CLIPS = [clip for clip in read_clips(SHARED) if clip.name not in NAMELESS] if truth() else []


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


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_each_thing_is_found_once_and_nothing_else(detector: Detector, clip: Clip) -> None:
    figures = judged(clip, violations(clip, Ensemble([Looking(detector)], min_score=0.25)))
    assert figures.found == figures.expected
    for thing in figures.things[: len(clip.truth.expect)]:
        assert thing.reported == 1, f"{thing.what}: found {thing.reported} times"
        assert thing.in_time, f"{thing.what}: {thing.start_error_s} s off"
    assert [alarm for alarm in figures.alarms if alarm.verdict == "false"] == [], "a false alarm"
    assert [alarm for alarm in figures.alarms if alarm.verdict == "twice"] == [], "reported twice"
    places = (alarm.bbox_xyxy_px for alarm in figures.alarms)
    assert [(a, b) for a, b in combinations(places, 2) if iou(a, b) > SAME_PLACE_IOU] == [], "reported twice"


@pytest.mark.parametrize("clip", [name for name, clip in truth().items() if "view_moved" in clip])
def test_the_rules_rest_while_the_view_has_moved(clip: str) -> None:
    told = truth()[clip]["view_moved"]
    check = ViewCheck()
    source = FileSource("clip", VIDEOS / clip, start=START, sampling=Sampling(mode="interval", interval_s=INTERVAL_S))
    moved = {frame.stream_s: check.unfit(frame) is not None for frame in source.frames()}
    assert all(verdict for t, verdict in moved.items() if told["from_s"] <= t <= told["to_s"])
    assert not any(verdict for t, verdict in moved.items() if t < told["from_s"] - 2 or t > told["to_s"] + 4)
