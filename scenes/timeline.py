"""Who is where, when: actors on routes, exact to the moment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenes.mesh import Floats, Mesh
from scenes.things.part import Part, Thing
from scenes.viewpoint import placement

STEP_S = 0.05
KERB_RAMP_M = 0.5

Spot = tuple[float, float]
Track = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A way through the street.

    Attributes:
        t_s, x, y, heading_deg, way_m: samples; before the first and after the last the actor stays there.
        way_m is the distance gone, from which gaits take their pose.
    """

    t_s: Track
    x: Track
    y: Track
    heading_deg: Track
    way_m: Track

    @property
    def ends_s(self) -> float:
        """When it is through."""
        return float(self.t_s[-1])

    @property
    def end(self) -> Spot:
        """Where it ends."""
        return float(self.x[-1]), float(self.y[-1])

    def at(self, t_s: float) -> tuple[float, float, float, float]:
        """x, y, heading in degrees and distance gone."""
        x, y, heading, way = (
            float(np.interp(t_s, self.t_s, values)) for values in (self.x, self.y, self.heading_deg, self.way_m)
        )
        return x, y, heading, way

    def then(self, other: "Route") -> "Route":
        """This, a rest until the other begins, and the other."""
        shift = 360 * round((self.heading_deg[-1] - other.heading_deg[0]) / 360)
        start, turned = other.t_s[0] - STEP_S, other.heading_deg + shift
        rest = max(float(self.t_s[-1]), float(start))
        return Route(
            np.concatenate([self.t_s, [rest], other.t_s]),
            np.concatenate([self.x, [self.x[-1]], other.x]),
            np.concatenate([self.y, [self.y[-1]], other.y]),
            np.concatenate([self.heading_deg, [self.heading_deg[-1]], turned]),
            np.concatenate([self.way_m, [self.way_m[-1]], other.way_m + self.way_m[-1]]),
        )


def rest(spot: Spot, heading_deg: float) -> Route:
    """Stands there all the time."""
    return Route(*(np.array([value], np.float64) for value in (0.0, *spot, heading_deg, 0.0)))


def drive(
    points: Sequence[Spot], start_s: float, speed_m_s: float, *, launch_s: float = 0.0, brake_s: float = 0.0
) -> Route:
    """Along points with rounded corners, heading where it goes.

    Args:
        launch_s, brake_s: seconds of even acceleration from rest, and to rest; 0 = it comes or leaves at full speed.
    """
    line = _rounded(np.asarray(points, np.float64))
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    total = float(lengths[-1])
    full = max(0.0, total - speed_m_s * (launch_s + brake_s) / 2) / speed_m_s
    duration = launch_s + full + brake_s
    clock = np.linspace(0, duration, max(2, round(duration / STEP_S) + 1))
    way = speed_m_s * np.minimum(clock, launch_s + full)
    if launch_s:
        way = np.where(clock < launch_s, speed_m_s * clock**2 / (2 * launch_s), way - speed_m_s * launch_s / 2)
    if brake_s:
        late = np.maximum(0.0, clock - launch_s - full)
        way = way + speed_m_s * (late - late**2 / (2 * brake_s))
    way = np.minimum(way, total)
    x, y = np.interp(way, lengths, line[:, 0]), np.interp(way, lengths, line[:, 1])
    angles = np.degrees(np.unwrap(np.arctan2(*np.diff(line, axis=0).T[::-1])))
    heading = np.interp(way, (lengths[1:] + lengths[:-1]) / 2, angles)
    return Route(clock + start_s, x, y, heading, way)


def _rounded(points: Track) -> Track:
    """The corners cut four times (Chaikin 1974); the ends stay."""
    line = points
    for _ in range(4):
        if len(line) < 3:
            break
        first, second = line[:-1] * 0.75 + line[1:] * 0.25, line[:-1] * 0.25 + line[1:] * 0.75
        middle = np.stack([first, second], axis=1).reshape(-1, 2)
        line = np.concatenate([line[:1], middle, line[-1:]])
    return line


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A thing and its way.

    Attributes:
        name: unique in its story.
        from_s, until_s: when it is in the street at all; what is laid down appears, what is taken away disappears.
    """

    name: str
    thing: Thing
    route: Route
    from_s: float = 0.0
    until_s: float = float("inf")

    def here(self, t_s: float) -> bool:
        """Whether it is in the street."""
        return self.from_s <= t_s < self.until_s

    def mesh(self, part: Part, t_s: float) -> Mesh:
        """The part's mesh at that moment of its gait."""
        if not self.thing.stride_m:
            return part.poses[0]
        share = self.route.at(t_s)[3] / self.thing.stride_m
        return part.poses[int(share * len(part.poses)) % len(part.poses)]

    def model(self, t_s: float, ground: "Surface") -> Floats:
        """Where it is, as a (4, 4) matrix."""
        x, y, heading, _ = self.route.at(t_s)
        return placement((x, y, ground.z(y)), heading)


@dataclass(frozen=True, slots=True)
class Surface:
    """How high the ground is: the road between two kerbs, pavements beside it."""

    kerb_m: float
    far_kerb_m: float
    pavement_z: float

    def z(self, y: float) -> float:
        """Height at y; wheels climb a kerb within KERB_RAMP_M."""
        inside = min(y - self.kerb_m, self.far_kerb_m - y)
        return self.pavement_z * float(np.clip(0.5 - inside / KERB_RAMP_M, 0, 1))
