"""What is as received, without privacy masks, is for those who decide and review, each with a purpose; others get the
masked copies."""

import pytest
from fastapi.testclient import TestClient

from api.http.access import MISSING_RIGHT
from api.http.services import Services
from core.rights import HOLDERS, MACHINE_RIGHTS, Right, Role
from tests.api.accounts import Accounts
from tests.api.review_examples import happen

ORIGINAL, MASKED = "originals/violation.jpg", "marked/violation.jpg"


@pytest.fixture
def files(services: Services) -> str:
    """The address of a package's files."""
    return f"/api/v1/packages/{happen(services).event_id}/files"


@pytest.mark.parametrize("role", sorted(HOLDERS[Right.EVIDENCE_VIEW] - HOLDERS[Right.EVIDENCE_ORIGINALS]))
def test_others_get_the_masked_copies_alone(accounts: Accounts, services: Services, files: str, role: Role) -> None:
    client = accounts.as_role(role)
    by_masked: dict[bool, set[int]] = {True: set(), False: set()}
    for one in client.get(files).json():
        by_masked[one["masked"]].add(client.get(f"{files}/{one['path']}").status_code)
    assert by_masked == {True: {200}, False: {403}}
    answer = client.get(f"{files}/{ORIGINAL}", params={"purpose": "curious"}, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.json()["type"]) == (403, MISSING_RIGHT)
    assert "evidence.originals" not in {one.action for one in services.store.audit.page()[0]}


def test_nothing_tells_the_digest_to_who_may_not_see(accounts: Accounts, files: str) -> None:
    client = accounts.as_role(Role.ASSISTANT)
    sha256 = next(one["digests"]["sha256"] for one in client.get(files).json() if one["path"] == ORIGINAL)
    assert client.get(f"{files}/{ORIGINAL}", headers={"If-None-Match": f'"{sha256}"'}).status_code == 403


def viewed(services: Services) -> list[tuple[str, str | None]]:
    """Views in the audit, the newest first: what, and why."""
    entries, _ = services.store.audit.page()
    return [(one.action, one.purpose) for one in entries if one.action.startswith("evidence.")]


def test_an_officer_reviews_and_need_not_say(accounts: Accounts, services: Services, files: str) -> None:
    client = accounts.as_role(Role.OFFICER)
    assert client.get(f"{files}/{MASKED}").status_code == client.get(f"{files}/{ORIGINAL}").status_code == 200
    assert viewed(services) == [("evidence.originals", "审核 review"), ("evidence.view", None)]


@pytest.mark.parametrize("role", [Role.LEGAL_REVIEWER, Role.SUPERVISION])
def test_who_does_not_decide_says_why(accounts: Accounts, services: Services, files: str, role: Role) -> None:
    client: TestClient = accounts.as_role(role)
    for purpose in ({}, {"purpose": " "}):
        answer = client.get(f"{files}/{ORIGINAL}", params=purpose)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "purpose")
    assert client.get(f"{files}/{ORIGINAL}", params={"purpose": "投诉 2026-17"}).status_code == 200
    assert viewed(services) == [("evidence.originals", "投诉 2026-17")]


def test_no_machine_sees_what_masks_hide() -> None:
    assert Right.EVIDENCE_ORIGINALS not in MACHINE_RIGHTS
