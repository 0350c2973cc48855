"""The demo: clips ship or are rendered anew, a user's own video is watched, and the four violations end sealed."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.errors import StorageError
from core.settings import Settings, load_settings
from models.store import CARD, SHIPPED
from runtime.commands import demo
from runtime.demo import clips, stage
from runtime.demo.report import THE_FOUR, Goal
from runtime.demo.site import DemoCamera, demo_site
from runtime.home.installation import Installation
from scenes.clips import Recipe, render
from scenes.video import Coding
from store.files.site_file import dump
from streams.playout import missing
from tests.evidence.build import manifest_of
from tests.runtime.conftest import Jiejing
from tests.says import says
from tests.scenes.jobs import nobody_there

needs_playout = pytest.mark.skipif(missing() is not None, reason=str(missing()))
needs_model = pytest.mark.skipif(
    not (SHIPPED / stage.MODEL / CARD).is_file(), reason=f"the model {stage.MODEL} is not in models/ yet"
)


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """The demo catches signals; the tests get theirs back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


# -- the clips ----------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The clips that ship, to be spoilt."""
    return Path(shutil.copytree(clips.SHIPPED, tmp_path / "clips"))


def cut(video: Path) -> None:
    video.write_bytes(video.read_bytes()[:-200])


def flip(video: Path) -> None:
    content = bytearray(video.read_bytes())
    content[len(content) // 2] ^= 1
    video.write_bytes(content)


def other_version(video: Path) -> None:
    label = video.with_suffix(".json")
    label.write_text(json.dumps(json.loads(label.read_text()) | {"zones": [{"id": "gone"}]}))


UNDESCRIBED = "runtime.demo_clip_not_described"
DAMAGES = [
    ("the video is cut off", cut, "runtime.demo_clip_damaged", "demo-2.mp4"),
    ("one bit of the video differs", flip, "runtime.demo_clip_damaged", "demo-2.mp4"),
    ("nothing says what it shows", lambda video: video.with_suffix(".json").unlink(), UNDESCRIBED, "demo-2.json"),
    ("its zones are those of another version", other_version, UNDESCRIBED, "demo-2.json"),
]


def test_the_clips_that_ship_are_whole() -> None:
    assert [camera.key for camera in clips.cameras_in(clips.SHIPPED)] == ["demo-1", "demo-2"]


@pytest.mark.parametrize(("damage", "code", "named"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES])
def test_a_damaged_clip_is_not_played(kept: Path, damage: Callable[[Path], None], code: str, named: str) -> None:
    damage(kept / "demo-2.mp4")
    with pytest.raises(StorageError, check=says(code, path=str(kept / named))):
        clips.cameras_in(kept)


def test_no_clip_at_all_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StorageError, check=says("runtime.no_demo_clips", path=str(tmp_path / "nothing"))):
        clips.cameras_in(tmp_path / "nothing")


def test_rendering_anew_without_what_renders_is_one_line(jiejing: Jiejing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "RENDERING", "jiejing.nothing")
    monkeypatch.setattr(demo, "require_playout", lambda: None)
    said = jiejing("demo", "--headless", "--render", "--port", 0)
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[-1].startswith("jiejing: --render: no renderer is installed")
    assert "deploy/setup.sh scenes" in said.err


