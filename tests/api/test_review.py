"""The review over HTTP: the queue, claims, what an approval demands, undo, checks, misses, pictures, training lines."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from api.http.services import Services
from core.clock import rfc3339
from core.policy.review import REASONS, UNDO_S
from core.rights import Role
from store.review.checks import CheckShares
from tests.api.accounts import Accounts
from tests.api.review_examples import CAR, Desk, camera_with, come_back, faults, happen, jpeg, later, put_site
from tests.exchange import exchange
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, PAVEMENT, START, as_cleared, as_violation, camera, event, stream_state
from training.datasets.decisions import read_decisions

NOW = START + timedelta(hours=1)
NO_CHECKS = CheckShares(second_look=0, known_negative=0)


@pytest.fixture
def services(services: Services, clock: FakeClock) -> Services:
    """Without checks, which a test asks for by itself; an hour after the first events."""
    clock.sleep(3600)
    exchange(services, check_shares=NO_CHECKS)
    return services


@pytest.fixture
def wang(accounts: Accounts) -> Desk:
    accounts.user("wang", Role.OFFICER)
    return Desk(accounts.sign_in("wang"))


def test_a_row_shows_what_the_list_needs(li: Desk, services: Services) -> None:
    put_site(services, camera_with(place=CAMERA.place.model_copy(update={"address": "解放路 1 号", "grid": "33"})))
    violation = happen(services)
    (row,) = li.client.get("/api/v1/events").json()["events"]
    assert row["type"] == {
        "key": "illegal_parking",
        "name_zh": "机动车乱停放",
        "name_en": "illegal parking of a motor vehicle",
    }
    assert (row["place"]["camera_name"], row["place"]["zone_name"]) == (CAMERA.name, PAVEMENT.name)
    assert (row["place"]["address"], row["place"]["grid"]) == ("解放路 1 号", "33")
    assert row["standing"] == {"key": "lead", "name_zh": "线索", "name_en": "lead"}
    # An hour has passed since the first event, five minutes of it before the violation.
    assert row["deadline"]["in_s"] == pytest.approx(23 * 3600 + 300)
    assert row["review"] == {"state": "open", "revision": 1, "claim": None}
    assert row["complete"] is True
    picture = li.client.get(row["thumbnail"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(picture.content)).width <= 320
    assert li.client.get(row["thumbnail"], headers={"If-None-Match": picture.headers["etag"]}).status_code == 304
    assert li.client.get(f"/api/v1/events/{violation.event_id}").headers["etag"] == '"1"'


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [3, 2, 1, 0]),
    ({"violation": "street_vending"}, [2]),
    # several: any of them
    ({"violation": ["street_vending", "exposed_garbage"]}, [3, 2]),
    ({"camera": "east"}, [3]),
    ({"grid": "7"}, [3]),
    ({"text": "南门"}, [3]),
    # the number that stands on the composite
    ({"text": f"{2:016x}"}, [2]),
    ({"text": "nowhere"}, []),
    ({"node": "虎山街道"}, [3]),
    ({"review": "decided"}, [1]),
    ({"review": "open"}, [3, 2, 0]),
    ({"state": "cleared"}, []),
    ({"standing": "supporting"}, []),
    ({"sort": "-age"}, [0, 1, 2, 3]),
    ({"sort": "deadline"}, [2, 3, 0, 1]),
]


def test_filters_and_orders(li: Desk, services: Services, clock: FakeClock) -> None:
    place = CAMERA.place.model_copy(update={"address": "南门口", "grid": "7"})
    put_site(services, CAMERA, camera("east", org="虎山街道", place=place))
    happen(services, 0)
    decided = happen(services, 1)
    happen(services, 2, violation="street_vending")
    happen(services, 3, camera("east"), violation="exposed_garbage")
    li.decide(decided.event_id)
    clock.sleep(UNDO_S)
    for query, numbers in FILTERS:
        assert li.listed(**query) == numbers, query


def test_a_cursor_belongs_to_one_order(li: Desk, services: Services) -> None:
    for number in range(3):
        happen(services, number)
    cursor = li.client.get("/api/v1/events?limit=2&sort=dwell").json()["next_cursor"]
    assert li.listed(limit=2, sort="dwell", cursor=cursor) == [2]
    assert faults(li.client.get("/api/v1/events", params={"sort": "age", "cursor": cursor})) == ["cursor"]


def test_an_event_shows_what_was_sealed_and_what_an_approval_needs(li: Desk, services: Services) -> None:
    put_site(services, CAMERA)
    found = li.get(happen(services).event_id)
    (opening,) = found["openings"]
    assert [one["name"] for one in opening["manifest"]["stills"]] == ["first_rest", "middle", "violation"]
    assert opening["manifest"]["stills"][2]["marked"] == "marked/violation.jpg"
    assert opening["manifest"]["clock_within_1_s"] is True
    dwell = opening["dwell"]
    assert (dwell["observed_s"], dwell["bridged_s"], dwell["limit_s"]) == (299.5, 0.5, 300)
    assert [(one["kind"], one["start"][14:23], one["end"][14:23]) for one in dwell["spans"]] == [
        ("observed", "00:00.123", "00:04.123"),
        ("bridged", "00:04.123", "00:04.623"),
        ("observed", "00:04.623", "05:00.123"),
    ]
    assert found["rule"]["zone"]["id"] == PAVEMENT.id
    assert found["needs"] == {
        "codes": [],
        "vehicle": True,
        "shop": False,
        "vehicle_type": "car",
        "shop_name": None,
        "handed_over_to": None,
    }


def test_of_an_earlier_versions_event_only_the_totals_are_known(li: Desk, services: Services) -> None:
    (opening,) = li.get(happen(services, gaps=None).event_id)["openings"]
    assert opening["dwell"]["bridged_s"] == 0.5
    assert opening["dwell"]["spans"] is None


def test_a_thing_that_was_never_out_of_sight_has_one_span(li: Desk, services: Services) -> None:
    (opening,) = li.get(happen(services, gaps=(), bridged_s=0.0).event_id)["openings"]
    assert [one["kind"] for one in opening["dwell"]["spans"]] == ["observed"]


def test_a_manifest_that_was_changed_is_not_shown(li: Desk, services: Services) -> None:
    violation = happen(services)
    path = services.packages_folder / violation.event_id / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"yolox", b"other"))
    (opening,) = li.get(violation.event_id)["openings"]
    assert opening["manifest"] is None
    assert opening["fault"]["code"] == "api.package_file_changed"


def test_two_officers_on_one_event(li: Desk, wang: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    claim = li.claim(event_id)
    assert (claim.status_code, claim.json()["mine"]) == (200, True)
    refused = wang.claim(event_id)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "api.opening_held_by_another"
    assert refused.json()["review"]["claim"]["officer_name"] == "li 全名"
    assert wang.get(event_id)["review"]["state"] == "claimed"
    assert wang.decide(event_id).status_code == 409
    assert li.client.delete(f"/api/v1/events/{event_id}/openings/1/claim").status_code == 204
    assert wang.claim(event_id).status_code == 200


def test_rejecting_takes_one_request(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    answer = li.decide(event_id, reason="on_duty")
    assert answer.status_code == 201
    decision = answer.json()["decision"]
    assert (decision["verdict"], decision["reason"], decision["officer_name"]) == ("rejected", "on_duty", "li 全名")
    assert answer.headers["etag"] == f'"{answer.json()["revision"]}"'


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    # a rejection without a reason teaches nothing
    ({"reason": None}, [""]),
    ({"reason": "because"}, ["reason"]),
    ({"reason": "other"}, [""]),
    ({"verdict": "perhaps"}, ["verdict"]),
    ({"label": "dragon"}, ["label"]),
    ({"spent_s": -1}, ["spent_s"]),
    ({"unknown": 1}, ["unknown"]),
    ({"subject": {"plate": "none"}}, ["subject"]),
    ({"subject": {"colour": "plaid"}}, ["subject.colour"]),
    ({"seen": {"subject": "yesterday"}}, ["seen.subject"]),
]


def test_wrong_input_names_its_field(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    for body, fields in WRONG:
        assert faults(li.decide(event_id, **body)) == fields, body
    assert li.get(event_id)["review"]["state"] == "open"


def test_a_decision_needs_its_headers(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    place, body = f"/api/v1/events/{event_id}/openings/1/decisions", {"verdict": "rejected", "reason": "duplicate"}
    assert li.client.post(place, json=body, headers={"Idempotency-Key": "a"}).status_code == 428
    assert li.client.post(place, json=body, headers={"If-Match": '"1"'}).status_code == 422


def test_a_stale_decision_answers_how_it_is_now(li: Desk, services: Services) -> None:
    violation = happen(services)
    services.store.events.apply(as_cleared(later(violation)))
    answer = li.decide(violation.event_id, revision=1)
    assert answer.status_code == 409
    assert answer.json()["code"] == "api.opening_changed_meanwhile"
    assert answer.json()["review"]["revision"] == 2
    assert answer.headers["etag"] == '"2"'


def test_a_repeated_request_does_nothing_twice(li: Desk, services: Services, clock: FakeClock) -> None:
    event_id = happen(services).event_id
    first = li.decide(event_id, key="once")
    again = li.decide(event_id, key="once", revision=1)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(li.get(event_id)["decisions"]) == 1
    other = li.decide(event_id, key="once", revision=1, reason="duplicate")
    assert other.status_code == 422
    assert (other.json()["code"], other.json()["params"]) == (
        "api.idempotency_key_used",
        {"field": "Idempotency-Key"},
    )


APPROVALS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    # nothing was looked at
    ({}, {"seen": {}}, ["seen.first_picture", "seen.last_picture", "seen.subject"]),
    ({}, {"seen": {"first_picture": rfc3339(NOW), "last_picture": rfc3339(NOW)}}, ["seen.subject"]),
    # a parked car has a plate, a colour and a type
    ({}, {"subject": {}}, ["subject.colour", "subject.plate", "subject.vehicle_type"]),
    ({}, {"subject": {**CAR, "colour": None}}, ["subject.colour"]),
    # between unlicensed vending and occupying the road the officer chooses
    ({"violation": "street_vending", "label": "stall"}, {"subject": {}}, ["code"]),
    ({"violation": "street_vending", "label": "stall"}, {"code": "09005"}, ["code"]),
    # a shop front has a shop
    ({"violation": "window_front_trading", "label": "goods"}, {"subject": {}}, ["subject.shop"]),
    # what is ours is not handed over
    ({}, {"verdict": "handed_over"}, ["verdict"]),
]


def test_an_approval_names_all_that_is_missing(li: Desk, services: Services) -> None:
    for number, (changes, body, fields) in enumerate(APPROVALS):
        event_id = happen(services, number, **changes).event_id
        assert faults(li.approve(event_id, **body)) == fields, body
        assert li.get(event_id)["review"]["state"] == "open"


APPROVED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "09009"),
    ({"violation": "street_vending", "label": "stall"}, {"code": "09006", "subject": {}}, "09006"),
    ({"violation": "window_front_trading", "label": "goods"}, {"subject": {"shop": "某某水果店"}}, "09005"),
    # waste has neither plate nor shop
    ({"violation": "exposed_garbage", "label": "garbage"}, {"subject": {}}, "06010"),
]


def test_a_whole_approval(li: Desk, services: Services) -> None:
    for number, (changes, body, code) in enumerate(APPROVED):
        answer = li.approve(happen(services, number, **changes).event_id, **body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["decision"]["code"] == code
    assert li.get(f"{0:016x}")["decisions"][0]["plate"] == "浙H12345"


def test_anothers_competence_is_only_handed_over(li: Desk, services: Services) -> None:
    camera = camera_with(PAVEMENT.model_copy(update={"agency": "交警大队"}))
    put_site(services, camera)
    event_id = happen(services, 0, camera).event_id
    assert li.get(event_id)["needs"]["handed_over_to"] == "交警大队"
    refused = li.approve(event_id)
    assert faults(refused) == ["verdict"]
    assert "交警大队" in refused.json()["detail"]
    # A lead says what is known; the other agency asks for the rest.
    assert li.approve(event_id, verdict="handed_over", subject={}).status_code == 201


def test_without_a_badge_that_holds_nothing_is_approved(li: Desk, services: Services, clock: FakeClock) -> None:
    event_id = happen(services).event_id
    clock.sleep(365 * 86400)
    li.client.post("/api/v1/session", json={"name": "li", "password": "correct-horse-battery"})
    token = li.client.get("/api/v1/session").json()["csrf_token"]
    li.client.headers["X-CSRF-Token"] = token
    assert faults(li.approve(event_id)) == ["badge"]
    assert li.decide(event_id).status_code == 201


def test_an_assistant_suggests_and_never_decides(li: Desk, accounts: Accounts, services: Services) -> None:
    event_id = happen(services).event_id
    assistant = Desk(accounts.as_role(Role.ASSISTANT))
    assert assistant.approve(event_id).status_code == 403
    body = {"verdict": "rejected", "reason": "inside_bay"}
    headers = {"If-Match": '"1"', "Idempotency-Key": "a"}
    place = f"/api/v1/events/{event_id}/openings/1/suggestions"
    assert assistant.client.post(place, json=body, headers=headers).status_code == 201
    assert li.client.post(place, json=body, headers=headers).status_code == 403
    assert li.get(event_id)["review"]["state"] == "open"


def test_openings_are_listed_opened_and_decided_one_by_one(li: Desk, wang: Desk, services: Services) -> None:
    put_site(services, CAMERA)
    violation = happen(services)
    event_id = violation.event_id
    first = li.approve(event_id)
    assert first.status_code == 201
    before = li.get(event_id, 1)
    again = come_back(services, violation)
    # Each is a row of its own, with its own times; the first keeps its verdict and its pictures.
    rows = li.client.get("/api/v1/events").json()["events"]
    assert [(one["opening"], one["dwell_s"]) for one in rows] == [(2, again.dwell_s), (1, violation.dwell_s)]
    assert rows[0]["violation_at"] == rfc3339(again.last_seen)
    after = li.get(event_id, 1)
    assert (after["review"], after["decision"]) == (before["review"], before["decision"])
    assert after["packages"][0]["package_id"] == event_id
    assert [one["review"]["state"] for one in after["openings"]] == ["decided", "open"]
    # The event opens at what waits; what was said of the same thing is known there.
    waits = li.get(event_id)
    assert (waits["opening"], waits["known_plate"]) == (2, "浙H12345")
    assert wang.claim(event_id, 2).status_code == 200
    assert wang.decide(event_id, 2).status_code == 201
    assert li.undo(first).status_code == 200
    assert [one["review"]["state"] for one in li.get(event_id, 1)["openings"]] == ["open", "claimed"]
    assert li.client.get(f"/api/v1/events/{event_id}/openings/3").status_code == 404


@pytest.mark.parametrize("verdict", ["approved", "rejected"])
def test_nothing_is_decided_of_which_no_picture_was_sealed(li: Desk, services: Services, verdict: str) -> None:
    put_site(services, CAMERA)
    violation = happen(services)
    come_back(services, violation, sealed=False)
    act = li.approve if verdict == "approved" else li.decide
    answer = act(violation.event_id, 2)
    assert (answer.status_code, answer.json()["code"] == "api.evidence_not_sealed_yet") == (409, True)
    assert li.get(violation.event_id, 2)["review"]["state"] == "open"


def test_a_row_says_until_when_the_thing_was_not_seen_to_leave(li: Desk, services: Services, clock: FakeClock) -> None:
    put_site(services, CAMERA)
    violation = happen(services)
    states = services.store.camera_states

    def watched_until(**changes: Any) -> str | None:
        states.put(stream_state(last_frame_utc=clock.utc(), **changes))
        (row,) = li.client.get("/api/v1/events").json()["events"]
        until: str | None = row["watched_until"]
        return until

    assert li.get(violation.event_id)["watched_until"] is None, "no camera has reported"
    assert watched_until() == rfc3339(clock.utc())
    assert watched_until(status="waiting") is None, "the camera does not answer"
    assert watched_until(unfit="view moved: by 20% of the picture") is None, "it looks elsewhere"
    assert watched_until() == rfc3339(clock.utc())
    # Since the rule changed another event may stand for the thing.
    put_site(services, camera_with(PAVEMENT.model_copy(update={"violation_after_s": 900.0})))
    assert watched_until() is None
    put_site(services, CAMERA)
    services.store.events.apply(as_cleared(violation))
    assert watched_until() is None, "it left"


def test_a_decided_row_says_what_was_decided_and_by_whom(
    li: Desk, wang: Desk, services: Services, clock: FakeClock
) -> None:
    event_id = happen(services).event_id
    li.decide(event_id, reason="permitted")

    def decisions_in(desk: Desk) -> list[Any]:
        return [row["decision"] for row in desk.client.get("/api/v1/events").json()["events"]]

    assert [one["reason"] for one in decisions_in(li)] == ["permitted"]
    assert decisions_in(wang) == [None], "it can be undone still"
    clock.sleep(UNDO_S)
    (decision,) = decisions_in(wang)
    assert (decision["verdict"], decision["reason"], decision["officer_name"]) == ("rejected", "permitted", "li 全名")


def test_until_it_is_final_nobody_else_knows(li: Desk, wang: Desk, services: Services, clock: FakeClock) -> None:
    event_id = happen(services).event_id
    li.decide(event_id)
    assert li.get(event_id)["review"]["state"] == "decided"
    others = wang.get(event_id)
    assert (others["review"]["state"], others["decisions"]) == ("claimed", [])
    clock.sleep(UNDO_S)
    others = wang.get(event_id)
    assert (others["review"]["state"], others["decisions"][0]["verdict"]) == ("decided", "rejected")


def test_undo(li: Desk, wang: Desk, services: Services, clock: FakeClock) -> None:
    event_id = happen(services).event_id
    answer = li.decide(event_id)
    clock.sleep(UNDO_S - 1)
    assert wang.undo(answer).status_code == 404
    undone = li.undo(answer)
    assert undone.status_code == 200
    assert undone.json()["decision"]["undone_at"] is not None
    found = li.get(event_id)
    assert (found["review"]["state"], found["review"]["claim"]["mine"]) == ("open", True)
    assert undone.json()["revision"] == found["review"]["revision"]
    again = li.decide(event_id, reason="duplicate")
    clock.sleep(UNDO_S)
    late = li.undo(again)
    assert (late.status_code, late.json()["review"]["state"]) == (409, "decided")


def test_a_second_look_is_blind(li: Desk, wang: Desk, accounts: Accounts, services: Services, clock: FakeClock) -> None:
    manager = Desk(accounts.as_role(Role.MANAGER))
    exchange(services, check_shares=CheckShares(second_look=1, known_negative=0))
    event_id = happen(services).event_id
    li.decide(event_id)
    clock.sleep(UNDO_S)
    # For who decided it is decided; for the other one like any other event; managers know.
    assert (li.get(event_id)["review"]["state"], li.listed(review="open")) == ("decided", [])
    blind = wang.get(event_id)
    assert (blind["review"]["state"], blind["decisions"], wang.listed(review="open")) == ("open", [], [0])
    assert wang.listed(review="second_look") == []
    assert manager.listed(review="second_look") == [0]
    answer = wang.decide(event_id)
    # Nor is it told afterwards.
    assert answer.json()["decision"]["kind"] == "first"
    clock.sleep(UNDO_S)
    assert {one["kind"] for one in manager.get(event_id)["decisions"]} == {"first", "second_look"}


def test_final_decisions_and_misses_are_lines_that_harvest_reads(
    li: Desk, accounts: Accounts, services: Services, clock: FakeClock, tmp_path: Path
) -> None:
    engineer = accounts.as_role(Role.ML_ENGINEER)
    for number, reason in enumerate(REASONS):
        assert li.decide(happen(services, number).event_id, reason=reason, note="why").status_code == 201
    approved = happen(services, 20)
    li.approve(approved.event_id)
    for path in ("originals/violation.jpg", "originals/middle.jpg"):
        assert _mark(li.client, approved.event_id, path).status_code == 201
    clock.sleep(UNDO_S)
    li.decide(happen(services, 21).event_id)
    answer = engineer.get("/api/v1/decisions.jsonl")
    (tmp_path / "decisions.jsonl").write_text(answer.text)
    found = list(read_decisions(tmp_path / "decisions.jsonl"))
    rejected = {one.reason: one.effect for one in found if one.verdict == "rejected"}
    assert rejected == {key: reason.effect for key, reason in REASONS.items()}
    misses = [one for one in found if one.verdict == "miss"]
    # On the still of the event training meets the event; any other picture is one of its own.
    assert {one.event_id for one in misses} == {approved.event_id, None}
    loose = next(one for one in misses if one.event_id is None)
    assert (tmp_path / str(loose.picture)).is_file()
    # What can still be undone is not in it.
    assert f"{21:016x}" not in answer.text
    since = engineer.get("/api/v1/decisions.jsonl", params={"since": "2027-01-01T00:00:00Z"})
    assert since.text == ""
    assert li.client.get("/api/v1/decisions.jsonl").status_code == 403


def _mark(client: TestClient, package_id: str, path: str, **changes: Any) -> Any:
    body = {
        "camera_id": CAMERA.id,
        "picture": {"package_id": package_id, "path": path},
        "label": "stall",
        "box": [10, 20, 50, 60],
        "utc": "2026-05-01T00:00:00Z",
    }
    return client.post("/api/v1/misses", json={**body, **changes})


MISSES: list[tuple[dict[str, Any], int]] = [
    ({"box": [10, 20, 5000, 60]}, 422),
    ({"box": [50, 20, 10, 60]}, 422),
    ({"label": "dragon"}, 422),
    # a box lies on what was received: a marked copy has a band of text
    ({"picture": {"package_id": f"{0:016x}", "path": "marked/violation.jpg"}}, 422),
    ({"picture": {"package_id": f"{0:016x}", "path": "originals/../manifest.json"}}, 422),
    ({"picture": {"package_id": f"{0:016x}", "path": "originals/none.jpg"}}, 404),
    ({"picture": {"package_id": "none", "path": "originals/violation.jpg"}}, 404),
    ({"picture": {"attachment_id": "none"}}, 404),
    # the privacy masks of that camera would be laid over it
    ({"camera_id": "other"}, 422),
]


def test_a_wrong_miss(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    for changes, status in MISSES:
        assert _mark(li.client, event_id, "originals/violation.jpg", **changes).status_code == status, changes


UPLOADS = [
    (jpeg(), 201, "image/jpeg"),
    (jpeg(kind="PNG"), 201, "image/png"),
    (jpeg(kind="WEBP"), 201, "image/webp"),
    # told by its content, whatever it is called
    (jpeg(kind="GIF"), 422, None),
    (b"<svg onload=alert(1)>", 422, None),
    # begins like a picture
    (jpeg()[:200], 422, None),
    (b"", 422, None),
    (b"\xff" * (20 * 1024 * 1024 + 1), 413, None),
]


def test_pictures_from_the_spot(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    before = sorted((services.packages_folder / event_id).rglob("*"))
    place = f"/api/v1/events/{event_id}/attachments"
    for content, status, media_type in UPLOADS:
        answer = li.client.post(place, files={"file": ("../../x.jpg", content)}, data={"kind": "recheck"})
        assert answer.status_code == status, (answer.text, content[:20])
        if media_type:
            added = answer.json()
            assert (added["media_type"], added["kind"]) == (media_type, "recheck")
            got = li.client.get(f"/api/v1/attachments/{added['attachment_id']}")
            assert (got.content, got.headers["content-type"]) == (content, media_type)
    assert len(li.client.get(place).json()) == len(li.get(event_id)["attachments"]) == 3
    # Never in the sealed folder, and nothing by the name that was sent.
    assert sorted((services.packages_folder / event_id).rglob("*")) == before
    assert len(list(services.attachments_folder.rglob("*.*"))) == 3


def test_a_request_waits_for_its_answer(accounts: Accounts, li: Desk, wang: Desk, services: Services) -> None:
    put_site(services, CAMERA)
    violation = happen(services)
    event_id = violation.event_id
    accounts.user("zhang", Role.ASSISTANT)
    zhang = Desk(accounts.sign_in("zhang"))

    def of_me(desk: Desk) -> list[str]:
        return [one["request_id"] for one in desk.client.get("/api/v1/evidence-requests").json()]

    asked = li.ask(event_id, key="ask", note="后车牌")
    assert asked.status_code == 201, asked.text
    name = asked.json()["request_id"]
    assert (of_me(zhang), of_me(li)) == ([name], [])
    assert li.listed(review="open") == []
    # A picture by itself, a package, and the thing that comes back: none of them is the answer.
    picture = zhang.client.post(f"/api/v1/events/{event_id}/attachments", files={"file": ("a", jpeg())}).json()
    come_back(services, violation)
    assert li.listed(review="more_evidence") == [0]
    place = f"/api/v1/evidence-requests/{name}/answer"
    assert zhang.client.post(place, json={}).status_code == 422
    assert faults(zhang.client.post(place, json={"attachment_ids": ["other"]})) == ["attachment_ids"]
    body = {"text": "已补拍", "attachment_ids": [picture["attachment_id"]]}
    answered = zhang.client.post(place, json=body)
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    assert zhang.client.post(place, json=body).status_code == 409
    assert (of_me(zhang), li.listed(review="open")) == ([], [0, 0])
    assert [(one["state"], one["answer"]) for one in wang.get(event_id, 2)["requests"]] == [("answered", "已补拍")]


ASKED = [
    # (what differs from a request that holds, the field that is named)
    ({"reason": "because"}, "reason"),
    ({"reason": "other"}, "body"),
    ({"to": {"kind": "role", "key": "audit_admin"}}, "to"),
    ({"to": {"kind": "user", "key": "9999"}}, "to"),
    ({"to": {"kind": "node", "key": "虎山街道"}}, "to"),
    ({"due_at": "2020-01-01T00:00:00Z"}, "due_at"),
    ({"due_at": "2199-01-01T00:00:00Z"}, "due_at"),
]


@pytest.mark.parametrize(("changes", "field"), ASKED)
def test_a_request_has_a_reason_an_addressee_and_a_time(
    li: Desk, services: Services, changes: dict[str, Any], field: str
) -> None:
    put_site(services, CAMERA)
    event_id = happen(services).event_id
    assert field in (*faults(li.ask(event_id, **changes)), "body")
    assert li.listed(review="open") == [0]


def test_notes(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    place = f"/api/v1/events/{event_id}/notes"
    assert li.client.post(place, json={"text": "<b>车主已到场</b>"}).status_code == 201
    assert li.client.post(place, json={"text": "  "}).status_code == 422
    assert [one["text"] for one in li.get(event_id)["notes"]] == ["<b>车主已到场</b>"]


def test_what_belongs_to_another_node_is_not_there(accounts: Accounts, services: Services, li: Desk) -> None:
    put_site(services, camera_with(org="虎山街道"))
    county = accounts.node("江山市")
    accounts.node("虎山街道", county)
    other = accounts.node("双塔街道", county)
    event_id = happen(services).event_id
    added = li.client.post(f"/api/v1/events/{event_id}/attachments", files={"file": ("a", jpeg())}).json()
    accounts.user("zhao", Role.OFFICER, node=other)
    zhao = Desk(accounts.sign_in("zhao"))
    assert zhao.listed() == []
    event_place = f"/api/v1/events/{event_id}"
    headers = {"If-Match": '"1"', "Idempotency-Key": "a"}
    rejection = {"verdict": "rejected", "reason": "duplicate"}
    answers = [
        zhao.client.get(event_place),
        zhao.claim(event_id),
        zhao.client.delete(f"{event_place}/openings/1/claim"),
        zhao.client.post(f"{event_place}/openings/1/decisions", json=rejection, headers=headers),
        zhao.client.post(f"{event_place}/notes", json={"text": "x"}),
        zhao.client.get(f"{event_place}/attachments"),
        zhao.client.post(f"{event_place}/attachments", files={"file": ("a", jpeg())}),
        zhao.client.get(f"/api/v1/attachments/{added['attachment_id']}"),
        zhao.client.get(f"/api/v1/packages/{event_id}/thumbnail"),
        zhao.client.get(f"/api/v1/packages/{event_id}/files/manifest.json"),
        _mark(zhao.client, event_id, "originals/violation.jpg"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert li.get(event_id)["review"]["state"] == "open"


def test_who_may_not_view_evidence_sees_no_picture(accounts: Accounts, services: Services) -> None:
    event_id = happen(services).event_id
    operations = Desk(accounts.as_role(Role.OPERATIONS))
    (row,) = operations.client.get("/api/v1/events").json()["events"]
    assert row["thumbnail"] is None
    assert operations.client.get(f"/api/v1/packages/{event_id}/thumbnail").status_code == 403


def test_searches_and_views_are_in_the_audit_once_in_a_while(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    for _ in range(3):
        li.listed(text="解放路")
        li.client.get(f"/api/v1/packages/{event_id}/files/originals/violation.jpg")
    entries, _ = services.store.audit.page()
    actions = [(one.action, one.after) for one in entries if one.action in ("events.search", "evidence.originals")]
    assert [action for action, _ in actions] == ["evidence.originals", "events.search"]
    assert actions[1][1] == {"text": "解放路"}


def test_the_options_name_everything_in_both_languages(li: Desk) -> None:
    options = li.client.get("/api/v1/review/options").json()
    assert {one["key"] for one in options["reasons"]} == REASONS.keys()
    for name in ("reasons", "types", "standings", "colours", "vehicle_types"):
        assert all(one["name_zh"] and one["name_en"] for one in options[name])
    assert options["undo_s"] == UNDO_S
    vending = next(one for one in options["types"] if one["key"] == "street_vending")
    assert [code["key"] for code in vending["codes"]] == ["09001", "09006"]


def test_a_candidate_is_not_decided(li: Desk, services: Services) -> None:
    services.store.events.apply(event())
    assert li.get(event().event_id)["review"]["state"] is None
    assert li.claim(event().event_id).status_code == 409
    assert li.decide(event().event_id).status_code == 409
    # A violation by itself is none either: its evidence is not sealed.
    services.store.events.apply(as_violation(event()))
    assert li.decide(event().event_id).status_code == 409


def test_bodies_that_are_no_json(li: Desk, services: Services) -> None:
    event_id = happen(services).event_id
    headers = {"If-Match": '"1"', "Idempotency-Key": "a", "Content-Type": "application/json"}
    for content in (b"{", b"[]", json.dumps({"verdict": "rejected", "spent_s": float("nan")}).encode()):
        answer = li.client.post(f"/api/v1/events/{event_id}/openings/1/decisions", content=content, headers=headers)
        assert answer.status_code == 422
