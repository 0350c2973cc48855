"""Puts things into a street so that the camera sees them and zones hold them, and notes what is meant by it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Polygon, area_px, clip_to_box, ground_share, intersection_px
from core.site import Zone
from scenes.light import Light
from scenes.patches import corners
from scenes.plan import PAVEMENT_Z, Plan, ShopFront
from scenes.things import make
from scenes.things.part import Thing
from scenes.timeline import Actor, Route, Spot, Surface, rest
from scenes.truth import Expected, LookAlike
from scenes.viewpoint import placement

MIDNIGHT = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # when Monday, 2 March 2026 begins in China
DRAWING_WH = (1280, 720)  # zones are drawn on a picture of these proportions
INSIDE, OUTSIDE = 0.75, 0.25  # the shares of ground contact that leave no doubt; rules ask for a half
TRIES = 400

Points = NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """What happens in one street in front of one camera.

    Attributes:
        note: one line for people.
        zones: the rules under which its violations and look-alikes are meant.
        shows_clock: whether date and time are written into the picture, as by most cameras.
    """

    name: str
    note: str
    place: str
    plan: Plan
    light: Light
    length_s: float
    actors: tuple[Actor, ...]
    zones: tuple[Zone, ...] = ()
    expected: tuple[Expected, ...] = ()
    look_alikes: tuple[LookAlike, ...] = ()
    shows_clock: bool = True

    @property
    def start(self) -> datetime:
        """When the first picture is taken: at the hour of its light."""
        return MIDNIGHT + timedelta(hours=self.light.hour)

    @property
    def ground(self) -> Surface:
        """How high the ground is."""
        return surface_of(self.plan)

    def moment(self, t_s: float) -> datetime:
        """UTC of a time of the story."""
        return self.start + timedelta(seconds=t_s)


def surface_of(plan: Plan) -> Surface:
    """How high the ground of a plan is."""
    return Surface(plan.kerb_m, plan.far_kerb_m, PAVEMENT_Z)


class NoRoomError(Exception):
    """A thing fits nowhere in this street; another seed will do."""


@dataclass
class Director:
    """A story in the making."""

    plan: Plan
    rng: Rng
    actors: list[Actor] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    look_alikes: list[LookAlike] = field(default_factory=list)
    taken: list[tuple[float, float, float]] = field(default_factory=list)
    shown: list[Box] = field(default_factory=list)

    # -- actors -------------------------------------------------------------------------------------------------

    def thing(self, kind: str) -> Thing:
        """A new thing of a kind."""
        return make(kind, self.rng)

    def add(self, thing: Thing, route: Route, *, from_s: float = 0.0, until_s: float = float("inf")) -> str:
        """Puts an actor into the story; gives its name."""
        name = f"{thing.name} {len(self.actors) + 1}"
        self.actors.append(Actor(name, thing, route, from_s, until_s))
        return name

    def put(
        self, thing: Thing, spot: Spot, heading_deg: float, *, from_s: float = 0.0, until_s: float = float("inf")
    ) -> str:
        """Puts down something that stays where it is."""
        return self.add(thing, rest(spot, heading_deg), from_s=from_s, until_s=until_s)

    @staticmethod
    def stride(spot: Spot, heading_deg: float, gone_m: float) -> Route:
        """Stands there as after a way of gone_m: legs and arms in mid-stride."""
        return Route(*(np.array([value], np.float64) for value in (0.0, *spot, heading_deg, gone_m)))

    # -- zones --------------------------------------------------------------------------------------------------

    def ahead(self, x_m: float) -> float:
        """x of a place so many metres before the camera."""
        return self.plan.direction * x_m

    def polygon(self, near_m: float, far_m: float, y1: float, y2: float) -> Polygon:
        """A rectangle of the ground as the camera sees it, between two distances and two y; cut at the border."""
        x1, x2 = self.ahead(near_m), self.ahead(far_m)
        world = [(x1, y1, PAVEMENT_Z), (x2, y1, PAVEMENT_Z), (x2, y2, PAVEMENT_Z), (x1, y2, PAVEMENT_Z)]
        spots = self.plan.viewpoint.pixels(world, DRAWING_WH)
        cut = clip_to_box([(float(x), float(y)) for x, y in spots], (0, 0, *DRAWING_WH))
        return tuple((round(x / DRAWING_WH[0], 4), round(y / DRAWING_WH[1], 4)) for x, y in cut)

    def zone(self, zone_id: str, name: str, violation: str, polygon: Polygon, **rule: Any) -> Zone:
        """Draws a zone."""
        if len(polygon) < 3:
            raise NoRoomError(zone_id)
        made = Zone.model_validate({"id": zone_id, "name": name, "violation": violation, "polygon": polygon, **rule})
        self.zones.append(made)
        return made

    def first_visible_m(self, y: float) -> float:
        """The least distance at which the camera sees the ground at y."""
        for x in np.arange(2.0, 40.0, 0.25):
            spot = self.plan.viewpoint.pixels([(self.ahead(float(x)), y, PAVEMENT_Z)], DRAWING_WH)[0]
            if 8 < spot[0] < DRAWING_WH[0] - 8 and 8 < spot[1] < DRAWING_WH[1] - 8:
                return float(x)
        raise NoRoomError("the ground is out of sight")

    def near_edge_m(self, y: float, back_m: float) -> float:
        """Where a zone begins: so far before the first place at y that the camera sees, but not below the camera."""
        return max(2.5, self.first_visible_m(y) - back_m)

    def shop_in_sight(self, near_m: float, far_m: float) -> ShopFront:
        """A shop whose front lies between two distances."""
        fit = [
            s for s in self.plan.shops if near_m <= min(abs(s.x1), abs(s.x2)) and s.middle * self.plan.direction < far_m
        ]
        fit = [s for s in fit if s.middle * self.plan.direction > 0 and s.front != "shutter"]
        if not fit:
            raise NoRoomError("no shop in sight")
        return fit[0]

    # -- places -------------------------------------------------------------------------------------------------

    def boxes(self, thing: Thing, spots: Points, heading_deg: float) -> Points:
        """The boxes (N, 4) around a whole thing at places (N, 2), in pixels of DRAWING_WH; not cut at the border."""
        bodies = [p.poses[0] for p in thing.parts if p.label != "person" or len(thing.parts) == 1]
        points = np.concatenate([corners(mesh.bounds, placement((0, 0, 0), heading_deg)) for mesh in bodies])
        ground = surface_of(self.plan)
        feet = np.column_stack([spots, [ground.z(float(y)) for y in spots[:, 1]]])
        pixels = self.plan.viewpoint.pixels(feet[:, None] + points, DRAWING_WH).reshape(len(spots), -1, 2)
        return np.concatenate([pixels.min(axis=1), pixels.max(axis=1)], axis=1)

    def find(
        self,
        thing: Thing,
        heading_deg: float,
        xs: tuple[float, float],
        ys: tuple[float, float],
        *,
        inside: Zone | None = None,
        outside: Sequence[Zone] = (),
        whole: bool = True,
    ) -> Spot:
        """A free place for a thing, whole in the picture: inside one zone beyond doubt, or outside of others.

        Args:
            xs: distances before the camera between which it is looked for. ys: likewise across the street.
            whole: all of it is in the picture; else its middle.

        Raises:
            NoRoomError: there is none.
        """
        discs = _discs(thing, heading_deg)
        spots = self.rng.uniform((xs[0], ys[0]), (xs[1], ys[1]), (TRIES, 2)) * (self.plan.direction, 1)
        boxes = self.boxes(thing, spots, heading_deg)
        for number in np.flatnonzero(self._free(spots, discs) & _framed(boxes, whole=whole)).tolist():
            x1, y1, x2, y2 = boxes[number].tolist()
            box = (x1, y1, x2, y2)
            if _holds(box, inside, outside) and (inside is None or not self._hides(box)):
                x, y = spots[number].tolist()
                self.taken += [(x + dx, y + dy, radius) for dx, dy, radius in discs.tolist()]
                if inside:
                    self.shown.append(box)
                return x, y
        raise NoRoomError(thing.name)

    def _hides(self, box: Box) -> bool:
        """Whether a box hides, or is hidden by, one that rules must see."""
        smaller = [min(area_px(box), area_px(other)) for other in self.shown]
        return any(intersection_px(box, other) > 0.25 * area for other, area in zip(self.shown, smaller, strict=True))

    def _free(self, spots: Points, discs: Points) -> NDArray[np.bool_]:
        """At which of the places (N, 2) nothing else stands where the discs of a thing would."""
        trees = [(x, y, 0.35) for x, y in (*self.plan.trees, *self.plan.lamps)]
        others = np.array([*self.taken, *trees])
        centres = spots[:, None, None] + discs[:, None, :2]
        distance = np.hypot(*np.moveaxis(centres - others[:, :2], -1, 0))
        return np.asarray((distance > discs[:, None, 2] + others[:, 2] + 0.1).all(axis=(1, 2)), np.bool_)

    @contextmanager
    def if_room(self) -> Iterator[None]:
        """Leaves out what is done inside, all of it, where there is no room for it."""
        kept: list[list[Any]] = [
            self.actors,
            self.zones,
            self.expected,
            self.look_alikes,
            self.taken,
            self.shown,
        ]
        sizes = [len(notes) for notes in kept]
        try:
            yield
        except NoRoomError:
            for notes, size in zip(kept, sizes, strict=True):
                del notes[size:]

    # -- what is meant ------------------------------------------------------------------------------------------

    def expect(
        self, what: str, zone: Zone, actors: Sequence[str], group: str, since_s: float, until_s: float | None = None
    ) -> None:
        """Notes a violation that must be reported."""
        self.expected.append(Expected(what, zone.id, tuple(actors), group, since_s, until_s))

    def no_violation(self, what: str, zone: Zone, actors: Sequence[str]) -> None:
        """Notes something that must not be reported."""
        self.look_alikes.append(LookAlike(what, zone.id, tuple(actors)))

    def story(self, name: str, note: str, place: str, light: Light, length_s: float) -> Story:
        """The story as it stands."""
        return Story(
            name,
            note,
            place,
            self.plan,
            light,
            length_s,
            tuple(self.actors),
            tuple(self.zones),
            tuple(self.expected),
            tuple(self.look_alikes),
        )


def _discs(thing: Thing, heading_deg: float) -> Points:
    """Discs (N, 3) of x, y, radius around a thing's place that cover the ground it needs."""
    along, across = thing.size_m
    length, width = max(along, across), min(along, across)
    angle = np.radians(heading_deg + (0 if along >= across else 90))
    count = int(np.ceil(length / width))
    steps = (np.arange(count) - (count - 1) / 2) * (length / count)
    return np.column_stack([steps * np.cos(angle), steps * np.sin(angle), np.full(count, width * 0.56)])


def _framed(boxes: Points, *, whole: bool) -> NDArray[np.bool_]:
    """Which of the boxes (N, 4) lie in the picture and are not too small: wholly, or with their middle."""
    x1, y1, x2, y2 = boxes.T
    width, height = DRAWING_WH
    large = (x2 - x1 > 22) & (y2 - y1 > 18)
    if whole:
        return np.asarray(large & (x1 > 4) & (x2 < width - 4) & (y1 > 4) & (y2 < height - 6), np.bool_)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    return np.asarray(large & (x > 0) & (x < width) & (y > 0) & (y < height), np.bool_)


def _holds(box: Box, inside: Zone | None, outside: Sequence[Zone]) -> bool:
    """Whether a box stands in one zone and in none of the others, beyond doubt."""
    if inside and ground_share(box, inside.polygon, DRAWING_WH) < INSIDE:
        return False
    return all(ground_share(box, zone.polygon, DRAWING_WH) <= OUTSIDE for zone in outside)
