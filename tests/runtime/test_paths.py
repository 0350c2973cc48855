"""Paths on the command line, as people write them, from whichever folder they stand in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runtime.conftest import Jiejing, SiteFile

START = "2026-03-02T09:00:00+08:00"

# fmt: off
OUTS = [
    # how --out is written, and where that is below the working folder or the user's own
    ("relative", "out", "work/out"),
    ("here", ".", "work"),
    ("trailing slash", "out/", "work/out"),
    ("folders that do not exist yet", "a/b/c", "work/a/b/c"),
    ("beside", "../beside", "beside"),
    ("~", "~/results", "own/results"),
]
# fmt: on


@pytest.fixture
def standing_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Makes a folder and goes there; the user's own folder is `own`."""
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "own"))

    def go(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        return folder

    return go


@pytest.mark.parametrize(("written", "lies"), [row[1:] for row in OUTS], ids=[row[0] for row in OUTS])
@pytest.mark.parametrize("form", ["--out", "--out="])
def test_the_results_of_analyze_lie_where_out_says(
    jiejing: Jiejing, with_model: str, film: Path, site_file: SiteFile, tmp_path: Path,
    standing_in: Callable[[str], Path], written: str, lies: str, form: str,
) -> None:  # fmt: skip
    if form == "--out=" and not written.startswith(("~", "out")):
        pytest.skip("the same as above")
    standing_in("work")
    site = site_file()
    out = [f"--out={written}"] if form == "--out=" else ["--out", written]
    words = ("analyze", film, "--site", site, "--camera", "cam", "--model", with_model, "--start", START)
    said = jiejing(*words, *out)
    assert said.code == 0, said.err
    lines = [json.loads(line) for line in (tmp_path / lies / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    packages = [line["package"] for line in lines if line["package"]]
    assert len(packages) == 2
    assert all((tmp_path / lies / package / "manifest.json").is_file() for package in packages)
    assert jiejing("verify", tmp_path / lies / packages[0]).code == 0


def test_what_is_recorded_lies_in_a_folder_that_is_made(
    jiejing: Jiejing, with_model: str, film: Path, site_file: SiteFile, tmp_path: Path,
    standing_in: Callable[[str], Path],
) -> None:  # fmt: skip
    """Video, site file, record and log are relative, too; the home is one below the user's own folder."""
    work = standing_in("work")
    (work / "film.mp4").symlink_to(film)
    site_file().rename(work / "site.yaml")
    words = ("analyze", "film.mp4", "--site", "site.yaml", "--camera", "cam", "--model", with_model, "--start", START)
    assert jiejing(*words, "--out", "out", "--record", "logs/today/detections.jsonl").code == 0
    assert jiejing("replay", "logs/today/detections.jsonl", "--site", "./site.yaml", "--out", "again/").code == 0
    assert (work / "again" / "events.jsonl").is_file()


def test_the_home_may_be_named_by_a_tilde_where_no_shell_reads_it(
    jiejing: Jiejing, red_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JIEJING_HOME", "~/jiejing")
    assert jiejing("model", "import", red_model, "--name", "red", "--family", "yolo-e2e").code == 0
    assert (tmp_path / "jiejing" / "models" / "red").is_dir()
