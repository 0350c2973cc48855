"""By whichever route a rule in force or a privacy mask is weakened, a second person is asked first."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.services import Services
from store.site.sites import SiteRepository
from tests.api.accounts import Accounts
from tests.api.camera_examples import CAMERAS, SECRET, SMALLER, SQUARE, document, gate, put, put_zones, zone

RELAXATIONS = "/api/v1/relaxations"
CORNER = [[0, 0], [0.1, 0], [0.1, 0.1]]
PERMIT = {"permit_no": "临占〔2026〕1 号"}

# What of the camera is asked for, and what that takes. Its zone is in force, and it has a privacy mask.
BLINDING: dict[str, tuple[dict[str, Any], str]] = {
    "another address": ({"source": "rtsp://10.0.0.9/other"}, "source_changed"),
    "another channel": ({"source": "rtsp://10.0.0.8:554/Streaming/Channels/201"}, "source_changed"),
    "another stream to detect in": ({"detect_source": "rtsp://10.0.0.9/other"}, "source_changed"),
    "a model that is not there": ({"models": ["no-such"]}, "models_changed"),
    "no model at all": ({"models": []}, "models_changed"),
    "a look a minute": ({"sampling": {"mode": "interval", "interval_s": 60}}, "sampling_slower"),
    "key frames alone": ({"sampling": {"mode": "keyframe"}}, "sampling_slower"),
    "moved to another node": ({"org": "乙县"}, "node_changed"),
    "no masks": ({"privacy_masks": []}, "mask_smaller"),
    "no zones": ({"presets": [{"id": "1", "zones": []}]}, "zone_removed"),
    "another preset": ({"presets": [{"id": "2", "zones": [zone()]}]}, "zone_removed"),
    "a higher score": ({"presets": [{"id": "1", "zones": [zone(min_score=0.99)]}]}, "score_higher"),
    "no hours": ({"presets": [{"id": "1", "zones": [zone(schedule=[{"to": "00:01"}])]}]}, "hours_fewer"),
    "a permit for all": ({"presets": [{"id": "1", "zones": [zone(permits=[PERMIT])]}]}, "permit_added"),
    "an exempt label": ({"presets": [{"id": "1", "zones": [zone(exempt=["car"])]}]}, "exemption_added"),
    "a budget of one": ({"presets": [{"id": "1", "zones": [zone(daily_budget=1)]}]}, "budget_lower"),
    "only observing": ({"presets": [{"id": "1", "zones": [zone(observe=True)]}]}, "alarms_off"),
}  # fmt: skip


@pytest.fixture
def operations(accounts: Accounts, operations: TestClient) -> TestClient:
    accounts.node("乙县")
    assert operations.post(CAMERAS, json=document(privacy_masks=[CORNER])).status_code == 201
    return operations


@pytest.mark.parametrize(("changes", "takes"), BLINDING.values(), ids=BLINDING)
def test_a_change_waits_by_whichever_field(
    operations: TestClient, sites: SiteRepository, changes: dict[str, Any], takes: str
) -> None:
    before = gate(sites)
    wanted = {**document(privacy_masks=[CORNER], name="南门"), **changes}
    del wanted["id"]
    answer = put(operations, f"{CAMERAS}/gate", wanted)
    assert answer.status_code == 200, answer.text
    assert takes in {one["kind"] for one in answer.json()["waiting"]["takes"]}
    # The old rule holds, and the name, which takes nothing, is new.
    assert gate(sites) == before.model_copy(update={"name": "南门"})


@pytest.mark.parametrize("kind", ["csv", "yaml"])
def test_a_file_changes_no_address_by_itself(operations: TestClient, sites: SiteRepository, kind: str) -> None:
    before = gate(sites)
    files = {
        "csv": "id,name,source\ngate,北门,rtsp://10.0.0.9/other\n",
        "yaml": f"""site: {{name: {sites.load().site.name}, division: '330881'}}
cameras:
- {{id: gate, name: 北门, source: 'rtsp://10.0.0.9/other'}}
""",  # type: ignore[union-attr]
    }
    answer = operations.post(
        "/api/v1/camera-imports",
        data={"kind": kind, "dry_run": "false"},
        files={"file": (f"a.{kind}", files[kind].encode())},
    )
    assert answer.status_code == 200, answer.text
    assert gate(sites) == before


def test_a_confirmed_address_comes_with_its_password(
    operations: TestClient, manager: TestClient, sites: SiteRepository, services: Services
) -> None:
    wanted = document(privacy_masks=[CORNER], source="rtsp://admin:another-secret@10.0.0.9/other")
    del wanted["id"]
    waiting = put(operations, f"{CAMERAS}/gate", wanted).json()["waiting"]
    listed = manager.get(RELAXATIONS)
    assert "another-secret" not in listed.text
    assert listed.json()[0]["after"]["source"] == "rtsp://***@10.0.0.9/other"
    done = manager.post(f"{RELAXATIONS}/{waiting['request_id']}/confirm", json={"note": "看过了"})
    assert done.status_code == 200, done.text
    assert gate(sites).source == "rtsp://admin:another-secret@10.0.0.9/other"


def test_a_new_password_alone_needs_nobody(operations: TestClient, sites: SiteRepository) -> None:
    wanted = document(privacy_masks=[CORNER], source=document()["source"].replace(SECRET, "rotated"))
    del wanted["id"]
    assert put(operations, f"{CAMERAS}/gate", wanted).json()["waiting"] is None
    assert "rotated" in gate(sites).source


def test_a_camera_that_hides_something_is_not_removed_by_one_person(
    operations: TestClient, manager: TestClient, sites: SiteRepository
) -> None:
    """Removed and made anew without masks it would show what was hidden."""
    first = put_zones(operations, zone(observe=True), masks=[CORNER]).json()["waiting"]["request_id"]
    assert manager.post(f"{RELAXATIONS}/{first}/confirm", json={}).status_code == 200
    etag = operations.get(f"{CAMERAS}/gate").headers["ETag"]
    answer = operations.delete(f"{CAMERAS}/gate", headers={"If-Match": etag})
    assert (answer.status_code, [one["kind"] for one in answer.json()["waiting"]["takes"]]) == (202, ["mask_smaller"])
    assert gate(sites).privacy_masks


def test_what_looks_more_closely_needs_nobody(operations: TestClient, sites: SiteRepository) -> None:
    wanted = document(privacy_masks=[CORNER], sampling={"mode": "interval", "interval_s": 0.5})
    del wanted["id"]
    assert put(operations, f"{CAMERAS}/gate", wanted).json()["waiting"] is None
    assert [list(point) for point in gate(sites).presets[0].zones[0].polygon] == SQUARE != SMALLER
