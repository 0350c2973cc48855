"""Which things are counted as one: what belongs to a stall is part of it, and so are pieces that stand together."""

from collections.abc import Collection, Sequence

from core.geometry import Box
from detector.standing import Thing

# A part belongs to what lies beside it: so much of the narrower one's width above or below the other ...
PART_BESIDE = 0.5
# ... and so much of the other's height between them at most: an umbrella stands above its stall.
PART_APART = 0.25


def units_of(things: Sequence[Thing], parts: Collection[str]) -> dict[int, int]:
    """The unit of each thing by the thing's number; units are numbered from 1, in the order of the things' numbers.

    Args:
        parts: labels that belong to a thing of another label that stands at the same place; where none does, pieces
            that stand together are one.
    """
    whole = [one for one in things if one.label not in parts]
    head = {one.number: one.number for one in things}
    for part in sorted((one for one in things if one.label in parts), key=lambda one: one.number):
        former = [one for one in things if one.label in parts and one.number < part.number]
        for others in (whole, former):
            near = [(shared, one) for one in others if (shared := _beside(part.home, one.home)) > 0]
            if near:
                best = max(near, key=lambda pair: (pair[0], -pair[1].number))[1]
                head[part.number] = head[best.number]
                break
    order = {number: unit for unit, number in enumerate(sorted(set(head.values())), start=1)}
    return {number: order[first] for number, first in head.items()}


def _beside(part: Box, other: Box) -> float:
    """The share of the narrower one's width that both have in common; 0 where they are no one thing."""
    width = min(part[2] - part[0], other[2] - other[0])
    shared = (min(part[2], other[2]) - max(part[0], other[0])) / width
    apart_px = max(part[1], other[1]) - min(part[3], other[3])
    near = apart_px <= PART_APART * (other[3] - other[1])
    return shared if near and shared >= PART_BESIDE else 0.0
