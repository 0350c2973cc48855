"""jiejing model: the models of this installation."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core.clock import rfc3339
from core.errors import ModelError
from core.model_ref import ModelRef
from core.settings import load_settings
from models.history import Promotion, names
from models.shadow_figures import SHADOW_FOLDER, results
from models.store import ModelStore, StoredModel
from runtime.commands.options import JsonOption
from runtime.process.console import say, say_json, say_table
from runtime.process.lazy_group import joined, lazy_group

app = typer.Typer(
    cls=lazy_group(joined("model")),
    help="The models of this installation.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Lists the models. Each with its family, input and labels, the name first."""
    store = ModelStore(load_settings().home)
    in_use = store.in_use()
    if as_json:
        say_json([model.card.model_dump(mode="json") | {"in_use": model.ref in in_use} for model in store.all()])
        return
    heads = ("name", "in use", "family", "input", "labels", "licence", "sha256")
    say_table(heads, (_row(model, in_use) for model in store.all()))


@app.command("import")
def import_(
    weights: Annotated[Path, typer.Argument(help="The .onnx file.")],
    name: Annotated[str, typer.Option(help="Name under which it is kept.")],
    family: Annotated[
        str | None,
        typer.Option(
            help="How its output is read: yolox, yolo (v8, 11), yolov5, or yolo-e2e (v10, 26, or nms=True); as its "
            "output shows otherwise."
        ),
    ] = None,
    labels: Annotated[
        str, typer.Option(help="coco, ours, or a YAML file with 'classes' (in order) and 'labels' (class: label).")
    ] = "coco",
    size: Annotated[str | None, typer.Option("--input", help="Input size, width x height, like 640x384.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence, where the file does not name it.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Picture to try it on; a drawn one otherwise.")] = None,
    use: Annotated[bool, typer.Option("--use", help="Put it in use, in place of what is in use now.")] = False,
) -> None:
    """Takes in a model. Tries it on a picture first, and refuses what does not fit."""
    from runtime.models.model_import import (  # noqa: PLC0415 - brings onnxruntime, which no other command needs
        ImportRequest,
        family_named,
        import_model,
        parse_size,
    )

    size_wh = parse_size(size) if size else None
    store = ModelStore(load_settings().home)
    request = ImportRequest(weights, name, family_named(family) if family else None, labels, size_wh, licence, picture)
    model, found = import_model(request, store)
    if use or not store.in_use():
        store.promote([model.card.name], reason="put in use when it was taken in", forced=bool(store.in_use()))
    width, height = model.card.input.size_wh
    card = model.card
    say(f"{card.name}: taken in ({card.family}, {width}x{height}, {len(card.labels)} of its classes are ours)")
    if picture:
        say_table(("label", "score", "box"), ((one.label, f"{one.score:.2f}", str(one.bbox_xyxy_px)) for one in found))


@app.command()
def rollback(
    reason: Annotated[str, typer.Option(help="Why; it is kept in the history.")],
) -> None:
    """Puts the models before the present ones in use again. Running pipelines take them within seconds."""
    refs = ModelStore(load_settings().home).rollback(reason=reason)
    say(f"in use: {names(refs)}")


@app.command()
def history(as_json: JsonOption = False) -> None:
    """Lists what was in use when, and why. The newest last."""
    changes = ModelStore(load_settings().home).history()
    if as_json:
        say_json([{**asdict(one), "at": rfc3339(one.at)} for one in changes])
        return
    rows = ((names(one.models), rfc3339(one.at), _how(one), one.reason) for one in changes)
    say_table(("models", "since", "how", "reason"), rows)


@app.command()
def shadow(
    name: Annotated[str | None, typer.Argument(help="The candidate; without it, the figures so far are shown.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the shadow.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Lets a candidate look in shadow. It sees the frames that the models in use see, and alarms nobody."""
    settings = load_settings()
    store = ModelStore(settings.home)
    if stop or name:
        ref = store.shadow(None if stop else name)
        say(f"in shadow: {ref.name if ref else 'none'}")
        return
    candidate = store.candidate()
    if candidate is None:
        raise ModelError("runtime.no_model_in_shadow")
    figures = results(settings.home / SHADOW_FOLDER, candidate)
    if as_json:
        say_json({"name": candidate.name, "sha256": candidate.sha256, "cameras": figures})
        return
    heads = ("camera", "frames", "seen by both", "in use alone", "candidate alone", "violations: in use, candidate")
    say_table(heads, (_shadow_row(camera, one) for camera, one in figures.items()))


def _shadow_row(camera: str, figures: dict[str, Any]) -> tuple[str, ...]:
    found, violations = figures["detections"], figures["violations"]
    counts = (sum(found[side].values()) for side in ("both", "in_use", "candidate"))
    alarms = f"{sum(violations['in_use'].values())}, {sum(violations['candidate'].values())}"
    return (camera, str(figures["frames"]), *map(str, counts), alarms)


def _how(change: Promotion) -> str:
    return f"{change.kind}, forced" if change.forced else change.kind


def _row(model: StoredModel, in_use: tuple[ModelRef, ...]) -> tuple[str, ...]:
    card = model.card
    return (
        card.name,
        "in use" if model.ref in in_use else "-",
        card.family,
        f"{card.input.width}x{card.input.height}",
        ",".join(sorted(set(card.labels.values()))),
        card.licence,
        card.sha256[:12],
    )
