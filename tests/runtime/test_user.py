"""Accounts and the audit from the command line, with the data base and the app behind them."""

import json
import re
import sqlite3
import stat
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.app import create_app
from api.http.services import Services
from core.one_time_codes import code_at
from core.rights import Role
from core.settings import Settings
from runtime.demo.accounts import add_demo_accounts
from runtime.home.installation import Installation
from store.accounts.acts import ALONE
from store.accounts.passwords import Passwords
from store.accounts.second_factors import SecondFactorRepository
from store.audit.log import Actor, AuditFilter
from tests.runtime.conftest import Jiejing

OWN = "correct-horse-battery"
ADD = ("user", "add", "--name", "Li.Security", "--role", "security_admin")


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id with the least parameters."""
    monkeypatch.setattr("store.accounts.passwords.PasswordHasher", partial(PasswordHasher, 1, 8, 1))


@pytest.fixture
def installation(home: Path) -> Installation:
    return Installation(Settings(home=home))


def signs_in(installation: Installation, name: str, password: str) -> dict[str, object] | None:
    """The session that a name and password lead to; None if they do not."""
    app = create_app(Services(installation.engine, installation.packages_folder))
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.post("/api/v1/session", json={"name": name, "password": password})
    session: dict[str, object] = answer.json()
    return session if answer.status_code == 200 else None


def test_the_first_administrator_gets_a_password_that_must_be_changed(
    jiejing: Jiejing, installation: Installation
) -> None:
    said = jiejing(*ADD, "--full-name", "李某")
    name, _, password = said.out.strip().partition(": ")
    assert (said.code, name) == (0, "li.security")
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    session = signs_in(installation, "li.security", password)
    assert session is not None
    assert (session["must_change_password"], session["rights"]) == (True, [])
    (listed,) = json.loads(jiejing("user", "list", "--json").out)
    assert (listed["full_name"], listed["role"], listed["state"]) == ("李某", "security_admin", "active")
    assert jiejing("user", "list").out == "li.security\t李某\tsecurity_admin\tactive\n"


def test_a_reset_and_an_unlock(jiejing: Jiejing, installation: Installation) -> None:
    former = jiejing("user", "add", "--name", "zhang", "--role", "officer").out.strip().partition(": ")[2]
    again = jiejing("user", "reset", "zhang").out.strip().partition(": ")[2]
    assert signs_in(installation, "zhang", former) is None
    assert signs_in(installation, "zhang", again) is not None
    for _ in range(5):
        signs_in(installation, "zhang", "wrong")
    assert signs_in(installation, "zhang", again) is None
    assert jiejing("user", "unlock", "zhang").out == "zhang: unlocked\n"
    assert signs_in(installation, "zhang", again) is not None
    assert jiejing("user", "unlock", "zhang").out == "zhang: had no failed attempts\n"


def in_service(installation: Installation, name: str) -> TestClient:
    """An administrator who has chosen a password of his own, and is signed in."""
    user = installation.store.users.named(name)
    assert user is not None
    passwords, actor = Passwords(), Actor(None, "tests", None, "local")
    installation.store.users.change_own_password(user.user_id, user.version, passwords.hash(OWN), actor)
    client = TestClient(create_app(Services(installation.engine, installation.packages_folder)), "http://localhost")
    session = client.post("/api/v1/session", json={"name": name, "password": OWN}).json()
    client.headers["X-CSRF-Token"] = session["csrf_token"]
    return client


# What somebody at the machine does to an administrator: the words, what he hears, and what is true before another one
# has confirmed it.
AT_THE_MACHINE = [
    (("user", "add", "--name", "new", "--role", "audit_admin"), "change"),
    (("user", "reset", "li.security"), "reset"),
    (("user", "reset", "li.security", "--second-factor"), "second_factor"),
    (("user", "unlock", "li.security"), "unlock"),
]


@pytest.mark.parametrize(("words", "kind"), AT_THE_MACHINE)
def test_at_the_machine_an_administrator_takes_another_one(
    jiejing: Jiejing, installation: Installation, words: tuple[str, ...], kind: str
) -> None:
    first = jiejing(*ADD).out.strip().partition(": ")[2]
    jiejing("user", "add", "--name", "zhao", "--role", "system_admin")
    for _ in range(6):
        signs_in(installation, "li.security", "wrong")
    zhao = in_service(installation, "zhao")
    said = jiejing(*words)
    assert (said.code, "nothing of it holds before another administrator" in said.err) == (0, True)
    assert signs_in(installation, "li.security", first) is None
    one_time = said.out.strip().partition(": ")[2]
    if kind == "change":
        made = installation.store.users.named("new")
        assert made is not None
        assert (made.role, made.state) == (None, "pending")
    if kind == "reset":
        assert signs_in(installation, "li.security", one_time) is None
    (act,) = zhao.get("/api/v1/account-acts").json()
    assert (act["kind"], act["asked_by"], act["asked_name"].startswith("command line")) == (kind, None, True)
    assert zhao.post(f"/api/v1/account-acts/{act['act_id']}/confirm", json={}).status_code == 200
    if kind == "change":
        made = installation.store.users.named("new")
        assert made is not None
        assert (made.role, made.state) == (Role.AUDIT_ADMIN, "active")
    if kind in ("reset", "unlock"):
        assert signs_in(installation, "li.security", one_time if kind == "reset" else first) is not None


def test_alone_at_the_machine_it_is_said_and_written_down(jiejing: Jiejing, installation: Installation) -> None:
    assert "as the audit says, too: no other administrator is in service" in jiejing(*ADD).err
    jiejing("user", "add", "--name", "zhao", "--role", "system_admin")
    in_service(installation, "zhao")
    said = jiejing("user", "reset", "li.security", "--alone", "赵某休假，局长同意")
    assert "done without another administrator, as the audit says, too: 赵某休假，局长同意" in said.err
    assert signs_in(installation, "li.security", said.out.strip().partition(": ")[2]) is not None
    entries, _ = installation.store.audit.page(AuditFilter(action="account_act.confirm"))
    assert [one.after["note"] for one in entries] == ["赵某休假，局长同意", ALONE, ALONE]


def test_a_lost_phone_is_forgotten_at_the_machine(jiejing: Jiejing, installation: Installation) -> None:
    jiejing("user", "add", "--name", "wang", "--role", "officer")
    user = installation.store.users.named("wang")
    assert user is not None
    factors = SecondFactorRepository(installation.engine, installation.store.vault, installation.store.audit)
    secret = factors.begin(user.user_id)
    actor = Actor(user.user_id, "wang", None, "local")
    assert factors.confirm(user.user_id, code_at(secret, datetime.now(UTC)), actor, "") is not None
    assert "has no second factor any more" in jiejing("user", "reset", "wang", "--second-factor").out
    assert factors.of(user.user_id) is None
    entries, _ = installation.store.audit.page(AuditFilter(action="user.reset_second_factor"))
    assert entries[0].actor_name.startswith("command line")


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ((*ADD[:2], "--name", "a b", "--role", "officer"), "--name 'a b'"),
        ((*ADD[:2], "--name", "a", "--role", "king"), "--role"),
        ((*ADD, "--node", "虎山街道"), "--node: an administrator is there for the whole site"),
        (
            (*ADD[:2], "--name", "a", "--role", "officer", "--node", "虎山街道"),
            "--node 虎山街道: there is no such node (nodes: none)",
        ),
        ((*ADD, "--badge-no", "<b>"), "--badge-no '<b>'"),
        ((*ADD, "--badge-expires", "soon"), "--badge-expires"),
        (("user", "reset", "nobody"), "there is no account 'nobody'; see: jiejing user list"),
        (("user", "unlock", "nobody"), "there is no account 'nobody'"),
    ],
)
def test_wrong_use_is_one_line(jiejing: Jiejing, words: tuple[str, ...], cause: str) -> None:
    said = jiejing(*words)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert cause in said.err


def test_a_name_is_given_once(jiejing: Jiejing) -> None:
    jiejing(*ADD)
    said = jiejing(*ADD)
    assert (said.code, said.err) == (2, "jiejing: name: there is an account li.security already\n")


def test_the_audit_is_checked(jiejing: Jiejing, home: Path) -> None:
    said = jiejing("verify", "--audit")
    assert (said.code, "no data base there" in said.err) == (2, True)
    jiejing("db", "upgrade")
    said = jiejing("verify", "--audit")
    assert (said.code, "the audit has no rows yet" in said.err) == (2, True)
    for name in ("a", "b", "c"):
        jiejing("user", "add", "--name", name, "--role", "manager")
    said = jiejing("verify", "--audit")
    assert (said.code, said.out) == (0, "audit: sound (3 rows)\n")
    assert json.loads(jiejing("verify", "--audit", "--json").out) == {"rows": 3, "sound": True, "fault": None}


def tamper(home: Path, change: str) -> None:
    """Changes the data base as only its owner can."""
    with sqlite3.connect(home / "jiejing.db") as connection:
        for trigger in ("audit_no_update", "audit_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(change)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE audit SET actor_name = 'x' WHERE seq = 2", "audit: row 2: its content was changed"),
        ("DELETE FROM audit WHERE seq = 3", "audit: row 3: is missing, and all after it up to row 3"),
    ],
)
def test_a_fault_of_the_audit_is_named(jiejing: Jiejing, home: Path, change: str, fault: str) -> None:
    for name in ("a", "b", "c"):
        jiejing("user", "add", "--name", name, "--role", "manager")
    tamper(home, change)
    said = jiejing("verify", "--audit")
    assert said.code == 1
    assert said.out.startswith(fault)


def test_an_anchor_that_is_gone_or_forged_is_a_fault(jiejing: Jiejing, home: Path) -> None:
    jiejing(*ADD)
    anchor = home / "audit-head.json"
    kept = anchor.read_text()
    changed = re.sub(r'"seq":\d+', '"seq":0', kept)
    assert changed != kept
    anchor.write_text(changed)
    said = jiejing("verify", "--audit")
    assert (said.code, "audit-head.json: was changed" in said.out) == (1, True)
    anchor.unlink()
    said = jiejing("verify", "--audit")
    assert (said.code, "audit-head.json: is missing" in said.out) == (1, True)


def test_verify_checks_one_thing(jiejing: Jiejing, home: Path) -> None:
    for words in (("verify",), ("verify", "package", "--audit")):
        assert jiejing(*words).err == "jiejing: give a package to check, or --audit\n"


def test_the_demo_has_an_account_for_each_role(installation: Installation, home: Path) -> None:
    home.mkdir()
    accounts = add_demo_accounts(installation)
    assert {account.role for account in accounts} == set(Role)
    assert len({account.password for account in accounts}) == len(accounts) == 11
    session = signs_in(installation, accounts[0].name, accounts[0].password)
    assert session is not None
    assert (session["may_approve"], session["must_change_password"]) == (True, False)
    assert stat.S_IMODE((home / "keys" / "audit.pem").stat().st_mode) == 0o600
