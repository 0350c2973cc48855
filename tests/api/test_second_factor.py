"""The second factor: set up with the password, asked for at signing in and once more for what weighs; a code counts
once, and is guessed no faster than a password."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.accounts.sign_in import CODE_REQUIRED, WRONG_CODE
from api.app import create_app
from api.http.access import SECOND_FACTOR_REQUIRED, STEP_UP_REQUIRED
from api.http.services import Services
from core.one_time_codes import STEP_S, code_at
from core.rights import Role
from store.accounts.attempts import BY_NAME, BY_PAIR
from store.accounts.second_factors import RECOVERY_CODES
from store.accounts.sessions import SessionPolicy
from store.audit.log import AuditFilter
from store.base.engine import reading
from tests.api.accounts import PASSWORD, SETTING_UP, Accounts
from tests.fake_clock import FakeClock

SESSION, USERS = "/api/v1/session", "/api/v1/users"


class Phone:
    """Shows the codes of one secret."""

    def __init__(self, secret: str, clock: FakeClock, codes: list[str]) -> None:
        self._secret = secret
        self._clock = clock
        self.recovery_codes = codes

    @property
    def code(self) -> str:
        """The code of this moment."""
        return code_at(self._secret, self._clock.utc())

    def next(self) -> str:
        """A code that was not shown before: the clock goes on to it."""
        self._clock.sleep(STEP_S)
        return self.code


def set_up(client: TestClient, clock: FakeClock) -> Phone:
    """Gives the one who is signed in a second factor."""
    begun = client.post(f"{SESSION}/second-factor", json={"current": PASSWORD})
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    clock.sleep(STEP_S)
    confirmed = client.post(f"{SESSION}/second-factor/confirmation", json={"otp": code_at(secret, clock.utc())})
    assert confirmed.status_code == 200, confirmed.text
    return Phone(secret, clock, confirmed.json()["codes"])


def attempt(client: TestClient, code: str | None = None, password: str = PASSWORD, name: str = "officer") -> Any:
    given = {"name": name, "password": password} | ({} if code is None else {"otp": code})
    return client.post(SESSION, json=given)


@pytest.fixture
def officer(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.OFFICER)


@pytest.fixture
def phone(officer: TestClient, clock: FakeClock) -> Phone:
    return set_up(officer, clock)


@pytest.fixture
def strict(services: Services) -> Accounts:
    """An installation as it is delivered: administrators have a second factor."""
    roles = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
    services = replace(services, session_policy=SessionPolicy(second_factor=roles))
    return Accounts(create_app(services), services)


def test_a_password_alone_is_not_enough_any_more(phone: Phone, nobody: TestClient) -> None:
    answer = attempt(nobody)
    assert (answer.status_code, answer.json()["type"]) == (401, CODE_REQUIRED)
    assert "set-cookie" not in answer.headers
    assert attempt(nobody, "000000").json()["type"] == WRONG_CODE
    answer = attempt(nobody, phone.next())
    assert (answer.status_code, answer.json()["is_fresh"]) == (200, True)


def test_a_code_does_not_make_up_for_the_password(phone: Phone, nobody: TestClient) -> None:
    answer = attempt(nobody, phone.next(), "a wrong password")
    assert (answer.status_code, answer.json()["type"]) == (401, "about:blank")
    # Nor was the code used up by it.
    assert attempt(nobody, phone.code).status_code == 200


@pytest.mark.parametrize(
    ("steps_s", "status"),
    [
        (0, 200),
        # A phone that is slow or fast by a step.
        (-STEP_S, 200),
        (STEP_S, 200),
        (-3 * STEP_S, 401),
        (3 * STEP_S, 401),
    ],
)
def test_a_phone_may_be_wrong_by_a_step(
    phone: Phone, nobody: TestClient, clock: FakeClock, steps_s: int, status: int
) -> None:
    clock.sleep(10 * STEP_S)
    code = code_at(phone._secret, clock.utc() + timedelta(seconds=steps_s))
    assert attempt(nobody, code).status_code == status


def test_a_code_counts_once(phone: Phone, accounts: Accounts, clock: FakeClock, officer: TestClient) -> None:
    # The code by which it was set up is used already, too.
    assert attempt(accounts.nobody(), phone.code).json()["type"] == WRONG_CODE
    code = phone.next()
    assert attempt(accounts.nobody(), code).status_code == 200
    assert attempt(accounts.nobody(), code).json()["type"] == WRONG_CODE
    # Nor one of before, that nobody used, nor for another purpose.
    clock.sleep(STEP_S)
    former = code_at(phone._secret, clock.utc() - timedelta(seconds=STEP_S))
    assert attempt(accounts.nobody(), former).json()["type"] == WRONG_CODE
    assert officer.post(f"{SESSION}/code", json={"otp": code}).json()["type"] == WRONG_CODE


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "²²²²²²", "1234567", "x" * 41, "\0" * 6, "' OR 1=1 --"])
def test_what_is_no_code(phone: Phone, nobody: TestClient, code: str) -> None:
    assert attempt(nobody, code).status_code in (401, 422)


def test_a_code_as_a_chinese_keyboard_gives_it(phone: Phone, nobody: TestClient) -> None:
    code = phone.next()
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    assert attempt(nobody, f" {wide[:3]} {wide[3:]}").status_code == 200


def test_codes_are_guessed_no_faster_than_passwords(
    phone: Phone, accounts: Accounts, nobody: TestClient, clock: FakeClock
) -> None:
    answers = [attempt(nobody, f"{number:06}").status_code for number in range(BY_PAIR.free + 1)]
    assert answers == [401] * BY_PAIR.free + [429]
    # The right one waits, too.
    assert attempt(nobody, phone.code).status_code == 429
    clock.sleep(30)
    assert attempt(nobody, phone.next()).status_code == 200


def test_asking_for_the_code_clears_no_count(phone: Phone, nobody: TestClient) -> None:
    for number in range(BY_PAIR.free):
        assert attempt(nobody, f"{number:06}").status_code == 401
        if number < BY_PAIR.free - 1:
            assert attempt(nobody).json()["type"] == CODE_REQUIRED
    assert attempt(nobody, "999999").status_code == 429


def test_the_first_half_of_signing_in_locks_nobody_out(phone: Phone, accounts: Accounts) -> None:
    assert {attempt(accounts.nobody("192.0.2.77")).status_code for _ in range(BY_NAME.free + 5)} == {401}
    assert attempt(accounts.nobody(), phone.next()).status_code == 200


def test_who_sits_at_an_open_session_guesses_no_codes(phone: Phone, officer: TestClient) -> None:
    wrong = [officer.post(f"{SESSION}/code", json={"otp": f"{number:06}"}) for number in range(BY_PAIR.free + 1)]
    assert [one.status_code for one in wrong] == [403] * BY_PAIR.free + [429]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", {"name": "officer", "password": PASSWORD}),
        ("/password", {"current": PASSWORD, "new": "short"}),
        ("/second-factor", {"current": PASSWORD}),
    ],
)
def test_a_right_password_clears_the_way_for_no_code(
    phone: Phone, officer: TestClient, path: str, wanted: dict[str, str]
) -> None:
    answers = []
    for number in range(BY_PAIR.free + 1):
        answers.append(officer.post(f"{SESSION}/code", json={"otp": f"{number:06}"}).status_code)
        officer.post(f"{SESSION}{path}", json=wanted)
    assert answers == [403] * BY_PAIR.free + [429]


def test_another_password_takes_a_fresh_code(phone: Phone, officer: TestClient, clock: FakeClock) -> None:
    wanted = {"current": PASSWORD, "new": "four horses and no battery"}
    clock.sleep(SessionPolicy().step_up.total_seconds())
    assert officer.post(f"{SESSION}/password", json=wanted).json()["type"] == STEP_UP_REQUIRED
    assert officer.post(f"{SESSION}/code", json={"otp": phone.next()}).status_code == 204
    assert officer.post(f"{SESSION}/password", json=wanted).status_code == 200
    assert officer.get(f"{SESSION}/account").status_code == 200


def test_a_session_that_never_gave_a_code_is_none(phone: Phone, accounts: Accounts) -> None:
    """However it came to be: its name and password were judged while the second factor was being set up."""
    user = accounts.users.named("officer")
    assert user is not None
    secret = accounts.services.store.sessions.begin(user.user_id, "192.0.2.7")
    assert accounts.services.store.sessions.find(secret, "192.0.2.7") is None


def test_who_knows_the_password_and_no_code_is_in_the_audit(
    phone: Phone, accounts: Accounts, nobody: TestClient
) -> None:
    attempt(nobody, "000000")
    entries, _ = accounts.services.store.audit.page(AuditFilter(action="session.code_refused"))
    user = accounts.users.named("officer")
    assert user is not None
    assert [(one.object_id, one.address) for one in entries] == [(str(user.user_id), "192.0.2.7")]


def test_a_recovery_code_counts_once(phone: Phone, accounts: Accounts, nobody: TestClient) -> None:
    assert len(set(phone.recovery_codes)) == RECOVERY_CODES
    first, second, *_ = phone.recovery_codes
    # As it is copied from paper.
    assert attempt(nobody, f" {first.upper()} ").status_code == 200
    assert attempt(accounts.nobody(), first).json()["type"] == WRONG_CODE
    nobody.headers["X-CSRF-Token"] = nobody.get(SESSION).json()["csrf_token"]
    assert nobody.get(f"{SESSION}/account").json()["second_factor"]["codes_left"] == RECOVERY_CODES - 1
    renewed = nobody.post(f"{SESSION}/recovery-codes").json()["codes"]
    assert attempt(accounts.nobody(), second).json()["type"] == WRONG_CODE
    assert attempt(accounts.nobody(), renewed[0]).status_code == 200


def test_the_recovery_code_of_another_is_none(phone: Phone, accounts: Accounts, clock: FakeClock) -> None:
    other = set_up(accounts.as_role(Role.MANAGER), clock)
    assert attempt(accounts.nobody(), other.recovery_codes[0]).json()["type"] == WRONG_CODE
    assert attempt(accounts.nobody(), other.recovery_codes[0], name="manager").status_code == 200


def test_nothing_tells_the_secret_again(
    phone: Phone, accounts: Accounts, officer: TestClient, engine: Engine, tmp_path: Path
) -> None:
    told = [officer.get(path).text for path in (SESSION, f"{SESSION}/account")]
    security = accounts.as_role(Role.SECURITY_ADMIN)
    told.append(security.get(USERS).text)
    with reading(engine) as session:
        tables = ("second_factors", "recovery_codes", "audit", "users", "sessions")
        told += [str(session.execute(text(f"SELECT * FROM {one}")).all()) for one in tables]
    for secret in (phone._secret, *phone.recovery_codes, *(one.replace("-", "") for one in phone.recovery_codes)):
        assert not any(secret in one for one in told)
    assert phone._secret.encode() not in (tmp_path / "jiejing.db").read_bytes()


def test_the_picture_of_the_secret_is_drawn_here(officer: TestClient) -> None:
    begun = officer.post(f"{SESSION}/second-factor", json={"current": PASSWORD}).json()
    assert begun["address"].startswith("otpauth://totp/")
    assert f"secret={begun['secret']}" in begun["address"]
    assert begun["qr_svg"].startswith("<svg ")
    assert "script" not in begun["qr_svg"]


def test_it_takes_the_password_to_set_one_up(officer: TestClient, clock: FakeClock) -> None:
    assert officer.post(f"{SESSION}/second-factor", json={"current": "another password"}).status_code == 403
    assert officer.post(f"{SESSION}/second-factor/confirmation", json={"otp": "000000"}).status_code == 409
    assert officer.get(f"{SESSION}/account").json()["second_factor"] is None


def test_what_is_being_set_up_does_not_hold_yet(accounts: Accounts, officer: TestClient, phone: Phone) -> None:
    begun = officer.post(f"{SESSION}/second-factor", json={"current": PASSWORD})
    assert begun.status_code == 200
    assert officer.post(f"{SESSION}/second-factor/confirmation", json={"otp": "000000"}).status_code == 403
    assert attempt(accounts.nobody(), phone.next()).status_code == 200


def test_sessions_that_began_without_it_end(accounts: Accounts, officer: TestClient, clock: FakeClock) -> None:
    elsewhere = accounts.sign_in("officer")
    set_up(officer, clock)
    assert (officer.get(SESSION).status_code, elsewhere.get(SESSION).status_code) == (200, 401)


def test_tokens_that_were_made_without_it_end(accounts: Accounts, clock: FakeClock) -> None:
    manager = accounts.as_role(Role.MANAGER)
    made = manager.post("/api/v1/tokens", json={"name": "dashboard", "rights": ["statistics.view"], "days": 1})
    machine = accounts.nobody()
    machine.headers["Authorization"] = f"Bearer {made.json()['secret']}"
    assert machine.get("/api/v1/statistics").status_code == 200
    set_up(manager, clock)
    assert machine.get("/api/v1/statistics").status_code == 401


def test_another_phone_takes_a_code_of_the_one_before(officer: TestClient, phone: Phone, clock: FakeClock) -> None:
    clock.sleep(15 * 60)
    answer = officer.post(f"{SESSION}/second-factor", json={"current": PASSWORD})
    assert (answer.status_code, answer.json()["type"]) == (403, STEP_UP_REQUIRED)
    assert officer.post(f"{SESSION}/recovery-codes").json()["type"] == STEP_UP_REQUIRED
    assert officer.delete(f"{SESSION}/second-factor").json()["type"] == STEP_UP_REQUIRED
    assert officer.post(f"{SESSION}/code", json={"otp": phone.next()}).status_code == 204
    assert officer.delete(f"{SESSION}/second-factor").status_code == 204
    assert officer.get(f"{SESSION}/account").json()["second_factor"] is None


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_an_administrator_may_nothing_without_one(strict: Accounts, clock: FakeClock, role: Role) -> None:
    page = {Role.AUDIT_ADMIN: "/api/v1/audit"}.get(role, USERS)
    client = strict.as_role(role)
    session = client.get(SESSION).json()
    assert (session["rights"], session["must_set_second_factor"]) == ([], True)
    answer = client.get(page)
    assert (answer.status_code, answer.json()["type"]) == (403, SECOND_FACTOR_REQUIRED)
    set_up(client, clock)
    assert client.get(SESSION).json()["must_set_second_factor"] is False
    assert client.get(page).status_code == 200
    assert client.delete(f"{SESSION}/second-factor").status_code == 409


def test_the_first_password_comes_before_the_second_factor(strict: Accounts) -> None:
    strict.user("new", Role.SYSTEM_ADMIN, must_change_password=True)
    client = strict.sign_in("new")
    assert client.post(f"{SESSION}/second-factor", json={"current": PASSWORD}).status_code == 403


def test_others_need_none(strict: Accounts) -> None:
    session = strict.as_role(Role.OFFICER).get(SESSION).json()
    assert (session["must_set_second_factor"], session["is_fresh"], "events.view" in session["rights"]) == (
        False,
        True,
        True,
    )


# What asks for a fresh code: of whom, and where.
STEPPED_UP = [
    (Role.SECURITY_ADMIN, "PATCH", f"{USERS}/1"),
    (Role.SYSTEM_ADMIN, "POST", USERS),
    (Role.SYSTEM_ADMIN, "POST", f"{USERS}/2/password"),
    (Role.OFFICER, "GET", "/api/v1/packages/package-1/files/originals/a.jpg"),
    (Role.OFFICER, "GET", "/api/v1/packages/package-1/archive?purpose=x"),
    (Role.SUPERVISION, "GET", "/api/v1/packages/package-1/files/originals/a.jpg?purpose=x"),
    (Role.ML_ENGINEER, "GET", "/api/v1/decisions.jsonl"),
    (Role.ML_ENGINEER, "GET", "/api/v1/decisions.zip?purpose=x"),
    (Role.MANAGER, "GET", "/api/v1/statistics/export"),
    (Role.SUPERVISION, "GET", "/api/v1/supervision/export"),
    (Role.OPERATIONS, "GET", "/api/v1/camera-exports"),
    (Role.OPERATIONS, "POST", "/api/v1/tokens"),
]


@pytest.mark.parametrize(("role", "method", "path"), STEPPED_UP)
def test_grants_originals_and_exports_ask_for_a_fresh_code(
    accounts: Accounts, sealed: Path, clock: FakeClock, role: Role, method: str, path: str
) -> None:
    client = accounts.as_role(role)
    phone = set_up(client, clock)
    asked: dict[str, Any] = {} if method == "GET" else {"json": {}}
    assert client.request(method, path, **asked).status_code not in (401, 403)
    clock.sleep(15 * 60)
    answer = client.request(method, path, **asked)
    assert (answer.status_code, answer.json()["type"]) == (403, STEP_UP_REQUIRED)
    assert client.get(SESSION).json()["is_fresh"] is False
    assert client.post(f"{SESSION}/code", json={"otp": phone.next()}).status_code == 204
    assert client.request(method, path, **asked).status_code not in (401, 403)


def test_what_is_masked_asks_for_no_code(accounts: Accounts, sealed: Path, clock: FakeClock) -> None:
    client = accounts.as_role(Role.OFFICER)
    set_up(client, clock)
    clock.sleep(15 * 60)
    assert client.get("/api/v1/packages/package-1/files/composite.jpg").status_code == 200


def test_a_machine_has_no_second_factor(accounts: Accounts, clock: FakeClock) -> None:
    client = accounts.as_role(Role.OPERATIONS)
    secret = client.post("/api/v1/tokens", json={"name": "x", "rights": ["cameras.view"]}).json()["secret"]
    machine = accounts.nobody()
    machine.headers["Authorization"] = f"Bearer {secret}"
    for method, path, asked in (
        ("GET", "/account", None),
        ("POST", "/second-factor", {"current": PASSWORD}),
        ("POST", "/second-factor/confirmation", {"otp": "000000"}),
        ("POST", "/code", {"otp": "000000"}),
        ("POST", "/recovery-codes", None),
        ("DELETE", "/second-factor", None),
        ("DELETE", "/others", None),
    ):
        assert machine.request(method, f"{SESSION}{path}", json=asked).status_code == 403


def test_one_s_own_sessions_are_listed_and_ended(accounts: Accounts) -> None:
    accounts.user("li", Role.OFFICER)
    accounts.as_role(Role.MANAGER)
    here, there, elsewhere = (accounts.sign_in("li") for _ in range(3))
    listed = here.get(f"{SESSION}/account").json()["sessions"]
    assert [one["is_this"] for one in listed].count(True) == 1
    assert {(one["address"], one["agent"]) for one in listed} == {("192.0.2.7", "testclient")}
    (of_there,) = (one for one in there.get(f"{SESSION}/account").json()["sessions"] if one["is_this"])
    assert here.delete(f"{SESSION}/others/{of_there['session_id']}").status_code == 204
    assert [one.get(SESSION).status_code for one in (here, there, elsewhere)] == [200, 401, 200]
    # The one that asks, and those of others, are none of these.
    (this,) = (one for one in here.get(f"{SESSION}/account").json()["sessions"] if one["is_this"])
    for session_id in (this["session_id"], of_there["session_id"], "0" * 16):
        assert here.delete(f"{SESSION}/others/{session_id}").status_code == 404
    assert here.delete(f"{SESSION}/others").status_code == 204
    assert [one.get(SESSION).status_code for one in (here, elsewhere)] == [200, 401]
    entries, _ = accounts.services.store.audit.page(AuditFilter(action="session.end_other"))
    assert len(entries) == 2


def test_the_session_of_another_is_not_ended(accounts: Accounts) -> None:
    other = accounts.as_role(Role.MANAGER)
    (one,) = other.get(f"{SESSION}/account").json()["sessions"]
    assert accounts.as_role(Role.OFFICER).delete(f"{SESSION}/others/{one['session_id']}").status_code == 404
    assert other.get(SESSION).status_code == 200


def test_the_owner_sees_who_used_the_first_password(accounts: Accounts, clock: FakeClock) -> None:
    """Whoever handed the password over uses it first: the owner and the security administrator see from where."""
    user = accounts.user("new", Role.OFFICER, must_change_password=True)
    thief = accounts.nobody("198.51.100.66")
    assert attempt(thief, name="new").status_code == 200
    used = clock.utc()
    clock.sleep(3600)
    owner = accounts.sign_in("new")
    seen = owner.get(f"{SESSION}/account").json()
    assert (seen["first_used_from"], seen["first_used_at"][:19]) == ("198.51.100.66", used.isoformat()[:19])
    listed = accounts.as_role(Role.SECURITY_ADMIN).get(f"{USERS}/{user.user_id}").json()
    assert listed["first_used_from"] == "198.51.100.66"
    entries, _ = accounts.services.store.audit.page(AuditFilter(action="session.begin", object_id=str(user.user_id)))
    assert [one.after for one in entries] == [None, {"first_password": True}]
    # Another password that is handed over begins anew.
    accounts.users.reset_password(user.user_id, accounts.services.passwords.hash(PASSWORD), SETTING_UP, confirmed=True)
    again = accounts.users.get(user.user_id)
    assert again is not None
    assert again.first_used_from is None
