"""Probing and pictures: for those who add cameras and draw zones, with the camera's masks, and told to the audit."""

import io

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine

from api.app import create_app
from api.http.services import Services
from core.rights import Role
from store.audit.log import AuditFilter
from store.base.vault import Vault
from store.site.sites import SiteRepository
from tests.api.accounts import QUICK, Accounts
from tests.api.camera_examples import CAMERAS, Line
from tests.exchange import exchange
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, camera, site_of

PROBES, SNAPSHOTS = "/api/v1/camera-probes", "/api/v1/camera-snapshots"
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def services(services: Services, engine: Engine, clock: FakeClock, line: Line) -> Services:
    SiteRepository(engine, Vault(services.home)).replace(site_of(camera("gate", privacy_masks=(LEFT_HALF,))))
    return Services(engine, services.packages_folder, clock, passwords=QUICK, camera_line=line)


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
def operations(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.OPERATIONS)


def test_an_address_is_measured_over_the_transport_that_is_asked_for(operations: TestClient, line: Line) -> None:
    answer = operations.post(PROBES, json={"source": "rtsp://u:p@10.0.0.9/1", "transport": "udp"})
    assert answer.status_code == 200
    assert (answer.json()["codec"], answer.json()["size_wh"], answer.json()["real_fps"]) == ("h264", [1920, 1080], 24.9)
    assert line.asked == [("rtsp://u:p@10.0.0.9/1", "udp")]


def test_a_known_camera_is_reached_with_the_password_that_is_kept(operations: TestClient, line: Line) -> None:
    shown = operations.get(f"{CAMERAS}/gate").json()["source"]
    assert operations.post(PROBES, json={"source": shown, "camera_id": "gate"}).status_code == 200
    assert line.asked == [(CAMERA.source, None)]
    stolen = operations.post(PROBES, json={"source": "rtsp://***@203.0.113.9/", "camera_id": "gate"})
    assert (stolen.status_code, len(line.asked)) == (422, 1)


def test_an_address_that_does_not_answer_names_the_field(operations: TestClient, line: Line) -> None:
    line.refusal = "rtsp://***@10.0.0.9/1: the login was refused; check user and password"
    for path in (PROBES, SNAPSHOTS):
        answer = operations.post(path, json={"source": "rtsp://u:p@10.0.0.9/1"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "source")
    kept = operations.get(f"{CAMERAS}/gate/snapshot")
    assert (kept.status_code, "login was refused" in kept.json()["detail"]) == (409, True)


def test_a_camera_s_picture_has_its_masks_black(operations: TestClient) -> None:
    answer = operations.get(f"{CAMERAS}/gate/snapshot")
    assert answer.headers["content-type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(answer.content)).convert("L")
    assert picture.size == (160, 90)
    assert picture.getpixel((40, 45)) < 10
    assert picture.getpixel((120, 45)) > 245


def test_a_camera_is_looked_at_by_its_own_transport(operations: TestClient, line: Line, services: Services) -> None:
    services.store.opened_sites.put_camera(camera("gate", transport="udp"))
    assert operations.get(f"{CAMERAS}/gate/snapshot").status_code == 200
    assert line.asked == [(CAMERA.source, "udp")]


def test_each_look_is_in_the_audit_without_the_password(operations: TestClient, services: Services) -> None:
    operations.post(SNAPSHOTS, json={"source": "rtsp://u:p@10.0.0.9/1"})
    operations.get(f"{CAMERAS}/gate/snapshot")
    entries, _ = services.store.audit.page(AuditFilter(action="camera.snapshot"))
    assert [(one.object_id, one.after) for one in entries] == [
        ("gate", None),
        ("new", {"source": "rtsp://***@10.0.0.9/1"}),
    ]


@pytest.mark.parametrize("role", Role)
def test_only_who_draws_zones_or_confirms_them_gets_a_picture(accounts: Accounts, role: Role) -> None:
    may = role in (Role.OPERATIONS, Role.LEGAL_REVIEWER, Role.MANAGER)
    assert accounts.as_role(role).get(f"{CAMERAS}/gate/snapshot").status_code == (200 if may else 403)


def test_without_a_way_to_cameras_it_says_so(accounts: Accounts, services: Services) -> None:
    exchange(services, camera_line=None)
    answer = accounts.as_role(Role.OPERATIONS).get(f"{CAMERAS}/gate/snapshot")
    assert (answer.status_code, answer.json()["code"] == "api.no_way_to_cameras") == (503, True)


def test_a_preset_is_known_by_a_picture_of_where_the_camera_looks(operations: TestClient, services: Services) -> None:
    taken = operations.post(f"{CAMERAS}/gate/views")
    assert taken.status_code == 201
    view = taken.json()["view"]
    shown = operations.get(f"{CAMERAS}/gate/views/{view}")
    picture = Image.open(io.BytesIO(shown.content)).convert("L")
    assert (picture.getpixel((40, 45)) < 10, picture.getpixel((120, 45)) > 245) == (True, True)
    read = operations.get(f"{CAMERAS}/gate")
    scene = {"presets": [{**read.json()["presets"][0], "view": view}], "privacy_masks": read.json()["privacy_masks"]}
    saved = operations.put(f"{CAMERAS}/gate/zones", json=scene, headers={"If-Match": read.headers["etag"]})
    assert (saved.status_code, saved.json()["presets"][0]["view"]) == (200, view)
    noted, _ = services.store.audit.page(AuditFilter(action="camera.view"))
    assert [one.after for one in noted] == [{"view": view}]


def test_a_preset_cannot_name_a_picture_that_is_not_there(operations: TestClient) -> None:
    read = operations.get(f"{CAMERAS}/gate")
    scene = {"presets": [{**read.json()["presets"][0], "view": "f" * 16}], "privacy_masks": []}
    answer = operations.put(f"{CAMERAS}/gate/zones", json=scene, headers={"If-Match": read.headers["etag"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "presets")
    assert answer.json()["errors"][0]["code"] == "api.preset_picture_unknown"


def test_no_picture_of_a_view_is_kept_while_the_camera_does_not_answer(
    operations: TestClient, services: Services, line: Line
) -> None:
    line.refusal = "rtsp://***@10.0.0.9/1: nobody answers"
    assert operations.post(f"{CAMERAS}/gate/views").status_code == 409
    assert not services.views_folder.exists()


@pytest.mark.parametrize("view", ["0" * 16, "%2e%2e%2fjiejing.db", "0" * 15, "G" * 16])
def test_nothing_but_pictures_of_views_is_given_out(operations: TestClient, view: str) -> None:
    assert operations.get(f"{CAMERAS}/gate/views/{view}").status_code in (404, 422)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATIONS}))
def test_a_view_is_for_those_who_may_take_a_picture(accounts: Accounts, operations: TestClient, role: Role) -> None:
    view = operations.post(f"{CAMERAS}/gate/views").json()["view"]
    client = accounts.as_role(role)
    may = client.get(f"{CAMERAS}/gate/snapshot").status_code
    assert client.get(f"{CAMERAS}/gate/views/{view}").status_code == may
