"""The streets that the demo shows: rendered once, kept, and rendered anew when the code that draws them has changed."""

import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from functools import cached_property, partial
from pathlib import Path
from threading import Event

from pydantic import BaseModel, ConfigDict, ValidationError

import scenes
from core.errors import StorageError
from core.site import Zone
from evidence.package import sha256_of
from runtime.demo.aside import Progress, run_aside
from runtime.demo.scene import Scene
from scenes import stories, video
from scenes.director import Story

Recipe = Callable[[], Story]

SIZE_WH, FPS = (960, 540), 6.0


def demo_recipes() -> Mapping[str, Recipe]:
    """The two streets of the demo by camera. To follow a recipe takes seconds; another process does it."""
    return {"demo-1": partial(_demo_story, 0), "demo-2": partial(_demo_story, 1)}


def _demo_story(number: int) -> Story:
    return stories.demo()[number]


class StreetCache:
    """The rendered streets in a folder of their own: what else lies there is former streets, and goes."""

    def __init__(
        self, folder: Path, recipes: Mapping[str, Recipe], *, size_wh: tuple[int, int] = SIZE_WH, fps: float = FPS
    ) -> None:
        """
        Args:
            recipes: by camera; they can be pickled.
            size_wh: even numbers. fps: frames a second.
        """
        self._folder = folder
        self._recipes = recipes
        self._size_wh = size_wh
        self._fps = fps

    @cached_property
    def _paths(self) -> dict[str, Path]:
        """The videos by camera, under names that say what they depend on."""
        drawn = f"{self._size_wh[0]}x{self._size_wh[1]}-{self._fps:g}fps-{fingerprint()[:12]}"
        return {key: self._folder / f"{key}-{drawn}.mp4" for key in self._recipes}

    def missing(self) -> tuple[str, ...]:
        """The cameras whose street is not there, or not whole."""
        return tuple(key for key, path in self._paths.items() if _label_of(path) is None)

    def scenes(self) -> tuple[Scene, ...]:
        """The streets that are there and whole."""
        labels = {key: _label_of(path) for key, path in self._paths.items()}
        return tuple(Scene(key, label.place, self._paths[key], label.zones) for key, label in labels.items() if label)

    def render(self, keys: Collection[str], stop: Event, progress: Progress) -> None:
        """Renders these streets, all at the same time, until they are there or `stop` is set.

        Args:
            progress: called with the share of all that is done, 0-1.

        Raises:
            InputError: ffmpeg or OpenGL is missing.
            StorageError: the folder cannot be written.
        """
        self._clear()
        jobs = {key: partial(_render, self._recipes[key], self._paths[key], self._size_wh, self._fps) for key in keys}
        done = dict.fromkeys(keys, 0.0)
        for key, share in run_aside(jobs, stop):
            done[key] = share
            progress(sum(done.values()) / len(done))

    def _clear(self) -> None:
        """Makes the folder, with nothing in it but streets that are whole."""
        whole = {one for path in self._paths.values() if _label_of(path) for one in (path, _beside(path))}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for path in set(self._folder.iterdir()) - whole:
                path.unlink()
        except OSError as error:
            raise _refused(self._folder, os.strerror(error.errno or 0)) from error


def fingerprint() -> str:
    """SHA-256 of the code that draws streets, hex."""
    digest, root = hashlib.sha256(), Path(scenes.__path__[0])
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


# -- one street -----------------------------------------------------------------------------------------------------


class _Label(BaseModel):
    """What lies beside a video and says what it shows, so that zones and pictures always belong together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    place: str
    zones: tuple[Zone, ...]


def _beside(path: Path) -> Path:
    return path.with_suffix(".json")


def _label_of(path: Path) -> _Label | None:
    """What a video shows; None where either is not there, not whole or not of this version."""
    try:
        label = _Label.model_validate_json(_beside(path).read_bytes())
        return label if label.sha256 == sha256_of(path) else None
    except (OSError, ValidationError):
        return None


def _render(recipe: Recipe, path: Path, size_wh: tuple[int, int], fps: float, progress: Progress) -> None:
    story = recipe()
    try:
        video.write(path, story, size_wh, fps, progress)
        label = _Label(sha256=sha256_of(path), place=story.place, zones=story.zones)
        _beside(path).write_text(label.model_dump_json(by_alias=True), encoding="utf-8")
    except StorageError as error:
        raise _refused(path, str(error)) from error
    except OSError as error:
        raise _refused(path, os.strerror(error.errno or 0)) from error


def _refused(path: Path, why: str) -> StorageError:
    why = why.removeprefix(f"{path}: ")
    return StorageError(f"{path}: {why}; make room there or name another place in JIEJING_HOME")
