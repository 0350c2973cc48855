"""The demo: streets are rendered once and kept, a user's own video is watched, and the four violations end sealed."""

import json
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from core.errors import JiejingError, StorageError
from core.settings import Settings, load_settings
from models.store import CARD, SHIPPED
from runtime.commands import demo
from runtime.demo import stage, streets
from runtime.demo.aside import run_aside
from runtime.demo.scene import Scene, demo_site
from runtime.demo.streets import StreetCache, demo_recipes
from runtime.demo.telling import THE_FOUR, Goal
from runtime.installation import Installation
from scenes import stories
from store.site_file import dump
from streams.playout import missing
from tests.evidence.build import manifest_of
from tests.runtime.conftest import Jiejing
from tests.runtime.jobs import breaks, counts, never_ends, nobody_there, refuses

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


# -- streets, rendered once ---------------------------------------------------------------------------------------


def cache_in(folder: Path, *, fps: float = 2.0) -> StreetCache:
    return StreetCache(folder, {"demo-1": nobody_there}, size_wh=(96, 64), fps=fps)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a former street lay and the present one was rendered."""
    folder, told = tmp_path_factory.mktemp("home") / "demo-streets", list[float]()
    folder.mkdir()
    (folder / "demo-1-96x64-2fps-0123456789ab.mp4").write_bytes(b"former")
    (folder / "demo-1-96x64-2fps-0123456789ab.part.mp4").write_bytes(b"half")
    cache_in(folder).render(["demo-1"], threading.Event(), told.append)
    assert told == [0.5, 1.0]
    return folder


@pytest.fixture
def kept(rendered: Path, tmp_path: Path) -> Path:
    """The same folder, to be spoilt."""
    return Path(shutil.copytree(rendered, tmp_path / "demo-streets"))


def test_a_street_is_rendered_once(rendered: Path) -> None:
    again = cache_in(rendered)
    assert again.missing() == ()
    (scene,) = again.scenes()
    assert (scene.key, scene.name, scene.zones) == ("demo-1", "解放路", nobody_there().zones)
    fields = ["-show_entries", "stream=codec_name,width,height,nb_frames", "-of", "csv=p=0"]
    probe = subprocess.run(["ffprobe", "-v", "error", *fields, scene.path], capture_output=True, text=True, check=True)
    assert probe.stdout.strip() == "h264,96,64,2"
    assert sorted(rendered.iterdir()) == [scene.path.with_suffix(".json"), scene.path]


def cut(video: Path) -> None:
    video.write_bytes(video.read_bytes()[:-200])


def flip(video: Path) -> None:
    content = bytearray(video.read_bytes())
    content[len(content) // 2] ^= 1
    video.write_bytes(content)


def other_version(video: Path) -> None:
    label = video.with_suffix(".json")
    label.write_text(json.dumps(json.loads(label.read_text()) | {"zones": [{"id": "gone"}]}))


DAMAGES = [
    ("the video is cut off", cut),
    ("one bit of the video differs", flip),
    ("the video is gone", Path.unlink),
    ("nothing says what it shows", lambda video: video.with_suffix(".json").unlink()),
    ("its zones are those of another version", other_version),
]


@pytest.mark.parametrize("damage", [row[1] for row in DAMAGES], ids=[row[0] for row in DAMAGES])
def test_a_damaged_street_counts_as_missing(kept: Path, damage: Callable[[Path], None]) -> None:
    (scene,) = cache_in(kept).scenes()
    damage(scene.path)
    assert cache_in(kept).missing() == ("demo-1",)
    assert cache_in(kept).scenes() == ()


def test_another_format_is_another_street(kept: Path) -> None:
    assert cache_in(kept, fps=3.0).missing() == ("demo-1",)


def test_a_change_of_the_code_that_draws_renders_anew(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (former,) = cache_in(kept).scenes()
    picture = former.path.read_bytes()
    monkeypatch.setattr(streets, "fingerprint", lambda: "f" * 64)
    changed = cache_in(kept)
    assert changed.missing() == ("demo-1",)
    changed.render(["demo-1"], threading.Event(), lambda share: None)
    (scene,) = changed.scenes()
    assert sorted(kept.iterdir()) == [scene.path.with_suffix(".json"), scene.path]
    assert scene.path != former.path
    assert scene.path.read_bytes() == picture


def test_the_fingerprint_is_of_every_file_that_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = Path(shutil.copytree(Path(stories.__file__).parent, tmp_path / "scenes"))
    monkeypatch.setattr(streets.scenes, "__path__", [str(drawing)])
    before = streets.fingerprint()
    assert before == streets.fingerprint()
    changed = drawing / "things" / "vehicles.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert streets.fingerprint() != before


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match=r"taken/demo-streets: Not a directory; .*JIEJING_HOME$"):
        cache_in(tmp_path / "taken" / "demo-streets").render(["demo-1"], threading.Event(), lambda share: None)


# -- work aside ---------------------------------------------------------------------------------------------------


def test_jobs_tell_how_far_they_are() -> None:
    told = list(run_aside({"a": counts, "b": counts}, threading.Event()))
    assert sorted(told) == [("a", 0.5), ("a", 1.0), ("b", 0.5), ("b", 1.0)]


def test_the_error_of_one_job_ends_all() -> None:
    with pytest.raises(StorageError, match=r"^disk: No space left on device$"):
        list(run_aside({"a": never_ends, "b": refuses}, threading.Event()))
    with pytest.raises(JiejingError, match=r"^b ended with exit code 7$"):
        list(run_aside({"a": never_ends, "b": breaks}, threading.Event()))


def test_jobs_end_when_told_to() -> None:
    stop = threading.Event()
    for key, share in run_aside({"a": never_ends}, stop):
        assert (key, share) == ("a", 0.1)
        stop.set()


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


def test_wrong_use_is_one_line_before_anything_is_rendered(
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
    assert not (home / "demo-streets").exists()


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


@pytest.fixture(scope="module")
def smaller(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], StreetCache]:
    """The demo street in pictures that are drawn faster, rendered into a folder that was named, once for all."""
    make = partial(StreetCache, recipes=demo_recipes(), size_wh=(640, 360), fps=4.0)
    folder = tmp_path_factory.mktemp("street") / "demo-streets"
    make(folder).render(tuple(demo_recipes()), threading.Event(), lambda share: None)

    def copied_to(home: Path) -> StreetCache:
        return make(Path(shutil.copytree(folder, home / "demo-streets")))

    return copied_to


@pytest.mark.rtsp
@needs_playout
@needs_model
def test_all_four_violations_end_as_sound_packages(
    jiejing: Jiejing, home: Path, smaller: Callable[[Path], StreetCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = smaller(home)
    monkeypatch.setattr(demo, "StreetCache", lambda folder, recipes: cache)
    said = jiejing("demo", "--headless", "--until", 4, "--port", 0, "--timeout", 200)
    assert said.code == 0, said.err
    assert sorted(line.split("\t")[0] for line in said.out.splitlines()) == sorted(THE_FOUR)


@needs_model
def test_nothing_else_is_reported_in_the_whole_street(
    jiejing: Jiejing, home: Path, smaller: Callable[[Path], StreetCache], tmp_path: Path
) -> None:
    """From the first second to the last, look-alikes included."""
    streets = smaller(home).scenes()
    site = tmp_path / "site.yaml"
    site.write_text(dump(demo_site(streets, {one.key: f"file://{one.path}" for one in streets})), encoding="utf-8")
    assert sorted(v for one in streets for v in reported(jiejing, one, site, tmp_path / one.key)) == sorted(THE_FOUR)


def reported(jiejing: Jiejing, scene: Scene, site: Path, out: Path) -> list[str]:
    """The violations in a street."""
    words = ("--site", site, "--camera", scene.key, "--model", stage.MODEL, "--start", "2026-03-02T09:00:00+08:00")
    said = jiejing("analyze", scene.path, *words, "--out", out)
    assert said.code == 0, said.err
    events = [json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    return [event["violation"] for event in events if event["state"] == "violation"]
