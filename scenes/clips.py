"""The clips of the demo, rendered from a recipe: videos, what each shows, and their truth.

    python -m scenes.clips FOLDER

In the folder are then CAMERA.mp4 and CAMERA.json (SHA-256 of the video, name of the place, zones) of each camera, and
one truth.yaml. The same recipe gives the same bits on one machine and version of Mesa and ffmpeg.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from rich.console import Console
from rich.progress import Progress as Bar

from core.errors import JiejingError, StorageError
from core.messages import Message, language
from scenes import stories, video
from scenes.director import Story
from scenes.film import load_renderer
from scenes.jobs import Progress, run_jobs
from scenes.truth import join_yaml, write_yaml

TRUTH = "truth.yaml"


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that a clip depends on, besides the code that draws it.

    Attributes:
        make: tells what happens, in seconds; can be pickled.
        size_wh: even numbers.
        fps: frames a second.
    """

    camera: str
    make: Callable[[], Story]
    size_wh: tuple[int, int]
    fps: float
    coding: video.Coding


# Of the clips that ship. Both together must stay below 8 MB: they are part of every installation.
SHIPPED = tuple(
    Recipe(
        camera, partial(stories.demo, camera, seed=1), size_wh=(960, 540), fps=6.0, coding=video.Coding("veryslow", 32)
    )
    for camera in stories.DEMO_CAMERAS
)


def render(folder: Path, stop: Event, progress: Progress, recipes: tuple[Recipe, ...] = SHIPPED) -> None:
    """Renders clips, all at the same time, until they are there or `stop` is set.

    Args:
        folder: is made; clips of the same names are replaced.
        progress: called with the share of all that is done, 0-1.

    Raises:
        InputError: the extra scenes, ffmpeg, OpenGL or a Chinese font is missing.
        StorageError: the folder cannot be written.
    """
    load_renderer()  # else each job would find out, seconds later
    with _storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    done = dict.fromkeys((recipe.camera for recipe in recipes), 0.0)
    for camera, share in run_jobs({recipe.camera: partial(_render, recipe, folder) for recipe in recipes}, stop):
        done[camera] = share
        progress(sum(done.values()) / len(done))
    if not stop.is_set():
        with _storing(folder):
            _gather_truth(folder, recipes)


def _render(recipe: Recipe, folder: Path, progress: Progress) -> None:
    """One clip, what it shows, and its part of the truth."""
    story, path = recipe.make(), folder / f"{recipe.camera}.mp4"
    with _storing(path):
        truth = video.write(path, story, recipe.size_wh, recipe.fps, progress, recipe.coding)
        zones = [zone.model_dump(mode="json", by_alias=True, exclude_defaults=True) for zone in story.zones]
        label = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "place": story.place, "zones": zones}
        text = json.dumps(label, ensure_ascii=False, indent=1)
        path.with_suffix(".json").write_text(f"{text}\n", encoding="utf-8")
        write_yaml(path.with_suffix(".yaml"), {path.name: truth})


def _gather_truth(folder: Path, recipes: tuple[Recipe, ...]) -> None:
    """One truth.yaml in place of its parts."""
    parts = [folder / f"{recipe.camera}.yaml" for recipe in recipes]
    join_yaml(folder / TRUTH, parts)
    for part in parts:
        part.unlink()


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    """
    Raises:
        StorageError: what is done inside cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise StorageError("scenes.clip_not_written", cause=Message("core.located", where=path, cause=error)) from error
    except StorageError as error:
        raise StorageError("scenes.clip_not_written", cause=error) from error


def main() -> int:
    """The command line: 0 done, 2 it cannot be done here."""
    parser = argparse.ArgumentParser(description="Renders the clips of the demo, with their truth.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with Bar(console=Console(stderr=True)) as bar:
        task = bar.add_task("rendering", total=1)
        try:
            render(folder, Event(), lambda share: bar.update(task, completed=share))
        except JiejingError as error:
            bar.console.print(f"clips: {error.message.said(language())}")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
