"""What officers see is what was sealed: rows changed by SQL are told, exchanged and forged packages are refused."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.http.services import Services
from core.clock import rfc3339
from core.domain import RuleEvent
from core.rights import Role
from core.site import Camera
from evidence.package.layout import ENVELOPE, MANIFEST, package_id
from evidence.signing.dsse import envelope
from evidence.signing.key_events import open_trusted_ring
from evidence.signing.keys import key_id, open_signing_key
from evidence.signing.removals import note_removal, take_away
from evidence.signing.sealed import Sealed, read_sealed
from store.audit.log import AuditEntry, AuditFilter
from store.base.engine import writing
from tests.api.accounts import Accounts
from tests.api.review_examples import Desk, an_hour_later, camera_with, come_back, happen, put_site
from tests.fake_clock import FakeClock


@pytest.fixture
def services(services: Services, clock: FakeClock) -> Services:
    return an_hour_later(services, clock)


@pytest.fixture
def li(accounts: Accounts, services: Services) -> Desk:
    put_site(services, camera_with())
    return Desk(accounts.as_role(Role.OFFICER))


def _sql(services: Services, statement: str, **values: object) -> None:
    with writing(services.engine) as session:
        session.execute(text(statement), values)


def _folder(services: Services, violation: RuleEvent) -> Path:
    return services.packages_folder / package_id(violation.event_id, violation.opening)


def _happened(services: Services, number: int = 0) -> RuleEvent:
    camera: Camera = camera_with()
    return happen(services, number, camera)


def test_what_was_not_changed_has_no_difference(li: Desk, services: Services) -> None:
    violation = _happened(services)
    (opening,) = li.get(violation.event_id)["openings"]
    assert (opening["fault"], opening["differences"]) == (None, [])
    sealed = opening["sealed"]
    assert sealed["key_id"] == open_signing_key(services.home).key_id
    assert (sealed["dwell_s"], sealed["label"], sealed["camera_id"]) == (
        violation.dwell_s,
        violation.label,
        violation.camera_id,
    )


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        # The row alone, and the row with its changes: whoever writes one can write the other.
        ("UPDATE openings SET dwell_s = 9999", "dwell_s"),
        ("UPDATE event_changes SET dwell_s = 9999", "dwell_s"),
        ("UPDATE event_changes SET still_since = '2020-01-01 00:00:00.000000'", "still_since"),
        ("UPDATE event_changes SET label = 'truck'", "label"),
        ("UPDATE event_changes SET rule_version = 'another'", "rule_version"),
        ("UPDATE openings SET zone_id = 'elsewhere'", "zone_id"),
        ("UPDATE packages SET seq = 77", "seq"),
        ("UPDATE packages SET complete = false", "complete"),
        ("UPDATE packages SET standing = 'evidence'", "standing"),
        ("UPDATE packages SET sealed_at = '2020-01-01 00:00:00.000000'", "sealed_at"),
    ],
)
def test_what_the_data_base_says_otherwise_is_a_difference(
    li: Desk, services: Services, statement: str, field: str
) -> None:
    violation = _happened(services)
    before = li.get(violation.event_id)["openings"][0]["sealed"]
    _sql(services, statement)
    (opening,) = li.get(violation.event_id)["openings"]
    assert field in [one["field"] for one in opening["differences"]]
    assert opening["sealed"] == before


def _alarms(services: Services, action: str) -> list[AuditEntry]:
    return list(services.store.audit.all(AuditFilter(action=action)))


def test_a_difference_is_counted_and_in_the_audit(li: Desk, services: Services, clock: FakeClock) -> None:
    """Once in ten minutes, whoever looks how often; another difference is another row."""
    violation = _happened(services)
    li.get(violation.event_id)
    assert _alarms(services, "evidence.differs") == []
    _sql(services, "UPDATE openings SET dwell_s = 9999")
    li.get(violation.event_id)
    li.get(violation.event_id)
    (row,) = _alarms(services, "evidence.differs")
    name = package_id(violation.event_id, 1)
    assert (row.object_kind, row.object_id, row.actor_role) == ("package", name, "officer")
    assert [one["field"] for one in row.after["differences"]] == ["dwell_s"]
    assert row.after["differences"][0]["stored"] == "9999.0"
    clock.sleep(601)
    li.get(violation.event_id)
    _sql(services, "UPDATE packages SET seq = 77")
    li.get(violation.event_id)
    assert len(_alarms(services, "evidence.differs")) == 3
    assert _counted(services, "differs") == 3
    assert _counted(services, "broken") == 0


def test_a_seal_that_does_not_hold_is_counted_and_in_the_audit(li: Desk, services: Services) -> None:
    """As whoever opens the event or asks for a file finds it."""
    violation = _happened(services)
    folder = _folder(services, violation)
    picture = folder / "marked/violation.jpg"
    picture.write_bytes(picture.read_bytes() + b"!")
    address = f"/api/v1/packages/{folder.name}"
    assert li.client.get(f"{address}/thumbnail").status_code == 500
    _without_envelope(folder, services)
    li.get(violation.event_id)
    told = [row.after["fault"] for row in _alarms(services, "evidence.broken")]
    assert len(told) == 2
    assert "marked/violation.jpg is not the one that was sealed" in told[0]
    assert "its seal does not hold" in told[1]
    assert _counted(services, "broken") == 2


def test_what_was_removed_on_purpose_says_so_and_is_no_alarm(li: Desk, services: Services) -> None:
    violation = _happened(services)
    folder, keys = _folder(services, violation), open_trusted_ring(services.home)
    sealed = read_sealed(folder, keys)
    assert isinstance(sealed, Sealed)
    now = services.clock.utc()
    note_removal(services.home, sealed, keys, open_signing_key(services.home), "kept for 90 days", now)
    take_away(folder)
    (opening,) = li.get(violation.event_id)["openings"]
    assert opening["fault"]["code"] == "api.package_was_removed"
    assert opening["fault"]["params"] == {"package_id": folder.name, "at": rfc3339(now), "reason": "kept for 90 days"}
    assert li.decide(violation.event_id).status_code == 409
    assert _alarms(services, "evidence.broken") == []


def _counted(services: Services, what: str) -> float:
    local = TestClient(create_app(services), base_url="http://localhost", client=("127.0.0.1", 50000))
    (line,) = [
        line
        for line in local.get("/metrics").text.splitlines()
        if line.startswith(f'jiejing_seal_alarms_total{{what="{what}"}}')
    ]
    return float(line.rpartition(" ")[2])


def test_exchanged_packages_show_nobody_elses_evidence(li: Desk, services: Services) -> None:
    one, other = _happened(services, 0), _happened(services, 1)
    names = {"one": one.event_id, "other": other.event_id}
    _sql(
        services,
        "UPDATE packages SET event_id = CASE event_id WHEN :one THEN :other ELSE :one END",
        **names,
    )
    (opening,) = li.get(one.event_id)["openings"]
    assert opening["sealed"] is None
    assert f"sealed was that of {other.event_id}" in opening["fault"]["text"]
    assert li.decide(one.event_id).status_code == 409


def _forged_without_the_key(folder: Path, services: Services) -> None:
    """Picture, manifest, and row agree; nobody signed it."""
    picture = folder / "marked/violation.jpg"
    picture.write_bytes(picture.read_bytes() + b"!")
    manifest = json.loads((folder / MANIFEST).read_bytes())
    for one in manifest["files"]:
        if one["path"] == "marked/violation.jpg":
            content = picture.read_bytes()
            one |= {"size": len(content), "digests": {"sha256": hashlib.sha256(content).hexdigest()}}
    _kept(folder, services, json.dumps(manifest).encode())


def _forged_with_another_key(folder: Path, services: Services) -> None:
    stranger = open_signing_key(services.home / "stranger")
    (folder / ENVELOPE).write_bytes(envelope((folder / MANIFEST).read_bytes(), [stranger]))


def _kept(folder: Path, services: Services, manifest: bytes) -> None:
    (folder / MANIFEST).write_bytes(manifest)
    _sql(services, "UPDATE packages SET manifest_sha256 = :digest", digest=hashlib.sha256(manifest).hexdigest())


def _without_envelope(folder: Path, services: Services) -> None:
    (folder / ENVELOPE).unlink()


@pytest.mark.parametrize("forge", [_forged_without_the_key, _forged_with_another_key, _without_envelope])
def test_what_no_key_of_ours_signed_is_neither_shown_nor_given_out_nor_decided_on(
    li: Desk, services: Services, accounts: Accounts, forge: Callable[[Path, Services], None]
) -> None:
    violation = _happened(services)
    forge(_folder(services, violation), services)
    (opening,) = li.get(violation.event_id)["openings"]
    assert (opening["manifest"], opening["sealed"]) == (None, None)
    assert opening["fault"]["code"] == "api.package_seal_broken"
    files = f"/api/v1/packages/{package_id(violation.event_id, 1)}"
    for path in ("files", "files/marked/violation.jpg", "thumbnail", "archive?purpose=court"):
        assert li.client.get(f"{files}/{path}").status_code == 500, path
    for verdict in ({}, {"verdict": "approved", "reason": None}):
        answer = li.decide(violation.event_id, **verdict)
        assert answer.status_code == 409
        assert answer.json()["code"] == "api.evidence_seal_broken"


def test_a_changed_picture_leaves_in_no_archive_and_no_thumbnail(li: Desk, services: Services) -> None:
    violation = _happened(services)
    picture = _folder(services, violation) / "marked/violation.jpg"
    picture.write_bytes(picture.read_bytes() + b"!")
    address = f"/api/v1/packages/{package_id(violation.event_id, 1)}"
    for path in ("thumbnail", "archive?purpose=court"):
        answer = li.client.get(f"{address}/{path}")
        assert answer.status_code == 500
        assert (answer.json()["code"], answer.json()["params"]["name"]) == (
            "api.package_file_changed",
            "marked/violation.jpg",
        )


def test_a_decision_names_the_manifest_that_was_looked_at(li: Desk, services: Services) -> None:
    violation = _happened(services)
    assert li.decide(violation.event_id, manifest_sha256="ab" * 32).status_code == 409
    looked_at = li.get(violation.event_id)["openings"][0]["sealed"]["manifest_sha256"]
    assert li.decide(violation.event_id, manifest_sha256=looked_at).status_code == 201


def test_a_later_opening_has_facts_of_its_own(li: Desk, services: Services) -> None:
    again = come_back(services, _happened(services))
    first, second = li.get(again.event_id, 2)["openings"]
    assert (first["differences"], second["differences"]) == ([], [])
    assert first["sealed"]["still_since"] < second["sealed"]["still_since"]


def test_the_keys_are_given_out_and_name_themselves(client: TestClient, services: Services) -> None:
    key = open_signing_key(services.home)
    (given,) = client.get("/api/v1/evidence-keys").json()
    public = key.private.public_key()
    assert given == {"key_id": key_id(public), "public_key": public.public_bytes_raw().hex()}
