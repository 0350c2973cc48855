"""Wrong input: one clear line on standard error, exit code 2, and nothing half-written."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.conftest import Jiejing, Said, SiteFile, site


def refused(said: Said, *words: str) -> None:
    """One line, exit code 2, and these words in it."""
    assert said.code == 2, said
    assert said.out == ""
    assert said.err.startswith("jiejing: ")
    assert said.err.count("\n") == 1, said.err
    for word in words:
        assert word in said.err


# fmt: off
SITES = [
    # what is wrong in the site file, and what must be named: line or field, and cause
    ("no YAML", "site: {name: [", ("site.yaml:", "no valid YAML")),
    ("empty", "\n", ("site.yaml", "empty")),
    ("a polygon that crosses itself", site(polygon=[[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]),
     ("site.yaml:", "polygon", "crosses itself")),
    ("two points", site(polygon=[[0.1, 0.1], [0.9, 0.9]]), ("site.yaml:", "polygon")),
    ("a point outside", site(polygon=[[0.1, 0.1], [1.9, 0.9], [0.9, 0.1]]), ("site.yaml:", "polygon")),
    ("an unknown label", site(exempt=["tank"]), ("site.yaml:", "exempt", "tank")),
    ("an unknown violation", site(violation="loitering"), ("site.yaml:", "violation", "loitering")),
    ("an unknown key", site(violaton="x"), ("site.yaml:", "violaton")),
    ("numbers out of order", site(candidate_after_s=30), ("site.yaml:", "candidate_after_s")),
    ("http", site("http://10.0.0.8/stream"), ("site.yaml:", "source", "rtsp://")),
    ("no camera's id", site(camera_id="33088100081180000001"), ("site.yaml:", "id", "118")),
]
# fmt: on


@pytest.mark.parametrize(("content", "named"), [row[1:] for row in SITES], ids=[row[0] for row in SITES])
def test_a_wrong_site_file_changes_nothing(
    jiejing: Jiejing, site_file: SiteFile, content: dict[str, Any] | str, named: tuple[str, ...]
) -> None:
    assert jiejing("camera", "import", site_file()).code == 0
    before = jiejing("camera", "export").out
    refused(jiejing("camera", "import", site_file(content)), *named)
    assert jiejing("camera", "export").out == before


@pytest.fixture
def analyze(jiejing: Jiejing, with_model: str, film: Path, site_file: SiteFile, tmp_path: Path) -> Callable[..., Said]:
    """Runs analyze with something exchanged."""

    def run(**exchanged: Any) -> Said:
        given = {
            "video": film,
            "site": site_file(),
            "camera": "cam",
            "model": with_model,
            "start": "2026-03-02T09:00:00+08:00",
            "out": tmp_path / "out",
        } | exchanged
        options = [word for name in ("site", "camera", "model", "start", "out") for word in (f"--{name}", given[name])]
        return jiejing("analyze", given["video"], *options)

    return run


# fmt: off
ARGUMENTS = [
    ("a camera that is not there", {"camera": "cam9"}, ("cam9", "cameras: cam")),
    ("a model that is not there", {"model": "street-x"}, ("street-x", "red", "jiejing model import")),
    ("a model's interval", {"model": "red@soon"}, ("red@soon", "seconds")),
    ("a start without offset", {"start": "2026-03-02T09:00:00"}, ("--start", "offset")),
    ("a start that is no time", {"start": "yesterday"}, ("--start", "yesterday")),
    ("no such video", {"video": "/nowhere/film.mp4"}, ("/nowhere/film.mp4",)),
    ("no such site file", {"site": "/nowhere/site.yaml"}, ("/nowhere/site.yaml",)),
]
# fmt: on


@pytest.mark.parametrize(("exchanged", "named"), [row[1:] for row in ARGUMENTS], ids=[row[0] for row in ARGUMENTS])
def test_wrong_arguments_leave_no_results(
    analyze: Callable[..., Said], tmp_path: Path, exchanged: dict[str, Any], named: tuple[str, ...]
) -> None:
    refused(analyze(**exchanged), *named)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("start", ["2026-03-02T09:00:00", "yesterday"])
def test_how_a_start_is_written_is_said_once(analyze: Callable[..., Said], start: str) -> None:
    assert analyze(start=start).err.count("write it like") == 1


def test_not_a_video(analyze: Callable[..., Said], tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("no video at all\n" * 100, encoding="utf-8")
    refused(analyze(video=text), "notes.mp4")
    assert not (tmp_path / "out").exists()


def test_a_folder_below_a_file(analyze: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused(analyze(out=tmp_path / "file" / "out"), str(tmp_path / "file"))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine mounts nothing")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk(analyze: Callable[..., Said], tiny_disk: Path) -> None:
    (tiny_disk / "filler").write_bytes(b"x" * 1_900_000)
    said = analyze(out=tiny_disk / "out")
    refused(said)
    assert "free" in said.err or "No space" in said.err
    assert [path.name for path in (tiny_disk / "out").rglob("*") if path.is_file()] == []


def test_a_read_only_disk(analyze: Callable[..., Said], tiny_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    refused(analyze(out=tiny_disk / "out"), str(tiny_disk))


def test_a_home_that_cannot_be_written(
    jiejing: Jiejing, site_file: SiteFile, tiny_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    monkeypatch.setenv("JIEJING_HOME", str(tiny_disk / "home"))
    for command in (("camera", "import", site_file()), ("run",), ("db", "upgrade")):
        refused(jiejing(*command), str(tiny_disk / "home"))


def recorded(**changes: Any) -> str:
    """A line of recorded detections with something exchanged; None leaves the key out."""
    line = {"camera_id": "cam", "utc": "2026-03-02T01:00:01+00:00", "frame_size_wh": [9, 9], "detections": []} | changes
    return json.dumps({key: value for key, value in line.items() if value is not None})


TANK = {"label": "tank", "score": 1, "bbox_xyxy_px": [0, 0, 1, 1]}
RECORDINGS = [
    # a line of recorded detections, and what is named
    ("no JSON", "{", ("log.jsonl:2",)),
    ("a key is missing", recorded(frame_size_wh=None), ("log.jsonl:2", "frame_size_wh")),
    ("an unknown label", recorded(detections=[TANK]), ("log.jsonl:2", "tank")),
    ("a time without offset", recorded(utc="2026-03-02T01:00:01"), ("log.jsonl:2", "offset")),
    ("out of order", recorded(utc="2026-03-02T00:59:59+00:00"), ("log.jsonl:2", "not later")),
    ("an unknown camera", recorded(camera_id="other"), ("other", "cameras: cam")),
]


@pytest.mark.parametrize(("line", "named"), [row[1:] for row in RECORDINGS], ids=[row[0] for row in RECORDINGS])
def test_a_wrong_recording(
    jiejing: Jiejing, site_file: SiteFile, tmp_path: Path, line: str, named: tuple[str, ...]
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(f"{recorded(utc='2026-03-02T01:00:00+00:00')}\n{line}\n", encoding="utf-8")
    refused(jiejing("replay", log, "--site", site_file(), "--out", tmp_path / "out"), *named)
    assert not (tmp_path / "out" / "events.jsonl").exists()


# fmt: off
COMMANDS = [
    ("no such command", ("analyse",), ("analyse", "--help")),
    ("no such option", ("verify", "--quiet", "x"), ("--quiet", "jiejing verify --help")),
    ("nothing to verify", ("verify",), ("a package", "--audit")),
    ("an unknown family", ("model", "import", "x.onnx", "--name", "x", "--family", "ssd"), ("ssd", "yolox")),
    ("a size that is none", ("model", "import", "x", "--name", "x", "--family", "yolo", "--input", "big"), ("big",)),
    ("a model file that is not there", ("model", "import", "/x.onnx", "--name", "x", "--family", "yolo"), ("/x.onnx",)),
    ("no package there", ("verify", "/tmp"), ("/tmp", "no evidence package")),
    ("every address, and no name for it", ("serve", "--host", "0.0.0.0"), ("0.0.0.0", "JIEJING_NAMES")),
    ("an unknown package", ("evidence", "export", "nothing", "--out", "x.zip"), ("nothing",)),
    ("a video of one's own that is not there", ("demo", "--video", "/x.mp4"), ("/x.mp4", "--video")),
    ("a camera whose address is not allowed", ("camera", "probe", "http://10.0.0.8/"), ("rtsp://",)),
    ("a file outside the roots", ("camera", "probe", "file:///etc/passwd"), ("JIEJING_FILE_ROOTS",)),
]
# fmt: on


@pytest.mark.parametrize(("command", "named"), [row[1:] for row in COMMANDS], ids=[row[0] for row in COMMANDS])
def test_wrong_use(jiejing: Jiejing, command: tuple[str, ...], named: tuple[str, ...]) -> None:
    refused(jiejing(*command), *named)


def test_a_wrong_setting(jiejing: Jiejing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEJING_RING_S", "soon")
    refused(jiejing("db", "upgrade"), "JIEJING_RING_S")


def test_an_unreachable_camera_names_no_password(jiejing: Jiejing) -> None:
    said = jiejing("camera", "probe", "rtsp://admin:geheim@127.0.0.1:9/stream")
    assert said.code == 2
    assert "127.0.0.1:9" in said.err
    assert "geheim" not in said.out + said.err
    assert "admin" not in said.out + said.err


@pytest.mark.parametrize("wrong", ["yolo", "yolox"])
def test_a_model_of_another_family_is_not_taken_in(jiejing: Jiejing, red_model: Path, wrong: str) -> None:
    refused(jiejing("model", "import", red_model, "--name", "red", "--family", wrong), "(1, 1, 6)", "--family yolo-e2e")
    listed = jiejing("model", "list").out.splitlines()
    assert "red" not in [line.split("\t")[0] for line in listed]


def test_a_closed_pipe_is_no_error(home: Path) -> None:
    command = f"{sys.executable} -m runtime.cli --help | head -n 1"
    ran = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr
