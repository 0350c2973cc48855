"""jiejing model evaluate: how good models are, on labelled pictures and on clips with truth."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - each argument is an option of the command line

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from core.clock import SystemClock
from core.errors import InputError, StorageError
from core.model_ref import ModelRef
from core.settings import load_settings
from runtime.commands.options import JsonOption
from runtime.models.loading import Detectors
from runtime.process.console import progress, say, say_json, say_table
from training.datasets.folder import Dataset
from training.datasets.lines import part_named
from training.evaluation.cache import FigureCache
from training.evaluation.evaluating import Evaluator, Material
from training.evaluation.pictures import PictureSet
from training.evaluation.report.cutting import Cutter
from training.evaluation.report.page import page
from training.evaluation.result import Evaluation, to_plain
from training.evaluation.text import HEADS, rows
from training.evaluation.truth import read_clips
from training.promotion import Tolerances, Verdict, gate
from training.street_n.figure import HEADS as MEASURE_HEADS
from training.street_n.figure import plain as plain_measures
from training.street_n.figure import rows as measure_rows
from training.street_n.measures import SHARED, Measures

CACHE, REPORT, FIGURES, MEASURES = "evaluations", "report.html", "evaluation.json", "measures"
FORMAT = "jiejing-evaluation/1"

DataOption = Annotated[Path | None, typer.Option("--data", help="Data set with labelled pictures.")]
PartOption = Annotated[
    str | None, typer.Option("--part", help="Part of the data set; test, else val, unless told otherwise.")
]
ClipsOption = Annotated[Path | None, typer.Option("--clips", help="truth.yaml of clips, or its folder.")]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Work out anew what is known already.")]


def command(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Model; several look together.")],
    against: Annotated[list[str] | None, typer.Option(help="Model to compare with; may be given again.")] = None,
    data: DataOption = None,
    part: PartOption = None,
    clips: ClipsOption = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.html and evaluation.json.")] = None,
    sets: Annotated[
        Path, typer.Option(help="Folder with the labelled pictures and clips of the measures that street-n is held to.")
    ] = SHARED,
    fresh: FreshOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measures how good models are. Boxes on labelled pictures, events on clips, milliseconds a frame. With neither
    --data nor --clips: on rendered streets and, where they are there, on the real pictures and clips of --sets.
    """
    looking = evaluator(fresh=fresh)
    if data is None and clips is None and part is None and against is None and out is None:
        _take_measures(looking, names, sets, as_json=as_json)
        return
    chosen = material(data, part, clips)
    evaluations = [looking.evaluate(refs_of(side), chosen) for side in (names, against) if side]
    verdict = gate(evaluations[0], evaluations[1], Tolerances()) if against else None
    if out:
        write(out, evaluations, chosen, verdict)
    if as_json:
        say_json(plain(evaluations, verdict))
        return
    say_table(HEADS, rows(evaluations))
    if out:
        say(f"{out / REPORT}: the report, with pictures of what went wrong")


def _take_measures(looking: Evaluator, names: Sequence[str], sets: Path, *, as_json: bool) -> None:
    refs = refs_of(names)
    taken = []
    for one in Measures(looking, load_settings().home / MEASURES, sets).take(refs):
        taken.append(one)
        if not as_json:
            say_table(MEASURE_HEADS, measure_rows(one))
    if as_json:
        say_json(plain_measures(taken))


def material(data: Path | None, part: str | None, clips: Path | None) -> Material:
    """What the options of a command name.

    Raises:
        InputError: neither pictures nor clips, or they cannot be used.
    """
    if data is None and clips is None:
        raise InputError("training.nothing_to_evaluate_on")
    try:
        chosen = part_named(part)
    except ValueError as error:
        raise InputError("core.located", where="--part", cause=error) from error
    return Material(
        PictureSet.of(Dataset.open(data), chosen) if data else None,
        read_clips(clips) if clips else (),
        clips.resolve().name if clips else "",
    )


def evaluator(*, fresh: bool) -> Evaluator:
    """Evaluates models of the installation that the environment names."""
    home = load_settings().home
    return Evaluator(Detectors(home), FigureCache(home / CACHE), progress, SystemClock(), fresh=fresh)


def refs_of(names: Sequence[str]) -> tuple[ModelRef, ...]:
    """The models of those names.

    Raises:
        ModelError: one is missing or damaged.
    """
    store = Detectors(load_settings().home).store
    return tuple(store.find(name).ref for name in names)


def plain(evaluations: Sequence[Evaluation], verdict: Verdict | None) -> dict[str, Any]:
    """What evaluation.json holds: the candidate first, then what it was compared with."""
    return {
        "format": FORMAT,
        "evaluations": [to_plain(one) for one in evaluations],
        "gate": verdict.plain() if verdict else None,
    }


def write(out: Path, evaluations: Sequence[Evaluation], chosen: Material, verdict: Verdict | None) -> None:
    """Writes the report and the figures.

    Raises:
        StorageError: the disk refuses.
    """
    figures = json.dumps(plain(evaluations, verdict), ensure_ascii=False, indent=2)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / FIGURES).write_text(f"{figures}\n", encoding="utf-8")
        with (out / REPORT).open("w", encoding="utf-8") as file:
            file.writelines(page(evaluations, Cutter(chosen), verdict))
    except OSError as error:
        raise StorageError("training.report_not_written", path=out, cause=error) from error
