"""A dome that turns: each picture counts for the preset that it shows, and for none on the way."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from core.domain import Frame, Image, Observation, RuleEvent
from core.site import Camera, Preset, Zone
from detector.view_memory import from_npz, to_npz
from runtime.camera.pictured_views import pictured_views
from runtime.camera.pipeline import CameraPipeline
from runtime.models.loading import Detectors
from tests.detector.test_fitness import START, frame
from tests.runtime.conftest import RULE
from tests.runtime.films import picture, street

PAVEMENT = Zone.model_validate({"id": "pavement", **RULE})
NORTH, SOUTH, ELSEWHERE = (street(np.random.default_rng(seed)) for seed in (5, 6, 7))
CAR = (140, 90)


def dome(*presets: Preset) -> Camera:
    return Camera(id="cam", name="球机", source="rtsp://127.0.0.1:9/nobody", presets=presets)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with the pictures of north and south, taken a minute ago."""
    folder = tmp_path / "views"
    (folder / "cam").mkdir(parents=True)
    for view, background in (("0" * 16, NORTH), ("1" * 16, SOUTH)):
        path = folder / "cam" / f"{view}.jpg"
        cv2.imwrite(str(path), background)
        os.utime(path, (START.timestamp() - 60,) * 2)
    return folder


TWO = dome(Preset(id="north", zones=(PAVEMENT,), view="0" * 16), Preset(id="south", zones=(PAVEMENT,), view="1" * 16))


def shown(background: Image, t: float, car: tuple[int, int] | None) -> Frame:
    return frame(picture(background, car, np.random.default_rng(round(10 * t))), t)


def watched(
    pipeline: CameraPipeline, background: Image, since_s: float, until_s: float, car: tuple[int, int] | None = None
) -> tuple[list[Observation], list[RuleEvent]]:
    """Two looks a second."""
    steps = [pipeline.step(shown(background, t, car)) for t in np.arange(since_s, until_s, 0.5)]
    return [step.observation for step in steps], [event for step in steps for event in step.events]


@pytest.fixture
def detectors(home: Path, with_model: str) -> Detectors:
    assert with_model
    return Detectors(home, threads=1)


def pipeline_of(camera: Camera, detectors: Detectors, pictures: Path) -> CameraPipeline:
    views = pictured_views(camera, pictures)
    return CameraPipeline(camera, ZoneInfo("Asia/Shanghai"), detectors.ensemble(camera), live=True, views=views)


def test_what_stands_is_an_event_of_the_preset_that_shows_it(detectors: Detectors, pictures: Path) -> None:
    pipeline = pipeline_of(TWO, detectors, pictures)
    to_north, none = watched(pipeline, NORTH, 0, 5)
    on_the_way, nothing = watched(pipeline, ELSEWHERE, 5, 8, CAR)
    to_south, events = watched(pipeline, SOUTH, 8, 22, CAR)
    assert {(one.preset_id, one.unfit) for one in to_north} == {("north", None)}
    assert {one.unfit for one in on_the_way} == {"the camera stands at no preset that is known"}
    assert {(one.preset_id, one.unfit) for one in to_south} == {("south", None)}
    assert not none
    assert not nothing
    assert [(one.preset_id, one.state) for one in events] == [("south", "candidate"), ("south", "violation")]
    assert (events[-1].still_since - START).total_seconds() == 8


def test_a_look_away_is_a_gap_that_is_bridged_and_a_long_one_ends_the_dwell(
    detectors: Detectors, pictures: Path
) -> None:
    pipeline = pipeline_of(TWO, detectors, pictures)
    watched(pipeline, SOUTH, 0, 6, CAR)
    watched(pipeline, NORTH, 6, 12)
    _, events = watched(pipeline, SOUTH, 12, 16, CAR)
    assert [one.state for one in events] == ["violation"]
    assert 5 <= events[0].bridged_s <= 7
    _, away = watched(pipeline, NORTH, 16, 30)
    assert [(one.preset_id, one.state) for one in away] == [("south", "cleared")]


def test_a_preset_without_a_picture_rests(detectors: Detectors, pictures: Path) -> None:
    south_unknown = dome(TWO.presets[0], Preset(id="south", zones=(PAVEMENT,)))
    observations, events = watched(pipeline_of(south_unknown, detectors, pictures), SOUTH, 0, 15, CAR)
    assert all(one.unfit for one in observations)
    assert events == []


def test_where_no_preset_has_a_picture_the_camera_stands_at_the_first(detectors: Detectors, pictures: Path) -> None:
    unknown = dome(*(one.model_copy(update={"view": None}) for one in TWO.presets))
    _, events = watched(pipeline_of(unknown, detectors, pictures), SOUTH, 0, 15, CAR)
    assert {one.preset_id for one in events} == {"north"}


def test_one_position_with_a_picture_is_checked_from_the_first_frame(detectors: Detectors, pictures: Path) -> None:
    fixed = dome(TWO.presets[0])
    to_north, _ = watched(pipeline_of(fixed, detectors, pictures), NORTH, 0, 3)
    turned, _ = watched(pipeline_of(fixed, detectors, pictures), np.roll(NORTH, 80, axis=1), 0, 3)
    assert {one.unfit for one in to_north} == {None}
    assert all((one.unfit or "").startswith("view moved") for one in turned)


def test_a_successor_knows_what_its_predecessor_saw(detectors: Detectors, pictures: Path) -> None:
    pipeline = pipeline_of(TWO, detectors, pictures)
    watched(pipeline, NORTH, 0, 40)
    views = from_npz(to_npz(pipeline.views))
    successor = CameraPipeline(TWO, ZoneInfo("Asia/Shanghai"), detectors.ensemble(TWO), live=True, views=views)
    observations, _ = watched(successor, SOUTH, 41, 43)
    assert {(one.preset_id, one.unfit) for one in observations} == {("south", None)}


def test_a_picture_that_is_gone_leaves_its_preset_resting(
    detectors: Detectors, pictures: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (pictures / "cam" / f"{'1' * 16}.jpg").unlink()
    observations, _ = watched(pipeline_of(TWO, detectors, pictures), SOUTH, 0, 3, CAR)
    assert all(one.unfit for one in observations)
    assert "preset south" in caplog.text
    assert "take it anew" in caplog.text
