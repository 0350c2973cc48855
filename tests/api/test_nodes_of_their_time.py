"""What a camera leaves behind belongs to the node of its time: whoever gets the camera's id later gets none of it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from api.http.services import Services
from core.rights import Role
from store.accounts.records import Node
from store.base.engine import reading
from store.base.vault import Vault
from store.events.events import EventRepository
from store.site.sites import SiteRepository
from store.tables.events import EventRow
from tests.api.accounts import Accounts
from tests.api.camera_examples import CAMERAS, document
from tests.api.review_examples import camera_with, happen, put_site
from tests.store.examples import CAMERA, event, site_of

WHY = {"purpose": "核对"}


@pytest.fixture
def nodes(accounts: Accounts) -> tuple[Node, Node]:
    return accounts.node("甲县"), accounts.node("乙县")


def gone(services: Services) -> str:
    """An event with its package, of a camera of 乙县 that was taken out of service since."""
    put_site(services, camera_with(org="乙县"))
    event_id = happen(services).event_id
    put_site(services)
    return event_id


def test_another_node_gets_neither_the_id_nor_what_belongs_to_it(
    accounts: Accounts, nodes: tuple[Node, Node], services: Services
) -> None:
    event_id = gone(services)
    thief = accounts.as_role(Role.OPERATIONS, nodes[0])
    made = thief.post(CAMERAS, json=document(CAMERA.id, org="甲县"))
    assert (made.status_code, made.json()["errors"][0]["field"]) == (422, "id")
    # Even where the whole site gives the id away, what there was stays where it was.
    put_site(services, camera_with(org="甲县"))
    for role in (Role.OFFICER, Role.LEGAL_REVIEWER, Role.SUPERVISION):
        accounts.user(f"a-{role}", role, node=nodes[0])
        client = accounts.sign_in(f"a-{role}")
        assert client.get("/api/v1/events").json()["events"] == []
        for path in (f"/events/{event_id}", f"/packages/{event_id}", f"/packages/{event_id}/archive"):
            assert client.get(f"/api/v1{path}", params=WHY if "archive" in path else {}).status_code in (404, 422)
        for path in (f"/packages/{event_id}/thumbnail", f"/packages/{event_id}/files/originals/violation.jpg"):
            assert client.get(f"/api/v1{path}").status_code == 404
    manager = accounts.sign_in(accounts.user("a-manager", Role.MANAGER, node=nodes[0]).name)
    assert manager.get("/api/v1/statistics").json()["total"]["alarms"] == 0
    accounts.user("b-officer", Role.OFFICER, node=nodes[1])
    owner = accounts.sign_in("b-officer")
    assert [one["event_id"] for one in owner.get("/api/v1/events").json()["events"]] == [event_id]
    assert owner.get(f"/api/v1/packages/{event_id}").status_code == 200


def test_an_import_takes_no_id_of_another_node(
    accounts: Accounts, nodes: tuple[Node, Node], services: Services
) -> None:
    gone(services)
    thief = accounts.as_role(Role.OPERATIONS, nodes[0])
    table = f"id,name,org,source\n{CAMERA.id},北门,甲县,rtsp://10.0.0.8/x\n"
    answer = thief.post(
        "/api/v1/camera-imports",
        data={"kind": "csv", "dry_run": "false"},
        files={"file": ("cameras.csv", table.encode(), "text/csv")},
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "rows.2.id"


def test_events_of_a_camera_that_moves_stay_and_the_next_go_with_it(engine: Engine, services: Services) -> None:
    sites = SiteRepository(engine, Vault(services.home))
    events = EventRepository(engine)
    orgs: list[Any] = []
    for number, org in enumerate(("甲县", "乙县", None)):
        sites.replace(site_of(CAMERA.model_copy(update={"org": org})))
        events.apply(event(number))
    with reading(engine) as session:
        orgs = list(session.scalars(select(EventRow.org).order_by(EventRow.first_seen)))
    assert orgs == ["甲县", "乙县", None]


def test_a_node_whose_events_are_there_stays(accounts: Accounts, nodes: tuple[Node, Node], services: Services) -> None:
    """One of the same name made below another county would see them."""
    gone(services)
    put_site(services, camera_with(org="甲县"))
    admin: TestClient = accounts.as_role(Role.SYSTEM_ADMIN)
    answer = admin.delete(f"/api/v1/nodes/{nodes[1].node_id}")
    assert (answer.status_code, answer.json()["code"] == "store.node_has_events") == (409, True)
