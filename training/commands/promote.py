"""jiejing model promote: a candidate takes the place of what is in use, if the gate lets it."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - each argument is an option of the command line

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError
from core.messages import Message
from core.settings import load_settings
from models.store import SHIPPED, ModelStore
from runtime.process.console import note, say, words
from training.commands.evaluate import (
    ClipsOption,
    DataOption,
    FreshOption,
    PartOption,
    evaluator,
    material,
    refs_of,
    write,
)
from training.promotion import Tolerances, Verdict, evidence, gate

_DEFAULTS = Tolerances()
_PASSED = "passed the gate"
_SHIPPED = Message("training.ships_and_is_the_first")


def command(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Candidate; several look together.")],
    data: DataOption = None,
    part: PartOption = None,
    clips: ClipsOption = None,
    reason: Annotated[str | None, typer.Option(help="Why; it is kept in the history.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Promote although the gate refuses; needs --reason.")] = False,
    ap50_tolerance: Annotated[
        float, typer.Option(min=0, max=1, help="How far the mAP50 of any label may fall.")
    ] = _DEFAULTS.ap50,
    least_boxes: Annotated[
        int, typer.Option(min=1, help="Labels with fewer true boxes are not judged.")
    ] = _DEFAULTS.least_boxes,
    recall_tolerance: Annotated[
        float, typer.Option(min=0, max=1, help="How far the recall of events may fall.")
    ] = _DEFAULTS.event_recall,
    out: Annotated[Path | None, typer.Option(help="Folder for report.html and evaluation.json.")] = None,
    fresh: FreshOption = False,
) -> None:
    """Puts a candidate in use. Compares it with what is in use on the same data first; exit 1 where it is worse.

    A model that ships needs no data to be the first in use.
    """
    if force and not (reason and reason.strip()):
        raise InputError("training.force_needs_reason")
    store = ModelStore(load_settings().home)
    refs, in_use = refs_of(names), store.in_use()
    if refs == in_use:
        raise InputError("training.models_in_use_already", models=names)
    if data is None and clips is None and (force or _is_first(names, store)):
        _promote_unmeasured(names, store, reason, force=force)
        return
    chosen, looking = material(data, part, clips), evaluator(fresh=fresh)
    candidate = looking.evaluate(refs, chosen)
    present = looking.evaluate(in_use, chosen) if in_use else None
    tolerances = Tolerances(ap50_tolerance, least_boxes, recall_tolerance)
    verdict = gate(candidate, present, tolerances)
    if out:
        write(out, [candidate, present] if present else [candidate], chosen, verdict)
    _tell(verdict)
    if not verdict.passed and not force:
        raise typer.Exit(1)
    if (refs_of(names), store.in_use()) != (refs, in_use):
        raise InputError("training.models_exchanged_meanwhile")
    store.promote(
        names,
        reason=reason or _PASSED,
        forced=not verdict.passed,
        evidence=evidence(verdict, candidate, present, tolerances),
    )
    say(f"in use: {', '.join(names)}{'' if verdict.passed else ' (forced)'}")


def _is_first(names: Sequence[str], store: ModelStore) -> bool:
    """Whether models that ship are to be the first in use: they were measured before they shipped, and there is nothing
    to hold them against."""
    return not store.in_use() and all(store.find(name).folder.parent == SHIPPED for name in names)


def _promote_unmeasured(names: Sequence[str], store: ModelStore, reason: str | None, *, force: bool) -> None:
    verdict = Verdict((Message("training.held_against_nothing"),), ()) if force else Verdict((), (_SHIPPED,))
    store.promote(names, reason=reason or str(_SHIPPED), forced=force, evidence={"gate": verdict.plain()})
    say(f"in use: {', '.join(names)}{' (forced)' if force else ''}")
    if not force:
        note(f"note: {words(_SHIPPED)}")


def _tell(verdict: Verdict) -> None:
    for reason in verdict.reasons:
        say(f"refused: {words(reason)}")
    for remark in verdict.remarks:
        note(f"note: {words(remark)}")
