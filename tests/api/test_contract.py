"""The whole interface against its own description (schemathesis): every operation, as those who may call it and as
some who may not, with what fits the OpenAPI document and with what does not, on PostgreSQL as in a city.

Nothing ends in a server error, every answer is as documented, and what is wrong is refused in a way that says which
field. The examples are bounded and always the same.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis import checks as built_in
from schemathesis.core.parameters import ParameterLocation

from api.app import create_app
from api.http.authentication import CSRF_HEADER, SESSION_COOKIE, csrf_token
from api.http.services import Services
from core.errors import StreamError
from core.rights import Right, Role, rights_of
from core.stream_address import Transport
from store.base.engine import make_engine
from tests.api.accounts import QUICK, Accounts
from tests.api.review_examples import Desk, happen, jpeg, put_site
from tests.fake_clock import FakeClock
from tests.postgres import new_database, postgres_folder
from tests.prepared import prepare
from tests.store.examples import CAMERA, START, camera

__all__ = ["postgres_folder"]

pytestmark = pytest.mark.postgres

# Of an operation: boundaries that are tried at most, and examples beside them.
BOUNDARIES, FUZZED = 200, 15
# Beside those who may call an operation, some who may not.
OUTSIDERS = (Role.OPERATIONS, Role.AUDIT_ADMIN)
# Their answers have no end; test_stream.py and test_live.py have them.
ENDLESS = {"get_stream", "get_live"}

DOCUMENT = create_app(Services(make_engine("sqlite:////dev/null"), Path())).openapi()  # never connected
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.generation.update(with_security_parameters=False)
# A wrong ETag is told (412) before a wrong body, and so is a body that is too large (413).
REFUSALS = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]
SCHEMA.config.checks.negative_data_rejection.expected_statuses = REFUSALS
OPERATIONS = {one.ok().definition.raw["operationId"]: one.ok() for one in SCHEMA.get_all_operations()}

built_in.load_all_checks()
CHECKS = built_in.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "unsupported_method",
        "allow_header_conformance",
    ]
)


class NoAnswer:
    """The way to cameras, none of which is there."""

    def probe(self, source: str, transport: Transport | None) -> NoReturn:
        raise StreamError("the camera does not answer")

    picture = probe


@dataclass(frozen=True)
class House:
    """An installation with something of everything; `known`: path parameters of what is there."""

    app: FastAPI
    accounts: Accounts
    known: dict[str, Any]

    def as_role(self, role: Role) -> dict[str, Any]:
        """What a request of that role carries."""
        user = self.accounts.users.named(role)
        assert user is not None
        # Not by signing in: an operation under test may have locked the account.
        secret = self.accounts.services.store.sessions.begin(user.user_id, "192.0.2.7")
        return {"headers": {CSRF_HEADER: csrf_token(secret)}, "cookies": {SESSION_COOKIE: secret}}


@pytest.fixture(scope="module")
def house(postgres_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    packages = tmp_path_factory.mktemp("house") / "packages"
    packages.mkdir()
    with new_database(postgres_folder) as url:
        engine = make_engine(url)
        prepare(engine)
        clock = FakeClock(START)
        clock.sleep(3600)
        services = Services(engine, packages, clock, passwords=QUICK, camera_line=NoAnswer())
        app = create_app(services, hosts=["localhost"])
        accounts = Accounts(app, services)
        yield House(app, accounts, filled(accounts))
        engine.dispose()


def filled(accounts: Accounts) -> dict[str, Any]:
    """Fills the house; gives values of path parameters that are there."""
    services = accounts.services
    node = accounts.node("虎山街道", accounts.node("江山市"))
    for role in Role:
        accounts.user(role, role)
    put_site(services, CAMERA.model_copy(update={"org": node.name}), camera("other"))
    first, second = happen(services), happen(services, 1)
    officer, operations = Desk(accounts.sign_in(Role.OFFICER)), accounts.sign_in(Role.OPERATIONS)
    picture = {"file": ("photo.jpg", jpeg(), "image/jpeg")}
    attached = officer.client.post(f"/api/v1/events/{first.event_id}/attachments", files=picture).json()
    token = operations.post("/api/v1/tokens", json={"name": "prometheus", "rights": ["metrics.view"]}).json()
    decided = officer.decide(second.event_id).json()["decision"]
    asked = officer.ask(happen(services, 2).event_id).json()
    return {
        "event_id": first.event_id,
        "opening": 1,
        "request_id": asked["request_id"],
        "decision_id": decided["decision_id"],
        "attachment_id": attached["attachment_id"],
        "package_id": first.event_id,
        "path": "originals/violation.jpg",
        "camera_id": CAMERA.id,
        "user_id": accounts.user("somebody", Role.OFFICER).user_id,
        "node_id": node.node_id,
        "token_id": token["token_id"],
    }


def roles_of(operation: APIOperation) -> list[Role]:
    """Roles that may call it, by what the document says."""
    needed = {one for one in operation.definition.raw["x-rights"] if one in set(Right)}
    return [role for role in Role if needed <= rights_of(role)]


def aimed(case: Case, house: House) -> Case:
    """The case at something that is there, unless what is wrong with it is the path."""
    part = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    if part is not None and part.mode.is_positive:
        case.path_parameters.update({name: house.known[name] for name in case.path_parameters if name in house.known})
    return case


def call(case: Case, house: House, identity: dict[str, Any]) -> None:
    """Sends a case as somebody, and holds the answer against the document."""
    answer = case.call(base_url="http://localhost", app=house.app, timeout=30, **identity)
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == ["application/problem+json"], answer.text
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["detail"]
        if answer.status_code == 422:
            assert problem["errors"], f"names no field: {problem['detail']}"


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - ENDLESS))
def test_every_boundary_that_the_document_names(house: House, name: str) -> None:
    operation = OPERATIONS[name]
    identity = house.as_role(roles_of(operation)[0])
    cases = SCHEMA.iter_coverage_cases(
        operation,
        generation_modes=list(GenerationMode),
        generation_config=SCHEMA.config.generation_for(operation=operation),
    )
    for case in islice(cases, BOUNDARIES):
        call(aimed(case, house), house, identity)


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - ENDLESS))
def test_anything_from_anybody(house: House, name: str) -> None:
    operation = OPERATIONS[name]
    identities = {role: house.as_role(role) for role in {*roles_of(operation), *OUTSIDERS}}
    cases = st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @settings(
        max_examples=FUZZED,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases, st.sampled_from(sorted(identities)), st.booleans())
    def check(case: Case, role: Role, is_there: bool) -> None:
        call(aimed(case, house) if is_there else case, house, identities[role])

    check()


def cursor(sort: str, moment: Any, rest: Any = "x") -> str:
    """A cursor that was never given out."""
    content = json.dumps([sort, moment, rest]).encode()
    return f"sort={sort}&cursor={quote(base64.urlsafe_b64encode(content).decode())}"


NOW, NUL, HALF = "2026-01-01T00:00:00Z", "a\0b", "\ud800"
DECIDE, SUGGEST = (f"POST /events/{{event_id}}/openings/{{opening}}/{what}" for what in ("decisions", "suggestions"))
NOTES = "POST /events/{event_id}/notes"
DECISION = {"verdict": "rejected", "reason": "other", "note": "x"}
MISS = {"camera_id": "x", "picture": {"attachment_id": "x"}, "label": "car", "box": [0, 0, 1, 1], "utc": NOW}
OFFICER, ASSISTANT, SYSTEM, SECURITY = Role.OFFICER, Role.ASSISTANT, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN

# Role, operation, body, and the field that is named; None: there is nothing at that address.
HOSTILE = [
    # No data base keeps a NUL as text.
    (OFFICER, "GET /events/%00", None, None),
    (OFFICER, "GET /attachments/a%00b", None, None),
    (OFFICER, "GET /packages/x%00/files/manifest.json", None, None),
    (OFFICER, "GET /packages/{event_id}/files/originals/violation.jpg%00", None, None),
    (OFFICER, "GET /cameras/%00", None, None),
    (OFFICER, "GET /events?camera=%00", None, "camera"),
    (OFFICER, NOTES, {"text": NUL}, "text"),
    (OFFICER, DECIDE, {**DECISION, "note": NUL}, "note"),
    (OFFICER, DECIDE, {**DECISION, "code": NUL}, "code"),
    (OFFICER, DECIDE, {**DECISION, "subject": {"shop": NUL}}, "subject.shop"),
    (OFFICER, "POST /misses", {**MISS, "camera_id": NUL}, "camera_id"),
    (OFFICER, "POST /misses", {**MISS, "picture": {"attachment_id": NUL}}, "picture.AttachedPicture.attachment_id"),
    (SYSTEM, "POST /users", {"name": "x", "full_name": NUL}, "full_name"),
    # Nor half a character.
    (OFFICER, NOTES, {"text": HALF}, "text"),
    (SYSTEM, "POST /nodes", {"name": HALF, "level": "county"}, "name"),
    # Cursors in the right form with what no page ever gave.
    (OFFICER, f"GET /events?{cursor('age', {'t': '0001-01-01T00:00:00+14:00'})}", None, "cursor"),
    (OFFICER, f"GET /events?{cursor('age', {'t': NOW}, NUL)}", None, "cursor"),
    (OFFICER, f"GET /events?{cursor('age', {'t': NOW}, HALF)}", None, "cursor"),
    (OFFICER, f"GET /events?{cursor('age', {'t': 1})}", None, "cursor"),
    (OFFICER, f"GET /events?{cursor('dwell', 10**400)}", None, "cursor"),
    (OFFICER, "GET /events?cursor=-1", None, "cursor"),
    (Role.AUDIT_ADMIN, "GET /audit?cursor=-1", None, "cursor"),
    (Role.AUDIT_ADMIN, f"GET /audit?cursor={2**63}", None, "cursor"),
    # The ends of time, at which nothing can be added or taken away.
    (OFFICER, "GET /events?since=0001-01-01T00:00:00%2B14:00", None, "since"),
    (OFFICER, "GET /statistics?until=0001-01-01T00:00:00Z", None, "until"),
    (OFFICER, "GET /statistics?until=9999-12-31T23:59:59Z", None, "until"),
    (Role.AUDIT_ADMIN, "GET /audit?since=9999-12-31T23:59:59-14:00", None, "since"),
    (OFFICER, "POST /misses", {**MISS, "utc": 0}, "utc"),
    (OFFICER, "POST /misses", {**MISS, "utc": "20260101"}, "utc"),
    (SECURITY, "PATCH /users/{user_id}", {"badge_expires": 0}, "badge_expires"),
    (SECURITY, "PATCH /users/{user_id}", {"badge_expires": "2026-02-30"}, "badge_expires"),
    # Numbers that no column holds.
    (OFFICER, DECIDE, {**DECISION, "spent_s": float("nan")}, "spent_s"),
    (OFFICER, f"GET /events?limit={10**30}", None, "limit"),
    (SYSTEM, f"GET /users/{2**31}", None, "user_id"),
    # One character becomes two in lower case.
    (SYSTEM, "POST /users", {"name": "İ" * 40, "full_name": "x"}, "name"),
]


@pytest.mark.parametrize(("role", "operation", "body", "field"), HOSTILE)
def test_what_no_column_holds(house: House, role: Role, operation: str, body: Any, field: str | None) -> None:
    method, _, path = operation.partition(" ")
    identity, client = house.as_role(role), house.accounts.nobody()
    client.cookies.update(identity["cookies"])
    headers = {"Content-Type": "application/json", "If-Match": '"1"', "Idempotency-Key": "x", **identity["headers"]}
    content = None if body is None else json.dumps(body)
    answer = client.request(method, f"/api/v1{path.format(**house.known)}", content=content, headers=headers)
    assert answer.status_code == (422 if field else 404), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not field or field in [one["field"] for one in answer.json()["errors"]]
