"""Parts a data set on disk, wholly or not at all."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.errors import InputError
from training.datasets.card import SplitNote
from training.datasets.folder import Dataset
from training.datasets.model import LabelledPicture, Part
from training.datasets.phash import near_groups, phash_of
from training.datasets.pictures import NotAPicture
from training.datasets.split import Wanted, got, parts_of


def split_dataset(
    dataset: Dataset, wanted: Wanted, step: Callable[[int], object] | None = lambda _: None
) -> Mapping[Part, Counter[str]]:
    """Gives every picture its part; what each part holds then.

    Args:
        step: is told the pictures that were looked at; None = no picture is looked at, and so those that look alike may
            be parted.

    Raises:
        InputError: a part would be empty, or a picture cannot be read; the data set is as it was.
        StorageError: the disk refuses; likewise.
    """
    pictures = list(dataset.pictures())
    part_of = parts_of(pictures, wanted, alike(dataset, pictures, step) if step else ())
    held = got(pictures, part_of)
    _refuse_empty(wanted, held)
    with dataset.revise() as revision:
        for picture in pictures:
            revision.put(replace(picture, part=part_of[picture.file]))
        note = SplitNote(block=wanted.block, seed=wanted.seed, shares={**wanted.shares})
        revision.card = revision.card.model_copy(update={"split": note})
    return held


def alike(
    dataset: Dataset, pictures: Sequence[LabelledPicture], step: Callable[[int], object] = lambda _: None
) -> list[list[int]]:
    """Groups of numbers of pictures that look alike.

    Args:
        step: is told the pictures that were looked at.

    Raises:
        InputError: a picture cannot be read.
    """
    hashes = np.zeros(len(pictures), np.uint64)
    for number, picture in enumerate(pictures):
        path = dataset.file(picture.file)
        try:
            hashes[number] = phash_of(path)
        except NotAPicture as error:
            raise InputError("training.dataset_picture_unusable", path=path, cause=error) from error
        step(number + 1)
    return near_groups(hashes)


def _refuse_empty(wanted: Wanted, held: Mapping[Part, Counter[str]]) -> None:
    empty = [part for part in wanted.shares if part not in held]
    if empty:
        raise InputError("training.nothing_left_for_part", parts=empty, block=wanted.block)