def test_rendered_anew_the_street_is_played_from_the_home_of_the_demo(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the renderer that joins, here with a street of a second."""
    recipe = Recipe("demo-1", nobody_there, (96, 64), 2.0, Coding())
    monkeypatch.setattr(EntryPoint, "load", lambda entry: partial(render, recipes=(recipe,)))
    [camera] = demo._street(home / "demo" / "clips", threading.Event())
    assert (camera.name, camera.path) == ("解放路", home / "demo" / "clips" / "demo-1.mp4")


def test_neither_run_nor_the_demo_imports_what_renders() -> None:
    script = (
        "import sys, runtime.commands.run, runtime.commands.demo, runtime.demo.clips\n"
        "found = {name.partition('.')[0] for name in sys.modules} & {'scenes', 'moderngl', 'glcontext'}\n"
        "print(*sorted(found))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed == "\n"


# -- what is enough -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Enough:
    """What was sealed, and whether that is enough."""

    goal: Goal
    sealed: dict[str, str]
    reached: bool
    missing: str = ""


TWO_CARS = {"e1": "illegal_parking", "e2": "illegal_parking"}
ALL = {f"e{number}": violation for number, violation in enumerate(THE_FOUR)}
GOALS = [
    Enough(Goal.of_the_street(None), ALL, reached=True),
    Enough(Goal.of_the_street(2), TWO_CARS, reached=False, missing="1 of 2 sealed and verified; missing: 流动摊贩"),
    Enough(Goal.of_the_street(1), TWO_CARS, reached=True),
    Enough(Goal.of_the_street(1), {"e1": "bin_overflow"}, reached=False, missing="0 of 1"),
    Enough(Goal.of_events(2), TWO_CARS, reached=True),
    Enough(Goal.of_events(None), {}, reached=False, missing="0 of 1 sealed and verified"),
]


@pytest.mark.parametrize("enough", GOALS)
def test_when_it_is_enough(enough: Enough) -> None:
    assert enough.goal.reached(enough.sealed) is enough.reached
    assert enough.goal.missing(enough.sealed).startswith(enough.missing)


# -- the command --------------------------------------------------------------------------------------------------


def test_wrong_use_is_one_line_before_anything_is_played(
    jiejing: Jiejing, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "MODEL", "street-nowhere")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for words, named in [
            (("--until", 5, "--port", 0), ("--until 5", "4 different")),
            (("--port", port), (str(port), "--port")),
            (("--port", 0), ("street-nowhere", "--model")),
        ]:
            said = jiejing("demo", "--headless", *words)
            assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
            assert all(one in said.err for one in named)


def test_cameras_of_the_demo_can_be_added_to_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEJING_LOCAL_CAMERAS", "false")
    installation = Installation(Settings(home=home, port=0))
    for name, value in demo._environment(installation).items():
        monkeypatch.setenv(name, value)
    told = load_settings()
    assert (told.local_cameras, told.host) == (True, "127.0.0.1")


@pytest.mark.rtsp
@needs_playout
def test_a_video_and_a_model_of_ones_own(jiejing: Jiejing, film: Path, red_model: Path, home: Path) -> None:
    own = ("--video", film, "--model", red_model, "--family", "yolo-e2e")
    said = jiejing("demo", "--headless", "--port", 0, "--timeout", 120, *own)
    assert said.code == 0, said.err
    violation, zh, en, camera, outcome, after, path = said.out.removesuffix("\n").split("\t")
    assert (violation, zh, en, camera) == (
        "illegal_parking",
        "机动车乱停放",
        "illegal parking of a motor vehicle",
        "camera-1",
    )
    assert (outcome, after.endswith(" s")) == ("sealed and verified", True)
    assert "rtsp://127.0.0.1" in said.err
    assert "http://127.0.0.1" in said.err
    # What was not received live is sealed with a key of its own.
    signed_by = manifest_of(Path(path))["key_id"]
    assert jiejing("verify", path, "--key", home / "demo" / "keys" / "public" / f"{signed_by[:16]}.pem").code == 0


# -- the street, watched by the model that ships ------------------------------------------------------------------


@pytest.mark.rtsp
@needs_playout
@needs_model
def test_all_four_violations_end_as_sound_packages(jiejing: Jiejing, home: Path) -> None:
    said = jiejing("demo", "--headless", "--until", 4, "--port", 0, "--timeout", 300)
    assert said.code == 0, said.err
    lines = [line.split("\t") for line in said.out.splitlines()]
    assert sorted(line[0] for line in lines) == sorted(THE_FOUR)
    for line in lines:
        key = home / "demo" / "keys" / "public" / f"{manifest_of(Path(line[-1]))['key_id'][:16]}.pem"
        assert jiejing("verify", line[-1], "--key", key).code == 0
    # One line to click on, where the web app is built.
    [address] = [line for line in said.err.splitlines() if "http://" in line]
    assert address.startswith(("open http://127.0.0.1:", "HTTP interface: http://127.0.0.1:"))


@needs_model
def test_nothing_else_is_reported_in_the_whole_street(jiejing: Jiejing, home: Path, tmp_path: Path) -> None:
    """From the first second to the last, look-alikes included."""
    played = clips.cameras_in(clips.SHIPPED)
    site = tmp_path / "site.yaml"
    site.write_text(dump(demo_site(played, {one.key: f"file://{one.path}" for one in played})), encoding="utf-8")
    found = [kind for camera in played for kind in reported(jiejing, camera, site, tmp_path / camera.key)]
    assert sorted(found) == sorted(THE_FOUR)


def reported(jiejing: Jiejing, camera: DemoCamera, site: Path, out: Path) -> list[str]:
    """The violations in a street."""
    words = ("--site", site, "--camera", camera.key, "--model", stage.MODEL, "--start", "2026-03-02T09:00:00+08:00")
    said = jiejing("analyze", camera.path, *words, "--out", out)
    assert said.code == 0, said.err
    events = [json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    return [event["violation"] for event in events if event["state"] == "violation"]
