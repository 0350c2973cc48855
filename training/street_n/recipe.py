"""python -m training.street_n: makes street-n anew, from the labelled pictures of ../shared/data and rendered streets.

Every step is a command that a city can run on its own pictures; the recipe prints each before it runs. A step that is
done is not done again, so that the recipe goes on where it was interrupted.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from core.clock import SystemClock
from core.errors import InputError
from models.store import StoredModel
from runtime.models.loading import Detectors
from runtime.process.console import note, progress, say, say_table
from training.datasets.files import storing, write_flushed
from training.datasets.folder import Dataset
from training.evaluation.cache import FigureCache
from training.evaluation.evaluating import Evaluator
from training.evaluation.speed import machine
from training.street_n.figure import HEADS, rows
from training.street_n.measures import Measures
from training.street_n.sets import LEARNED, gather
from training.street_n.shipping import put_among_shipped

NAME = "street-n"
TEACHER = "yolov8n_coco"
# What a COCO network finds: in pictures where nobody labelled it, a sure find is learned, a doubtful one left out.
FOUND = "person,bicycle,car,motorcycle,bus,truck"
DOUBTFUL = f"{FOUND},umbrella,table"
STREETS = {"train": "100000-100024,100500-100520", "val": "150000-150005"}
PER_STREET = {"train": 24, "val": 12}
# Waste is the scarcest and the hardest; vehicles as in Nepal stand for all real ones.
REPEAT = ("garbage_v1=3", "vehicles_nepal=2")


@dataclass(frozen=True, slots=True)
class Step:
    """A command of jiejing.

    Attributes:
        name: under which it is remembered as done.
    """

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the recipe works, and how much it does.

    Attributes:
        data: the folder with images/ and weights/.
        home: everything that is made, the model store of the trainings included.
        device: as in `jiejing train`.
        jobs: streets rendered at once.
    """

    data: Path
    home: Path
    device: str = "auto"
    jobs: int = 2

    @property
    def dataset(self) -> Path:
        """Folder of the data set."""
        return self.home / "data"

    def steps(self) -> Iterator[Step]:
        """What is done after the real pictures are gathered, in order."""
        dataset = str(self.dataset)
        teacher = str(self.data / "weights" / f"{TEACHER}.onnx")
        imported = ("--name", TEACHER, "--family", "yolo", "--input", "960x960", "--licence", "AGPL-3.0")
        yield Step("teacher", ("model", "import", teacher, *imported))
        prelabel = ("dataset", "prelabel", dataset, "--model", TEACHER)
        yield Step("sure finds", (*prelabel, "--labels", FOUND, "--min-score", "0.5"))
        yield Step("doubtful finds", (*prelabel, "--as", "ignore", "--labels", DOUBTFUL, "--min-score", "0.25"))
        for part, streets in STREETS.items():
            asked = ("--per-street", str(PER_STREET[part]), "--part", part, "--jobs", str(self.jobs))
            yield Step(f"streets, {part}", ("dataset", "render", dataset, "--streets", streets, *asked))
        # Small pictures first, which are cheap to learn from.
        small = self.train(f"{NAME}-small", self.data / "weights" / f"{TEACHER}.pt", learn_px=416, epochs=3)
        yield Step("learning, small", small)
        weights = self.home / "training" / f"{NAME}-small" / "weights" / "best.pt"
        kept = ("--keep", str(self.data / "weights" / f"{TEACHER}.pt"))
        yield Step("learning", (*self.train(NAME, weights, learn_px=512, epochs=12), *kept, "--int8"))

    def train(self, name: str, weights: Path, *, learn_px: int, epochs: int) -> tuple[str, ...]:
        """The command that trains; it goes on with a run that is there."""
        run = self.home / "training" / name
        options = {
            "--name": name,
            "--weights": weights,
            "--model": "yolov8n",
            "--epochs": epochs,
            "--size": "640x384",
            "--learn-px": learn_px,
            "--freeze": 10,
            "--device": self.device,
            "--partial": "keep",
            "--suggestions": "include",
        }
        told = [str(piece) for pair in options.items() for piece in pair]
        told += [piece for one in REPEAT for piece in ("--repeat", one)]
        return ("train", str(self.dataset), *told, *(("--resume",) if (run / "run.yaml").exists() else ()))


def make(plan: Plan) -> None:
    """Makes street-n, measures it, and puts it among the models that ship, with its INT8 form where that is worth it.

    Raises:
        InputError: the data are missing, or a step failed; it has said why.
        ModelError: what came of it does not run, or is too large to ship.
        StorageError: the disk refuses.
    """
    done = _Done(plan.home / "recipe.json")
    if not done.has("pictures"):
        began_s = monotonic()
        with progress("real pictures", len(LEARNED)) as step:
            gather(Dataset.open_or_new(plan.dataset, NAME), plan.data, step)
        done.add("pictures", monotonic() - began_s)
    for one in plan.steps():
        if not done.has(one.name):
            began_s = monotonic()
            _run(one.arguments, plan.home)
            done.add(one.name, monotonic() - began_s)
    for model in _ship(plan, done.file):
        say(f"{model.folder}: {model.card.name}, made in {done.total_s / 60:.0f} min on {machine()}")


def _ship(plan: Plan, seconds: Path) -> list[StoredModel]:
    detectors = Detectors(plan.home)
    looking = Evaluator(detectors, FigureCache(plan.home / "evaluations"), progress, SystemClock())
    measured = []
    for one in Measures(looking, plan.home / "measures", plan.data).take([detectors.store.find(NAME).ref]):
        say_table(HEADS, rows(one))
        measured.append(one)
    return put_among_shipped(NAME, detectors.store, measured, seconds)


class _Done:
    """The steps that are done, each with its seconds, in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._seconds: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    @property
    def total_s(self) -> float:
        return sum(self._seconds.values())

    def has(self, name: str) -> bool:
        return name in self._seconds

    def add(self, name: str, seconds: float) -> None:
        self._seconds[name] = round(seconds, 1)
        with storing(self.file):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_flushed(self.file, json.dumps(self._seconds, indent=2).encode())


def _run(arguments: Sequence[str], home: Path) -> None:
    note(f"$ jiejing {' '.join(arguments)}")
    environment = {**os.environ, "JIEJING_HOME": str(home.resolve())}
    ended = subprocess.run([sys.executable, "-m", "runtime.cli", *arguments], env=environment, check=False)
    if ended.returncode:
        raise InputError("training.step_failed", name=NAME, exit_code=ended.returncode)
