"""How sure a figure is: 95 % confidence intervals."""

import math

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054  # of the normal distribution, two-sided
REPLICATES = 500
SEED = 20260101


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927, as in Brown, Cai and DasGupta 2001), within 0-1.

    Unlike the textbook's interval it holds for small counts and for shares of 0 and 1. Without any trial: 0 to 1.
    """
    if of == 0:
        return 0.0, 1.0
    share, weight = hits / of, Z_95**2 / of
    centre = (share + weight / 2) / (1 + weight)
    half = Z_95 / (1 + weight) * math.sqrt(share * (1 - share) / of + weight / (4 * of))
    # At the ends rounding would leave the share itself outside.
    return (0.0 if hits == 0 else max(0.0, centre - half)), (1.0 if hits == of else min(1.0, centre + half))


def resamples(pictures: int, *, replicates: int = REPLICATES, seed: int = SEED) -> NDArray[np.int64]:
    """How often each picture is drawn in each bootstrap resample (Efron 1979): (replicates, pictures).

    The same arguments give the same draws: replicates of two models on the same pictures are paired.
    """
    draws = np.random.default_rng(seed).multinomial(pictures, np.full(pictures, 1 / pictures), size=replicates)
    return np.asarray(draws, np.int64)


def percentile_interval(replicates: NDArray[np.floating]) -> tuple[float, float] | None:
    """The 2.5th and 97.5th percentile of replicates (N,); None where hardly any could be computed (NaN)."""
    known = replicates[~np.isnan(replicates)]
    if len(known) < max(2, len(replicates) // 2):
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
