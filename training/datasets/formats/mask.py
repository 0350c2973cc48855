"""COCO's masks: run lengths of 0 and 1 in turn, down one column after the other; as numbers, or packed into a text.

After common/maskApi.c of the COCO API (Lin and Dollar), which packs each length in pieces of five bits, and from the
third on its difference from the last but one.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from core.errors import InvalidValueError
from training.datasets.pictures import MAX_PIXELS

_PIECE_BITS, _PIECE, _MORE, _NEGATIVE, _FIRST = 5, 0x1F, 0x20, 0x10, 48


def box_of_mask(mask: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """The box around a mask {size: [height, width], counts: ...}, in pixels.

    Raises:
        ValueError: no such mask, or an empty one.
    """
    try:
        height, width = (int(side) for side in mask["size"])
        counts = mask["counts"]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidValueError("training.mask_incomplete") from error
    if height < 1 or width < 1 or height * width > MAX_PIXELS:
        raise InvalidValueError("training.mask_size_wrong", width=width, height=height)
    lengths = list(_unpacked(counts)) if isinstance(counts, str) else counts
    if not isinstance(lengths, list) or not all(isinstance(one, int) and one >= 0 for one in lengths):
        raise InvalidValueError("training.mask_runs_no_numbers")
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    if ends[-1] > height * width:  # what is missing at the end is 0
        raise InvalidValueError("training.mask_longer_than_picture", found=ends[-1], wanted=height * width)
    runs = [(begin, end) for begin, end in list(pairwise(ends))[1::2] if end > begin]
    if not runs:
        raise InvalidValueError("training.mask_empty")
    rows = [_rows(begin, end, height) for begin, end in runs]
    left, right = runs[0][0] // height, (runs[-1][1] - 1) // height + 1
    return float(left), float(min(top for top, _ in rows)), float(right), float(max(end for _, end in rows))


def _rows(begin: int, end: int, height: int) -> tuple[int, int]:
    """The first row of a run, and the one after its last."""
    if begin // height != (end - 1) // height:
        return 0, height
    return begin % height, (end - 1) % height + 1


def _unpacked(text: str) -> Iterator[int]:
    lengths: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - _FIRST
        if not 0 <= bits < 1 << (_PIECE_BITS + 1) or shift > 60:
            raise InvalidValueError("training.mask_packed_otherwise")
        value |= (bits & _PIECE) << shift
        shift += _PIECE_BITS
        if bits & _MORE:
            continue
        if bits & _NEGATIVE:
            value -= 1 << shift
        if len(lengths) > 2:
            value += lengths[-2]
        lengths.append(value)
        yield value
        value = shift = 0
    if shift:
        raise InvalidValueError("training.mask_breaks_off")
