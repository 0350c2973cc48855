"""Each test of the store has a data base of its own; most run on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from store.base.engine import make_engine
from tests.postgres import postgres_folder, postgres_url
from tests.prepared import prepare

__all__ = ["postgres_folder", "postgres_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a data base that holds nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jiejing.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def connect() -> Iterator[Callable[[str], Engine]]:
    """Makes engines whose connections are closed at the end of the test."""
    engines: list[Engine] = []

    def make(url: str) -> Engine:
        engines.append(make_engine(url))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def empty_engine(empty_url: str, connect: Callable[[str], Engine]) -> Engine:
    return connect(empty_url)


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """A data base that is ready for use."""
    prepare(empty_engine)
    return empty_engine
