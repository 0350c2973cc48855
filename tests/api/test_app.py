"""The application as a whole: errors, names it answers to, and its own description."""

import json

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.http.services import Services
from core.errors import StorageError
from core.messages import Message
from store.review.queue import EventQueue


def test_the_index_leads_on(client: TestClient) -> None:
    for name, path in client.get("/").json().items():
        if name != "name":
            assert client.get(path).status_code == 200, name


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/none", 404),
        ("/docs", 404),
        ("/api/v1/cameras?x=1", 422),
        ("/healthz?x=1", 422),
        ("/api/v1/events/x?y=1", 422),
    ],
)
def test_errors_are_problems(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert problem["title"]
    assert problem["detail"]


def test_a_method_that_is_not_allowed(client: TestClient) -> None:
    answer = client.post("/api/v1/events")
    assert (answer.status_code, answer.json()["status"]) == (405, 405)
    assert answer.headers["allow"] == "GET"


def test_an_unexpected_error_tells_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("rtsp://user:secret@10.0.0.8")

    monkeypatch.setattr(EventQueue, "page", fail)
    answer = client.get("/api/v1/events")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["code"] == "api.unexpected_error"


def test_a_data_base_that_refuses(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("store.database_fails", name="city", cause=Message("store.database_locked"))

    monkeypatch.setattr(EventQueue, "page", refuse)
    answer = client.get("/api/v1/events")
    assert (answer.status_code, answer.json()["code"]) == (503, "store.database_fails")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8600", 200),
        ("127.0.0.1:8600", 200),
        ("[::1]:8600", 200),
        # a page from elsewhere whose name was made to point here
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("", 400),
    ],
)
def test_only_names_of_this_machine_are_answered(client: TestClient, host: str, status: int) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == status


def test_two_applications_share_nothing(services: Services) -> None:
    first, second = create_app(services), create_app(services)
    assert first.state.metrics is not second.state.metrics


def test_the_description_names_problems_and_nothing_outside(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    wrong = document["paths"]["/api/v1/events"]["get"]["responses"]["422"]["content"]
    assert wrong == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert "HTTPValidationError" not in json.dumps(document)
    operations = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(operations) == len(set(operations))
    parameters = {one["name"] for one in document["paths"]["/api/v1/events"]["get"]["parameters"]}
    assert {"camera", "violation", "review", "sort", "since", "until", "text", "cursor", "limit"} <= parameters
