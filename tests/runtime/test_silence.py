"""Faults in what stands beside a camera: nothing hangs, what is wrong is told, and the camera goes on."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.system.duties import duties_of_run
from core.clock import SystemClock
from core.domain import Detection, Frame, Observation
from core.duties import Duties, Duty, DutyState
from core.errors import ModelError, StorageError
from core.model_ref import ModelRef
from core.rules import rules_of
from detector.ensemble import Ensemble, Looking
from detector.watch import CameraWatch
from models.shadow_figures import totals
from runtime.camera import shadow as shadow_module
from runtime.camera.event_writer import EventWriter
from runtime.camera.live_window import LiveWindow
from runtime.camera.pipeline import Step
from runtime.camera.shadow import Shadow
from runtime.camera.spool import Spool
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, SITE, START, event

REF = ModelRef("candidate", "c" * 64)


class Failing:
    """A pipeline that fails as a candidate may."""

    camera_id = "gate"

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.fails = True

    def step(self, _frame: Frame) -> Step:
        if self.fails:
            raise self._error
        return step()


def frame() -> Frame:
    return Frame("gate", START, 0.0, 0.0, "1", np.zeros((9, 16, 3), np.uint8))


def step() -> Step:
    return Step(frame(), Observation("gate", "1", START, (16, 9), ()), None, [])


def until(found: Any) -> Any:
    end_s = time.monotonic() + 60
    while time.monotonic() < end_s:
        if result := found():
            return result
        time.sleep(0.02)
    raise AssertionError("waited in vain")


@pytest.mark.parametrize(
    "error",
    [
        ModelError("model 'candidate' does not run"),  # refused on purpose
        RuntimeError("nobody thought of it"),  # anything else
    ],
)
def test_a_candidate_that_fails_tells_its_cause_and_blocks_nobody(tmp_path: Path, error: Exception) -> None:
    duty = Duty("shadow", SystemClock(), "gate")
    shadow = Shadow(REF, Failing(error), tmp_path, SystemClock(), duty)  # type: ignore[arg-type]
    shadow.offer(frame(), step())
    until(lambda: not duty.state.up)
    began_s = time.monotonic()
    for _ in range(1000):
        shadow.offer(frame(), step())
    shadow.stop()
    shadow.stop()
    shadow.join(30)
    assert time.monotonic() - began_s < 20
    assert "candidate" in (duty.state.why or "")
    by_camera = {"gate": json.loads((tmp_path / REF.sha256 / "gate.json").read_text())}
    ended = totals(by_camera).ended
    assert ended
    assert (ended.code, ended.params["model"]) == ("runtime.candidate_fails", "candidate")


def test_a_candidate_is_tried_again_and_its_figures_go_on(tmp_path: Path) -> None:
    duty = Duty("shadow", SystemClock(), "gate")
    pipeline = Failing(RuntimeError("nobody thought of it"))
    shadow = Shadow(REF, pipeline, tmp_path, SystemClock(), duty)  # type: ignore[arg-type]
    shadow.offer(frame(), step())
    until(lambda: not duty.state.up)
    pipeline.fails = False

    def looks_again() -> bool:
        shadow.offer(frame(), step())
        return duty.state.up

    assert until(looks_again)
    shadow.stop()
    shadow.join(30)
    figures = json.loads((tmp_path / REF.sha256 / "gate.json").read_text())
    assert figures["ended"] is None
    assert figures["frames"] >= 1
    assert duty.state.failures == 1


def test_figures_that_the_disk_refuses_are_told_until_it_takes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow_module, "SAVE_EVERY_S", 0.05)
    folder = tmp_path / "shadow"
    folder.write_text("a file in its place")
    duty, pipeline = Duty("shadow", SystemClock(), "gate"), Failing(RuntimeError())
    pipeline.fails = False
    shadow = Shadow(REF, pipeline, folder, SystemClock(), duty)  # type: ignore[arg-type]

    def told(up: bool) -> bool:
        shadow.offer(frame(), step())
        return duty.state.up == up

    until(lambda: told(up=False))
    assert "figures are not kept" in (duty.state.why or "")
    folder.unlink()
    until(lambda: told(up=True))
    shadow.stop()
    shadow.join(30)
    assert (folder / REF.sha256 / "gate.json").exists()


class _Card:
    def __init__(self, name: str) -> None:
        self.name, self.sha256, self.labels = name, name[0] * 64, {"car": "car", "person": "person"}


class _Finds:
    """A model that finds one thing, or nothing."""

    def __init__(self, name: str, label: str | None) -> None:
        self.card, self._label = _Card(name), label

    def detect(self, _image: object, *, min_score: float) -> tuple[Detection, ...]:
        return (Detection(self._label, 0.9, (2.0, 2.0, 8.0, 8.0)),) if self._label else ()


def test_a_detection_carries_the_model_that_found_it_not_the_first_that_could() -> None:
    both = Ensemble([Looking(_Finds("first", None)), Looking(_Finds("second", "car"))], min_score=0.1)  # type: ignore[arg-type]
    (found,), _ = both.detect(frame())
    assert found.model == ModelRef("second", "s" * 64)


def test_an_event_names_all_that_saw_it_over_its_dwell_the_main_one_first() -> None:
    (rule,) = rules_of(CAMERA)
    watch = CameraWatch((rule,), SITE.site.zone_info, 1.0)
    x1, y1, x2, y2 = (1920 * 0.35, 1080 * 0.6, 1920 * 0.45, 1080 * 0.75)
    old, new = ModelRef("old", "0" * 64), ModelRef("new", "1" * 64)
    events = []
    for second in range(int(rule.violation_after_s) + 30):
        seen = Detection("car", 0.9, (x1, y1, x2, y2), model=old if second < 10 else new)
        events += watch.update(Observation(CAMERA.id, "1", START + timedelta(seconds=second), (1920, 1080), (seen,)))
    (violation,) = (one for one in events if one.state == "violation")
    assert violation.model == new
    assert violation.models == (new, old)


@pytest.fixture
def window(tmp_path: Path) -> Iterator[tuple[Path, Duties]]:
    duties = Duties(SystemClock())
    with LiveWindow(tmp_path, duties):
        yield tmp_path, duties


def test_who_asks_is_told_how_the_duties_do_from_memory(window: tuple[Path, Duties]) -> None:
    home, duties = window
    duties.of("sealing", "gate").failed("disk full", event_id="e1")
    found = {one.name: one for one in duties_of_run(home) or ()}
    assert isinstance(found["sealing"], DutyState)
    assert (found["sealing"].camera_id, found["sealing"].why, found["sealing"].event_id) == ("gate", "disk full", "e1")


def test_where_nothing_runs_nobody_answers_and_nobody_waits(tmp_path: Path) -> None:
    assert duties_of_run(tmp_path) is None


class _Gone:
    """An installation whose data base is away until told otherwise."""

    def __init__(self) -> None:
        self.away, self.taken = True, list[str]()
        self.store = self.events = self.packages = self

    def apply(self, change: Any) -> bool:
        if self.away:
            raise StorageError("data base is away")
        self.taken.append(change.event_id)
        return True


def test_events_wait_while_the_data_base_is_away_and_are_written_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.camera.event_writer.rows_left_out", lambda _: [])
    clock, gone = FakeClock(), _Gone()
    duties, spool = Duties(clock), Spool(tmp_path)
    writer = EventWriter(gone, spool, duties)  # type: ignore[arg-type]
    for number in range(5):
        spool.put(event(number))
    writer.write()
    state = duties.of("events", event(0).camera_id).state
    assert (state.up, state.waiting, state.why) == (False, 5, "data base is away")
    gone.away = False
    clock.sleep(30)
    writer.write()
    assert gone.taken == [event(number).event_id for number in range(5)]
    state = duties.of("events", event(0).camera_id).state
    assert (state.up, state.waiting) == (True, 0)
