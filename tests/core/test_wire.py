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
from core.wire import APPEARANCE_PX, event_to_json, observation_from_line, observation_to_json
from tests.fake_clock import FakeClock
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


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"camera_id": ...}, "the key 'camera_id' is missing"),
        ({"utc": "2026-05-01T08:00:00"}, "has no offset"),
        ({"utc": "yesterday"}, "Invalid isoformat string"),
        ({"frame_size_wh": [1920]}, "missing 1 required positional argument"),
        ({"frame_size_wh": [0, 1080]}, "the frame size 0 x 1080 is empty"),
        ({"detections": None}, "not iterable"),
        (
            {"detections": [{"label": "cat", "score": 1, "bbox_xyxy_px": [0, 0, 1, 1]}]},
            "unknown label 'cat'; labels are",
        ),
        ({"detections": [{"label": "car", "score": 2, "bbox_xyxy_px": [0, 0, 1, 1]}]}, "2.0 is not between 0 and 1"),
        ({"detections": [{"label": "car", "score": 1, "bbox_xyxy_px": [3, 0, 1, 1]}]}, "is empty or not finite"),
        ({"detections": [{"label": "car", "score": 1, "bbox_xyxy_px": [0, 0, float("inf"), 1]}]}, "not finite"),
        ({"detections": [{"label": "car", "score": 1, "bbox_xyxy_px": [float("nan"), 0, 1, 1]}]}, "not finite"),
        (
            {"detections": [{"label": "car", "score": 1, "bbox_xyxy_px": [0, 0, 1, 1], "appearance": "AAAA"}]},
            "the appearance holds 3 bytes, not 40x40",
        ),
    ],
)
def test_a_wrong_line_names_its_place_and_cause(wrong: dict[str, object], cause: str) -> None:
    record = {key: value for key, value in {**LINE, **wrong}.items() if value is not ...}
    with pytest.raises(InputError) as raised:
        observation_from_line(json.dumps(record), "recorded.jsonl:7")
    assert str(raised.value).startswith("recorded.jsonl:7: ")
    assert cause in str(raised.value)


@pytest.mark.parametrize("line", ["", "{", "[]", "3", "null", '"text"'])
def test_what_is_no_line_at_all(line: str) -> None:
    with pytest.raises(InputError, match=r"^f:1: "):
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
