"""Rendered stories on disk, with their truth, to measure events on."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from runtime.process.console import progress
from scenes.fingerprint import fingerprint
from scenes.stories import busy
from scenes.truth import join_yaml, write_yaml
from scenes.video import write
from training.datasets.files import storing
from training.evaluation.truth import TRUTH

FPS = 1.0  # a camera is looked at once a second unless told otherwise


def write_stories(folder: Path, seeds: Sequence[int], size_wh: tuple[int, int]) -> Path:
    """The truth.yaml of these stories, beside their videos; goes on after an interruption.

    Args:
        folder: holds the stories of one version of the streets; those of an earlier one are removed.

    Raises:
        InputError: there is no OpenGL here, or no ffmpeg.
        StorageError: the disk refuses.
    """
    ready = folder / _named(seeds, size_wh)
    if (ready / TRUTH).exists():
        return ready / TRUTH
    with storing(folder):
        for former in set(folder.glob("*")) - {ready}:
            shutil.rmtree(former)
        ready.mkdir(parents=True, exist_ok=True)
    with progress("rendering stories", len(seeds)) as step:
        for number, seed in enumerate(seeds, start=1):
            _write(ready, seed, size_wh)
            step(number)
    with storing(ready):
        join_yaml(ready / TRUTH, (ready / f"{seed}.yaml" for seed in seeds))
    return ready / TRUTH


def _write(folder: Path, seed: int, size_wh: tuple[int, int]) -> None:
    """The video, then its truth: where that is, the story is whole."""
    video, truth = folder / f"{seed}.mp4", folder / f"{seed}.yaml"
    if not truth.exists():
        told = write(video, busy(seed), size_wh, FPS)
        with storing(truth):
            write_yaml(truth, {video.name: told})


def _named(seeds: Sequence[int], size_wh: tuple[int, int]) -> str:
    """After what is rendered and the code that renders it."""
    return hashlib.sha256(f"{list(seeds)} {size_wh} {FPS} {fingerprint()}".encode()).hexdigest()[:16]
