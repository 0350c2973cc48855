"""Small statistics with their formulas: intervals, quantiles, rates. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# 95 % of the standard normal distribution lies within.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a number of things, with the interval that holds the true share in 95 % of all samples.

    Attributes:
        value, low, high: 0-1; None where there is nothing to count.
    """

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None

    @property
    def low(self) -> float | None:
        return self._wilson()[0] if self.total else None

    @property
    def high(self) -> float | None:
        return self._wilson()[1] if self.total else None

    def _wilson(self) -> tuple[float, float]:
        """Wilson's score interval (Wilson 1927): sound for small numbers and for shares near 0 and 1."""
        n, p = self.total, self.hits / self.total
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0.0, middle - half), min(1.0, middle + half)


def quantile(values: Sequence[float], q: float) -> float | None:
    """The q-quantile (0-1) of values in any order, interpolated between neighbours; None of nothing.

    >>> quantile([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    if not values:
        return None
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
