"""Everything that can come and go in a street, as meshes with labels."""

from functools import lru_cache

import numpy as np

from scenes.things import goods, people, stalls, sunshades, tables, two_wheelers, vehicles, waste
from scenes.things.part import Thing

MAKERS = (
    vehicles.MAKERS
    | two_wheelers.MAKERS
    | people.MAKERS
    | stalls.MAKERS
    | goods.MAKERS
    | tables.MAKERS
    | sunshades.MAKERS
    | waste.MAKERS
)
VARIANTS = 64  # of each kind: so many that a person does not meet the same one twice in a street


def make(kind: str, rng: np.random.Generator) -> Thing:
    """A thing of a kind (a key of MAKERS), one of its VARIANTS by chance."""
    return variant(kind, int(rng.integers(VARIANTS)))


@lru_cache(maxsize=len(MAKERS) * VARIANTS)
def variant(kind: str, number: int) -> Thing:
    """A certain thing of a kind."""
    return MAKERS[kind](np.random.default_rng([number, *kind.encode()]))
