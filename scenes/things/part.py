"""A thing and its parts: what a detector should call them, and their meshes."""

from dataclasses import dataclass

from scenes.mesh import Mesh, joined


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A piece of a thing that gets boxes of its own.

    Attributes:
        label: one of core.labels.LABELS, or None for what belongs to the thing without a label of its own.
        poses: the mesh, or the meshes of a gait, in the order of one stride.
    """

    label: str | None
    poses: tuple[Mesh, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """A thing that stands or moves as one.

    Attributes:
        name: what a person calls it.
        label: of the whole, over all its parts; None = only its parts have labels.
        stride_m: the way after which the poses begin anew; 0 = it has one pose.
        size_m: length along x and width along y of the ground that it needs.
        headlights_at_m: how far ahead of its middle its headlights are; 0 = it has none.
    """

    name: str
    label: str | None
    parts: tuple[Part, ...]
    size_m: tuple[float, float]
    stride_m: float = 0.0
    headlights_at_m: float = 0.0


def solid(name: str, label: str, mesh: Mesh, *, headlights_at_m: float = 0.0) -> Thing:
    """A thing of one part."""
    return Thing(name, label, (Part(None, (mesh,)),), footprint(mesh), headlights_at_m=headlights_at_m)


def footprint(*meshes: Mesh) -> tuple[float, float]:
    """Length along x and width along y of what the meshes cover, metres."""
    low, high = joined(*meshes).bounds
    return float(high[0] - low[0]), float(high[1] - low[1])
