"""The cameras of one process, driven by files: what fails is tried again, and nothing sealed is forgotten."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.clock import SystemClock
from core.domain import Frame, RuleEvent
from core.rules import rules_of
from models.store import ModelStore
from runtime.camera import fleet
from runtime.camera.fleet import Fleet
from runtime.camera.pipeline import CameraPipeline, Step
from runtime.home.installation import Installation
from store.audit.log import AuditFilter
from tests.runtime.conftest import Jiejing, site
from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_detector
from tests.store.examples import as_violation, event


@contextmanager
def running(installation: Installation) -> Iterator[None]:
    """A fleet in a thread, ended at the end."""
    stop = threading.Event()
    thread = threading.Thread(target=Fleet(installation, SystemClock()).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def until(found: Callable[[], Any]) -> Any:
    end_s = time.monotonic() + 60
    while time.monotonic() < end_s:
        result = found()
        if result:
            return result
        time.sleep(0.1)
    raise AssertionError("waited in vain")


@pytest.fixture
def installation(
    home: Path,
    with_model: str,
    film: Path,
    jiejing: Jiejing,
    site_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Installation]:
    """An installation that watches the film as a camera, with short times."""
    monkeypatch.setenv("JIEJING_FILE_ROOTS", f'["{film.parent}"]')
    monkeypatch.setattr(fleet, "RETRY_AFTER_S", 4.0)
    quick = {"candidate_after_s": 1, "violation_after_s": 8, "bridge_gap_s": 3}
    assert jiejing("camera", "import", site_file(site(f"file://{film}", **quick))).code == 0
    opened = Installation.open()
    yield opened
    opened.engine.dispose()


def test_a_camera_that_ends_unexpectedly_is_said_to_have_stopped_and_tried_again(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, broken = CameraPipeline.step, [True]

    def breaks_once(self: CameraPipeline, frame: Frame) -> Step:
        if broken and broken.pop():
            raise RuntimeError("a fault that nobody thought of")
        return step(self, frame)

    def state() -> Any:
        reported = installation.store.camera_states.all().get("cam")
        return reported.state if reported else None

    monkeypatch.setattr(CameraPipeline, "step", breaks_once)
    with running(installation):
        stopped = until(lambda: state() if state() and state().status == "stopped" else None)
        assert "unexpected RuntimeError" in stopped.error
        until(lambda: state().status == "online")
        assert state().error is None


def test_a_package_whose_row_a_crash_left_out_gets_it_at_the_next_start(
    installation: Installation, jiejing: Jiejing
) -> None:
    with running(installation):
        until(installation.store.packages.all)
    (package,) = (one for one in installation.store.packages.all() if one.kind == "primary")
    with installation.engine.connect() as connection, connection.begin():
        connection.execute(text("DELETE FROM packages"))
    assert jiejing("evidence", "check").code == 1
    with running(installation):
        until(installation.store.packages.all)
    assert package in installation.store.packages.all()
    assert jiejing("evidence", "check").code == 0


def test_a_running_pipeline_takes_another_model_without_losing_a_dwell(
    installation: Installation, jiejing: Jiejing, tmp_path: Path
) -> None:
    better = write_red_detector(tmp_path / "better.onnx", score=0.7)
    assert jiejing("model", "import", better, "--name", "better", "--family", "yolo-e2e").code == 0
    store = ModelStore(installation.settings.home)
    with running(installation):
        assert jiejing("model", "shadow", "better").code == 0
        (event,) = until(lambda: installation.store.events.page().events)
        store.promote(["better"], reason="finds more")
        changes = until(lambda: _history(installation, event.event_id, "violation"))
        figures = until(lambda: json.loads(jiejing("model", "shadow", "--json").out)["cameras"])
        assert jiejing("model", "rollback", "--reason", "finds less").code == 0
        cleared = until(lambda: _history(installation, event.event_id, "cleared"))
    candidate, violation = changes[:2]
    assert [candidate.model, violation.model] == [store.find(name).ref for name in ("red", "better")]
    assert violation.still_since == candidate.still_since
    assert violation.observed_s == pytest.approx(8, abs=1.1)
    assert cleared[-1].model == store.find("red").ref
    assert figures["cam"]["detections"]["both"]["vehicle"] > 0
    assert figures["cam"]["detections"]["candidate"] == figures["cam"]["detections"]["in_use"] == {}


def test_a_changed_rule_takes_effect_and_leaves_other_cameras_undisturbed(installation: Installation) -> None:
    cam = installation.site().camera("cam")
    installation.store.opened_sites.put_camera(cam.model_copy(update={"id": "other"}))

    def since(camera_id: str) -> Any:
        reported = installation.store.camera_states.all().get(camera_id)
        return reported.state.since if reported and reported.state.status == "online" else None

    with running(installation):
        begun = until(lambda: (since("cam"), since("other")) if since("cam") and since("other") else None)
        (before,) = rules_of(cam)
        until(lambda: [one for one in installation.store.events.page().events if one.camera_id == "cam"])
        zone = cam.presets[0].zones[0].model_copy(update={"violation_after_s": 5.0})
        changed = cam.model_copy(update={"presets": (cam.presets[0].model_copy(update={"zones": (zone,)}),)})
        installation.store.opened_sites.put_camera(changed)
        (after,) = rules_of(changed)
        until(lambda: [one for one in installation.store.events.page().events if one.rule_version == after.version])
        assert since("cam") != begun[0]
        assert since("other") == begun[1]
    versions = {
        change.rule_version for one in installation.store.events.page().events for change in _changes(installation, one)
    }
    assert {before.version, after.version} <= versions
    assert installation.store.opened_sites.rule(before.version) == before.snapshot()


def test_a_camera_that_was_turned_while_nothing_ran_is_not_trusted_until_its_zones_are_drawn_anew(
    installation: Installation, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen.mp4"
    monkeypatch.setenv("JIEJING_FILE_ROOTS", f'["{tmp_path}"]')
    installation = Installation.open()
    shutil.copy(film, seen)
    cam = installation.site().camera("cam").model_copy(update={"source": f"file://{seen}"})
    installation.store.opened_sites.put_camera(cam)

    def unfit() -> str | None:
        reported = installation.store.camera_states.all().get("cam")
        online = reported is not None and reported.state.status == "online"
        return (reported.state.unfit or "fit") if reported and online else None

    with running(installation):
        assert until(unfit) == "fit"
        until(lambda: installation.store.events.page().events)
    write_film(seen, 30, stands(0), turned_px=80)
    known = len(installation.store.events.page().events)
    with running(installation):
        assert until(lambda: unfit() if unfit() != "fit" else None).startswith("view moved: by ")
        assert len(installation.store.events.page().events) == known
        zone = (
            cam.presets[0].zones[0].model_copy(update={"polygon": ((0.2, 0.4), (0.9, 0.4), (0.9, 0.95), (0.2, 0.95))})
        )
        drawn = cam.model_copy(update={"presets": (cam.presets[0].model_copy(update={"zones": (zone,)}),)})
        installation.store.opened_sites.put_camera(drawn)
        until(lambda: unfit() == "fit")
        until(lambda: len(installation.store.events.page().events) > known)
    installation.engine.dispose()


def test_a_zone_over_its_budget_observes_again_while_it_is_watched(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "SEND_BACK_EVERY_S", 0.2)
    cam = installation.site().camera("cam")
    zone = cam.presets[0].zones[0].model_copy(update={"daily_budget": 1})
    cam = cam.model_copy(update={"presets": (cam.presets[0].model_copy(update={"zones": (zone,)}),)})
    installation.store.opened_sites.put_camera(cam)
    (rule,) = rules_of(cam)
    now = SystemClock().utc()
    for number in range(2):
        one = event(number, camera_id="cam", zone_id=zone.id, rule_version=rule.version)
        installation.store.events.apply(replace(as_violation(one), violation_at=now, last_seen=now))
    with running(installation):
        until(lambda: [one for one in installation.store.events.page().events if one.observing])
    sent = installation.site().camera("cam").presets[0].zones[0]
    assert sent.sent_back is not None
    assert (sent.observe, sent.sent_back.why, sent.sent_back.limit) == (True, "budget", 1)
    (row, *_), _ = installation.store.audit.page(AuditFilter(action="camera.send_back"))
    assert (row.actor_name, row.object_id) == ("system", "cam")
    assert installation.store.audit.verify().fault is None


def _changes(installation: Installation, event: RuleEvent) -> tuple[RuleEvent, ...]:
    history = installation.store.events.get(event.event_id)
    return history.changes if history else ()


def _history(installation: Installation, event_id: str, state: str) -> tuple[RuleEvent, ...] | None:
    history = installation.store.events.get(event_id)
    changes = history.changes if history else ()
    return changes if any(change.state == state for change in changes) else None


def test_looking_at_a_home_makes_no_data_base(home: Path, jiejing: Jiejing) -> None:
    assert jiejing("db", "status").code == 1
    assert jiejing("doctor").code == 1
    assert not (home / "jiejing.db").exists()
    assert jiejing("db", "upgrade").code == 0
    assert (home / "jiejing.db").stat().st_mode & 0o777 == 0o600
