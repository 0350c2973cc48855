"""jiejing dataset split."""

# ruff: noqa: FBT002 - each argument is an option of the command line

from typing import Annotated

import typer

from runtime.commands.options import JsonOption
from runtime.process.console import progress, say, say_json
from training.datasets.commands.options import DatasetArgument, choice, listed
from training.datasets.folder import Dataset
from training.datasets.split import Block, Wanted, parse_shares
from training.datasets.splitting import split_dataset


def command(
    dataset: DatasetArgument,
    parts: Annotated[str, typer.Option(help="Shares, together 1.")] = "train=0.8,val=0.2",
    block: Annotated[
        str, typer.Option(help="What stays together of one camera: camera (all of it), day, hour or minute (UTC).")
    ] = "day",
    seed: Annotated[int, typer.Option(help="The same seed gives the same parts.")] = 0,
    pixels: Annotated[bool, typer.Option(help="Keep pictures together that look alike; reads every picture.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Parts the pictures so that no camera and time, and nothing that looks alike, is in two parts."""
    opened = Dataset.open(dataset)
    wanted = Wanted(parse_shares(parts), choice(block, Block, "--block"), seed)
    with progress("pictures", opened.card.counts.pictures) as step:
        held = split_dataset(opened, wanted, step if pixels else None)
    total = sum(counts["pictures"] for counts in held.values())
    if as_json:
        say_json({part: dict(sorted(counts.items())) for part, counts in held.items()})
        return
    for part, counts in held.items():
        share = counts["pictures"] / total
        say(f"{part}: {share:.0%} of the pictures (wanted {wanted.shares[part]:.0%}): {listed(counts)}")
