"""jiejing dataset split."""

# ruff: noqa: FBT002 - each argument is an option of the command line

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

import numpy as np
import typer

from core.errors import InputError
from runtime.commands.options import JsonOption
from runtime.console import progress, say, say_json
from training.datasets.card import SplitNote
from training.datasets.commands.options import DatasetArgument, choice, listed
from training.datasets.folder import Dataset
from training.datasets.model import LabelledPicture, Part
from training.datasets.phash import near_groups, phash_of
from training.datasets.pictures import NotAPicture
from training.datasets.split import Block, Wanted, got, parse_shares, parts_of


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
    pictures = list(opened.pictures())
    part_of = parts_of(pictures, wanted, _alike(opened, pictures) if pixels else ())
    held = got(pictures, part_of)
    _refuse_empty(wanted, held)
    with opened.revise() as revision:
        for picture in pictures:
            revision.put(replace(picture, part=part_of[picture.file]))
        note = SplitNote(block=wanted.block, seed=seed, shares={**wanted.shares})
        revision.card = revision.card.model_copy(update={"split": note})
    if as_json:
        say_json({part: dict(sorted(counts.items())) for part, counts in held.items()})
        return
    for part, counts in held.items():
        share = counts["pictures"] / len(pictures)
        say(f"{part}: {share:.0%} of the pictures (wanted {wanted.shares[part]:.0%}): {listed(counts)}")


def _alike(dataset: Dataset, pictures: Sequence[LabelledPicture]) -> list[list[int]]:
    hashes = np.zeros(len(pictures), np.uint64)
    with progress("pictures", len(pictures)) as step:
        for number, picture in enumerate(pictures):
            path = dataset.file(picture.file)
            try:
                hashes[number] = phash_of(path)
            except NotAPicture as error:
                raise InputError(f"{path}: the picture {error}; see: jiejing dataset check") from error
            step(number + 1)
    return near_groups(hashes)


def _refuse_empty(wanted: Wanted, held: Mapping[Part, Counter[str]]) -> None:
    empty = [part for part in wanted.shares if part not in held]
    if empty:
        raise InputError(
            f"nothing is left for {', '.join(empty)}: too few blocks of camera and {wanted.block}; choose a smaller "
            "--block, or add pictures; the data set is as it was"
        )
