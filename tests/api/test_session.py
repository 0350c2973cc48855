"""Signing in and out: one answer to all that is wrong, patience that ends, sessions that nobody can plant or forge."""

from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.http.access import PASSWORD_CHANGE_REQUIRED
from api.http.authentication import SESSION_COOKIE
from api.http.bounds import MAX_BODY_BYTES
from core.rights import Role
from store.accounts.attempts import BY_NAME, BY_PAIR
from store.base.engine import reading
from tests.api.accounts import PASSWORD, SETTING_UP, Accounts
from tests.fake_clock import FakeClock

SESSION = "/api/v1/session"


def cookie_of(answer: Any) -> Morsel[str]:
    prefix = "__Host-" if answer.url.scheme == "https" else ""
    return SimpleCookie(answer.headers.get_list("set-cookie")[0])[prefix + SESSION_COOKIE]


def attempt(client: TestClient, name: str = "officer", password: str = "wrong password") -> int:
    return client.post(SESSION, json={"name": name, "password": password}).status_code


def test_signing_in_gives_a_cookie_that_no_page_can_read(accounts: Accounts, nobody: TestClient) -> None:
    accounts.user("zhang.san", Role.OFFICER)
    answer = nobody.post(SESSION, json={"name": " Zhang.San ", "password": PASSWORD})
    cookie = cookie_of(answer)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "strict", "/", "")
    assert cookie["expires"] == cookie["max-age"] == ""
    session = answer.json()
    assert session["user"]["name"] == "zhang.san"
    assert session["user"]["full_name"] == "zhang.san 全名"
    assert "events.approve" in session["rights"]
    assert (session["may_approve"], session["must_change_password"]) == (True, False)
    assert nobody.get(SESSION).json() == session
    assert answer.headers["cache-control"] == "no-store"


def test_over_tls_the_cookie_never_travels_without(accounts: Accounts) -> None:
    accounts.user("officer", Role.OFFICER)
    with TestClient(accounts.app, base_url="https://localhost") as client:
        answer = client.post(SESSION, json={"name": "officer", "password": PASSWORD})
    assert cookie_of(answer)["secure"] is True
    assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("officer", "wrong password"),
        ("nobody.of.that.name", PASSWORD),
        ("disabled", PASSWORD),
        ("officer", ""),
        ("' OR 1=1 --", PASSWORD),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    accounts: Accounts, nobody: TestClient, name: str, password: str
) -> None:
    accounts.user("officer", Role.OFFICER)
    user = accounts.user("disabled", Role.OFFICER)
    accounts.users.change(user.user_id, user.version, {"state": "disabled"}, SETTING_UP)
    answer = nobody.post(SESSION, json={"name": name, "password": password})
    assert answer.status_code == 401
    assert answer.json()["code"] == "api.name_or_password_wrong"
    assert "set-cookie" not in answer.headers


