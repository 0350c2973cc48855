"""Who may call what. Every operation of the OpenAPI document is called as each role, and as nobody in several ways; the
expectation is written down here once more, by hand, so that no right is given away by accident."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.http.access import PASSWORD_CHANGE_REQUIRED
from api.http.services import Services
from core.rights import ADMINISTRATORS, HOLDERS, MACHINE_RIGHTS, Right, Role, rights_of
from tests.api.accounts import PASSWORD, SETTING_UP, Accounts
from tests.fake_clock import FakeClock

ANYONE, SIGNED_IN, IN_SERVICE, NEARBY = "anyone", "signed in", "in service", "this machine"
# Whoever has a second factor gives a code of it first: see test_second_factor.py.
FRESH = "fresh code"

DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"

# operationId -> what the OpenAPI document must say, and what must hold. A new operation joins here.
OPERATIONS: dict[str, set[str]] = {
    "get_index": {ANYONE},
    "get_health": {ANYONE},
    "get_readiness": {NEARBY, Right.SYSTEM_VIEW},
    "get_metrics": {NEARBY, Right.METRICS_VIEW},
    "get_openapi": {SIGNED_IN},
    "sign_in": {ANYONE},
    "get_session": {SIGNED_IN},
    "sign_out": {SIGNED_IN},
    "change_password": {SIGNED_IN},
    "get_own_account": {SIGNED_IN},
    "end_other_sessions": {SIGNED_IN},
    "end_other_session": {SIGNED_IN},
    "give_code": {SIGNED_IN},
    "begin_second_factor": {SIGNED_IN},
    "confirm_second_factor": {SIGNED_IN},
    "renew_recovery_codes": {SIGNED_IN},
    "remove_second_factor": {SIGNED_IN},
    "list_users": {IN_SERVICE, Right.USERS_VIEW},
    "create_user": {IN_SERVICE, Right.USERS_VIEW, Right.USERS_CREATE, FRESH},
    "get_user": {IN_SERVICE, Right.USERS_VIEW},
    "change_user": {IN_SERVICE, Right.USERS_VIEW, FRESH},
    "reset_password": {IN_SERVICE, Right.USERS_VIEW, Right.USERS_CREATE, FRESH},
    "list_account_acts": {IN_SERVICE, Right.ADMINISTRATORS_CONFIRM},
    "confirm_account_act": {IN_SERVICE, Right.ADMINISTRATORS_CONFIRM, FRESH},
    "reject_account_act": {IN_SERVICE, Right.ADMINISTRATORS_CONFIRM, FRESH},
    # Of one's own alone: see test_attempts.py.
    "withdraw_account_act": {IN_SERVICE, Right.ADMINISTRATORS_CONFIRM},
    "list_all_tokens": {IN_SERVICE, Right.USERS_VIEW},
    "revoke_any_token": {IN_SERVICE, Right.USERS_VIEW},
    "list_nodes": {IN_SERVICE},
    "create_node": {IN_SERVICE, Right.NODES_EDIT},
    "remove_node": {IN_SERVICE, Right.NODES_EDIT},
    "list_tokens": {IN_SERVICE, Right.TOKENS_OWN},
    "create_token": {IN_SERVICE, Right.TOKENS_OWN, FRESH},
    "revoke_token": {IN_SERVICE, Right.TOKENS_OWN},
    "list_audit": {IN_SERVICE, Right.AUDIT_VIEW},
    "list_cameras": {IN_SERVICE, Right.CAMERAS_VIEW},
    "get_camera": {IN_SERVICE, Right.CAMERAS_VIEW},
    "get_zone_options": {IN_SERVICE, Right.CAMERAS_VIEW},
    "create_camera": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "replace_camera": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "replace_zones": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "remove_camera": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "probe_camera": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "take_snapshot": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    # It needs cameras.edit or relaxations.confirm, too: see test_camera_looks.py.
    "get_camera_snapshot": {IN_SERVICE, Right.CAMERAS_VIEW},
    "take_view": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "get_view": {IN_SERVICE, Right.CAMERAS_VIEW},
    "import_cameras": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "export_cameras": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT, FRESH},
    "get_camera_template": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "list_relaxations": {IN_SERVICE, Right.CAMERAS_VIEW},
    "confirm_relaxation": {IN_SERVICE, Right.CAMERAS_VIEW, Right.RELAXATIONS_CONFIRM},
    "reject_relaxation": {IN_SERVICE, Right.CAMERAS_VIEW, Right.RELAXATIONS_CONFIRM},
    "withdraw_relaxation": {IN_SERVICE, Right.CAMERAS_VIEW, Right.CAMERAS_EDIT},
    "list_legal_entries": {IN_SERVICE, Right.CAMERAS_VIEW},
    "enter_legal": {IN_SERVICE, Right.CAMERAS_VIEW, Right.LEGAL_EDIT},
    "add_legal_document": {IN_SERVICE, Right.CAMERAS_VIEW, Right.LEGAL_EDIT},
    "get_legal_document": {IN_SERVICE, Right.CAMERAS_VIEW},
    "list_events": {IN_SERVICE, Right.EVENTS_VIEW},
    "get_event": {IN_SERVICE, Right.EVENTS_VIEW},
    "get_opening": {IN_SERVICE, Right.EVENTS_VIEW},
    "list_evidence_requests": {IN_SERVICE, Right.EVENTS_VIEW},
    "list_addressees": {IN_SERVICE, Right.EVENTS_VIEW},
    "ask_for_evidence": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_DECIDE},
    "answer_evidence_request": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_ATTEND},
    "withdraw_evidence_request": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_DECIDE},
    "list_event_packages": {IN_SERVICE, Right.EVENTS_VIEW},
    "get_review_options": {IN_SERVICE, Right.EVENTS_VIEW},
    "claim_opening": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_DECIDE},
    "release_opening": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_DECIDE},
    # Approving needs events.approve, too: that is judged by what is decided, see test_review.py.
    "decide_opening": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_DECIDE},
    # There is nothing to undo but one's own decision or suggestion.
    "undo_decision": {IN_SERVICE, Right.EVENTS_VIEW},
    "suggest_decision": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_PRESCREEN},
    "add_note": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_ATTEND},
    "list_attachments": {IN_SERVICE, Right.EVENTS_VIEW},
    "add_attachment": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVENTS_ATTEND},
    "get_attachment": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVIDENCE_VIEW},
    "mark_miss": {IN_SERVICE, Right.EVENTS_VIEW, Right.MISSES_MARK},
    "export_decisions": {IN_SERVICE, Right.EVENTS_VIEW, Right.DATASETS_EXPORT, FRESH},
    "export_decided_pictures": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVIDENCE_VIEW, Right.DATASETS_EXPORT, FRESH},
    "get_statistics": {IN_SERVICE, Right.STATISTICS_VIEW},
    "export_statistics": {IN_SERVICE, Right.STATISTICS_VIEW, FRESH},
    "get_supervision": {IN_SERVICE, Right.SUPERVISION_VIEW},
    "list_supervised": {IN_SERVICE, Right.SUPERVISION_VIEW},
    "export_supervision": {IN_SERVICE, Right.SUPERVISION_VIEW, FRESH},
    "list_models": {IN_SERVICE, Right.MODELS_VIEW},
    "promote_models": {IN_SERVICE, Right.MODELS_VIEW, Right.MODELS_MANAGE},
    "roll_back_models": {IN_SERVICE, Right.MODELS_VIEW, Right.MODELS_MANAGE},
    "set_shadow": {IN_SERVICE, Right.MODELS_VIEW, Right.MODELS_MANAGE},
    "get_system": {IN_SERVICE, Right.SYSTEM_VIEW},
    "get_live": {IN_SERVICE, Right.LIVE_VIEW},
    "get_stream": {IN_SERVICE, Right.EVENTS_VIEW},
    "get_package_thumbnail": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVIDENCE_VIEW},
    "get_package": {IN_SERVICE, Right.EVENTS_VIEW},
    "list_package_files": {IN_SERVICE, Right.EVENTS_VIEW},
    "list_evidence_keys": {IN_SERVICE, Right.EVENTS_VIEW},
    "get_package_file": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVIDENCE_VIEW},
    "get_package_archive": {IN_SERVICE, Right.EVENTS_VIEW, Right.EVIDENCE_EXPORT, Right.EVIDENCE_ORIGINALS, FRESH},
}

# (operationId, method, path, who may)
Operation = tuple[str, str, str, set[str]]


def operations(app: FastAPI) -> list[Operation]:
    """What the OpenAPI document lists; signing out comes last."""
    found = [
        (one["operationId"], method.upper(), path, set(one["x-rights"]))
        for path, methods in app.openapi()["paths"].items()
        for method, one in methods.items()
    ]
    return sorted(found, key=lambda one: one[0] == "sign_out")


def call(client: TestClient, method: str, path: str) -> Any:
    """Calls an operation on things that are not there, with a parameter that none has: where it is allowed, it answers
    that the request is wrong and changes nothing."""
    body: dict[str, Any] = {} if method == "GET" else {"json": {}}
    return client.request(method, re.sub(r"\{[^}]+\}", "2147483647", path) + "?no_such_parameter=1", **body)


def refused(client: TestClient, app: FastAPI) -> dict[str, int]:
    """The operations that are refused, with their status."""
    answers = {name: call(client, method, path).status_code for name, method, path, _ in operations(app)}
    # Signing in with nothing is wrong, not refused.
    return {name: status for name, status in answers.items() if status in (401, 403)}


def test_every_operation_is_declared_as_written_down_here(app: FastAPI) -> None:
    assert {name: rights for name, _, _, rights in operations(app)} == OPERATIONS


def allowed(rights: set[str], role: Role | None) -> bool:
    """Whether an account that is in service and has that role may call what is declared so."""
    needed = {one for one in rights if one in set(Right)}
    return not rights & {IN_SERVICE, NEARBY} or (role is not None and needed <= rights_of(role))


@pytest.mark.parametrize("role", Role)
def test_each_role_may_call_what_its_rights_allow_and_nothing_else(
    accounts: Accounts, app: FastAPI, role: Role
) -> None:
    expected = {name for name, rights in OPERATIONS.items() if not allowed(rights, role)}
    found = refused(accounts.as_role(role), app)
    assert found.keys() == expected
    assert set(found.values()) <= {403}


def everything_but(*declared: str) -> set[str]:
    return {name for name, rights in OPERATIONS.items() if not rights & set(declared)}


def test_nobody_may_call_anything_but_what_is_open(nobody: TestClient, app: FastAPI) -> None:
    assert refused(nobody, app) == dict.fromkeys(everything_but(ANYONE), 401)


def test_programs_on_this_machine_may_watch_over_the_service(local: TestClient, app: FastAPI) -> None:
    assert refused(local, app).keys() == everything_but(ANYONE, NEARBY)


def test_a_proxy_on_this_machine_asks_for_others(local: TestClient) -> None:
    assert local.get("/metrics").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded"):
        assert local.get("/metrics", headers={header: "192.0.2.9"}).status_code == 401


def test_an_account_without_a_role_may_only_look_at_itself(accounts: Accounts, app: FastAPI) -> None:
    accounts.user("new")
    found = refused(accounts.sign_in("new"), app)
    assert found == dict.fromkeys(everything_but(ANYONE, SIGNED_IN), 403)


def test_a_first_password_must_be_changed_before_anything_else(accounts: Accounts, app: FastAPI) -> None:
    accounts.user("li.si", Role.OFFICER, must_change_password=True)
    client = accounts.sign_in("li.si")
    answer = client.get("/api/v1/events")
    assert (answer.status_code, answer.json()["type"]) == (403, PASSWORD_CHANGE_REQUIRED)
    assert refused(client, app) == dict.fromkeys(everything_but(ANYONE, SIGNED_IN), 403)


def test_a_session_that_is_over_is_nobody(accounts: Accounts, app: FastAPI, clock: FakeClock) -> None:
    client = accounts.as_role(Role.OFFICER)
    clock.sleep(timedelta(minutes=30).total_seconds())
    assert refused(client, app) == dict.fromkeys(everything_but(ANYONE), 401)


def test_an_account_out_of_service_is_nobody(accounts: Accounts, app: FastAPI) -> None:
    client = accounts.as_role(Role.OFFICER)
    user = accounts.users.named("officer")
    assert user is not None
    accounts.users.change(user.user_id, user.version, {"state": "disabled"}, SETTING_UP)
    assert refused(client, app) == dict.fromkeys(everything_but(ANYONE), 401)
    answer = accounts.nobody().post("/api/v1/session", json={"name": "officer", "password": PASSWORD})
    assert answer.status_code == 401


def test_an_operation_that_declares_nothing_is_refused_to_everybody(services: Services) -> None:
    forgetful = APIRouter()

    @forgetful.get("/api/v1/forgotten")
    def forgotten() -> str:
        return "secret"

    app = create_app(services)
    app.include_router(forgetful)
    accounts = Accounts(app, services)
    for client in (accounts.nobody(), accounts.local(), *(accounts.as_role(role) for role in Role)):
        answer = client.get("/api/v1/forgotten")
        assert answer.status_code == 403
        assert answer.json()["code"] == "api.operation_declares_no_right"


def test_none_of_the_three_administrators_can_do_the_work_of_another() -> None:
    system, security, audit = (rights_of(role) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN))
    assert system & security == {Right.USERS_VIEW, Right.ADMINISTRATORS_CONFIRM}
    # What each confirms was asked for by another.
    assert (system | security) & audit == {Right.ADMINISTRATORS_CONFIRM}
    work = {Right.EVENTS_VIEW, Right.EVIDENCE_VIEW, Right.EVENTS_DECIDE, Right.EVENTS_APPROVE, Right.LIVE_VIEW}
    for role in ADMINISTRATORS:
        assert not rights_of(role) & work


def test_the_table_in_the_documents_is_the_one_that_holds() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| `")]
    written = {first: cells for first, _, *cells in rows if first in set(Right)}
    holds = {right: ["✓" if role in HOLDERS[right] else "" for role in Role] for right in Right}
    assert written == holds
    assert {first for first, *_ in rows} == set(Right) | set(Role)


def test_only_an_officer_approves_and_never_a_machine() -> None:
    assert HOLDERS[Right.EVENTS_APPROVE] == HOLDERS[Right.EVENTS_DECIDE] == {Role.OFFICER}
    assert not MACHINE_RIGHTS & {Right.EVENTS_APPROVE, Right.EVENTS_DECIDE, Right.USERS_GRANT, Right.TOKENS_OWN}
    assert HOLDERS[Right.LEGAL_EDIT] == {Role.LEGAL_REVIEWER}
    assert HOLDERS.keys() == set(Right)
