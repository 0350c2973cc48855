"""The recipe's command line: python -m training.street_n."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.errors import JiejingError
from runtime.process.console import note, words
from training.street_n.measures import SHARED
from training.street_n.recipe import NAME, Plan, make


def command(
    data: Annotated[Path, typer.Option(help="Folder with images/ and weights/.")] = SHARED,
    home: Annotated[Path, typer.Option(help="Where everything is made.")] = Path("var") / NAME,
    device: Annotated[str, typer.Option(help="cpu, the number of a GPU, or auto.")] = "auto",
    jobs: Annotated[int, typer.Option(min=1, help="Streets rendered at once.")] = 2,
) -> None:
    """Makes street-n anew; goes on where it was interrupted."""
    try:
        make(Plan(data, home, device, jobs))
    except JiejingError as error:
        note(f"{NAME}: {words(error)}")
        sys.exit(2)


typer.run(command)
