"""Every field that a form or a file can fill has a name in Chinese."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.http.services import Services
from store.base.engine import make_engine
from store.files.camera_sheet import COLUMNS

NAMES = Path(__file__).parents[2] / "core" / "fields.json"


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """The names of fields."""
    found: dict[str, str] = json.loads(NAMES.read_text(encoding="utf-8"))
    return found


def test_every_field_that_is_sent_has_a_name(names: dict[str, str]) -> None:
    assert fields_of_requests() <= names.keys()


def test_columns_are_called_as_in_the_table(names: dict[str, str]) -> None:
    assert {column.name: names[column.name] for column in COLUMNS} == {
        column.name: column.heading for column in COLUMNS
    }


def fields_of_requests() -> set[str]:
    """The names of all that can stand in the body of a request."""
    document = create_app(Services(make_engine("sqlite:////dev/null"), Path())).openapi()
    operations = [one for path in document["paths"].values() for one in path.values()]
    found: set[str] = set()
    schemas: list[Any] = [one["requestBody"] for one in operations if "requestBody" in one]
    referred: set[str] = set()
    while schemas:
        schema = schemas.pop()
        if isinstance(schema, list):
            schemas += schema
        elif isinstance(schema, dict):
            found |= schema.get("properties", {}).keys()
            schemas += schema.values()
            name = schema.get("$ref", "").rpartition("/")[2]
            if name and name not in referred:
                referred.add(name)
                schemas.append(document["components"]["schemas"][name])
    return found
