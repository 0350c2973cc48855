"""Accounts: made by one administrator, granted by another, by nobody to himself; and what a node sees."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.http.services import Services
from core.errors import InputError
from core.principal import badge_holds
from core.rights import Right, Role
from store.events.events import EventRepository
from store.events.packages import PackageRepository
from store.site.sites import SiteRepository
from tests.api.accounts import PASSWORD, SETTING_UP, Accounts
from tests.fake_clock import FakeClock
from tests.store.examples import START, camera, event, package, site_of

USERS, SESSION = "/api/v1/users", "/api/v1/session"


@pytest.fixture
def system(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.SYSTEM_ADMIN)


@pytest.fixture
def security(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.SECURITY_ADMIN)


def patch(client: TestClient, user_id: int, **changes: Any) -> Any:
    """Changes an account as it is now."""
    etag = client.get(f"{USERS}/{user_id}").headers["ETag"]
    return client.patch(f"{USERS}/{user_id}", json=changes, headers={"If-Match": etag})


def test_an_account_takes_two_administrators(accounts: Accounts, system: TestClient, security: TestClient) -> None:
    made = system.post(USERS, json={"name": "Wang.Wu", "full_name": "王五"})
    assert made.status_code == 201
    user = made.json()
    assert (user["name"], user["state"], user["role"]) == ("wang.wu", "pending", None)
    client = accounts.sign_in("wang.wu", user["one_time_password"])
    answer = client.post(f"{SESSION}/password", json={"current": user["one_time_password"], "new": PASSWORD})
    assert answer.json()["rights"] == []
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    waiting = client.get("/api/v1/events")
    assert (waiting.status_code, waiting.json()["code"] == "api.account_has_no_role") == (403, True)
    granted = patch(
        security, user["user_id"], role="officer", node_id=None, badge_no="3308810099", badge_expires="2026-12-31"
    )
    assert (granted.status_code, granted.json()["state"]) == (200, "active")
    # What was open had no rights, and gets none.
    assert client.get("/api/v1/events").status_code == 401
    client = accounts.sign_in("wang.wu")
    assert client.get("/api/v1/events").status_code == 200
    assert client.get(SESSION).json()["may_approve"] is True


@pytest.mark.parametrize(
    "changes",
    [{"role": "officer", "node_id": None}, {"state": "disabled"}, {"badge_no": "1"}, {"badge_expires": "2030-01-01"}],
)
def test_the_system_administrator_grants_nothing(
    accounts: Accounts, system: TestClient, changes: dict[str, Any]
) -> None:
    user = accounts.user("assistant", Role.ASSISTANT)
    answer = patch(system, user.user_id, **changes)
    assert answer.status_code == 403
    assert answer.json()["code"] == "api.only_security_administrator_changes"
    assert accounts.users.get(user.user_id) == user


@pytest.mark.parametrize("changes", [{"role": "officer", "node_id": None}, {"state": "disabled"}, {"badge_no": "1"}])
def test_nobody_grants_to_himself(accounts: Accounts, security: TestClient, changes: dict[str, Any]) -> None:
    me = security.get(SESSION).json()["user"]
    answer = patch(security, me["user_id"], **changes)
    assert answer.status_code == 403
    assert answer.json()["code"] == "api.no_granting_to_oneself"
    assert security.get(SESSION).json()["user"] == me


def test_the_security_administrator_makes_no_account_and_resets_no_password(
    accounts: Accounts, security: TestClient
) -> None:
    user = accounts.user("officer", Role.OFFICER)
    assert security.post(USERS, json={"name": "x", "full_name": "x"}).status_code == 403
    assert security.post(f"{USERS}/{user.user_id}/password").status_code == 403
    assert patch(security, user.user_id, full_name="x").status_code == 403


def test_a_reset_gives_nobody_the_rights_of_another(
    accounts: Accounts, system: TestClient, security: TestClient
) -> None:
    accounts.user("du", Role.SUPERVISION)
    client = accounts.sign_in("du")
    user = accounts.users.named("du")
    assert user is not None
    answer = system.post(f"{USERS}/{user.user_id}/password")
    one_time = answer.json()["one_time_password"]
    assert answer.json()["state"] == "pending"
    assert client.get(SESSION).status_code == 401
    # The system administrator tries it himself.
    thief = accounts.sign_in("du", one_time)
    changed = thief.post(f"{SESSION}/password", json={"current": one_time, "new": "the thief chose this"})
    thief.headers["X-CSRF-Token"] = changed.json()["csrf_token"]
    assert thief.get("/api/v1/audit").status_code == 403
    assert patch(security, user.user_id, state="active").status_code == 200


def test_a_reset_ends_a_lock(accounts: Accounts, system: TestClient, nobody: TestClient) -> None:
    user = accounts.user("officer", Role.OFFICER)
    wrong = {"name": "officer", "password": "wrong"}
    while nobody.post(SESSION, json=wrong).status_code != 429:
        pass
    one_time = system.post(f"{USERS}/{user.user_id}/password").json()["one_time_password"]
    assert nobody.post(SESSION, json={"name": "officer", "password": one_time}).status_code == 200


def test_one_s_own_password_is_not_reset(system: TestClient) -> None:
    me = system.get(SESSION).json()["user"]["user_id"]
    assert system.post(f"{USERS}/{me}/password").status_code == 403


def test_a_change_takes_effect_at_once(accounts: Accounts, security: TestClient) -> None:
    client = accounts.as_role(Role.OFFICER)
    user = accounts.users.named("officer")
    assert user is not None
    assert patch(security, user.user_id, role="assistant", node_id=None).status_code == 200
    # What was open was an officer's.
    assert client.get(SESSION).status_code == 401
    client = accounts.sign_in("officer")
    assert Right.EVENTS_APPROVE not in client.get(SESSION).json()["rights"]
    assert patch(security, user.user_id, state="disabled").status_code == 200
    assert client.get(SESSION).status_code == 401


def test_a_change_is_for_the_version_that_was_read(accounts: Accounts, security: TestClient) -> None:
    user = accounts.user("officer", Role.OFFICER)
    path = f"{USERS}/{user.user_id}"
    etag = security.get(path).headers["ETag"]
    assert security.patch(path, json={"state": "disabled"}).status_code == 428
    first = security.patch(path, json={"badge_no": "2"}, headers={"If-Match": etag})
    assert first.status_code == 200
    assert first.headers["ETag"] != etag
    for stale in (etag, '"99"', "*", "W/x"):
        assert security.patch(path, json={"badge_no": "3"}, headers={"If-Match": stale}).status_code == 412
    assert security.get(path).json()["badge_no"] == "2"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, ""),
        ({"role": "king", "node_id": None}, "role"),
        ({"role": "officer"}, ""),
        ({"node_id": None}, ""),
        ({"role": None, "node_id": None}, ""),
        ({"state": "pending"}, ""),
        ({"badge_no": "<script>"}, "badge_no"),
        ({"badge_expires": "soon"}, "badge_expires"),
        ({"role": "officer", "node_id": 99}, "node_id"),
        ({"role": "officer", "node_id": 2**63}, "node_id"),
        ({"password_hash": "x"}, "password_hash"),
        ({"full_name": "x" * 81}, "full_name"),
        ({"full_name": "a\x00b"}, "full_name"),
    ],
)
def test_a_wrong_change_names_its_field(
    accounts: Accounts, security: TestClient, changes: dict[str, Any], field: str
) -> None:
    user = accounts.user("officer", Role.OFFICER)
    answer = patch(security, user.user_id, **changes)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    if field:
        assert answer.json()["errors"][0]["field"] == field


def test_an_administrator_is_there_for_the_whole_site(accounts: Accounts, security: TestClient) -> None:
    street = accounts.node("虎山街道", accounts.node("江山市"))
    user = accounts.user("new")
    answer = patch(security, user.user_id, role="audit_admin", node_id=street.node_id)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "node_id")


@pytest.mark.parametrize(
    ("before", "after"), [("audit_admin", "officer"), ("system_admin", "security_admin"), ("officer", "audit_admin")]
)
def test_an_administrator_s_account_is_that_alone(
    accounts: Accounts, security: TestClient, before: Role, after: Role
) -> None:
    user = accounts.user("somebody", Role(before))
    with pytest.raises(InputError, match="for ever"):
        accounts.users.change(user.user_id, user.version, {"role": after, "node_id": None}, SETTING_UP)


@pytest.mark.parametrize(
    "name",
    [
        "off\u0456cer",
        "\u043e\u0444\u0438\u0446\u0435\u0440",
        "\u03bfmega",
        "of\u200bficer",
        "of\u00adficer",
        "o\u202efficer",
        "\u2060x",
    ],
)
def test_no_name_looks_like_another(system: TestClient, name: str) -> None:
    """Letters of other alphabets, and what nobody sees, in names to sign in with, of people and of nodes."""
    made = system.post(USERS, json={"name": name, "full_name": "x"})
    assert (made.status_code, made.json()["errors"][0]["field"]) == (422, "name")
    assert system.post(USERS, json={"name": "plain", "full_name": name}).status_code == 422
    assert system.post("/api/v1/nodes", json={"name": name, "level": "county"}).status_code == 422


@pytest.mark.parametrize("name", ["<b>x</b>", "a b", "", "x" * 41, "a\x00b", "../x", "张三'--"])
def test_a_name_to_sign_in_with_is_plain(system: TestClient, name: str) -> None:
    assert system.post(USERS, json={"name": name, "full_name": "x"}).status_code == 422


def test_html_in_a_name_stays_text(system: TestClient) -> None:
    attack = "<img src=x onerror=alert(1)>"
    user = system.post(USERS, json={"name": "張三.ａ", "full_name": attack})
    assert user.json()["name"] == "張三.a"
    answer = system.get(f"{USERS}/{user.json()['user_id']}")
    assert answer.json()["full_name"] == attack
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("application/json", "nosniff")


def test_a_name_is_given_once(system: TestClient) -> None:
    assert system.post(USERS, json={"name": "zhao", "full_name": "赵"}).status_code == 201
    again = system.post(USERS, json={"name": "ZHAO", "full_name": "赵"})
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "name")


def test_there_is_no_such_user(system: TestClient) -> None:
    for path in (f"{USERS}/99", f"{USERS}/99/password"):
        answer = system.post(path) if path.endswith("password") else system.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "api.user_unknown")
    assert system.get(f"{USERS}/{2**63}").status_code == 422


SHANGHAI_MIDNIGHT = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # 2027-01-01 00:00 there


def test_a_badge_holds_through_its_last_day_at_the_site(accounts: Accounts, clock: FakeClock) -> None:
    accounts.user("officer", Role.OFFICER)
    user = accounts.users.named("officer")
    assert user is not None
    accounts.users.change(user.user_id, user.version, {"badge_expires": date(2026, 12, 31)}, SETTING_UP)
    clock.sleep((SHANGHAI_MIDNIGHT - START).total_seconds() - 1)
    client = accounts.sign_in("officer")
    assert client.get(SESSION).json()["may_approve"] is True
    clock.sleep(1)
    session = client.get(SESSION).json()
    assert session["may_approve"] is False
    assert Right.EVENTS_APPROVE not in session["rights"]
    assert Right.EVENTS_DECIDE in session["rights"]


def test_without_a_badge_nobody_approves(accounts: Accounts, security: TestClient) -> None:
    client = accounts.as_role(Role.OFFICER)
    user = accounts.users.named("officer")
    assert user is not None
    patch(security, user.user_id, badge_no=None)
    assert client.get(SESSION).json()["may_approve"] is False


@pytest.fixture
def two_streets(accounts: Accounts, engine: Engine, services: Services) -> Accounts:
    """A county with two streets; a camera, an event and a package of each, and a camera that hangs nowhere."""
    county = accounts.node("江山市")
    for name in ("虎山街道", "双塔街道"):
        street = accounts.node(name, county)
        accounts.user(f"of-{street.node_id}", Role.OFFICER, node=street)
    accounts.user("of-county", Role.OFFICER, node=county)
    accounts.user("of-site", Role.OFFICER)
    SiteRepository(engine).replace(
        site_of(camera("tiger", org="虎山街道"), camera("tower", org="双塔街道"), camera("stray"))
    )
    for number, camera_id in enumerate(("tiger", "tower", "stray")):
        EventRepository(engine).apply(event(number, camera_id=camera_id))
        record = package(number + 1, event_id=event(number).event_id, path=camera_id)
        PackageRepository(engine).add(record)
    return accounts


def seen(client: TestClient) -> tuple[set[str], set[str], set[int], set[int]]:
    """What one sees: listed cameras, cameras of listed events, numbers of events and packages asked for by id."""
    cameras = {one["id"] for one in client.get("/api/v1/cameras").json()}
    events = {one["camera_id"] for one in client.get("/api/v1/events").json()["events"]}
    by_id = {number for number in range(3) if client.get(f"/api/v1/events/{event(number).event_id}").status_code == 200}
    packages = {
        number for number in range(3) if client.get(f"/api/v1/packages/package-{number + 1}").status_code == 200
    }
    return cameras, events, by_id, packages


def test_a_node_sees_its_own_and_what_is_below(two_streets: Accounts) -> None:
    tiger, tower = {"tiger"}, {"tower"}
    assert seen(two_streets.sign_in("of-2")) == (tiger, tiger, {0}, {0})
    assert seen(two_streets.sign_in("of-3")) == (tower, tower, {1}, {1})
    both = tiger | tower
    assert seen(two_streets.sign_in("of-county")) == (both, both, {0, 1}, {0, 1})
    everything = both | {"stray"}
    assert seen(two_streets.sign_in("of-site")) == (everything, everything, {0, 1, 2}, {0, 1, 2})


def test_what_another_node_has_is_not_there(two_streets: Accounts) -> None:
    client = two_streets.sign_in("of-2")
    foreign = event(1).event_id
    for path, missing in (
        ("/api/v1/cameras/tower", "/api/v1/cameras/none"),
        (f"/api/v1/events/{foreign}", "/api/v1/events/none"),
        (f"/api/v1/events/{foreign}/packages", "/api/v1/events/none/packages"),
        ("/api/v1/packages/package-2", "/api/v1/packages/none"),
        ("/api/v1/packages/package-2/files", "/api/v1/packages/none/files"),
        ("/api/v1/packages/package-2/files/composite.jpg", "/api/v1/packages/none/files/composite.jpg"),
        ("/api/v1/packages/package-2/archive", "/api/v1/packages/none/archive"),
    ):
        answer, of_nothing = client.get(path), client.get(missing)
        assert answer.status_code == of_nothing.status_code == 404, path
        name = path.split("/")[4]
        assert answer.json()["detail"].replace(name, "none") == of_nothing.json()["detail"]
    assert client.get("/api/v1/events?camera=tower").json()["events"] == []


def test_the_events_of_a_camera_that_was_removed_are_still_seen(two_streets: Accounts, engine: Engine) -> None:
    SiteRepository(engine).remove_camera("tiger")
    assert seen(two_streets.sign_in("of-2")) == (set(), {"tiger"}, {0}, {0})


def test_the_tree_is_kept_in_order(accounts: Accounts, system: TestClient, engine: Engine) -> None:
    nodes = "/api/v1/nodes"
    county = system.post(nodes, json={"name": "江山市", "level": "county"}).json()
    below = {"name": "虎山街道", "level": "street", "parent_id": county["node_id"]}
    street = system.post(nodes, json=below).json()
    assert [one["name"] for one in system.get(nodes).json()] == ["江山市", "虎山街道"]
    assert system.post(nodes, json=below).status_code == 409
    for wrong in (
        {"name": "x", "level": "street"},
        {"name": "x", "level": "street", "parent_id": street["node_id"]},
        {"name": "x", "level": "county", "parent_id": county["node_id"]},
    ):
        answer = system.post(nodes, json=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "parent_id")
    SiteRepository(engine).replace(site_of(camera("tiger", org="虎山街道")))
    for node, what in ((county, "nodes"), (street, "cameras")):
        answer = system.delete(f"{nodes}/{node['node_id']}")
        assert (answer.status_code, answer.json()["detail"].partition(" ")[0]) == (409, what)
    SiteRepository(engine).put_camera(camera("tiger"))
    assert system.delete(f"{nodes}/{street['node_id']}").status_code == 204
    assert system.delete(f"{nodes}/{street['node_id']}").status_code == 404


def test_a_badge_without_a_last_day_does_not_hold() -> None:
    assert badge_holds(None, START, ZoneInfo("Asia/Shanghai")) is False
