"""Perceptual hashes: pictures that look alike have hashes that differ in few bits.

The hash is pHash (Zauner 2010): the 8 x 8 lowest frequencies of the discrete cosine transform of a 32 x 32 luma
picture, each a bit: above the median or not. The constant term is left out of the median; it says only how bright the
picture is.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Image
from training.datasets.pictures import small_grey

SIDE_PX = 32
_LOW = 8
BITS = _LOW * _LOW
NEAR_BITS = 6  # JPEG, another size, a slight change of light; two scenes differ in 20 or more

Hashes = NDArray[np.uint64]


def phash_of(picture: Path | bytes) -> int:
    """The 64-bit hash of a picture file, or of the bytes of one.

    Raises:
        NotAPicture: it cannot be decoded.
    """
    return phash(small_grey(picture, SIDE_PX))


def phash(grey: Image) -> int:
    """The 64-bit hash of a (SIDE_PX, SIDE_PX) uint8 luma picture."""
    low = cv2.dct(grey.astype(np.float32))[:_LOW, :_LOW].ravel()
    bits = low > np.median(low[1:])
    return int(np.packbits(bits).view(">u8")[0])


def near_groups(hashes: Hashes, max_bits: int = NEAR_BITS) -> list[list[int]]:
    """Groups of numbers whose hashes differ in at most `max_bits` bits from another one of the group.

    Of max_bits + 1 bands of bits at least one is equal in two such hashes (the pigeonhole principle; Manku, Jain and
    Das Sarma 2007), so only those that share a band are compared: near-linear for pictures that differ. Groups, not
    pairs, because a camera that looks at the same street for a year would give pairs by the billion.

    Args:
        hashes: (N,) uint64.

    Returns:
        Groups of at least two, each sorted, in the order of their first numbers.
    """
    distinct, number_of = np.unique(hashes, return_inverse=True)
    group_of = np.arange(len(distinct))
    for bucket in _buckets(distinct, max_bits + 1):
        _join(distinct, bucket, max_bits, group_of)
    members: dict[int, list[int]] = {}
    for number, group in enumerate(group_of[number_of].tolist()):
        members.setdefault(group, []).append(number)
    return sorted(group for group in members.values() if len(group) > 1)


def _buckets(hashes: Hashes, bands: int) -> Iterator[NDArray[np.intp]]:
    """Numbers of the hashes that share a band of bits, band by band."""
    edges = np.linspace(0, BITS, bands + 1).astype(int)
    for low, high in pairwise(edges.tolist()):
        keys = (hashes >> np.uint64(low)) & np.uint64((1 << (high - low)) - 1)
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order])) + 1
        yield from (bucket for bucket in np.split(order, starts) if len(bucket) > 1)


def _join(hashes: Hashes, bucket: NDArray[np.intp], max_bits: int, group_of: NDArray[np.intp]) -> None:
    """Gives hashes of the bucket that are near each other one group."""
    for position, number in enumerate(bucket[:-1]):
        rest = bucket[position + 1 :]
        near = rest[np.bitwise_count(hashes[rest] ^ hashes[number]) <= max_bits]
        for other in np.unique(group_of[near]):
            group_of[group_of == other] = group_of[number]