def test_a_name_that_does_not_exist_costs_a_hash_too(
    accounts: Accounts, nobody: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.user("officer", Role.OFFICER)
    checked = []
    matches = accounts.services.passwords.matches
    hasher = accounts.services.passwords._hasher

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return hasher.verify(kept, password)

    monkeypatch.setattr(accounts.services.passwords, "_hasher", Counting())
    assert attempt(nobody, "officer") == attempt(nobody, "none") == 401
    assert len(checked) == 2
    assert matches("", None) is False


def test_a_guesser_waits_longer_and_longer_and_the_right_password_waits_too(
    accounts: Accounts, nobody: TestClient, clock: FakeClock
) -> None:
    accounts.user("officer", Role.OFFICER)
    assert [attempt(nobody) for _ in range(BY_PAIR.free)] == [401] * BY_PAIR.free
    waits = []
    for _ in range(3):
        answer = nobody.post(SESSION, json={"name": "OFFICER", "password": PASSWORD})
        assert answer.status_code == 429
        assert answer.json()["type"] == "urn:jiejing:problem:locked"
        waits.append(int(answer.headers["retry-after"]))
        clock.sleep(waits[-1])
        assert attempt(nobody) == 401
    assert waits == [30, 60, 120]
    clock.sleep(240)
    assert attempt(nobody, password=PASSWORD) == 200
    # All is forgotten.
    assert [attempt(nobody) for _ in range(BY_PAIR.free)] == [401] * BY_PAIR.free


def test_a_name_that_does_not_exist_is_locked_like_any(nobody: TestClient) -> None:
    answers = [attempt(nobody, "none") for _ in range(BY_PAIR.free + 1)]
    assert answers == [401] * BY_PAIR.free + [429]


def test_strangers_who_guess_lock_nobody_else_out(accounts: Accounts, nobody: TestClient, clock: FakeClock) -> None:
    """Fifty wrong names from an address that many share, and many wrong passwords for one of them, from there and from
    elsewhere: whoever signed in from his browser before does so again, and a colleague behind the address does, too."""
    for name in ("officer", "colleague"):
        accounts.user(name, Role.OFFICER)
    browser = accounts.sign_in("officer")
    assert {attempt(nobody, f"name-{number}") for number in range(50)} == {401}
    assert [attempt(nobody) for _ in range(BY_PAIR.free + 1)][-1] == 429
    for number in range(BY_NAME.free):
        attempt(accounts.nobody(f"192.0.2.{100 + number}"))
        clock.sleep(0.001)
    # What guesses together waits together ...
    assert attempt(accounts.nobody("192.0.2.250"), password=PASSWORD) == 429
    # ... and the owner does not.
    assert attempt(browser, password=PASSWORD) == 200
    assert attempt(nobody, "colleague", PASSWORD) == 200


def test_a_known_browser_is_no_way_to_guess(accounts: Accounts) -> None:
    accounts.user("other", Role.OFFICER)
    browser = accounts.as_role(Role.OFFICER)
    assert [attempt(browser) for _ in range(BY_PAIR.free + 1)] == [401] * BY_PAIR.free + [429]
    # It is known for its own user alone, and no longer once the password is another one.
    assert [attempt(browser, "other") for _ in range(BY_PAIR.free + 1)][-1] == 429


def test_over_tls_cookies_are_of_this_host_alone(accounts: Accounts) -> None:
    accounts.user("officer", Role.OFFICER)
    with TestClient(accounts.app, base_url="https://localhost") as client:
        answer = client.post(SESSION, json={"name": "officer", "password": PASSWORD})
        named = {one.partition("=")[0]: one for one in answer.headers.get_list("set-cookie")}
        assert set(named) == {"__Host-jiejing_session", "__Host-jiejing_device"}
        assert all("Secure" in one and "Path=/" in one and "Domain" not in one for one in named.values())
        assert client.get(SESSION).status_code == 200
        # One without the prefix, which a neighbour could have set, counts for nothing.
        client.cookies.clear()
        client.cookies.set(SESSION_COOKIE, named["__Host-jiejing_session"].partition("=")[2].partition(";")[0])
        assert client.get(SESSION).status_code == 401


def test_a_day_later_failures_are_forgotten(accounts: Accounts, nobody: TestClient, clock: FakeClock) -> None:
    for _ in range(BY_PAIR.free - 1):
        attempt(nobody, "none")
    clock.sleep(timedelta(hours=24).total_seconds())
    assert [attempt(nobody, "none") for _ in range(BY_PAIR.free)] == [401] * BY_PAIR.free


def test_a_session_that_was_planted_is_not_taken_over(accounts: Accounts, nobody: TestClient) -> None:
    accounts.user("officer", Role.OFFICER)
    nobody.cookies.set(SESSION_COOKIE, "planted-by-an-attacker")
    answer = nobody.post(SESSION, json={"name": "officer", "password": PASSWORD})
    assert cookie_of(answer).value != "planted-by-an-attacker"
    attacker = accounts.nobody()
    attacker.cookies.set(SESSION_COOKIE, "planted-by-an-attacker")
    assert attacker.get(SESSION).status_code == 401


def test_signing_in_again_ends_the_session_before(accounts: Accounts) -> None:
    client = accounts.as_role(Role.OFFICER)
    former = client.cookies[SESSION_COOKIE]
    assert attempt(client, password=PASSWORD) == 200
    assert client.cookies[SESSION_COOKIE] != former
    thief = accounts.nobody()
    thief.cookies.set(SESSION_COOKIE, former)
    assert thief.get(SESSION).status_code == 401


def test_signing_out_ends_the_session_on_the_server(accounts: Accounts) -> None:
    client = accounts.as_role(Role.OFFICER)
    secret = client.cookies[SESSION_COOKIE]
    assert client.delete(SESSION).status_code == 204
    client.cookies.set(SESSION_COOKIE, secret)
    assert client.get(SESSION).status_code == 401


def test_a_session_in_use_lasts_but_not_for_ever(accounts: Accounts, clock: FakeClock) -> None:
    client = accounts.as_role(Role.OFFICER)
    for _ in range(35):
        clock.sleep(20 * 60)
        assert client.get(SESSION).status_code == 200
    clock.sleep(20 * 60)
    assert client.get(SESSION).status_code == 401


def test_the_data_base_holds_no_secret(accounts: Accounts, engine: Engine) -> None:
    client = accounts.as_role(Role.OFFICER)
    with reading(engine) as session:
        kept = str(session.execute(text("SELECT * FROM sessions")).all())
        hashes = session.scalars(text("SELECT password_hash FROM users")).all()
    assert client.cookies[SESSION_COOKIE] not in kept
    assert all(one.startswith("$argon2id$") for one in hashes)


FORGED = [
    # what is sent along, and the answer
    ({}, 403),
    ({"X-CSRF-Token": ""}, 403),
    ({"X-CSRF-Token": "f" * 64}, 403),
    ({"X-CSRF-Token": "类似".encode()}, 403),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://["}, 403),
    ({"Referer": "http://localhost.evil.example/page"}, 403),
    ({"Origin": "http://localhost:8601"}, 403),
]


@pytest.mark.parametrize(("headers", "status"), FORGED)
def test_what_another_page_makes_a_browser_send_is_refused(
    accounts: Accounts, headers: dict[str, Any], status: int
) -> None:
    client = accounts.as_role(Role.OPERATIONS)
    own = client.headers.pop("X-CSRF-Token")
    if "X-CSRF-Token" not in headers and headers:
        headers = {"X-CSRF-Token": own, **headers}
    wanted = {"name": "prometheus", "rights": ["metrics.view"]}
    assert client.post("/api/v1/tokens", json=wanted, headers=headers).status_code == status
    good = {"X-CSRF-Token": own, "Origin": "http://localhost", "Referer": "http://localhost/cameras"}
    assert client.post("/api/v1/tokens", json=wanted, headers=good).status_code == 201


def test_another_page_cannot_sign_somebody_in(accounts: Accounts, nobody: TestClient) -> None:
    accounts.user("officer", Role.OFFICER)
    wanted = {"name": "officer", "password": PASSWORD}
    assert nobody.post(SESSION, json=wanted, headers={"Origin": "https://evil.example"}).status_code == 403


def test_the_csrf_token_of_another_session_is_none(accounts: Accounts) -> None:
    first, second = accounts.as_role(Role.OPERATIONS), accounts.as_role(Role.MANAGER)
    second.headers["X-CSRF-Token"] = first.headers["X-CSRF-Token"]
    wanted = {"name": "x", "rights": ["events.view"]}
    assert second.post("/api/v1/tokens", json=wanted).status_code == 403


def test_the_first_password_is_changed_and_all_sessions_end(accounts: Accounts) -> None:
    accounts.user("li.si", Role.OFFICER, must_change_password=True)
    client, elsewhere = accounts.sign_in("li.si"), accounts.sign_in("li.si")
    assert client.get(SESSION).json()["rights"] == []
    assert client.get("/api/v1/events").json()["type"] == PASSWORD_CHANGE_REQUIRED
    answer = client.post(f"{SESSION}/password", json={"current": PASSWORD, "new": "很长的一个新密码一二三"})
    assert (answer.status_code, answer.json()["must_change_password"]) == (200, False)
    assert client.get("/api/v1/events").status_code == 200
    assert elsewhere.get(SESSION).status_code == 401
    assert attempt(accounts.nobody(), "li.si", PASSWORD) == 401
    assert attempt(accounts.nobody(), "li.si", "很长的一个新密码一二三") == 200


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("not the present one", "a new long password", 403, "api.present_password_wrong"),
        (PASSWORD, "too-short", 422, "store.password_length"),
        (PASSWORD, PASSWORD, 422, "store.password_unchanged"),
        (PASSWORD, "Long.Officer.Name", 422, "store.password_easily_guessed"),
        (PASSWORD, "1234567890", 422, "store.password_easily_guessed"),
        (PASSWORD, " " * 10, 422, "store.password_easily_guessed"),
        (PASSWORD, "Passw0rd!!", 422, "store.password_easily_guessed"),
        (PASSWORD, "woaini1314", 422, "store.password_easily_guessed"),
        (PASSWORD, "qwertyuiop" * 10, 422, "store.password_easily_guessed"),
        (PASSWORD, "x" * 201, 422, "core.value_string_too_long"),
    ],
)
def test_a_password_that_is_not_taken(accounts: Accounts, current: str, new: str, status: int, code: str) -> None:
    accounts.user("long.officer.name", Role.OFFICER)
    client = accounts.sign_in("long.officer.name")
    answer = client.post(f"{SESSION}/password", json={"current": current, "new": new})
    assert answer.status_code == status
    assert code in (answer.json()["code"], *(fault["code"] for fault in answer.json()["errors"]))
    assert attempt(accounts.nobody(), "long.officer.name", PASSWORD) == 200


