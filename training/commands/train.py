"""jiejing train."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - each argument is an option of the command line

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from core.errors import InputError
from core.invalid_values import message_of_invalid
from core.settings import load_settings
from models.store import ModelStore
from runtime.process.console import note, progress, say, words
from training.datasets.folder import Dataset
from training.export.deliver import Delivered, deliver
from training.learning.progress import Row, Watching
from training.learning.run_folder import RunFolder, RunRecord
from training.learning.running import begin, learn, take_up
from training.learning.settings import DEFAULT_MODEL, TrainSettings, parse_repeat, parse_size

RUNS = "training"


def command(
    context: typer.Context,
    dataset: Annotated[Path, typer.Argument(help="Folder of a data set with the parts train and val.")],
    name: Annotated[str, typer.Option(help="Name of the run, and of the model in the store.")],
    model: Annotated[
        str, typer.Option(help="Architecture by name (yolo11n, yolo26n ...), or a .yaml or .pt file.")
    ] = DEFAULT_MODEL,
    weights: Annotated[
        Path | None, typer.Option(help="Weights file (.pt) to start from; its architecture too, unless --model.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="How often every picture is learned from.")] = 100,
    size: Annotated[str, typer.Option(help="Input of the network: width x height, like 640x384, or one side.")] = "640",
    learn_px: Annotated[
        int | None,
        typer.Option(help="Side of the square in which pictures are learned; the longer one of --size else."),
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Pictures learned from at once.")] = 16,
    device: Annotated[str, typer.Option(help="cpu, the number of a GPU, or auto.")] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="On a CPU the same seed gives the same network.")] = 0,
    freeze: Annotated[int, typer.Option(min=0, help="So many first layers stay as they are.")] = 0,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Weights file (.pt) whose network goes on answering for small things, for labels of the same name; it "
            "shares the frozen layers."
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes that read pictures for a GPU.")] = 4,
    partial: Annotated[
        str, typer.Option(help="Pictures in which a label is not complete: refuse, skip or keep.")
    ] = "refuse",
    suggestions: Annotated[
        str, typer.Option(help="Pictures that wait for a person: refuse, skip or include.")
    ] = "refuse",
    repeat: Annotated[
        list[str] | None,
        typer.Option(help="Learn NAME=N times an epoch from the pictures of a taking-in; may be given several times."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with this run where it was interrupted.")] = False,
    int8: Annotated[bool, typer.Option("--int8", help="Also make an INT8 form; offered where it is worth it.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; JIEJING_HOME/training/NAME otherwise.")] = None,
) -> None:
    """Trains a network on a data set. Its model is in the store then, as a candidate: not in use."""
    given = {key for key in context.params if _is_given(context, key)}
    settings = _settings(
        {
            "name": name,
            "model": _absolute(str(weights) if weights and "model" not in given else model),
            "weights": weights.resolve() if weights else None,
            "epochs": epochs,
            "size_wh": parse_size(size),
            "learn_px": learn_px,
            "batch": batch,
            "device": device,
            "seed": seed,
            "freeze": freeze,
            "keep": keep.resolve() if keep else None,
            "workers": workers,
            "partial": partial,
            "suggestions": suggestions,
            "repeat": parse_repeat(repeat or ()),
            "int8": int8,
        }
    )
    home = load_settings().home
    run = RunFolder(out or home / RUNS / name)
    source = Dataset.open(dataset)
    if resume:
        named = {"size_wh" if key == "size" else key for key in given} & TrainSettings.model_fields.keys()
        record = take_up(run, settings, named, source)
    else:
        record = begin(run, settings, source)
        _tell_start(record)
    with _told_when_interrupted(run):
        with _watching(record) as watching:
            record = learn(run, record, watching)
        delivered = deliver(run, record, source, ModelStore(home))
    run.write(record.model_copy(update={"state": "done"}))
    run.tidy()
    _tell(run, record, delivered)


def _is_given(context: typer.Context, key: str) -> bool:
    where = context.get_parameter_source(key)
    return where is not None and where.name == "COMMANDLINE"


def _absolute(model: str) -> str:
    """A file may be needed again when the run is taken up elsewhere; a name stays a name."""
    return str(Path(model).resolve()) if model.endswith((".pt", ".yaml", ".yml")) else model


def _settings(asked: dict[str, Any]) -> TrainSettings:
    try:
        return TrainSettings.model_validate(asked)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        value = "x".join(map(str, asked[name])) if name == "size_wh" else asked[name]
        option = f"--{name.removesuffix('_wh').replace('_', '-')}"
        raise InputError("core.located", where=f"{option} {value}", cause=message_of_invalid(first)) from error


@contextmanager
def _told_when_interrupted(run: RunFolder) -> Iterator[None]:
    """SIGINT and SIGTERM end alike: with a word on how to go on."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        note(f"{run.folder}: interrupted; go on with the same command and --resume")
        raise


@contextmanager
def _watching(record: RunRecord) -> Iterator[Watching]:
    """A bar at a terminal, a line an epoch elsewhere."""
    pictures = record.dataset.pictures["train"]
    with progress("learning (pictures)", record.settings.epochs * pictures) as advance:
        bar = sys.stderr.isatty()
        yield Watching(
            batch=lambda epochs: advance(epochs * pictures), epoch=lambda *told: None if bar else _say_epoch(*told)
        )


def _say_epoch(row: Row, epochs: int) -> None:
    losses = ", ".join(f"{name} {row[name]:.3f}" for name in row if name.startswith("train_"))
    note(
        f"epoch {row['epoch']:.0f}/{epochs}: mAP50 {row['map50']:.3f}, mAP50-95 {row['map50_95']:.3f}, "
        f"{losses.replace('train_', '')}, {row['images_per_s']:.1f} images/s"
    )


def _tell_start(record: RunRecord) -> None:
    start = record.start
    if start.sha256 is None:
        note(f"{start.architecture}: from scratch, {start.tensors} tensors at random")
        return
    head = "with the same classes" if start.same_classes else "other classes, so the head starts anew"
    note(f"{start.architecture}: {start.tensors_taken} of {start.tensors} tensors taken from the weights; {head}")


def _tell(run: RunFolder, record: RunRecord, delivered: Delivered) -> None:
    parity, whole = delivered.parity, delivered.whole
    name = record.settings.name
    say(
        f"{name}: mAP50 {whole.map50:.3f} on val ({whole.pictures.pictures} pictures), {whole.ms:.1f} ms a picture here"
    )
    say(f"{name}: ONNX and weights differ by at most {parity.box_px:.2g} px and {parity.score:.2g} of score")
    if delivered.int8:
        int8 = delivered.int8
        why_not = int8.why_not(whole)
        stored = f"in the store as {delivered.stored[-1].card.name}"
        offered = f"not offered: {words(why_not)}" if why_not else stored
        say(f"{name}: INT8 loses {int8.lost_points(whole):g} points of mAP50, {int8.form.ms:.1f} ms; {offered}")
    say(f"{name}: in the store, not in use; run: {run.folder}")
