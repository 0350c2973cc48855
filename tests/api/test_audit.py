"""What people do over HTTP is in the audit: who, when, from where, what, before and after; and who may read it."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.http.services import Services
from core.clock import rfc3339
from core.rights import Role
from tests.api.accounts import PASSWORD, SETTING_UP, Accounts
from tests.api.review_examples import Desk, happen
from tests.fake_clock import FakeClock

AUDIT = "/api/v1/audit"


@pytest.fixture
def reader(accounts: Accounts) -> TestClient:
    return accounts.as_role(Role.AUDIT_ADMIN)


def entries(reader: TestClient, **wanted: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reader.get(AUDIT, params=wanted).json()["entries"]
    return found


def test_signing_in_and_out_and_failing_to(accounts: Accounts, reader: TestClient, clock: FakeClock) -> None:
    user = accounts.user("officer", Role.OFFICER)
    accounts.nobody("192.0.2.66").post("/api/v1/session", json={"name": "officer", "password": "wrong"})
    accounts.nobody("192.0.2.66").post("/api/v1/session", json={"name": "my secret password", "password": "x"})
    accounts.sign_in("officer").delete("/api/v1/session")
    end, begin = entries(reader, actor="officer")[:2]
    assert (begin["action"], end["action"]) == ("session.begin", "session.end")
    assert (begin["actor_id"], begin["actor_role"], begin["address"]) == (user.user_id, "officer", "192.0.2.7")
    assert begin["utc"] == rfc3339(clock.utc())
    unknown, known = entries(reader, action="session.refused")
    assert (known["object_id"], known["address"], known["actor_id"]) == (str(user.user_id), "192.0.2.66", None)
    # People type passwords into the wrong field.
    assert unknown["object_id"] == "unknown"
    assert "secret" not in str(entries(reader))


def test_a_view_of_evidence_is_one_row_and_each_download_one(
    accounts: Accounts, reader: TestClient, client: TestClient, sealed: Path, clock: FakeClock
) -> None:
    clip = "/api/v1/packages/package-1/files/clip/violation.mp4"
    for part in range(3):
        assert client.get(clip, headers={"Range": f"bytes={part}-{part}"}).status_code == 206
    (view,) = entries(reader, action="evidence.originals")
    assert (view["actor_name"], view["object_kind"], view["object_id"]) == ("officer", "package", "package-1")
    clock.sleep(600)
    client.get(clip)
    assert len(entries(reader, action="evidence.originals")) == 2
    for _ in range(2):
        assert client.get("/api/v1/packages/package-1/archive", params={"purpose": "court"}).status_code == 200
    assert [one["object_id"] for one in entries(reader, action="evidence.export")] == ["package-1"] * 2


def test_a_change_of_a_user_tells_before_and_after_and_never_a_password(accounts: Accounts, reader: TestClient) -> None:
    system, security = accounts.as_role(Role.SYSTEM_ADMIN), accounts.as_role(Role.SECURITY_ADMIN)
    made = system.post("/api/v1/users", json={"name": "wu", "full_name": "吴"})
    path = f"/api/v1/users/{made.json()['user_id']}"
    headers = {"If-Match": made.headers["ETag"]}
    security.patch(path, json={"role": "manager", "node_id": None}, headers=headers)
    change, create = entries(reader, object_id=str(made.json()["user_id"]))
    assert (create["action"], create["actor_name"], create["after"]["role"]) == ("user.create", "system_admin", None)
    assert (change["action"], change["actor_name"]) == ("user.change", "security_admin")
    assert (change["before"]["role"], change["after"]["role"]) == (None, "manager")
    told = str(entries(reader))
    assert made.json()["one_time_password"] not in told
    assert "argon2" not in told
    assert PASSWORD not in told


def test_reading_the_audit_is_in_the_audit(reader: TestClient) -> None:
    reader.get(AUDIT, params={"actor": "zhang.san"})
    views = entries(reader, action="audit.view")
    assert {"actor": "zhang.san", "limit": 100} in [one["after"] for one in views]


def test_pages_follow_each_other(accounts: Accounts, reader: TestClient) -> None:
    for number in range(5):
        accounts.user(f"u{number}")
    seqs, cursor = [], None
    while True:
        page = reader.get(AUDIT, params={"limit": 2, "action": "user.create"} | ({"cursor": cursor} if cursor else {}))
        seqs += [one["seq"] for one in page.json()["entries"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seqs == sorted(seqs, reverse=True)
    assert len(seqs) == 6


@pytest.mark.parametrize(
    ("query", "field"),
    [("cursor=x", "cursor"), ("limit=0", "limit"), ("since=2026", "since"), ("actor=%00", "actor"), ("who=x", "who")],
)
def test_a_wrong_query_names_its_field(reader: TestClient, query: str, field: str) -> None:
    answer = reader.get(f"{AUDIT}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_supervision_of_a_street_reads_what_its_users_did(accounts: Accounts) -> None:
    county = accounts.node("江山市")
    tiger, tower = accounts.node("虎山街道", county), accounts.node("双塔街道", county)
    for name, street in (("a", tiger), ("b", tower)):
        accounts.user(name, Role.OFFICER, node=street)
        accounts.sign_in(name)
    supervisor = accounts.as_role(Role.SUPERVISION, tiger)
    assert {one["actor_name"] for one in entries(supervisor)} == {"a", "supervision"}


def test_the_whole_is_sound_and_no_row_can_be_changed_over_http(
    accounts: Accounts, reader: TestClient, services: Services
) -> None:
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        assert reader.request(method, AUDIT).status_code == 405
    assert accounts.nodes.add("江山市", "county", None, SETTING_UP)
    assert services.store.audit.verify().fault is None


def test_what_was_refused_is_one_row_in_ten_minutes(accounts: Accounts, reader: TestClient, clock: FakeClock) -> None:
    officer, stranger = accounts.as_role(Role.OFFICER), accounts.nobody("192.0.2.66")
    for _ in range(3):
        assert officer.get("/api/v1/users").status_code == 403
        assert stranger.get("/api/v1/events", headers={"Authorization": "Bearer guessed"}).status_code == 401
        assert stranger.get("/api/v1/users", headers={"Authorization": "Bearer guessed-again"}).status_code == 401
    (without_right,) = entries(reader, action="access.refused")
    assert (without_right["actor_name"], without_right["object_id"]) == ("officer", "list_users")
    (token,) = entries(reader, action="token.refused")
    assert (token["actor_id"], token["address"]) == (None, "192.0.2.66")
    assert "guessed" not in str(entries(reader))
    clock.sleep(600)
    officer.get("/api/v1/users")
    assert len(entries(reader, action="access.refused")) == 2


def test_who_is_nobody_and_a_session_that_ended_leave_no_row(accounts: Accounts, reader: TestClient) -> None:
    accounts.nobody().get("/api/v1/users")
    officer = accounts.as_role(Role.OFFICER)
    kept = dict(officer.cookies)
    officer.delete("/api/v1/session")
    officer.cookies.update(kept)
    assert officer.get("/api/v1/events").status_code == 401
    assert entries(reader, action="access.refused") == entries(reader, action="token.refused") == []


def test_what_people_do_with_an_event_is_a_row_each(services: Services, li: Desk, reader: TestClient) -> None:
    event_id = happen(services).event_id
    for _ in range(2):
        assert li.listed()
        li.get(event_id)
        li.get(event_id, 1)
        assert li.claim(event_id).status_code == 200
    assert li.client.post(f"/api/v1/events/{event_id}/notes", json={"text": "去现场看过"}).status_code == 201
    assert li.client.delete(f"/api/v1/events/{event_id}/openings/1/claim").status_code == 204
    done = [one["action"] for one in entries(reader, actor="li") if one["object_kind"] in ("event", "events")]
    assert sorted(done) == ["event.claim", "event.note", "event.release", "event.view", "events.search"]
    assert "去现场看过" not in str(entries(reader))


def test_looking_at_thumbnails_is_one_row(reader: TestClient, client: TestClient, sealed: Path) -> None:
    for _ in range(3):
        client.get("/api/v1/packages/package-1/thumbnail")
    assert len(entries(reader, action="evidence.thumbnails")) == 1