def test_who_sits_at_an_open_session_cannot_guess_the_password(accounts: Accounts) -> None:
    client = accounts.as_role(Role.OFFICER)
    wrong = {"current": "a guess of many", "new": "a new long password"}
    answers = [client.post(f"{SESSION}/password", json=wrong).status_code for _ in range(BY_PAIR.free + 1)]
    assert answers == [403] * BY_PAIR.free + [429]


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "x", "password": "\\ud800"}',
        b'{"name": "\\u0000", "password": "x"}',
        b'{"name": "x"}',
        b'{"name": "x", "password": "y", "role": "officer"}',
        b'{"name": ["x"], "password": {}}',
        b"[]",
        b"{",
        b'{"name": "' + b"x" * 101 + b'", "password": "y"}',
        b'{"name": "x", "password": "' + b"y" * 201 + b'"}',
    ],
)
def test_wrong_input_is_said_so(nobody: TestClient, content: bytes) -> None:
    answer = nobody.post(SESSION, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (401, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_oversized_body_is_refused(nobody: TestClient) -> None:
    answer = nobody.post(SESSION, content=b"x" * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    chunks = (b"x" * 1024 * 1024 for _ in range(2))
    assert nobody.post(SESSION, content=chunks).status_code == 413


def test_answers_carry_the_headers_that_browsers_heed(nobody: TestClient) -> None:
    headers = nobody.get(SESSION).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
