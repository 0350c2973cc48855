"""The films, made once, and a small sealed package for each test that breaks one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.signing.keys import KeyRing
from evidence.verify.verifier import Verdict, verify
from tests.evidence.build import ring, sealer, small_body
from tests.evidence.film import make_film

FILM_S = 420
LONG_FILM_S = 3720


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven minutes."""
    return make_film(tmp_path_factory.mktemp("film") / "street.mp4", FILM_S)


@pytest.fixture(scope="session")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour and two minutes: longer than the longest default."""
    return make_film(tmp_path_factory.mktemp("film") / "long.mp4", LONG_FILM_S)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def package(tmp_path: Path, home: Path) -> Path:
    """A small sealed package."""
    return sealer(home).seal(tmp_path / "packages", "9f2c61d0a8b34e57", small_body).path


@pytest.fixture
def keys(package: Path, home: Path) -> KeyRing:
    return ring(home)


@pytest.fixture
def faults(keys: KeyRing) -> Callable[[Path], dict[str, str]]:
    """Verifies and answers the faults, what is wrong by path."""

    def check(path: Path) -> dict[str, str]:
        verdict: Verdict = verify(path, keys)
        assert verdict.exists
        return {fault.path: fault.what for fault in verdict.faults}

    return check
