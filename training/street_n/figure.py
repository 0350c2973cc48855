"""A figure of a measure, and what it must reach."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

HEADS = ("measure", "figure", "value", "95 % interval", "asked of street-n", "counts")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a measure.

    Attributes:
        value: None where nothing could be counted. interval: 95 %; None where it is not known.
        counts: what was counted, in words.
        floor: what street-n must reach; None = it is only told. is_ceiling: what it must not exceed instead.
    """

    name: str
    value: float | None
    counts: str
    interval: tuple[float, float] | None = None
    floor: float | None = None
    is_ceiling: bool = False

    @property
    def is_reached(self) -> bool:
        """Whether the floor is reached; true without one."""
        if self.floor is None:
            return True
        return self.value is not None and (self.value <= self.floor if self.is_ceiling else self.value >= self.floor)


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure that was taken, or why it was not.

    Attributes:
        rendered: on rendered streets: a regression check, no claim about real ones.
    """

    name: str
    rendered: bool
    figures: tuple[Figure, ...] = ()
    skipped: str | None = None


def plain(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """The measures as plain data, for model.yaml and --json."""
    return [
        {
            "measure": one.name,
            "rendered": one.rendered,
            "skipped": one.skipped,
            "figures": {
                figure.name: {
                    "value": _rounded(figure.value),
                    "interval_95": [_rounded(side) for side in figure.interval] if figure.interval else None,
                    "counts": figure.counts,
                    "floor": figure.floor,
                }
                for figure in one.figures
            },
        }
        for one in measured
    ]


def rows(measured: Measured) -> Iterator[tuple[str, str, str, str, str, str]]:
    """A measure as rows of text, as HEADS names them."""
    if measured.skipped:
        yield measured.name, "skipped", "", "", "", measured.skipped
    for one in measured.figures:
        value = "-" if one.value is None else f"{one.value:.3f}".removesuffix(".000")
        interval = f"{one.interval[0]:.3f}-{one.interval[1]:.3f}" if one.interval else ""
        yield measured.name, one.name, value, interval, _bound(one), one.counts


def _bound(one: Figure) -> str:
    if one.floor is None:
        return ""
    sign = "<=" if one.is_ceiling else ">="
    return f"{sign} {one.floor:.3g} {'reached' if one.is_reached else 'NOT REACHED'}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
