"""Accounts and the audit from the command line, with the data base and the app behind them."""

import json
import re
import sqlite3
import stat
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.app import create_app
from api.dependencies import Services
from core.rights import Role
from core.settings import Settings
from runtime.demo.accounts import add_demo_accounts
from runtime.installation import Installation
from tests.runtime.conftest import Jiejing

ADD = ("user", "add", "--name", "Li.Security", "--role", "security_admin")


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id with the least parameters."""
    monkeypatch.setattr("api.passwords.PasswordHasher", partial(PasswordHasher, 1, 8, 1))


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
    former = jiejing(*ADD).out.strip().partition(": ")[2]
    again = jiejing("user", "reset", "li.security").out.strip().partition(": ")[2]
    assert signs_in(installation, "li.security", former) is None
    assert signs_in(installation, "li.security", again) is not None
    for _ in range(5):
        signs_in(installation, "li.security", "wrong")
    assert signs_in(installation, "li.security", again) is None
    assert jiejing("user", "unlock", "li.security").out == "li.security: unlocked\n"
    assert signs_in(installation, "li.security", again) is not None
    assert jiejing("user", "unlock", "li.security").out == "li.security: had no failed attempts\n"


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ((*ADD[:2], "--name", "a b", "--role", "officer"), "--name 'a b'"),
        ((*ADD[:2], "--name", "a", "--role", "king"), "--role"),
        ((*ADD, "--node", "虎山街道"), "--node 虎山街道: there is no such node (nodes: none)"),
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
    anchor.write_text(kept.replace('"seq":1', '"seq":0'))
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
    assert stat.S_IMODE((home / "keys" / "signing.pem").stat().st_mode) == 0o600
