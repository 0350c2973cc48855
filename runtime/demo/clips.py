"""The clips that the demo plays: those that ship, or those that were rendered anew."""

from importlib.metadata import entry_points
from pathlib import Path
from threading import Event
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import InputError, StorageError
from core.site import Zone
from evidence.package.layout import sha256_of
from runtime.demo.site import DemoCamera

SHIPPED = Path(__file__).with_name("rendered")
RENDERING = "jiejing.rendering"  # the group of entry points under which the renderer joins


class Progress(Protocol):
    """Is told the share that is done, 0-1."""

    def __call__(self, share: float, /) -> object: ...


class _Label(BaseModel):
    """What lies beside a clip and says what it shows, so that zones and pictures always belong together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    place: str
    zones: tuple[Zone, ...]


def cameras_in(folder: Path) -> tuple[DemoCamera, ...]:
    """The cameras whose clips lie in a folder.

    Raises:
        StorageError: there is none, or one is not whole or not of this version.
    """
    clips = sorted(folder.glob("*.mp4"))
    if not clips:
        raise StorageError("runtime.no_demo_clips", path=folder)
    return tuple(_camera(clip) for clip in clips)


def _camera(clip: Path) -> DemoCamera:
    try:
        label = _Label.model_validate_json(clip.with_suffix(".json").read_bytes())
        whole = label.sha256 == sha256_of(clip)
    except (OSError, ValidationError) as error:
        raise StorageError("runtime.demo_clip_not_described", path=clip.with_suffix(".json")) from error
    if not whole:
        raise StorageError("runtime.demo_clip_damaged", path=clip)
    return DemoCamera(clip.stem, label.place, clip, label.zones)


def render(folder: Path, stop: Event, progress: Progress) -> None:
    """Renders the clips anew into a folder until they are there or `stop` is set; takes minutes.

    Raises:
        InputError: what renders is not there, or not the extra scenes that it needs.
        StorageError: the folder cannot be written.
    """
    try:
        renderer = entry_points(group=RENDERING)["demo"].load()
    except (KeyError, ModuleNotFoundError) as error:
        raise InputError("runtime.no_renderer_installed", field="--render", cause=error) from error
    renderer(folder, stop, progress)
