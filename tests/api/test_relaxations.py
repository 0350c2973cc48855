"""What weakens a rule or privacy waits for a second person, and until then the old rule holds."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.http.services import Services
from core.rights import Role
from store.audit.log import AuditFilter
from store.base.vault import Vault
from store.site.sites import SiteRepository
from tests.api.accounts import SETTING_UP, Accounts
from tests.api.camera_examples import CAMERAS, LARGER, SMALLER, SQUARE, document, gate, put, put_zones, zone
from tests.store.examples import site_of

RELAXATIONS = "/api/v1/relaxations"


@pytest.fixture
def sites(engine: Engine, services: Services) -> SiteRepository:
    sites = SiteRepository(engine, Vault(services.home))
    sites.replace(site_of())
    return sites


@pytest.fixture
def operations(accounts: Accounts, sites: SiteRepository) -> TestClient:
    """Signed in as operations; the camera `gate` has a zone in force."""
    client = accounts.as_role(Role.OPERATIONS)
    assert client.post(CAMERAS, json=document()).status_code == 201
    return client


def polygon(sites: SiteRepository) -> Any:
    return [list(point) for point in gate(sites).presets[0].zones[0].polygon]


def test_a_smaller_zone_waits_and_holds_once_another_person_confirms(
    operations: TestClient, manager: TestClient, sites: SiteRepository
) -> None:
    answer = put_zones(operations, zone(polygon=SMALLER), reason="摊位撤了")
    assert answer.status_code == 200
    waiting = answer.json()["waiting"]
    assert waiting["takes"] == [{"kind": "zone_smaller", "preset_id": "1", "zone_id": "pavement"}]
    assert polygon(sites) == SQUARE
    (listed,) = manager.get(RELAXATIONS).json()
    assert (listed["camera_name"], listed["reason"], listed["state"]) == ("北门", "摊位撤了", "waiting")
    assert [one["waits"] for one in manager.get(CAMERAS).json()] == [True]
    done = manager.post(f"{RELAXATIONS}/{listed['request_id']}/confirm", json={"note": "看过了"})
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert polygon(sites) == SMALLER
    assert manager.get(RELAXATIONS).json() == []
    again = manager.post(f"{RELAXATIONS}/{listed['request_id']}/confirm", json={})
    assert again.status_code == 409


def test_what_is_turned_down_or_withdrawn_changes_nothing(
    operations: TestClient, manager: TestClient, sites: SiteRepository
) -> None:
    first = put_zones(operations, zone(polygon=SMALLER)).json()["waiting"]["request_id"]
    assert manager.post(f"{RELAXATIONS}/{first}/reject", json={"note": "不同意"}).json()["note"] == "不同意"
    second = put_zones(operations, zone(observe=True)).json()["waiting"]["request_id"]
    assert operations.post(f"{RELAXATIONS}/{second}/withdraw").json()["state"] == "withdrawn"
    assert polygon(sites) == SQUARE
    assert gate(sites).presets[0].zones[0].observe is False
    states = [
        len(manager.get(RELAXATIONS, params={"state": one}).json()) for one in ("waiting", "rejected", "withdrawn")
    ]
    assert states == [0, 1, 1]


def test_the_rest_of_a_change_holds_at_once(operations: TestClient, sites: SiteRepository) -> None:
    changed = {key: value for key, value in document("gate", zone(polygon=SMALLER), name="南门").items() if key != "id"}
    answer = put(operations, f"{CAMERAS}/gate", changed)
    assert answer.json()["waiting"] is not None
    assert (gate(sites).name, polygon(sites)) == ("南门", SQUARE)


def test_a_replayed_stream_is_declared_live_by_two(
    operations: TestClient, manager: TestClient, sites: SiteRepository
) -> None:
    def declare(kind: str) -> Any:
        whole = {key: value for key, value in document("gate").items() if key != "id"}
        return put(operations, f"{CAMERAS}/gate", whole | {"source_kind": kind, "transport": "udp"}).json()["waiting"]

    assert declare("replayed") is None
    waiting = declare("live")
    assert [one["kind"] for one in waiting["takes"]] == ["replay_hidden"]
    assert gate(sites).source_kind == "replayed"
    manager.post(f"{RELAXATIONS}/{waiting['request_id']}/confirm", json={})
    assert (gate(sites).source_kind, gate(sites).transport) == ("live", "udp")


def test_a_stricter_rule_needs_nobody(operations: TestClient, sites: SiteRepository) -> None:
    answer = put_zones(
        operations,
        zone(polygon=LARGER, violation_after_s=60),
        zone("second"),
        masks=[[[0, 0], [0.05, 0], [0.05, 0.05]]],
    )
    assert answer.json()["waiting"] is None
    assert polygon(sites) == LARGER


def test_who_asks_decides_nothing_even_with_the_right(
    accounts: Accounts, operations: TestClient, services: Services, sites: SiteRepository
) -> None:
    request_id = put_zones(operations, zone(polygon=SMALLER)).json()["waiting"]["request_id"]
    assert operations.post(f"{RELAXATIONS}/{request_id}/confirm", json={}).status_code == 403
    # The same person in another role.
    user = accounts.users.named("operations")
    assert user is not None
    accounts.users.change(user.user_id, user.version, {"role": "manager", "node_id": None}, SETTING_UP)
    operations = accounts.sign_in("operations")
    for verb in ("confirm", "reject"):
        answer = operations.post(f"{RELAXATIONS}/{request_id}/{verb}", json={})
        assert (answer.status_code, answer.json()["code"] == "api.change_asked_by_yourself") == (403, True)
    assert polygon(sites) == SQUARE


def test_one_change_of_zones_waits_at_a_time(operations: TestClient, manager: TestClient) -> None:
    put_zones(operations, zone(polygon=SMALLER))
    assert put_zones(operations, zone(polygon=LARGER)).status_code == 409
    renamed = {key: value for key, value in document("gate", name="南门").items() if key != "id"}
    assert put(operations, f"{CAMERAS}/gate", renamed).status_code == 200
    # Its name is no part of what waits.
    (listed,) = manager.get(RELAXATIONS).json()
    assert manager.post(f"{RELAXATIONS}/{listed['request_id']}/confirm", json={}).status_code == 200


def test_removing_a_camera_with_a_rule_in_force_waits(
    operations: TestClient, manager: TestClient, sites: SiteRepository
) -> None:
    etag = operations.get(f"{CAMERAS}/gate").headers["ETag"]
    answer = operations.delete(f"{CAMERAS}/gate", params={"reason": "拆除"}, headers={"If-Match": etag})
    assert (answer.status_code, answer.json()["waiting"]["kind"]) == (202, "removal")
    assert gate(sites)
    request_id = answer.json()["waiting"]["request_id"]
    assert manager.post(f"{RELAXATIONS}/{request_id}/confirm", json={}).status_code == 200
    assert operations.get(f"{CAMERAS}/gate").status_code == 404


def test_a_change_is_not_confirmed_over_what_came_meanwhile(
    operations: TestClient, manager: TestClient, sites: SiteRepository
) -> None:
    request_id = put_zones(operations, zone(polygon=SMALLER)).json()["waiting"]["request_id"]
    camera = gate(sites)
    sites.put_camera(camera.model_copy(update={"presets": camera.presets[:1], "privacy_masks": ((*SMALLER_MASK,),)}))
    answer = manager.post(f"{RELAXATIONS}/{request_id}/confirm", json={})
    assert (answer.status_code, "has changed since" in answer.json()["detail"]) == (409, True)
    assert manager.get(RELAXATIONS).json()[0]["state"] == "waiting"


SMALLER_MASK = ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1))


def test_asking_and_deciding_are_in_the_audit(operations: TestClient, manager: TestClient, services: Services) -> None:
    request_id = put_zones(operations, zone(polygon=SMALLER)).json()["waiting"]["request_id"]
    manager.post(f"{RELAXATIONS}/{request_id}/confirm", json={})
    entries, _ = services.store.audit.page(AuditFilter(object_kind="relaxation", object_id=request_id))
    assert [(one.action, one.actor_name) for one in reversed(entries)] == [
        ("relaxation.ask", "operations"),
        ("relaxation.confirm", "manager"),
    ]
    changed, _ = services.store.audit.page(AuditFilter(action="camera.change"))
    assert (changed[0].actor_name, list(changed[0].after)) == ("manager", ["presets"])


def test_another_node_sees_no_change(accounts: Accounts, operations: TestClient) -> None:
    request_id = put_zones(operations, zone(polygon=SMALLER)).json()["waiting"]["request_id"]
    accounts.user("elsewhere", Role.MANAGER, node=accounts.node("双塔街道", accounts.node("江山市")))
    client = accounts.sign_in("elsewhere")
    assert client.get(RELAXATIONS).json() == []
    assert client.post(f"{RELAXATIONS}/{request_id}/confirm", json={}).status_code == 404
