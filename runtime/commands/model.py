"""jiejing model: the models of this installation."""

from pathlib import Path
from typing import Annotated

import typer

from core.settings import load_settings
from models.store import ModelStore, StoredModel
from runtime.commands.options import JsonOption
from runtime.console import say, say_json, say_table
from runtime.model_import import ImportRequest, family_named, import_model, parse_size

app = typer.Typer(help="The models of this installation.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Lists the models. Each with its family, input and labels, the name first."""
    store = ModelStore(load_settings().home)
    in_use = store.in_use()
    if as_json:
        say_json([model.card.model_dump(mode="json") | {"in_use": model.card.name in in_use} for model in store.all()])
        return
    heads = ("name", "in use", "family", "input", "labels", "licence", "sha256")
    say_table(heads, (_row(model, in_use) for model in store.all()))


@app.command("import")
def import_(
    weights: Annotated[Path, typer.Argument(help="The .onnx file.")],
    name: Annotated[str, typer.Option(help="Name under which it is kept.")],
    family: Annotated[str, typer.Option(help="How its output is read: yolox, yolo (v8, 11) or yolo-e2e (v10, 26).")],
    labels: Annotated[
        str, typer.Option(help="coco, ours, or a YAML file with 'classes' (in order) and 'labels' (class: label).")
    ] = "coco",
    size: Annotated[str | None, typer.Option("--input", help="Input size, width x height, like 640x384.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence, where the file does not name it.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Picture to try it on; a drawn one otherwise.")] = None,
    use: Annotated[bool, typer.Option("--use", help="Put it in use, in place of what is in use now.")] = False,
) -> None:
    """Takes in a model. Tries it on a picture first, and refuses what does not fit."""
    size_wh = parse_size(size) if size else None
    store = ModelStore(load_settings().home)
    request = ImportRequest(weights, name, family_named(family), labels, size_wh, licence, picture)
    model, found = import_model(request, store)
    if use or not store.in_use():
        store.use([model.card.name])
    width, height = model.card.input.size_wh
    say(f"{model.card.name}: taken in ({family}, {width}x{height}, {len(model.card.labels)} of its classes are ours)")
    if picture:
        say_table(("label", "score", "box"), ((one.label, f"{one.score:.2f}", str(one.bbox_xyxy_px)) for one in found))


@app.command("use")
def use_models(names: Annotated[list[str], typer.Argument(help="Names of models.")]) -> None:
    """Puts models in use. They look at every camera that names none itself."""
    ModelStore(load_settings().home).use(names)
    say(f"in use: {', '.join(names)}")


def _row(model: StoredModel, in_use: tuple[str, ...]) -> tuple[str, ...]:
    card = model.card
    return (
        card.name,
        "in use" if card.name in in_use else "-",
        card.family,
        f"{card.input.width}x{card.input.height}",
        ",".join(sorted(set(card.labels.values()))),
        card.licence,
        card.sha256[:12],
    )
