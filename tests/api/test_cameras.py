"""Cameras over HTTP: as the site has them, with the state of their streams, and never with a password."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from store.site.sites import SiteRepository
from store.site.stream_states import CameraStateRepository
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, camera, site_of, stream_state

LEAKY = camera(
    "leaky",
    source="rtsp://user:se/cret@10.0.0.9/1",
    detect_source="rtsp://10.0.0.9/user=admin&password=secret&channel=1",
)


def test_cameras_come_in_the_order_of_the_site_with_their_streams(
    client: TestClient, engine: Engine, clock: FakeClock
) -> None:
    SiteRepository(engine).replace(site_of(camera("b"), CAMERA))
    CameraStateRepository(engine, clock).put(stream_state())
    new, known = client.get("/api/v1/cameras").json()
    assert (new["id"], new["stream"]) == ("b", None)
    assert known["source"] == "rtsp://***@10.0.0.8/Streaming/Channels/101"
    assert known["zones"] == 1
    assert known["stream"]["status"] == "online"
    assert known["stream"]["real_fps"] == 24.98
    assert known["stream"]["last_frame_utc"] == "2026-05-01T00:01:00.123+00:00"
    assert known["stream"]["stale"] is False


def test_a_report_that_grew_old_is_stale(client: TestClient, engine: Engine, clock: FakeClock) -> None:
    SiteRepository(engine).replace(site_of(CAMERA))
    CameraStateRepository(engine, clock).put(stream_state())
    clock.sleep(31)
    assert client.get(f"/api/v1/cameras/{CAMERA.id}").json()["stream"]["stale"] is True


def test_one_camera_shows_its_zones_as_the_site_file_writes_them(client: TestClient, engine: Engine) -> None:
    SiteRepository(engine).replace(site_of(CAMERA))
    answer = client.get(f"/api/v1/cameras/{CAMERA.id}").json()
    (zone,) = answer["presets"][0]["zones"]
    assert zone["id"] == "pavement-1"
    assert zone["schedule"][0]["from"] == "00:00"
    assert answer["sampling"] == {"mode": "auto", "interval_s": 1.0}


def test_no_answer_holds_a_password(client: TestClient, local: TestClient, engine: Engine, clock: FakeClock) -> None:
    SiteRepository(engine).replace(site_of(LEAKY))
    failed = stream_state("leaky", status="waiting", error=f"{LEAKY.source}: 401 Unauthorized")
    CameraStateRepository(engine, clock).put(failed)
    for asking, path in ((client, "/api/v1/cameras"), (client, "/api/v1/cameras/leaky"), (local, "/metrics")):
        text = asking.get(path).text
        assert "leaky" in text
        assert "cret" not in text


def test_before_a_site_was_imported(client: TestClient) -> None:
    assert client.get("/api/v1/cameras").json() == []
    answer = client.get("/api/v1/cameras/none")
    assert (answer.status_code, answer.json()["code"]) == (404, "api.camera_unknown")
