"""Events over HTTP, on both data bases: filters, pages, one with its history, and requests that are wrong."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from core.rules import rules_of
from core.wire import event_to_json
from store.events.events import EventRepository
from store.events.packages import PackageRepository
from store.site.sites import SiteRepository
from tests.store.examples import CAMERA, SITE, as_cleared, as_violation, event, package


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jiejing.db'}"
    return str(request.getfixturevalue("postgres_url"))


def test_an_event_reads_as_in_the_event_log(client: TestClient, engine: Engine) -> None:
    violation = as_violation(event())
    EventRepository(engine).apply(violation)
    (answered,) = client.get("/api/v1/events").json()["events"]
    logged = event_to_json(violation)
    del logged["package"], logged["gaps"]
    assert answered.items() >= logged.items()
    assert answered["violation_at"] == "2026-05-01T00:05:00.123+00:00"
    assert answered["cleared_at"] is None


def test_filters_and_pages(client: TestClient, engine: Engine) -> None:
    events = EventRepository(engine)
    for number in range(5):
        events.apply(event(number))
    events.apply(as_violation(event(3)))
    events.apply(event(9, camera_id="other", zone_id="shop", violation="exposed_garbage", observing=True))
    for query in (
        "camera=other",
        "zone=shop",
        "violation=exposed_garbage",
        "observing=true",
        "since=2026-05-01T08:09:00%2B08:00",
    ):
        assert _ids(client, query) == [9], query
    assert _ids(client, "state=violation") == [3]
    assert _ids(client, "until=2026-05-01T00:02:00Z") == [1, 0]
    first = client.get("/api/v1/events?limit=4").json()
    second = client.get("/api/v1/events", params={"limit": 4, "cursor": first["next_cursor"]}).json()
    assert second["next_cursor"] is None
    assert [int(one["event_id"], 16) for one in first["events"] + second["events"]] == [9, 4, 3, 2, 1, 0]


def test_one_event_shows_its_changes_the_rule_of_its_day_and_its_packages(client: TestClient, engine: Engine) -> None:
    SiteRepository(engine).replace(SITE)
    rule = rules_of(CAMERA)[0]
    events = EventRepository(engine)
    candidate = event(rule_version=rule.version)
    for change in (candidate, as_violation(candidate), as_cleared(as_violation(candidate))):
        events.apply(change)
    PackageRepository(engine).add(package())
    # The rule is gone by now.
    SiteRepository(engine).remove_camera(CAMERA.id)
    answer = client.get(f"/api/v1/events/{candidate.event_id}").json()
    assert [change["state"] for change in answer["changes"]] == ["candidate", "violation", "cleared"]
    assert answer["state"] == "cleared"
    assert answer["rule"] == rule.snapshot()
    assert [one["package_id"] for one in answer["packages"]] == ["package-1"]
    assert client.get(f"/api/v1/events/{candidate.event_id}/packages").json() == answer["packages"]


def test_an_event_whose_rule_is_not_known_here(client: TestClient, engine: Engine) -> None:
    EventRepository(engine).apply(event())
    assert client.get(f"/api/v1/events/{event().event_id}").json()["rule"] is None


def test_no_such_event(client: TestClient) -> None:
    for path in ("/api/v1/events/none", "/api/v1/events/none/packages"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "api.event_unknown"


WRONG = [
    ("camara=1", "camara", "api.unknown_parameter"),
    ("limit=0", "limit", "core.value_greater_than_equal"),
    ("limit=201", "limit", "core.value_less_than_equal"),
    ("limit=many", "limit", "core.value_int_parsing"),
    ("state=gone", "state", "core.value_literal_error"),
    ("violation=parking", "violation", "api.violation_unknown"),
    ("observing=perhaps", "observing", "core.value_bool_parsing"),
    ("cursor=nonsense", "cursor", "store.cursor_not_ours"),
    ("since=yesterday", "since", "core.no_time_with_offset"),
    ("since=2026-05-01T00:00:00", "since", "core.time_without_offset"),
    # a lenient parser would take it for seconds since 1970
    ("since=20260501", "since", "core.time_without_offset"),
    # a plus sign that was not encoded arrives as a space
    ("until=2026-05-01T00:00:00+08:00", "until", "core.no_time_with_offset"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("query", "field", "code"), WRONG)
def test_a_wrong_query_names_its_field(client: TestClient, query: str, field: str, code: str) -> None:
    answer = client.get(f"/api/v1/events?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (fault,) = answer.json()["errors"]
    assert fault["field"] == field
    assert fault["code"] == code


def _ids(client: TestClient, query: str) -> list[int]:
    return [int(one["event_id"], 16) for one in client.get(f"/api/v1/events?{query}").json()["events"]]
