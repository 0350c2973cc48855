"""jiejing dataset: labelled pictures, from others and from what officers decided."""

import typer

from training.datasets.commands import check, export, harvest, import_, info, prelabel, render, split

app = typer.Typer(
    help="Data sets: labelled pictures, from others and from what officers decided.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)
for command in (import_, render, check, info, split, prelabel, harvest, export):
    app.command(name=command.__name__.rpartition(".")[2].rstrip("_"))(command.command)
