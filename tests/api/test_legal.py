"""The legal record: entered by the legal reviewer alone, with the document, and never forgotten."""

import hashlib
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.http.services import Services
from core.rights import Role
from store.audit.log import AuditFilter
from store.base.vault import Vault
from store.site.sites import SiteRepository
from tests.api.accounts import Accounts
from tests.api.camera_examples import CAMERAS, put
from tests.fake_clock import FakeClock
from tests.store.examples import camera, site_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
GATE = f"{CAMERAS}/gate"


@pytest.fixture
def reviewer(accounts: Accounts, engine: Engine, services: Services) -> TestClient:
    SiteRepository(engine, Vault(services.home)).replace(site_of(camera("gate"), camera("other")))
    return accounts.as_role(Role.LEGAL_REVIEWER)


def attach(client: TestClient, content: bytes = PDF, name: str = "审核意见.pdf", path: str = GATE) -> Any:
    return client.post(f"{path}/legal-documents", files={"file": (name, content)})


def enter(client: TestClient, document_id: str, **record: Any) -> Any:
    return put(
        client,
        f"{GATE}/legal",
        {"review_no": "法审〔2026〕1号", "review_date": "2026-04-01", "document_id": document_id} | record,
    )


def test_a_record_rests_on_a_document_that_is_kept_with_its_digest(reviewer: TestClient, services: Services) -> None:
    document = attach(reviewer).json()
    assert document["sha256"] == hashlib.sha256(PDF).hexdigest()
    answer = enter(reviewer, document["document_id"], sign=True)
    assert answer.status_code == 200
    assert (answer.json()["legal"]["review_no"], answer.json()["legal"]["sign"]) == ("法审〔2026〕1号", True)
    (entry,) = reviewer.get(f"{GATE}/legal").json()
    assert (entry["document"]["name"], entry["entered_name"]) == ("审核意见.pdf", "legal_reviewer 全名")
    file = reviewer.get(f"/api/v1/legal-documents/{document['document_id']}")
    assert (file.content, file.headers["etag"]) == (PDF, f'"{document["sha256"]}"')
    assert [path.read_bytes() for path in services.legal_folder.rglob("*.pdf")] == [PDF]
    entries, _ = services.store.audit.page(AuditFilter(action="camera.legal"))
    assert entries[0].before["review_no"] is None
    assert entries[0].after["sha256"] == document["sha256"]


def test_what_was_entered_before_stays(reviewer: TestClient, clock: FakeClock) -> None:
    document_id = attach(reviewer).json()["document_id"]
    enter(reviewer, document_id)
    clock.sleep(1)
    enter(reviewer, document_id, review_no="法审〔2026〕2号")
    assert [one["legal"]["review_no"] for one in reviewer.get(f"{GATE}/legal").json()] == [
        "法审〔2026〕2号",
        "法审〔2026〕1号",
    ]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.LEGAL_REVIEWER])
def test_nobody_else_enters_it(accounts: Accounts, reviewer: TestClient, role: Role) -> None:
    document_id = attach(reviewer).json()["document_id"]
    client = accounts.as_role(role)
    body = {"review_no": "x", "document_id": document_id}
    assert client.put(f"{GATE}/legal", json=body, headers={"If-Match": '"1"'}).status_code == 403
    assert attach(client).status_code == 403


def test_operations_that_change_a_camera_leave_its_record(accounts: Accounts, reviewer: TestClient) -> None:
    enter(reviewer, attach(reviewer).json()["document_id"])
    operations = accounts.as_role(Role.OPERATIONS)
    shown = operations.get(GATE).json()
    kept = ("source", "detect_source", "org", "sampling", "models", "place", "privacy_masks", "presets")
    answer = put(operations, GATE, {name: shown[name] for name in kept} | {"name": "南门"})
    assert (answer.status_code, answer.json()["legal"]["review_no"]) == (200, "法审〔2026〕1号")


@pytest.mark.parametrize("content", [b"", b"<html>", b"%PDF-1.7 cut off", b"\xff\xd8 no picture", b"PK\x03\x04"])
def test_what_is_no_document_is_refused(reviewer: TestClient, content: bytes) -> None:
    answer = attach(reviewer, content)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")


def test_a_name_is_only_a_name(reviewer: TestClient, services: Services) -> None:
    document = attach(reviewer, name="../../../etc/cron.d/x").json()
    assert document["name"] == "x"
    (kept,) = services.legal_folder.rglob("*.pdf")
    assert kept.parent == services.legal_folder / "gate"


def test_a_document_of_another_camera_is_none(reviewer: TestClient) -> None:
    document_id = attach(reviewer, path=f"{CAMERAS}/other").json()["document_id"]
    answer = enter(reviewer, document_id)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "document_id")
