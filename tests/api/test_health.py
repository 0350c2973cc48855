"""What watches over the service: liveness, readiness with its reasons, and the measurements."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from api.app import create_app
from api.http.services import Services
from core.site import Preset, SentBack
from store.base import migrate
from store.base.engine import make_engine, writing
from store.events.events import EventRepository
from store.site.sites import SiteRepository
from store.site.stream_states import CameraStateRepository
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, as_violation, camera, event, site_of, stream_state


def test_alive_and_ready(nobody: TestClient, local: TestClient, services: Services) -> None:
    assert nobody.get("/healthz").json() == {"status": "alive"}
    answer = local.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert list(services.packages_folder.iterdir()) == []


def test_not_ready_without_a_packages_folder(local: TestClient, services: Services) -> None:
    services.packages_folder.rmdir()
    answer = local.get("/readyz")
    assert answer.status_code == 503
    (fault,) = answer.json()["errors"]
    assert fault["field"] == "packages"
    assert fault["cause"].endswith("packages: No such file or directory; check the disk")
    assert local.get("/healthz").status_code == 200


def test_not_ready_at_another_version(local: TestClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    (fault,) = local.get("/readyz").json()["errors"]
    assert (fault["field"], fault["code"]) == ("database", "api.database_not_migrated")
    assert fault["params"] == {"found": "0000", "wanted": migrate.head()}


@pytest.fixture
def cut_off(tmp_path: Path) -> Services:
    """Services whose data base cannot be reached."""
    return Services(make_engine(f"sqlite:///{tmp_path}/none/jiejing.db"), tmp_path)


def test_a_data_base_that_is_gone(cut_off: Services) -> None:
    client = TestClient(create_app(cut_off), base_url="http://localhost", client=("127.0.0.1", 50000))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (503, "database")
    answer = client.get("/api/v1/events", headers={"Authorization": "Bearer jj_any"})
    assert answer.status_code == 503
    assert answer.json()["params"]["cause"]["code"] == "store.database_cannot_open"
    metrics = _metrics(client)
    assert metrics["jiejing_database_up", ()] == 0
    assert ("jiejing_disk_free_bytes", ()) in metrics


def test_metrics(local: TestClient, engine: Engine, clock: FakeClock) -> None:
    (zone,) = CAMERA.presets[0].zones
    until = zone.model_copy(update={"id": "week", "observe": True, "observe_until": clock.utc() + timedelta(days=7)})
    why = SentBack(at=clock.utc(), why="budget", count=51, limit=50)
    back = zone.model_copy(update={"id": "back", "observe": True, "sent_back": why})
    watched = CAMERA.model_copy(update={"presets": (Preset(id="1", zones=(zone, until, back)),)})
    SiteRepository(engine).replace(site_of(watched, camera("new")))
    CameraStateRepository(engine, clock).put(stream_state(), stream_state("removed"))
    EventRepository(engine).apply(event(0))
    EventRepository(engine).apply(as_violation(event(1)))
    metrics = _metrics(local)
    of_camera = (("camera", CAMERA.id),)
    assert metrics["jiejing_database_up", ()] == 1
    zones = [metrics["jiejing_zones", (("state", state),)] for state in ("in_force", "observing", "sent_back")]
    assert zones == [2, 1, 1]
    assert metrics["jiejing_events", (("state", "violation"), ("violation", "illegal_parking"))] == 1
    assert metrics["jiejing_camera_up", of_camera] == 1
    assert metrics["jiejing_camera_up", (("camera", "new"),)] == 0
    assert metrics["jiejing_camera_real_fps", of_camera] == 24.98
    assert metrics["jiejing_camera_delay_seconds", of_camera] == 0.4
    assert metrics["jiejing_camera_frames_total", of_camera] == 30
    assert metrics["jiejing_camera_dropped_frames_total", of_camera] == 2
    assert metrics["jiejing_camera_failures", of_camera] == 0
    assert metrics["jiejing_camera_last_frame_timestamp_seconds", of_camera] == pytest.approx(1777593660.123456)
    assert ("jiejing_camera_up", (("camera", "removed"),)) not in metrics


def test_packages_are_measured(local: TestClient, sealed: Path) -> None:
    assert _metrics(local)["jiejing_packages", (("complete", "true"), ("kind", "primary"))] == 1


def test_a_camera_that_nobody_reports_is_down(local: TestClient, engine: Engine, clock: FakeClock) -> None:
    SiteRepository(engine).replace(site_of(CAMERA))
    CameraStateRepository(engine, clock).put(stream_state())
    clock.sleep(60)
    assert _metrics(local)["jiejing_camera_up", (("camera", CAMERA.id),)] == 0


def test_metrics_without_a_packages_folder(local: TestClient, services: Services) -> None:
    shutil.rmtree(services.packages_folder)
    assert ("jiejing_disk_free_bytes", ()) not in _metrics(local)


def _metrics(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}
