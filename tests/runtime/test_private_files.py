"""What an installation makes is for its own user alone, whatever the umask of the shell; a group reads along where the
home says so."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.conftest import Jiejing, SiteFile

OTHERS, GROUP_WRITES = 0o077, 0o020


@pytest.fixture(autouse=True)
def open_shell() -> Iterator[None]:
    """A shell that lets everybody look, as most do."""
    former = os.umask(0o022)
    yield
    os.umask(former)


def modes(*folders: Path) -> dict[str, int]:
    """What may be done with everything below these folders, and with themselves."""
    places = [place for folder in folders for place in (folder, *folder.rglob("*")) if not place.is_symlink()]
    return {str(place): stat.S_IMODE(place.stat().st_mode) for place in places}


@pytest.fixture
def filled(home: Path, jiejing: Jiejing, with_model: str, site_file: SiteFile, film: Path, tmp_path: Path) -> Path:
    """A home with a site, a model, a backup; and a folder with sealed packages, which is answered."""
    out = tmp_path / "out"
    assert jiejing("camera", "import", site_file()).code == 0
    words = ("analyze", film, "--site", site_file(), "--camera", "cam", "--model", with_model)
    said = jiejing(*words, "--start", "2026-03-02T09:00:00.000+08:00", "--out", out)
    assert said.code == 0, said.err
    assert jiejing("db", "backup").code == 0
    return out


def test_nobody_else_reads_what_was_made(home: Path, filled: Path) -> None:
    found = modes(home, filled)
    assert {name: oct(mode) for name, mode in found.items() if mode & OTHERS} == {}
    # The kinds that this is about are there.
    for name in ("jiejing.db", "recorded.pem", "manifest.json", "violation.jpg", "model.onnx"):
        assert any(place.endswith(name) for place in found), name


def test_a_home_that_stood_open_is_closed_at_the_next_start(home: Path, jiejing: Jiejing) -> None:
    home.mkdir(mode=0o755)
    jiejing("camera", "list")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_group_reads_along_where_the_home_says_so(
    home: Path, jiejing: Jiejing, site_file: SiteFile, tmp_path: Path
) -> None:
    home.mkdir()
    home.chmod(0o2750)
    jiejing("camera", "import", site_file())
    assert stat.S_IMODE(home.stat().st_mode) == 0o2750
    found = modes(home)
    assert not any(mode & 0o007 or mode & GROUP_WRITES for mode in found.values())
    keys = {name: mode for name, mode in found.items() if name.endswith((".pem", ".key", ".db"))}
    assert not any(mode & OTHERS for mode in keys.values() if mode & 0o100 == 0), keys


def test_doctor_names_a_home_that_others_can_look_into(
    home: Path, jiejing: Jiejing, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    home.chmod(0o755)
    # As of another owner, who keeps it as it is.
    monkeypatch.setattr(Path, "chmod", _refused)
    said = jiejing("doctor")
    assert said.code == 1
    assert "open to every user of this machine" in said.out + said.err


def _refused(*_: object) -> None:
    raise PermissionError
