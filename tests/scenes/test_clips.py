"""The clips of the demo: rendered by one command, and those that ship are what their recipe says."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from core.domain import Image
from core.errors import StorageError
from core.messages import Message
from core.site import Zone
from runtime.demo import clips as shipped
from scenes import clips, stories
from scenes.clips import Recipe
from scenes.director import Story
from scenes.film import Film
from scenes.fingerprint import fingerprint
from scenes.video import Coding
from tests.says import says
from tests.scenes.jobs import nobody_there

TINY = (Recipe("demo-1", nobody_there, (96, 64), 2.0, Coding()),)


def rendered(folder: Path) -> list[float]:
    """What was reported while the tiny clip was rendered into a folder."""
    reported = list[float]()
    clips.render(folder, threading.Event(), reported.append, TINY)
    return reported


def stream_of(clip: Path) -> dict[str, Any]:
    fields = "stream=codec_name,pix_fmt,width,height,nb_frames,r_frame_rate,has_b_frames"
    words = ["ffprobe", "-v", "error", "-show_entries", fields, "-of", "json", str(clip)]
    stream: dict[str, Any] = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)["streams"][0]
    return stream


# -- rendering ------------------------------------------------------------------------------------------------------


def test_a_clip_comes_with_what_it_shows_and_its_truth(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "clips"
    assert rendered(folder) == [0.5, 1.0]
    assert sorted(path.name for path in folder.iterdir()) == ["demo-1.json", "demo-1.mp4", "truth.yaml"]
    [camera] = shipped.cameras_in(folder)
    assert (camera.key, camera.name, camera.zones) == ("demo-1", "解放路", nobody_there().zones)
    assert stream_of(camera.path) == {
        "codec_name": "h264",
        "pix_fmt": "yuv420p",
        "width": 96,
        "height": 64,
        "nb_frames": "2",
        "r_frame_rate": "2/1",
        "has_b_frames": 0,
    }
    truth = yaml.safe_load((folder / "truth.yaml").read_text(encoding="utf-8"))["clips"]["demo-1.mp4"]
    assert tuple(Zone.model_validate(zone) for zone in truth["zones"]) == camera.zones


def test_rendering_again_replaces_the_clips_with_the_same(tmp_path: Path) -> None:
    rendered(tmp_path)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "demo-1.mp4").write_bytes(b"spoilt")
    rendered(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    folder = tmp_path / "taken" / "clips"
    why = Message("core.located", where=folder, cause=Message("core.enotdir"))
    with pytest.raises(StorageError, check=says("scenes.clip_not_written", cause=why)):
        rendered(folder)


def test_without_the_extra_all_but_drawing_works(tmp_path: Path) -> None:
    """As on a machine where the extra scenes is not installed: what it brings cannot be imported."""
    script = (
        "import sys; sys.modules['moderngl'] = None\n"
        "import threading\n"
        "from pathlib import Path\n"
        "from core.errors import InputError\n"
        "import scenes.dataset, scenes.clips as clips\n"
        "try: clips.render(Path(sys.argv[1]), threading.Event(), print)\n"
        "except InputError as error: print(error)\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "clips")]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert printed == (
        "rendering streets needs moderngl; install jiejing[scenes], in a clone with: deploy/setup.sh scenes\n"
    )
    assert not (tmp_path / "clips").exists()


def test_the_fingerprint_is_of_every_file_that_draws(tmp_path: Path) -> None:
    drawing = Path(shutil.copytree(Path(stories.__file__).parent, tmp_path / "scenes"))
    before = fingerprint(drawing)
    assert before == fingerprint()
    changed = drawing / "things" / "vehicles.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert fingerprint(drawing) != before


# -- the clips that ship --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told() -> dict[str, Story]:
    """What their recipes tell, by camera."""
    return {recipe.camera: recipe.make() for recipe in clips.SHIPPED}


@pytest.mark.parametrize("recipe", clips.SHIPPED, ids=lambda recipe: recipe.camera)
def test_a_shipped_clip_is_of_its_recipe(recipe: Recipe, told: dict[str, Story]) -> None:
    """After a change of the code that draws: make clips."""
    story = told[recipe.camera]
    [camera] = [one for one in shipped.cameras_in(shipped.SHIPPED) if one.key == recipe.camera]
    assert (camera.name, camera.zones) == (story.place, story.zones)
    width, height = recipe.size_wh
    assert stream_of(camera.path) == {
        "codec_name": "h264",
        "pix_fmt": "yuv420p",
        "width": width,
        "height": height,
        "nb_frames": str(round(story.length_s * recipe.fps)),
        "r_frame_rate": f"{recipe.fps:g}/1",
        "has_b_frames": 0,
    }
    truth = yaml.safe_load((shipped.SHIPPED / "truth.yaml").read_text(encoding="utf-8"))["clips"][camera.path.name]
    zones = {zone.id: zone for zone in story.zones}
    assert [(thing["zone"], thing["violation"], thing["still_since"]) for thing in truth["expect"]] == [
        (one.zone_id, zones[one.zone_id].violation, round(one.still_since_s, 2)) for one in story.expected
    ]
    assert [(thing["zone"], thing["what"]) for thing in truth["forbid"]] == [
        (one.zone_id, one.what) for one in story.look_alikes
    ]


@pytest.mark.parametrize("recipe", clips.SHIPPED, ids=lambda recipe: recipe.camera)
def test_a_shipped_clip_shows_what_its_recipe_draws(recipe: Recipe, told: dict[str, Story]) -> None:
    """A picture of it against the same one drawn now, both without what coding and noise do to single pixels."""
    t_s = 60.0
    with Film(told[recipe.camera], recipe.size_wh) as film:
        drawn = film.picture(t_s, round(t_s * recipe.fps))
    seen = picture_of(shipped.SHIPPED / f"{recipe.camera}.mp4", round(t_s * recipe.fps))
    difference = np.abs(small(drawn) - small(seen))
    assert difference.mean() < 4
    assert difference.max() < 60


def small(image: Image) -> np.ndarray[Any, np.dtype[np.float64]]:
    return cv2.resize(image, (120, 68), interpolation=cv2.INTER_AREA).astype(np.float64)


def picture_of(clip: Path, number: int) -> Image:
    video = cv2.VideoCapture(str(clip))
    video.set(cv2.CAP_PROP_POS_FRAMES, number)
    good, image = video.read()
    video.release()
    assert good
    return np.asarray(image, np.uint8)


def test_the_shipped_clips_are_small_and_show_no_clock(told: dict[str, Story]) -> None:
    files = {path.name: path.stat().st_size for path in shipped.SHIPPED.iterdir()}
    assert files.keys() == {"demo-1.json", "demo-1.mp4", "demo-2.json", "demo-2.mp4", "truth.yaml"}
    assert sum(files.values()) < 8_000_000
    assert not any(story.shows_clock for story in told.values())
