"""A copy of the home that a former version left; upgrade/make_home.py says what happened in it."""

import tarfile
from pathlib import Path

import pytest

ARCHIVE = Path(__file__).parent / "upgrade" / "home-5f27cb9.tar.gz"


@pytest.fixture
def former_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home, at another path than it was made at, and named in the environment."""
    home = tmp_path / "former"
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(home, filter="data")
    monkeypatch.setenv("JIEJING_HOME", str(home))
    return home
