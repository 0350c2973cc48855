"""Parts a data set into train, val and test so that no part knows the others: pictures of one camera and one block of
time stay together, and so do pictures that look alike. The same seed gives the same parts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.canonical_json import short_hash
from core.errors import InputError
from training.datasets.model import PARTS, LabelledPicture, Part

Block = Literal["camera", "day", "hour", "minute"]
BLOCKS: tuple[Block, ...] = ("camera", "day", "hour", "minute")
_DIGITS = {"day": 10, "hour": 13, "minute": 16}  # of 2026-01-31T23:59
_PICTURES = ""  # counted like a label, so that empty pictures are parted too


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to part.

    Attributes:
        shares: of each part, together 1.
        block: what stays together of one camera: all of it, or what it saw in one day, hour or minute (UTC).
    """

    shares: Mapping[Part, float]
    block: Block = "day"
    seed: int = 0


def parse_shares(text: str) -> dict[Part, float]:
    """Shares of a text like train=0.8,val=0.1,test=0.1.

    Raises:
        InputError: not such a text, or the shares are not 1 together.
    """
    shares: dict[Part, float] = {}
    for pair in text.split(","):
        name, _, share = pair.partition("=")
        part = next((part for part in PARTS if part == name.strip()), None)
        try:
            value = float(share)
        except ValueError:
            value = -1.0
        if part is None or part in shares or not 0 < value <= 1:
            raise InputError("training.parts_written_wrong", value=text)
        shares[part] = value
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise InputError("training.shares_not_one", value=text, sum=f"{sum(shares.values()):g}")
    return shares


def parts_of(
    pictures: Sequence[LabelledPicture], wanted: Wanted, alike: Sequence[Sequence[int]] = ()
) -> dict[str, Part]:
    """The part of each picture, by its file.

    Blocks are given out largest first, each to the part that is then nearest to its shares of every label and of the
    pictures (after Sechidis, Tsoumakas and Vlahavas 2011).

    Args:
        alike: groups of numbers of pictures that must stay together, as phash.near_groups finds them.
    """
    timeless = {picture.camera_id for picture in pictures if picture.utc is None}
    together = _together([_block(picture, wanted.block, timeless) for picture in pictures], alike)
    names = sorted({one.label for picture in pictures for one in picture.objects} | {_PICTURES})
    counts = np.array([_counts(pictures, block, names) for block in together], float).reshape(-1, len(names))
    chosen = _given_out(counts, _order(pictures, together, counts, wanted.seed), wanted.shares)
    return {pictures[number].file: part for block, part in zip(together, chosen, strict=True) for number in block}


def got(pictures: Sequence[LabelledPicture], part_of: Mapping[str, Part]) -> dict[Part, Counter[str]]:
    """What each part holds: boxes by label, and pictures under the name "pictures"."""
    held: dict[Part, Counter[str]] = {part: Counter() for part in PARTS if part in part_of.values()}
    for picture in pictures:
        held[part_of[picture.file]].update(one.label for one in picture.objects)
        held[part_of[picture.file]]["pictures"] += 1
    return held


def _block(picture: LabelledPicture, block: Block, timeless: Collection[str | None]) -> str:
    """What a picture stays together with. One whose camera is unknown stands for itself; where the time of one picture
    is unknown, it may be any, and the whole camera stays together."""
    if picture.camera_id is None:
        return f"file {picture.file}"
    if block == "camera" or picture.utc is None or picture.camera_id in timeless:
        return f"camera {picture.camera_id}"
    moment = picture.utc.astimezone(UTC).isoformat(timespec="minutes")
    return f"camera {picture.camera_id} {moment[: _DIGITS[block]]}"


def _together(blocks: Sequence[str], alike: Sequence[Sequence[int]]) -> list[list[int]]:
    """Numbers of pictures that share a block, or are joined by ones that are alike; in the order of the pictures."""
    first: dict[str, int] = {}
    root = [first.setdefault(block, number) for number, block in enumerate(blocks)]

    def find(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    for group in alike:
        for number in group[1:]:
            low, high = sorted((find(group[0]), find(number)))
            root[high] = low
    members: dict[int, list[int]] = defaultdict(list)
    for number in range(len(blocks)):
        members[find(number)].append(number)
    return list(members.values())


def _counts(pictures: Sequence[LabelledPicture], block: Sequence[int], names: Sequence[str]) -> list[int]:
    labels = Counter(one.label for number in block for one in pictures[number].objects)
    labels[_PICTURES] = len(block)
    return [labels[name] for name in names]


def _order(
    pictures: Sequence[LabelledPicture], together: Sequence[Sequence[int]], counts: NDArray[np.float64], seed: int
) -> list[int]:
    """Largest first, counted in shares of each label, so that rare labels weigh; equal ones as the seed has it."""
    weights = np.round((counts / np.maximum(counts.sum(axis=0), 1)).sum(axis=1), 12)
    names = [min(pictures[number].file for number in block) for block in together]
    return sorted(range(len(together)), key=lambda number: (-weights[number], short_hash(seed, names[number])))


def _given_out(counts: NDArray[np.float64], order: Sequence[int], shares: Mapping[Part, float]) -> list[Part]:
    parts = [part for part in PARTS if part in shares]
    share = np.array([shares[part] for part in parts])[:, None]
    total = np.maximum(counts.sum(axis=0), 1)
    held = np.zeros((len(parts), counts.shape[1]))
    chosen: list[Part] = [parts[0]] * len(counts)
    for number in order:
        # The part that lacks most of what this block brings, as a share of what the part is to have.
        lack = (share * total - held) / (share * total)
        best = int(np.argmax((lack * (counts[number] / total)).sum(axis=1)))
        held[best] += counts[number]
        chosen[number] = parts[best]
    return chosen
