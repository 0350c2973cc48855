"""Cameras are created, changed and removed over HTTP: by operations, as they were read, and never with a password."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.http.services import Services
from core.rights import Role
from core.rules import rules_of
from store.audit.log import AuditFilter
from store.review.observing import ObservingRepository
from store.site.sites import SiteRepository
from tests.api.accounts import Accounts
from tests.api.camera_examples import CAMERAS, LARGER, SECRET, SQUARE, document, presets, put, put_zones, zone
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, as_violation, camera, event

pytestmark = pytest.mark.postgres


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jiejing.db'}"
    return str(request.getfixturevalue("postgres_url"))


def audited(services: Services, camera_id: str) -> list[tuple[str, Any, Any]]:
    entries, _ = services.store.audit.page(AuditFilter(object_kind="camera", object_id=camera_id))
    return [(one.action, one.before, one.after) for one in reversed(entries)]


def test_a_new_camera_is_in_the_site_with_its_password_sealed(operations: TestClient, sites: SiteRepository) -> None:
    answer = operations.post(CAMERAS, json=document())
    assert answer.status_code == 201
    assert answer.json()["source"] == "rtsp://***@10.0.0.8:554/Streaming/Channels/101"
    assert operations.get(f"{CAMERAS}/gate").headers["ETag"] == answer.headers["ETag"]
    site = sites.load()
    assert site is not None
    assert [one.id for one in site.cameras] == [CAMERA.id, "gate"]
    assert site.camera("gate").source == document()["source"]


def test_no_answer_and_no_row_of_the_audit_holds_a_password(
    operations: TestClient, services: Services, engine: Engine
) -> None:
    made = operations.post(CAMERAS, json=document())
    changed = put(operations, f"{CAMERAS}/gate", _without_id(name="南门"))
    bad = put(operations, f"{CAMERAS}/gate", _without_id(name="x" * 99))
    texts = [one.text for one in (made, changed, bad, operations.get(CAMERAS), operations.get(f"{CAMERAS}/gate"))]
    texts += [str(one) for one in audited(services, "gate")]
    shown = SiteRepository(engine).load()
    assert shown is not None
    assert not any(SECRET in text for text in (*texts, str(shown)))


def _without_id(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in document(**changes).items() if key != "id"}


def test_an_address_that_comes_back_as_it_was_shown_keeps_its_password(
    operations: TestClient, sites: SiteRepository
) -> None:
    operations.post(CAMERAS, json=document())
    shown = operations.get(f"{CAMERAS}/gate").json()["source"]
    assert put(operations, f"{CAMERAS}/gate", _without_id(source=shown, name="南门")).status_code == 200
    site = sites.load()
    assert site is not None
    assert (site.camera("gate").name, site.camera("gate").source) == ("南门", document()["source"])
    elsewhere = put(operations, f"{CAMERAS}/gate", _without_id(source="rtsp://***@203.0.113.9/"))
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (422, "source")


def test_each_change_is_in_the_audit_with_what_was_before(operations: TestClient, services: Services) -> None:
    operations.post(CAMERAS, json=document("gate", zone(observe=True)))
    put(operations, f"{CAMERAS}/gate", _without_id(presets=presets(zone(observe=True)), name="南门"))
    put(operations, f"{CAMERAS}/gate", _without_id(presets=presets(zone(observe=True)), name="南门"))
    etag = operations.get(f"{CAMERAS}/gate").headers["ETag"]
    assert operations.delete(f"{CAMERAS}/gate", headers={"If-Match": etag}).status_code == 204
    created, changed, removed = audited(services, "gate")
    assert (created[0], created[1], created[2]["name"]) == ("camera.create", None, "北门")
    assert changed == ("camera.change", {"name": "北门"}, {"name": "南门"})
    assert (removed[0], removed[1]["name"], removed[2]) == ("camera.remove", "南门", None)
    assert services.store.audit.verify().fault is None


def test_a_new_camera_observes_its_first_week_unless_told_otherwise(
    accounts: Accounts, operations: TestClient, clock: FakeClock
) -> None:
    said, unsaid = zone("said"), {key: value for key, value in zone("unsaid").items() if key != "observe"}
    made = operations.post(CAMERAS, json=document("gate", said, unsaid)).json()
    (first, second), until = made["presets"][0]["zones"], clock.utc() + timedelta(days=7)
    assert (first["observe"], first["observe_until"]) == (False, None)
    assert (second["observe"], datetime.fromisoformat(second["observe_until"])) == (True, until)
    assert _listed(operations)["observing"] == 1
    # What only observes is changed freely; with the end of the week it is in force, without anybody's doing.
    smaller = {**second, "polygon": SQUARE[:3]}
    assert put_zones(operations, said, smaller).json()["waiting"] is None
    clock.sleep(7 * 86400)
    operations = accounts.sign_in("operations")
    assert _listed(operations)["observing"] == 0
    assert put_zones(operations, said, {**smaller, "violation_after_s": 900}).json()["waiting"] is not None


def test_a_zone_that_was_sent_back_is_shown_and_put_in_force_by_a_person(
    operations: TestClient, services: Services, sites: SiteRepository, clock: FakeClock
) -> None:
    operations.post(CAMERAS, json=document("gate", zone(daily_budget=1)))
    site = sites.load()
    assert site is not None
    (rule,) = rules_of(site.camera("gate"))
    for number in range(2):
        one = event(number, camera_id="gate", zone_id="pavement", rule_version=rule.version)
        alarm = replace(as_violation(one), violation_at=clock.utc(), last_seen=clock.utc())
        services.store.events.apply(alarm)
    sender = ObservingRepository(services.engine, services.store.vault, services.store.audit, clock)
    (sent,) = sender.send_back(site.cameras, site.site.zone_info)
    assert (sent.rule.camera_id, sent.words) == ("gate", "2 alarms today, its daily budget is 1")
    assert (_listed(operations)["observing"], _listed(operations)["sent_back"]) == (1, 1)
    (shown,) = operations.get(f"{CAMERAS}/gate").json()["presets"][0]["zones"]
    why = shown["sent_back"]
    assert (why["why"], why["count"], why["limit"]) == ("budget", 2, 1)
    assert datetime.fromisoformat(why["at"]) == clock.utc()
    assert put_zones(operations, {**shown, "observe": False}).json()["waiting"] is None
    assert (_listed(operations)["observing"], _listed(operations)["sent_back"]) == (0, 0)
    again = sites.load()
    assert again is not None
    assert sender.send_back(again.cameras, again.site.zone_info) == ()
    assert [action for action, *_ in audited(services, "gate")] == [
        "camera.create",
        "camera.send_back",
        "camera.change",
    ]


def _listed(operations: TestClient) -> dict[str, Any]:
    return next(one for one in operations.get(CAMERAS).json() if one["id"] == "gate")


def test_a_change_is_for_the_version_that_was_read(operations: TestClient, sites: SiteRepository) -> None:
    operations.post(CAMERAS, json=document())
    path = f"{CAMERAS}/gate"
    etag = operations.get(path).headers["ETag"]
    assert operations.put(path, json=_without_id()).status_code == 428
    first = put(operations, path, _without_id(name="东门"), etag)
    assert (first.status_code, first.headers["ETag"] != etag) == (200, True)
    for stale in (etag, '"999999999"', "*"):
        assert put(operations, path, _without_id(name="西门"), stale).status_code == 412
        assert operations.delete(path, headers={"If-Match": stale}).status_code == 412
    # Neither another camera's change nor saving what is there makes a new version.
    sites.put_camera(camera("other"))
    assert (
        put(operations, path, _without_id(name="东门"), first.headers["ETag"]).headers["ETag"] == first.headers["ETag"]
    )


def test_a_camera_that_comes_back_has_no_version_of_its_predecessor(operations: TestClient) -> None:
    old = operations.post(CAMERAS, json=document("gate", zone(observe=True))).headers["ETag"]
    operations.delete(f"{CAMERAS}/gate", headers={"If-Match": old})
    assert operations.post(CAMERAS, json=document()).headers["ETag"] != old


def test_an_id_is_given_once(operations: TestClient) -> None:
    assert operations.post(CAMERAS, json=document()).status_code == 201
    again = operations.post(CAMERAS, json=document())
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "id")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "a b"}, "id"),
        ({"id": "33088100081180000001"}, "id"),  # an NVR
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"source": "http://10.0.0.8/"}, "source"),
        ({"source": "file:///etc/passwd"}, "source"),
        ({"detect_source": "concat:rtsp://10.0.0.8/"}, "detect_source"),
        ({"org": "没有的街道"}, "org"),
        ({"place": {"lon": 181}}, "place.lon"),
        ({"sampling": {"interval_s": 0}}, "sampling.interval_s"),
        ({"legal": {"review_no": "x"}}, "legal"),
        ({"presets": []}, "presets"),
        ({"presets": [*presets(), *presets()]}, "presets"),
        ({"presets": presets(zone(), zone())}, "presets.0.zones"),
        ({"presets": presets(zone(violation="jaywalking"))}, "presets.0.zones.0.violation"),
        ({"presets": presets(zone(polygon=SQUARE[:2]))}, "presets.0.zones.0.polygon"),
        ({"presets": presets(zone(polygon=[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]))}, "presets.0.zones.0.polygon"),
        ({"presets": presets(zone(polygon=[[0.1, 0.1], [1.2, 0.1], [0.5, 0.5]]))}, "presets.0.zones.0.polygon.1.0"),
        ({"presets": presets(zone(violation_after_s=-1))}, "presets.0.zones.0.violation_after_s"),
        ({"presets": presets(zone(exempt=["ufo"]))}, "presets.0.zones.0.exempt.0"),
        ({"privacy_masks": [SQUARE[:2]]}, "privacy_masks.0"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_names_its_field_and_changes_nothing(
    operations: TestClient, sites: SiteRepository, changes: dict[str, Any], field: str
) -> None:
    answer = operations.post(CAMERAS, json=document() | changes)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field
    site = sites.load()
    assert site is not None
    assert len(site.cameras) == 1


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://127.0.0.1/",
        "rtsp://localhost:554/",
        "rtsp://127.1/",
        "rtsp://2130706433/",
        "rtsp://[::1]/",
        "rtsp://[::ffff:127.0.0.1]/",
        "rtsp://0.0.0.0/",
        "rtsp://169.254.169.254/latest/meta-data",
        "rtsp://100.100.100.200/",
        "rtsp://[fe80::1]/",
        "rtsp://224.0.0.1/",
        "rtsp://nowhere.invalid/",
        "rtsp://10.0.0.8/a b",
        "rtsp://10.0.0.8/%\n'option protocol_whitelist file",
        "rtsp://10.0.0.8:99999/",
        "RTSP:/etc/passwd",
        "pipe:0",
    ],
)
def test_no_camera_is_where_only_the_server_can_reach(operations: TestClient, source: str) -> None:
    for answer in (
        operations.post(CAMERAS, json=document(source=source)),
        operations.post(CAMERAS, json=document(detect_source=source)),
        operations.post("/api/v1/camera-probes", json={"source": source}),
        operations.post("/api/v1/camera-snapshots", json={"source": source}),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] in ("source", "detect_source")


def test_a_change_of_a_rule_is_a_new_version_and_the_old_one_stays(
    operations: TestClient, sites: SiteRepository
) -> None:
    operations.post(CAMERAS, json=document())
    first = sites.load()
    assert first is not None
    (before,) = rules_of(first.camera("gate"))
    assert put_zones(operations, zone(polygon=LARGER, violation_after_s=200)).status_code == 200
    second = sites.load()
    assert second is not None
    (after,) = rules_of(second.camera("gate"))
    assert before.version != after.version
    assert sites.rule(before.version) == before.snapshot()
    assert sites.rule(after.version) == after.snapshot()


def test_an_officer_reads_and_changes_nothing(accounts: Accounts, operations: TestClient) -> None:
    made = operations.post(CAMERAS, json=document())
    officer = accounts.as_role(Role.OFFICER)
    assert officer.get(f"{CAMERAS}/gate").status_code == 200
    headers = {"If-Match": made.headers["ETag"]}
    assert officer.put(f"{CAMERAS}/gate", json=_without_id(), headers=headers).status_code == 403
    assert officer.put(f"{CAMERAS}/gate/zones", json={"presets": presets()}, headers=headers).status_code == 403
    assert officer.delete(f"{CAMERAS}/gate", headers=headers).status_code == 403


def test_cameras_of_another_node_do_not_exist_and_none_is_moved_there(
    accounts: Accounts, sites: SiteRepository, operations: TestClient
) -> None:
    county = accounts.node("江山市")
    tiger, _ = accounts.node("虎山街道", county), accounts.node("双塔街道", county)
    operations.post(CAMERAS, json=document("theirs", org="双塔街道"))
    etag = operations.post(CAMERAS, json=document("ours", org="虎山街道")).headers["ETag"]
    accounts.user("here", Role.OPERATIONS, node=tiger)
    here = accounts.sign_in("here")
    assert here.put(f"{CAMERAS}/theirs", json=_without_id(), headers={"If-Match": etag}).status_code == 404
    assert here.delete(f"{CAMERAS}/theirs", headers={"If-Match": etag}).status_code == 404
    for org in ("双塔街道", None):
        answer = put(here, f"{CAMERAS}/ours", _without_id(org=org))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "org")
    assert here.post(CAMERAS, json=document("more", org="虎山街道")).status_code == 201


def test_zone_options_have_the_defaults_of_the_rules(operations: TestClient) -> None:
    types = {one["key"]: one for one in operations.get("/api/v1/zone-options").json()["types"]}
    assert types["illegal_parking"]["violation_after_s"] == 300
    assert types["illegal_parking"]["labels"] == ["car", "van", "bus", "truck"]
