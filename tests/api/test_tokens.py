"""Access tokens: a part of their owner's rights, for some time, hashed, and useless once revoked."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from core.rights import MACHINE_RIGHTS, Right, Role
from store.audit.log import AuditFilter
from store.base.engine import reading
from tests.api.accounts import SETTING_UP, Accounts
from tests.fake_clock import FakeClock

TOKENS = "/api/v1/tokens"


@pytest.fixture
def owner(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.OPERATIONS)


def token(owner: TestClient, *rights: Right, **more: Any) -> dict[str, Any]:
    answer = owner.post(TOKENS, json={"name": "prometheus", "rights": rights, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def machine(accounts: Accounts, secret: str) -> TestClient:
    client = accounts.nobody()
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def test_a_token_may_what_it_was_given_and_nothing_more(accounts: Accounts, owner: TestClient) -> None:
    made = token(owner, Right.METRICS_VIEW, Right.CAMERAS_VIEW)
    client = machine(accounts, made["secret"])
    assert client.get("/metrics").status_code == 200
    assert client.get("/api/v1/cameras").status_code == 200
    assert client.get("/api/v1/events").status_code == 403
    # No CSRF token is needed, but the right is.
    assert client.post(TOKENS, json={"name": "x", "rights": ["metrics.view"]}).status_code == 403
    session = client.get("/api/v1/session").json()
    assert (session["rights"], session["csrf_token"], session["may_approve"]) == (
        ["cameras.view", "metrics.view"],
        "",
        False,
    )


@pytest.mark.parametrize("change", ["password", "reset", "role", "node", "disabled"])
def test_a_token_ends_with_what_it_hung_on(accounts: Accounts, owner: TestClient, change: str) -> None:
    client = machine(accounts, token(owner, Right.CAMERAS_VIEW)["secret"])
    assert client.get("/api/v1/cameras").status_code == 200
    user = accounts.users.named("operations")
    assert user is not None
    changes = {
        "role": {"role": Role.MANAGER, "node_id": None},
        "node": {"node_id": accounts.node("江山市").node_id},
        "disabled": {"state": "disabled"},
    }
    if change == "password":
        chosen = accounts.services.passwords.hash("another")
        accounts.users.change_own_password(user.user_id, user.version, chosen, SETTING_UP)
    elif change == "reset":
        accounts.users.reset_password(user.user_id, "x", SETTING_UP, confirmed=True)
    else:
        accounts.users.change(user.user_id, user.version, changes[change], SETTING_UP)
    # Nor when it is as it was before.
    now = accounts.users.get(user.user_id)
    assert now is not None
    accounts.users.change(
        now.user_id, now.version, {"role": Role.OPERATIONS, "node_id": None, "state": "active"}, SETTING_UP
    )
    assert client.get("/api/v1/cameras").status_code == 401


def test_the_audit_names_the_token(accounts: Accounts, owner: TestClient) -> None:
    made = token(owner, Right.EVENTS_VIEW)
    assert machine(accounts, made["secret"]).get("/api/v1/events").status_code == 200
    entries, _ = accounts.services.store.audit.page(AuditFilter(actor="operations", action="events.search"))
    assert [one.actor_name for one in entries] == [f"operations (token {made['token_id']})"]


def test_the_secret_is_told_once_and_kept_nowhere(owner: TestClient, engine: Engine) -> None:
    made = token(owner, Right.METRICS_VIEW)
    assert made["secret"].startswith("jj_")
    assert len(made["secret"]) == 46
    (listed,) = owner.get(TOKENS).json()
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    with reading(engine) as session:
        for table in ("tokens", "audit"):
            assert made["secret"] not in str(session.execute(text(f"SELECT * FROM {table}")).all())


def test_nobody_gives_what_he_does_not_have(owner: TestClient) -> None:
    for right in MACHINE_RIGHTS:
        status = owner.post(TOKENS, json={"name": "x", "rights": [right]}).status_code
        assert status == (201 if right in owner.get("/api/v1/session").json()["rights"] else 403)


@pytest.mark.parametrize("right", sorted(set(Right) - MACHINE_RIGHTS))
def test_what_is_for_persons_no_machine_gets(owner: TestClient, right: Right) -> None:
    answer = owner.post(TOKENS, json={"name": "x", "rights": [right]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "rights")


@pytest.mark.parametrize(
    "wrong",
    [{"rights": []}, {"rights": ["all"]}, {"days": 0}, {"days": 366}, {"name": ""}, {"name": "x" * 81}, {"more": 1}],
)
def test_a_wrong_token_names_its_field(owner: TestClient, wrong: dict[str, Any]) -> None:
    answer = owner.post(TOKENS, json={"name": "x", "rights": ["metrics.view"], **wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].partition(".")[0] in wrong


def test_a_token_expires(accounts: Accounts, owner: TestClient, clock: FakeClock) -> None:
    client = machine(accounts, token(owner, Right.METRICS_VIEW, days=1)["secret"])
    clock.sleep(timedelta(days=1).total_seconds() - 1)
    assert client.get("/metrics").status_code == 200
    clock.sleep(1)
    assert client.get("/metrics").status_code == 401


def test_a_revoked_token_is_useless(accounts: Accounts, owner: TestClient) -> None:
    made = token(owner, Right.METRICS_VIEW)
    assert owner.delete(f"{TOKENS}/{made['token_id']}").status_code == 204
    assert machine(accounts, made["secret"]).get("/metrics").status_code == 401
    assert owner.delete(f"{TOKENS}/{made['token_id']}").status_code == 404
    assert owner.get(TOKENS).json()[0]["revoked_at"] is not None


def test_the_token_of_another_is_not_there(accounts: Accounts, owner: TestClient) -> None:
    made = token(owner, Right.METRICS_VIEW)
    other = accounts.as_role(Role.MANAGER)
    assert other.delete(f"{TOKENS}/{made['token_id']}").status_code == 404
    assert other.get(TOKENS).json() == []
    assert machine(accounts, made["secret"]).get("/metrics").status_code == 200


@pytest.mark.parametrize("secret", ["jj_", "", "x" * 10000, "jj_\u00e9", "' OR 1=1 --"])
def test_a_token_that_was_never_given(accounts: Accounts, secret: str) -> None:
    client = accounts.nobody()
    headers = {"Authorization": f"Bearer {secret}".encode()}
    assert client.get("/api/v1/cameras", headers=headers).status_code == 401


def test_a_wrong_token_does_not_fall_back_on_a_session(accounts: Accounts, owner: TestClient) -> None:
    assert owner.get("/api/v1/cameras", headers={"Authorization": "Bearer jj_wrong"}).status_code == 401
