"""Long lists come packed, and nothing that holds a secret does."""

from typing import Any

import pytest

from api.app import create_app
from api.http.compression import LISTS
from api.http.services import Services
from tests.api.review_examples import Desk, happen

SECRETS = ("token", "password", "secret", "csrf")


def test_the_queue_comes_packed_to_whom_takes_it_and_says_the_same(li: Desk, services: Services) -> None:
    happen(services)
    packed = li.client.get("/api/v1/events", headers={"Accept-Encoding": "gzip"})
    plain = li.client.get("/api/v1/events", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.json()["events"] == plain.json()["events"]
    assert {one.headers["vary"] for one in (packed, plain)} == {"Accept-Encoding"}
    assert {one.headers["cache-control"] for one in (packed, plain)} == {"no-store"}


@pytest.mark.parametrize("path", sorted(LISTS))
def test_no_list_that_is_packed_holds_a_secret(services: Services, path: str) -> None:
    document = create_app(services).openapi()
    schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    names = _names(schema, document["components"]["schemas"], set())
    assert names
    assert [name for name in names if any(secret in name for secret in SECRETS)] == []


def _names(schema: Any, known: Any, seen: set[str]) -> set[str]:
    """The names of all properties that a schema and those that it refers to allow."""
    if isinstance(schema, list):
        return {name for one in schema for name in _names(one, known, seen)}
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", ()))
    for key, value in schema.items():
        if key != "$ref":
            found |= _names(value, known, seen)
        elif value not in seen:
            seen.add(value)
            found |= _names(known[value.rpartition("/")[2]], known, seen)
    return found
