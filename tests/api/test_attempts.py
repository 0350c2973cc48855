"""The table of attempts: what one person alone, or somebody of another node, tries against the rules of two persons, of
three administrators, of machines and of nodes; by which route; and what he gets. Nothing of it may have held
afterwards.

The rows of docs/security.md are these.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.http.services import Services
from core.errors import StaleError
from core.rights import Role
from store.accounts.acts import Wanted
from store.accounts.records import Node, User
from store.audit.log import Actor
from store.base.engine import reading
from tests.api.accounts import PASSWORD, SETTING_UP, Accounts
from tests.api.camera_examples import CAMERAS, SMALLER, document, presets, put, zone
from tests.api.review_examples import camera_with, happen, put_site
from tests.store.examples import CAMERA

SESSION, USERS, ACTS, TOKENS = "/api/v1/session", "/api/v1/users", "/api/v1/account-acts", "/api/v1/all-tokens"
SYSTEM, SECURITY, AUDIT, OFFICER, OPERATIONS = "system_admin", "security_admin", "audit_admin", "officer", "operations"
ADMINISTRATORS = (SYSTEM, SECURITY, AUDIT)
CORNER = [[0, 0], [0.1, 0], [0.1, 0.1]]
WAITS = "waits for a second person"
# What must be as it was after each attempt.
KEPT = ("users", "cameras", "relaxations", "account_acts", "second_factors", "packages", "events")


@dataclass
class House:
    """An installation with users in two nodes and three administrators. `gate` hangs on 甲县, has a zone in force and a
    mask; the example camera of 乙县 is gone, and its event is there."""

    accounts: Accounts
    nodes: dict[str, Node]
    event_id: str = ""
    _clients: dict[str, TestClient] = field(default_factory=dict)

    def of(self, who: str) -> TestClient:
        """A client that is signed in as the user of that name, which begins with a role."""
        if who not in self._clients:
            if self.accounts.users.named(who) is None:
                role, _, node = who.partition("-")
                self.accounts.user(who, Role(role), node=self.nodes.get(node))
            self._clients[who] = self.accounts.sign_in(who)
        return self._clients[who]

    def user(self, who: str) -> User:
        self.of(who)
        found = self.accounts.users.named(who)
        assert found is not None
        return found

    def patch(self, who: str, whom: str, **changes: Any) -> Any:
        """One changes the account of another, as it is now."""
        user = self.user(whom)
        headers = {"If-Match": f'"{user.version}"'}
        return self.of(who).patch(f"{USERS}/{user.user_id}", json=changes, headers=headers)

    def reset(self, who: str, whom: str) -> Any:
        return self.of(who).post(f"{USERS}/{self.user(whom).user_id}/password")

    def new_account(self) -> str:
        """An account that the system administrator made; it waits for a role."""
        self.accounts.user("new")
        return "new"

    def act(self, asked_by: str, whom: str = AUDIT) -> str:
        """The path of an act that one asked for: to take an administrator out of service."""
        services, asker = self.accounts.services, self.user(asked_by)
        actor = Actor(asker.user_id, asker.name, asker.role, "192.0.2.9")
        acts = services.store.account_acts
        return f"{ACTS}/{acts.ask(self.user(whom), Wanted('change', {'state': 'disabled'}), actor).act_id}"

    def put_gate(self, who: str, **changes: Any) -> Any:
        """One changes the camera `gate`."""
        wanted = {**document(privacy_masks=[CORNER], org="甲县"), **changes}
        del wanted["id"]
        return put(self.of(who), f"{CAMERAS}/gate", wanted, '"1"' if who == "operations-乙县" else None)

    def relaxation(self) -> str:
        """The path of a change of `gate` that operations asked for."""
        waiting = self.put_gate("operations-甲县", privacy_masks=[]).json()["waiting"]
        return f"/api/v1/relaxations/{waiting['request_id']}"

    def machine(self, *rights: str) -> TestClient:
        """A program with an access token of operations of 甲县."""
        made = self.of("operations-甲县").post("/api/v1/tokens", json={"name": "x", "rights": rights})
        client = self.accounts.nobody()
        client.headers["Authorization"] = f"Bearer {made.json()['secret']}"
        return client

    def handed_over(self, whom: str) -> str:
        """A one-time password of an administrator, which the system administrator asked for and nobody confirmed."""
        one_time: str = self.reset(SYSTEM, whom).json()["one_time_password"]
        return one_time

    def kept(self) -> set[str]:
        """What an attempt must leave as it is: the rows of these tables, but for what was asked for and waits."""
        with reading(self.accounts.services.engine) as session:
            rows = {name: session.execute(text(f"SELECT * FROM {name}")).mappings().all() for name in KEPT}
        return {f"{name} {dict(row)}" for name, found in rows.items() for row in found if row.get("state") != "waiting"}


@pytest.fixture
def house(accounts: Accounts, services: Services) -> House:
    house = House(accounts, {name: accounts.node(name) for name in ("甲县", "乙县")})
    put_site(services, camera_with(org="乙县"))
    house.event_id = happen(services).event_id
    put_site(services)
    made = house.of("operations-甲县").post(CAMERAS, json=document(privacy_masks=[CORNER], org="甲县"))
    assert made.status_code == HTTPStatus.CREATED, made.text
    for who in (*ADMINISTRATORS, OFFICER):
        house.accounts.user(who, Role(who))
    return house


@dataclass(frozen=True)
class Attempt:
    """A row of the table. `gets`: the status of the answer, or that it waits."""

    who: str
    what: str
    route: str
    gets: int | str
    does: Callable[[House], Any]


PATCH, RESET = "PATCH /users/ID", "POST /users/ID/password"
ACTS_OF = [
    # An act of an administrator on an administrator waits, whichever it is.
    Attempt("security", "makes a new account an administrator", PATCH, WAITS,
            lambda h: h.patch(SECURITY, h.new_account(), role=AUDIT, node_id=None)),
    Attempt("security", "takes the audit administrator out of service", PATCH, WAITS,
            lambda h: h.patch(SECURITY, AUDIT, state="disabled")),
    Attempt("security", "takes the system administrator out of service", PATCH, WAITS,
            lambda h: h.patch(SECURITY, SYSTEM, state="disabled")),
    Attempt("security", "gives the audit administrator a badge", PATCH, WAITS,
            lambda h: h.patch(SECURITY, AUDIT, badge_no="1")),
    Attempt("system", "renames the security administrator", PATCH, WAITS,
            lambda h: h.patch(SYSTEM, SECURITY, full_name="别人")),
    Attempt("system", "resets the security administrator's password", RESET, WAITS,
            lambda h: h.reset(SYSTEM, SECURITY)),
    Attempt("system", "resets the audit administrator's password", RESET, WAITS, lambda h: h.reset(SYSTEM, AUDIT)),
    Attempt("system", "signs in with the one-time password that nobody confirmed", "POST /session", 401,
            lambda h: h.accounts.nobody("192.0.2.8").post(
                SESSION, json={"name": SECURITY, "password": h.handed_over(SECURITY)})),
    # What cannot be even with a second one.
    Attempt("security", "makes the audit administrator an officer", PATCH, 422,
            lambda h: h.patch(SECURITY, AUDIT, role=OFFICER, node_id=None)),
    Attempt("security", "makes an officer an administrator", PATCH, 422,
            lambda h: h.patch(SECURITY, OFFICER, role=AUDIT, node_id=None)),
    Attempt("security", "gives an administrator a node", PATCH, 422,
            lambda h: h.patch(SECURITY, AUDIT, role=AUDIT, node_id=h.nodes["甲县"].node_id)),
    # Nobody is his own second one.
    *(Attempt(who.partition("_")[0], "confirms what he asked for", "POST /account-acts/ID/confirm", 403,
              lambda h, who=who, whom=whom: h.of(who).post(f"{h.act(who, whom)}/confirm", json={}))
      for who, whom in ((SYSTEM, AUDIT), (SECURITY, AUDIT), (AUDIT, SYSTEM))),
    Attempt("audit", "confirms what concerns himself", "POST /account-acts/ID/confirm", 403,
            lambda h: h.of(AUDIT).post(f"{h.act(SECURITY)}/confirm", json={})),
    Attempt("audit", "turns down what concerns himself", "POST /account-acts/ID/reject", 403,
            lambda h: h.of(AUDIT).post(f"{h.act(SECURITY)}/reject", json={})),
    Attempt("security", "turns down what he asked for, as if another had", "POST /account-acts/ID/reject", 403,
            lambda h: h.of(SECURITY).post(f"{h.act(SECURITY)}/reject", json={})),
    Attempt("system", "withdraws what another asked for", "POST /account-acts/ID/withdraw", 403,
            lambda h: h.of(SYSTEM).post(f"{h.act(SECURITY)}/withdraw")),
    *(Attempt(who, "confirms an act on an administrator", "POST /account-acts/ID/confirm", 403,
              lambda h, who=who: h.of(who).post(f"{h.act(SECURITY)}/confirm", json={}))
      for who in ("officer", "manager", "supervision", "legal_reviewer")),
    Attempt("security", "asks for a second act while one waits", PATCH, 409,
            lambda h: (h.act(SYSTEM), h.patch(SECURITY, AUDIT, state="disabled"))[1]),
    # Each does his own work alone.
    Attempt("system", "grants a role", PATCH, 403, lambda h: h.patch(SYSTEM, OFFICER, role="manager", node_id=None)),
    Attempt("system", "takes an officer out of service", PATCH, 403,
            lambda h: h.patch(SYSTEM, OFFICER, state="disabled")),
    Attempt("security", "makes an account", "POST /users", 403,
            lambda h: h.of(SECURITY).post(USERS, json={"name": "x", "full_name": "x"})),
    Attempt("security", "resets a password", RESET, 403, lambda h: h.reset(SECURITY, OFFICER)),
    Attempt("security", "grants to himself", PATCH, 403, lambda h: h.patch(SECURITY, SECURITY, badge_no="1")),
    Attempt("system", "resets his own password", RESET, 403, lambda h: h.reset(SYSTEM, SYSTEM)),
    Attempt("audit", "reads the accounts", "GET /users", 403, lambda h: h.of(AUDIT).get(USERS)),
    Attempt("system", "reads the audit", "GET /audit", 403, lambda h: h.of(SYSTEM).get("/api/v1/audit")),
    *(Attempt(who.partition("_")[0], "looks at events", "GET /events", 403,
              lambda h, who=who: h.of(who).get("/api/v1/events")) for who in ADMINISTRATORS),
]  # fmt: skip
MACHINES = [
    Attempt("operations", "makes a token that grants", "POST /tokens", 422,
            lambda h: h.of("operations-甲县").post("/api/v1/tokens", json={"name": "x", "rights": ["users.grant"]})),
    Attempt("operations", "makes a token that confirms", "POST /tokens", 422,
            lambda h: h.of("operations-甲县").post(
                "/api/v1/tokens", json={"name": "x", "rights": ["relaxations.confirm"]})),
    Attempt("system", "makes a token", "POST /tokens", 403,
            lambda h: h.of(SYSTEM).post("/api/v1/tokens", json={"name": "x", "rights": ["system.view"]})),
    Attempt("a machine", "resets a password", RESET, 403,
            lambda h: h.machine("cameras.edit", "cameras.view").post(f"{USERS}/{h.user(OFFICER).user_id}/password")),
    Attempt("a machine", "confirms an act on an administrator", "POST /account-acts/ID/confirm", 403,
            lambda h: h.machine("cameras.edit", "cameras.view").post(f"{h.act(SECURITY)}/confirm", json={})),
    Attempt("a machine", "revokes a token", "DELETE /all-tokens/ID", 403,
            lambda h: h.machine("cameras.edit", "cameras.view").delete(f"{TOKENS}/1")),
    Attempt("a machine", "changes its owner's password", "POST /session/password", 403,
            lambda h: h.machine("cameras.view").post(
                f"{SESSION}/password", json={"current": PASSWORD, "new": "quite another long one"})),
]  # fmt: skip
SECOND_PERSON = [
    *(Attempt("operations", what, "PUT /cameras/ID", WAITS,
              lambda h, asked=asked: h.put_gate("operations-甲县", **asked))
      for what, asked in {
          "draws the zone smaller": {"presets": presets(zone(polygon=SMALLER))},
          "removes the zone": {"presets": presets()},
          "lets the zone only observe": {"presets": presets(zone(observe=True))},
          "removes the privacy mask": {"privacy_masks": []},
          "turns to another stream": {"source": "rtsp://10.0.0.9/other"},
          "names a model that is not there": {"models": ["no-such"]},
          "looks once a minute": {"sampling": {"mode": "interval", "interval_s": 60}},
      }.items()),
    Attempt("operations", "removes the camera", "DELETE /cameras/ID", WAITS,
            lambda h: h.of("operations-甲县").delete(
                f"{CAMERAS}/gate",
                headers={"If-Match": h.of("operations-甲县").get(f"{CAMERAS}/gate").headers["ETag"]})),
    Attempt("operations", "confirms what he asked for", "POST /relaxations/ID/confirm", 403,
            lambda h: h.of("operations-甲县").post(f"{h.relaxation()}/confirm", json={"note": ""})),
    Attempt("officer", "confirms a relaxation", "POST /relaxations/ID/confirm", 403,
            lambda h: h.of(OFFICER).post(f"{h.relaxation()}/confirm", json={"note": ""})),
    Attempt("a machine of operations", "removes the privacy mask", "PUT /cameras/ID", WAITS,
            lambda h: put(h.machine("cameras.edit", "cameras.view"), f"{CAMERAS}/gate",
                          {k: v for k, v in document(org="甲县").items() if k != "id"})),
]  # fmt: skip
NODES = [
    Attempt("operations of another node", "reads a camera", "GET /cameras/ID", 404,
            lambda h: h.of("operations-乙县").get(f"{CAMERAS}/gate")),
    Attempt("operations of another node", "changes a camera", "PUT /cameras/ID", 404,
            lambda h: h.put_gate("operations-乙县", privacy_masks=[])),
    Attempt("operations of another node", "removes a camera", "DELETE /cameras/ID", 404,
            lambda h: h.of("operations-乙县").delete(f"{CAMERAS}/gate", headers={"If-Match": '"1"'})),
    Attempt("operations of another node", "takes the id of a camera that is gone", "POST /cameras", 422,
            lambda h: h.of("operations-甲县").post(CAMERAS, json=document(CAMERA.id, org="甲县"))),
    Attempt("operations", "hangs a new camera on another node", "POST /cameras", 422,
            lambda h: h.of("operations-甲县").post(CAMERAS, json=document("fresh", org="乙县"))),
    Attempt("manager of another node", "confirms a relaxation", "POST /relaxations/ID/confirm", 404,
            lambda h: h.of("manager-乙县").post(f"{h.relaxation()}/confirm", json={"note": ""})),
    *(Attempt(f"{who} of another node", "opens an event", "GET /events/ID", 404,
              lambda h, who=who: h.of(f"{who}-甲县").get(f"/api/v1/events/{h.event_id}"))
      for who in ("officer", "legal_reviewer", "supervision", "ml_engineer", "manager")),
    Attempt("officer of another node", "claims an event", "POST /events/ID/claim", 404,
            lambda h: h.of("officer-甲县").post(f"/api/v1/events/{h.event_id}/claim")),
    Attempt("system", "removes a node to which events belong", "DELETE /nodes/ID", 409,
            lambda h: h.of(SYSTEM).delete(f"/api/v1/nodes/{h.nodes['乙县'].node_id}")),
]  # fmt: skip
ATTEMPTS = [*ACTS_OF, *MACHINES, *SECOND_PERSON, *NODES]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda one: f"{one.who}: {one.what}")
def test_an_attempt_is_refused_or_waits_and_nothing_of_it_holds(house: House, attempt: Attempt) -> None:
    before = house.kept()
    answer = attempt.does(house)
    assert outcome(answer) == attempt.gets, answer.text
    added = house.kept() ^ before
    # Whoever tries it, and whom it concerns, comes with the attempt.
    assert {one for one in added if not one.startswith("users ")} == set()
    assert before <= house.kept()


def outcome(answer: Any) -> int | str:
    """The status of an answer, or that what was asked for waits."""
    waits = answer.status_code in (HTTPStatus.OK, HTTPStatus.ACCEPTED) and answer.json().get("waiting")
    return WAITS if waits else int(answer.status_code)


def test_what_another_administrator_confirms_holds(house: House) -> None:
    """The other way round, or the table would show a system in which nothing goes."""
    audit = house.user(AUDIT)
    path = house.act(SECURITY)
    confirmed = house.of(SYSTEM).post(f"{path}/confirm", json={"note": "核对过"})
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed"), confirmed.text
    now = house.accounts.users.get(audit.user_id)
    assert now is not None
    assert now.state == "disabled"
    assert house.of(AUDIT).get(SESSION).status_code == HTTPStatus.UNAUTHORIZED
    assert house.of(SYSTEM).post(f"{path}/confirm", json={}).status_code == HTTPStatus.CONFLICT


def test_a_confirmed_reset_gives_the_account_back_to_its_owner(house: House) -> None:
    one_time = house.handed_over(SECURITY)
    (act,) = house.of(AUDIT).get(ACTS).json()
    assert (act["kind"], act["asked_name"], act["user_name"]) == ("reset", SYSTEM, SECURITY)
    assert one_time not in str(act)
    before = house.accounts.users.password_hash(SECURITY)
    assert house.of(AUDIT).post(f"{ACTS}/{act['act_id']}/confirm", json={}).status_code == HTTPStatus.OK
    assert house.accounts.users.password_hash(SECURITY) != before
    # The password of before is none any more; the account is in service, once it has one of its own again.
    old = house.accounts.nobody().post(SESSION, json={"name": SECURITY, "password": PASSWORD})
    assert old.status_code == HTTPStatus.UNAUTHORIZED
    again = house.accounts.sign_in(SECURITY, one_time)
    assert again.get(SESSION).json()["must_change_password"] is True
    changed = again.post(f"{SESSION}/password", json={"current": one_time, "new": "four horses and no battery"})
    assert "users.grant" in changed.json()["rights"]


def test_an_administrator_is_made_by_three_hands(house: House) -> None:
    made = house.of(SYSTEM).post(USERS, json={"name": "second", "full_name": "第二人"}).json()
    user = house.accounts.users.get(made["user_id"])
    assert user is not None
    headers = {"If-Match": f'"{user.version}"'}
    asked = house.of(SECURITY).patch(
        f"{USERS}/{user.user_id}", json={"role": SECURITY, "node_id": None}, headers=headers
    )
    waiting = asked.json()["waiting"]
    assert (asked.json()["role"], asked.json()["state"], waiting["changes"]["state"]) == (None, "pending", "active")
    path = f"{ACTS}/{waiting['act_id']}/confirm"
    # Who made the account knows its password: two hands would be one.
    assert house.of(SYSTEM).post(path, json={}).status_code == HTTPStatus.FORBIDDEN
    assert house.of(AUDIT).post(path, json={}).status_code == HTTPStatus.OK
    now = house.accounts.users.get(user.user_id)
    assert now is not None
    assert (now.role, now.state) == (SECURITY, "active")


def test_what_changed_meanwhile_is_asked_for_anew(house: House) -> None:
    path = house.act(SECURITY)
    changed = house.of(AUDIT).post(
        f"{SESSION}/password", json={"current": PASSWORD, "new": "four horses and no battery"}
    )
    assert changed.status_code == HTTPStatus.OK
    answer = house.of(SYSTEM).post(f"{path}/confirm", json={})
    assert answer.status_code == HTTPStatus.PRECONDITION_FAILED
    assert house.user(AUDIT).state == "active"
    assert house.of(SYSTEM).post(f"{path}/reject", json={"note": "已变"}).json()["state"] == "rejected"


def test_what_was_asked_by_one_who_is_out_of_service_is_not_confirmed(house: House) -> None:
    path = house.act(SECURITY)
    asker = house.user(SECURITY)
    house.accounts.users.change(asker.user_id, asker.version, {"state": "disabled"}, SETTING_UP)
    answer = house.of(SYSTEM).post(f"{path}/confirm", json={})
    assert (answer.status_code, answer.json()["code"] == "store.asker_out_of_service") == (HTTPStatus.CONFLICT, True)
    assert house.user(AUDIT).state == "active"


def test_a_password_that_was_reset_meanwhile_is_not_overwritten(house: House) -> None:
    """By a change that was judged by the password of before."""
    before, users = house.user(OFFICER), house.accounts.users
    users.reset_password(before.user_id, "of the one-time password", SETTING_UP, confirmed=True)
    with pytest.raises(StaleError):
        users.change_own_password(before.user_id, before.version, "of his own", SETTING_UP)
    assert users.password_hash(before.name) == "of the one-time password"


def test_who_asked_takes_it_back(house: House) -> None:
    path = house.act(SECURITY)
    assert house.of(SECURITY).post(f"{path}/withdraw").json()["state"] == "withdrawn"
    assert house.of(SYSTEM).get(ACTS).json() == []


def test_administrators_see_and_end_everybody_s_tokens(house: House) -> None:
    machine = house.machine("cameras.view")
    assert machine.get(CAMERAS).status_code == HTTPStatus.OK
    (token,) = house.of(SECURITY).get(TOKENS).json()
    assert (token["owner_name"], token["rights"], "secret" in token) == ("operations-甲县", ["cameras.view"], False)
    assert house.of(SECURITY).delete(f"{TOKENS}/{token['token_id']}").status_code == HTTPStatus.NO_CONTENT
    assert machine.get(CAMERAS).status_code == HTTPStatus.UNAUTHORIZED
    assert house.of(SYSTEM).delete(f"{TOKENS}/{token['token_id']}").status_code == HTTPStatus.NOT_FOUND
