"""The two line formats: what is written is read back, and a wrong line names its place and cause."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import parse_rfc3339, rfc3339, to_millisecond
from core.domain import Detection, Observation
from core.errors import InputError
from core.labels import LABELS
from core.messages import TEXT
from core.wire import APPEARANCE_PX, event_to_json, observation_from_line, observation_to_json
from tests.fake_clock import FakeClock
from tests.says import says
from tests.store.examples import as_violation, event

LINE = {
    "camera_id": "a",
    "utc": "2026-05-01T08:00:00+08:00",
    "frame_size_wh": [1920, 1080],
    "detections": [{"label": "car", "score": 0.5, "bbox_xyxy_px": [1, 2, 3, 4]}],
}
TENTHS = st.integers(0, 10000).map(lambda tenths: tenths / 10)
DETECTIONS = st.builds(
    lambda label, score, x, y, w, h, look: Detection(label, score / 10000, (x, y, x + w + 1, y + h + 1), look),
    st.sampled_from(LABELS),
    st.integers(0, 10000),
    TENTHS,
    TENTHS,
    TENTHS,
    TENTHS,
    st.none() | st.integers(0, 255).map(lambda luma: np.full((APPEARANCE_PX, APPEARANCE_PX), luma, np.uint8)),
)
OBSERVATIONS = st.builds(
    Observation,
    camera_id=st.text(min_size=1),
    preset_id=st.text(min_size=1),
    utc=st.datetimes(timezones=st.just(UTC)),
    frame_size_wh=st.tuples(st.integers(1, 8000), st.integers(1, 8000)),
    detections=st.lists(DETECTIONS, max_size=3).map(tuple),
    unfit=st.none() | st.text(min_size=1),
    looked_for=st.none() | st.frozensets(st.sampled_from(LABELS)),
)


@given(OBSERVATIONS)
def test_an_observation_comes_back_from_its_line(observation: Observation) -> None:
    line = json.dumps(observation_to_json(observation))
    read = observation_from_line(line, "f:1")
    assert observation_to_json(read) == observation_to_json(observation)
    assert read.utc == observation.utc
    for one, other in zip(read.detections, observation.detections, strict=True):
        assert one.bbox_xyxy_px == pytest.approx(other.bbox_xyxy_px)


def test_what_may_be_left_out() -> None:
    read = observation_from_line(json.dumps(LINE), "f:1")
    assert (read.preset_id, read.unfit, read.looked_for, read.detections[0].appearance) == ("1", None, None, None)
    assert read.utc == datetime(2026, 5, 1, tzinfo=UTC)


def seen(**changes: object) -> dict[str, object]:
    return {"label": "car", "score": 1, "bbox_xyxy_px": [0, 0, 1, 1], **changes}


@pytest.mark.parametrize(
    ("wrong", "code", "params"),
    [
        ({"utc": "2026-05-01T08:00:00"}, "core.time_without_offset", {"text": "'2026-05-01T08:00:00'"}),
        ({"utc": "yesterday"}, "core.no_time_with_offset", {"found": "'yesterday'"}),
        ({"frame_size_wh": [1920]}, TEXT, {}),
        ({"frame_size_wh": [0, 1080]}, "core.frame_size_is_empty", {"width": 0, "height": 1080}),
        ({"detections": None}, TEXT, {}),
        ({"detections": [seen(label="cat")]}, "core.unknown_label", {"label": "'cat'", "labels": LABELS}),
        ({"detections": [seen(score=2)]}, "core.score_out_of_range", {"score": 2.0}),
        ({"detections": [seen(bbox_xyxy_px=[3, 0, 1, 1])]}, "core.box_is_empty", {}),
        ({"detections": [seen(bbox_xyxy_px=[0, 0, float("inf"), 1])]}, "core.box_is_empty", {}),
        ({"detections": [seen(bbox_xyxy_px=[float("nan"), 0, 1, 1])]}, "core.box_is_empty", {}),
        (
            {"detections": [seen(appearance="AAAA")]},
            "core.appearance_of_wrong_size",
            {"bytes": 3, "width": 40, "height": 40},
        ),
    ],
)
def test_a_wrong_line_names_its_place_and_cause(wrong: dict[str, object], code: str, params: dict[str, object]) -> None:
    with pytest.raises(InputError, check=says("core.record_is_wrong", where="recorded.jsonl:7")) as raised:
        observation_from_line(json.dumps({**LINE, **wrong}), "recorded.jsonl:7")
    cause = raised.value.message.params["cause"]
    assert cause.code == code
    assert params.items() <= cause.params.items()


def test_a_line_without_a_key_names_it() -> None:
    line = json.dumps({key: value for key, value in LINE.items() if key != "camera_id"})
    with pytest.raises(InputError, check=says("core.record_lacks_key", where="f:7", key="'camera_id'")):
        observation_from_line(line, "f:7")


@pytest.mark.parametrize("line", ["", "{", "[]", "3", "null", '"text"'])
def test_what_is_no_line_at_all(line: str) -> None:
    with pytest.raises(InputError, check=says("core.record_is_wrong", where="f:1")):
        observation_from_line(line, "f:1")


def test_a_change_of_state_in_the_order_of_the_format() -> None:
    record = event_to_json(as_violation(event()), package="packages/1")
    assert list(record)[:6] == ["event_id", "camera_id", "preset_id", "zone_id", "violation", "state"]
    assert record["violation_at"] == "2026-05-01T00:05:00.123+00:00"
    assert record["cleared_at"] is None
    assert record["model"] == {"name": "yolox_nano", "sha256": "ab" * 32}
    assert record["package"] == "packages/1"
    assert record["gaps"] == [{"start": "2026-05-01T00:00:04.123+00:00", "end": "2026-05-01T00:00:04.623+00:00"}]
    assert event_to_json(event(gaps=None))["gaps"] is None
    assert event_to_json(event(model=None))["model"] is None
    assert json.loads(json.dumps(record)) == record


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_kept_to_the_millisecond(moment: datetime) -> None:
    assert parse_rfc3339(rfc3339(moment)) == to_millisecond(moment)


def test_a_fake_clock_moves_only_when_told() -> None:
    clock = FakeClock()
    start = clock.utc()
    clock.sleep(1.5)
    assert ((clock.utc() - start).total_seconds(), clock.mono_s()) == (1.5, 1.5)
