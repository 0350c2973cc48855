"""One small training for all tests: blocks of colour on clouds, two labels, a few seconds on a CPU."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.shared_data import WEIGHTS
from training.datasets.files import sha256_of
from training.datasets.folder import Dataset
from training.datasets.model import LabelledBox, LabelledPicture, Source
from training.datasets.pictures import encoded

SIDE_PX = 160
COLOURS = {"car": (200, 40, 40), "garbage": (40, 40, 200)}
COCO_WEIGHTS = WEIGHTS / "yolov8n_coco.pt"
# What opens a way to the web is written down, and refused.
GUARD = """
import os, socket
def refuse(*where, **more):
    with open(os.environ["ASKED_FOR"], "a") as file:
        print(where, file=file)
    raise OSError("no network in this test")
socket.getaddrinfo = socket.create_connection = refuse
"""


def blocks(folder: Path, pictures: int = 24) -> Path:
    """A data set of pictures with a car and mostly a heap of garbage; every fourth is in the part val."""
    random = np.random.default_rng(1)
    with Dataset.open_or_new(folder, "色块 blocks").revise() as revision:
        for number in range(pictures):
            clouds = random.integers(60, 160, (10, 10, 3), np.uint8)
            image = np.asarray(cv2.resize(clouds, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC), np.uint8)
            things = []
            for label, left in (("car", 5), ("garbage", 85)):
                width, height = (int(side) for side in random.integers(30, 60, 2))
                x, y = left + int(random.integers(0, 10)), int(random.integers(0, SIDE_PX - height))
                image[y : y + height, x : x + width] = COLOURS[label]
                things.append(LabelledBox(label, (x, y, x + width, y + height)))
            content = encoded(image, ".png")
            one = LabelledPicture(
                file=f"{number:03}.png",
                size_wh=(SIDE_PX, SIDE_PX),
                sha256=sha256_of(content),
                source=Source("import", "drawn"),
                objects=tuple(things[: 1 + (number % 6 > 0)]),
                part="train" if number % 4 else "val",
            )
            revision.add(one, content)
        revision.card = revision.card.with_labels(frozenset(COLOURS))
    return folder


class Bench:
    """A place to train in: its own home, data set and installation; without network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "var"
        self.user = folder / "user"
        self.dataset = folder / "blocks"
        self.asked_for = folder / "asked-for"

    def prepare(self, pictures: int = 24) -> "Bench":
        """Makes what is needed before the first command, and a data set of so many pictures."""
        for made in (self.user, self.folder / "guard"):
            made.mkdir(parents=True)
        (self.folder / "guard" / "sitecustomize.py").write_text(GUARD)
        blocks(self.dataset, pictures)
        return self

    def start(self, *words: str, under: Sequence[str] = ()) -> "subprocess.Popen[str]":
        """The command `jiejing train` with these words, running; under another command if given."""
        return subprocess.Popen(
            [*under, sys.executable, "-m", "runtime.cli", "train", *words],
            env=self._environment(),
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def train(self, *words: str, under: Sequence[str] = ()) -> "subprocess.CompletedProcess[str]":
        """The command `jiejing train` with these words, at its end."""
        with self.start(*words, under=under) as running:
            said, noted = running.communicate(timeout=300)
        return subprocess.CompletedProcess(words, running.returncode, said, noted)

    def _environment(self) -> Mapping[str, str]:
        roots = [str(self.folder / "guard"), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.user),
            "JIEJING_HOME": str(self.home),
            "ASKED_FOR": str(self.asked_for),
            "PYTHONPATH": os.pathsep.join(root for root in roots if root),
        }


def words(name: str, **more: str | None) -> list[str]:
    """The options of a small training on a CPU, each of which may be given another value, or None to leave it out."""
    options = {"name": name, "epochs": "2", "size": "160x96", "batch": "6", "device": "cpu"} | more
    return [word for key, value in options.items() if value is not None for word in (f"--{key}", value)]


def start() -> dict[str, str]:
    """The option of the weights to start from, where they are."""
    return {"weights": str(COCO_WEIGHTS)} if COCO_WEIGHTS.is_file() else {}


def trained(factory: pytest.TempPathFactory) -> Bench:
    """The one training of this session, whichever process of the tests asks first."""
    root = factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    bench = Bench(root / "trained")
    with (root / "trained.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not bench.folder.exists():
            ended = bench.prepare().train(str(bench.dataset), *words("blocks", **start()), "--int8")
            assert ended.returncode == 0, ended.stderr
            (bench.folder / "said").write_text(ended.stdout)
            (bench.folder / "noted").write_text(ended.stderr)
    return bench
