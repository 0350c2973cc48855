"""Attacks that no other test has. Elsewhere: rights of each role, nobody, the three administrators (test_access.py);
CSRF, planted sessions, guessing, oversized bodies (test_session.py); other nodes (test_users.py, test_review.py,
test_stream.py); paths and links in packages (test_packages.py); forged hosts (test_app.py); formulas in tables
(test_statistics.py); what fits no column (test_contract.py)."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.http.services import Services
from api.http.web_app import WebApp
from core.rights import Role
from store.accounts.attempts import BY_PAIR
from store.files.picture_files import MAX_PIXELS
from tests.api.accounts import PASSWORD, Accounts
from tests.api.review_examples import Desk, camera_with, happen, jpeg, put_site

MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def test_markup_comes_back_as_the_text_that_it_is(li: Desk, services: Services) -> None:
    put_site(services, camera_with(name=MARKUP))
    event_id = happen(services).event_id
    place = f"/api/v1/events/{event_id}"
    li.client.post(f"{place}/notes", json={"text": MARKUP})
    picture = (f"{MARKUP}.html", jpeg(), "text/html")
    li.client.post(f"{place}/attachments", files={"file": picture}, data={"note": MARKUP})
    answer = li.client.get(place)
    event = answer.json()
    kept = (event["place"]["camera_name"], event["notes"][0]["text"], event["attachments"][0]["note"])
    assert kept == (MARKUP, MARKUP, MARKUP)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    # Neither the name nor the type that was sent is heeded.
    got = li.client.get(f"/api/v1/attachments/{event['attachments'][0]['attachment_id']}")
    assert (got.headers["content-type"], got.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert "html" not in got.headers["content-disposition"]


def test_no_page_runs_what_is_not_ours(accounts: Accounts, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>街镜</title>")
    page = TestClient(WebApp(accounts.app, tmp_path)).get("/review")
    answer = accounts.nobody().get("/healthz")
    for policy in (page.headers["content-security-policy"], answer.headers["content-security-policy"]):
        rules = {name: rest.split() for name, _, rest in (rule.strip().partition(" ") for rule in policy.split(";"))}
        scripts = rules.get("script-src", rules["default-src"])
        assert set(scripts) <= {"'self'", "'none'"}
        assert rules["frame-ancestors"] == rules["base-uri"] == ["'none'"]


def test_a_decision_is_taken_back_by_its_officer_alone(accounts: Accounts, li: Desk, services: Services) -> None:
    decided = li.decide(happen(services).event_id)
    accounts.user("wang", Role.OFFICER)
    answer = Desk(accounts.sign_in("wang")).undo(decided)
    assert (answer.status_code, answer.json()["code"]) == (404, "api.own_decision_unknown")
    assert li.undo(decided).status_code == 200


def test_the_key_of_another_repeats_nothing_of_theirs(accounts: Accounts, li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    assert li.decide(event_id, key="guessed").status_code == 201
    accounts.user("wang", Role.OFFICER)
    answer = Desk(accounts.sign_in("wang")).decide(event_id, key="guessed")
    assert answer.status_code == 409
    assert "decision" not in answer.json()


@pytest.mark.parametrize("name", ["..%2F..%2Fjiejing.db", "%2e%2e%2fjiejing.db", "%2Fetc%2Fpasswd", "x%00"])
def test_a_picture_is_found_by_its_id_alone(li: Desk, services: Services, name: str) -> None:
    li.client.post(f"/api/v1/events/{happen(services).event_id}/attachments", files={"file": ("a", jpeg())})
    assert li.client.get(f"/api/v1/attachments/{name}").status_code == 404


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be very large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_picture_that_claims_to_be_huge_is_not_unpacked(li: Desk, services: Services) -> None:
    place = f"/api/v1/events/{happen(services).event_id}/attachments"
    for side in (int(MAX_PIXELS**0.5) + 1, 2**31 - 1):
        answer = li.client.post(place, files={"file": ("a.png", io.BytesIO(bomb(side, side)))})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")


def test_a_guesser_gains_nothing_by_naming_other_addresses(accounts: Accounts) -> None:
    accounts.user("li", Role.OFFICER)
    client = accounts.nobody()
    for number in range(BY_PAIR.free):
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"}
        wrong = {"name": "li", "password": "wrong"}
        assert client.post("/api/v1/session", json=wrong, headers=headers).status_code == 401
    right = {"name": "li", "password": PASSWORD}
    answer = client.post("/api/v1/session", json=right, headers={"X-Forwarded-For": "203.0.113.1"})
    assert answer.status_code == 429


def test_what_is_received_stays_in_no_cache_and_leaves_with_a_purpose_alone(client: TestClient, sealed: Path) -> None:
    package = "/api/v1/packages/package-1"
    assert client.get(f"{package}/files/originals/a.jpg").headers["cache-control"] == "no-store"
    refused = client.get(f"{package}/archive")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "purpose")
    assert client.get(f"{package}/archive", params={"purpose": "  "}).status_code == 422


def test_an_event_takes_so_many_pictures(li: Desk, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.review.attachments_routes.MOST_OF_EVENT", 2)
    place = f"/api/v1/events/{happen(services).event_id}/attachments"
    answers = [li.client.post(place, files={"file": ("a", jpeg())}).status_code for _ in range(3)]
    assert answers == [201, 201, 409]
