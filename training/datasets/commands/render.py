"""jiejing dataset render."""

from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError
from runtime.process.console import progress, say
from training.datasets.commands.options import listed, part_option
from training.datasets.folder import Dataset
from training.datasets.rendering import RenderRules, parse_streets, render_streets

_LARGEST_PX = 4096


def command(
    dataset: Annotated[Path, typer.Argument(help="Folder of the data set; made where it is missing.")],
    streets: Annotated[str, typer.Option(help="Seeds of the streets, like 100-119,200.")],
    per_street: Annotated[int, typer.Option(min=1, max=1000, help="Pictures of each street.")] = 24,
    size: Annotated[str, typer.Option(help="Width x height of a picture, in pixels.")] = "960x540",
    part: Annotated[str | None, typer.Option(help="Put all into this part: train, val or test.")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Streets rendered at once.")] = 1,
) -> None:
    """Renders streets with exact labels into a data set. Streets that it has already are left as they are, so that the
    same command goes on after an interruption.
    """
    rules = RenderRules(parse_streets(streets), per_street, _size(size), part_option(part, "--part"), jobs)
    opened = Dataset.open_or_new(dataset, dataset.resolve().name)
    with progress("streets", len(rules.seeds)) as step:
        report = render_streets(opened, rules, step)
    known = f"; {report.streets_known} streets were there already" if report.streets_known else ""
    say(f"{dataset}: {report.pictures} pictures rendered; boxes: {listed(report.boxes)}{known}")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and all(64 <= int(one) <= _LARGEST_PX for one in (width, height))):
        raise InputError("training.render_size_wrong", value=text, limit=_LARGEST_PX)
    return int(width), int(height)
