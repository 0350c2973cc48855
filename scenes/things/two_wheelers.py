"""Bicycles, electric scooters and motorcycles, cargo tricycles; parked or with somebody on them."""

from collections.abc import Callable
from math import cos, pi, sin

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, Rgb, ball, box, boxes, boxes_at, joined, loft, tube, wheel
from scenes.things.coachwork import CHROME, DARK, HEADLIGHT, RIM, RUBBER, STEEL, TAILLIGHT
from scenes.things.part import Part, Thing, footprint
from scenes.things.people import RIDING, body, clothes

Rng = np.random.Generator

_FRAMES: tuple[Rgb, ...] = (
    (0.1, 0.3, 0.65),
    (0.9, 0.75, 0.1),
    (0.15, 0.15, 0.16),
    (0.65, 0.12, 0.12),
    (0.3, 0.6, 0.75),
)
_SHELLS: tuple[Rgb, ...] = (
    (0.88, 0.88, 0.87),
    (0.70, 0.12, 0.12),
    (0.14, 0.15, 0.17),
    (0.25, 0.45, 0.62),
    (0.78, 0.62, 0.66),
    (0.20, 0.42, 0.36),
)


def _hoop(centre: tuple[float, float, float], radius: float, thick: float, paint: Paint, sides: int = 22) -> Mesh:
    angles = np.linspace(0, 2 * pi, sides + 1)
    path = [(centre[0] + radius * cos(a), centre[1], centre[2] + radius * sin(a)) for a in angles]
    return tube(path, thick, paint, sides=6)


def _spoked(centre: tuple[float, float, float], radius: float) -> Mesh:
    spokes = []
    for number in range(8):
        angle = number * pi / 8
        reach = np.array([cos(angle), 0, sin(angle)]) * radius
        spokes.append(tube([np.array(centre) - reach, np.array(centre) + reach], 0.006, CHROME, sides=3))
    return joined(_hoop(centre, radius, 0.026, RUBBER), _hoop(centre, radius * 0.92, 0.012, CHROME), *spokes)


def _bicycle(rng: Rng) -> Mesh:
    frame = Paint(_FRAMES[rng.integers(len(_FRAMES))], 0.5)
    rear, front, crank = (-0.52, 0.0, 0.33), (0.54, 0.0, 0.33), (-0.06, 0.0, 0.29)
    seat, head = (-0.22, 0.0, 0.80), (0.36, 0.0, 0.82)
    bars = [(crank, head), (crank, seat), (seat, head), (crank, rear), (rear, (-0.2, 0, 0.7)), (head, front)]
    parts = [tube(list(bar), 0.021, frame, sides=6) for bar in bars]
    parts += [_spoked(rear, 0.33), _spoked(front, 0.33)]
    parts.append(tube([head, (0.33, 0, 0.98)], 0.016, CHROME))
    parts.append(tube([(0.22, -0.29, 0.99), (0.33, -0.22, 1.0), (0.33, 0.22, 1.0), (0.22, 0.29, 0.99)], 0.016, DARK))
    parts.append(ball((-0.25, 0, 0.86), (0.14, 0.08, 0.04), DARK, sides=8))
    parts += [_fender(rear, 0.37), _fender(front, 0.37)]
    if rng.random() < 0.6:
        parts.append(_basket((0.55, 0, 0.78), (0.28, 0.34, 0.24)))
    for side in (-1, 1):
        parts.append(tube([crank, (crank[0] + side * 0.09, side * 0.09, crank[2] - side * 0.13)], 0.013, CHROME))
        parts.append(box((0.09, 0.09, 0.025), (crank[0] + side * 0.09, side * 0.14, crank[2] - side * 0.13), DARK))
    return joined(*parts)


def _fender(centre: tuple[float, float, float], radius: float) -> Mesh:
    angles = np.linspace(0.15 * pi, 0.95 * pi, 8)
    path = [(centre[0] + radius * cos(a), centre[1], centre[2] + radius * sin(a)) for a in angles]
    return tube(path, 0.022, DARK, sides=5)


def _basket(centre: tuple[float, float, float], size: tuple[float, float, float]) -> Mesh:
    x, y, z = size
    wire = Paint((0.45, 0.46, 0.47), 0.4, Layer.GRILLE)
    walls: list[tuple[tuple[float, ...], tuple[float, ...]]] = [
        ((x, 0.012, z), (0, -y / 2, 0)),
        ((x, 0.012, z), (0, y / 2, 0)),
        ((0.012, y, z), (-x / 2, 0, 0)),
    ]
    walls += [((0.012, y, z), (x / 2, 0, 0)), ((x, y, 0.012), (0, 0, -z / 2))]
    return boxes_at(walls, wire, tile_m=0.4).moved(centre)


def _scooter(rng: Rng) -> Mesh:
    shell = Paint(_SHELLS[rng.integers(len(_SHELLS))], 0.55)
    wheels = [wheel((x, 0, 0.24), 0.24, 0.11, RUBBER, RIM) for x in (-0.60, 0.62)]
    rings = []
    for x, low, high, wide in (
        (-0.86, 0.52, 0.70, 0.10),
        (-0.62, 0.36, 0.76, 0.17),
        (-0.28, 0.30, 0.74, 0.18),
        (-0.08, 0.28, 0.52, 0.16),
    ):
        rings.append([(x, wide * cos(a), (low + high) / 2 + (high - low) / 2 * sin(a)) for a in np.arange(12) * pi / 6])
    tail = loft(rings, shell, caps=True, crease_deg=70)
    floor = box((0.52, 0.30, 0.10), (0.10, 0, 0.31), DARK, bevel=0.03)
    apron = box((0.08, 0.42, 0.62), (0.40, 0, 0.64), shell, bevel=0.035).turned(-16, 1, (0.40, 0, 0.35))
    nose = ball((0.44, 0, 0.90), (0.15, 0.19, 0.17), shell)
    lamp = ball((0.55, 0, 0.90), (0.07, 0.10, 0.08), HEADLIGHT, sides=8)
    seat = box((0.72, 0.27, 0.11), (-0.42, 0, 0.78), Paint((0.10, 0.09, 0.09), 0.25), bevel=0.045)
    fork = tube([(0.60, 0, 0.24), (0.42, 0, 0.92), (0.37, 0, 1.03)], 0.028, STEEL)
    handle = tube([(0.28, -0.34, 1.04), (0.38, -0.18, 1.04), (0.38, 0.18, 1.04), (0.28, 0.34, 1.04)], 0.02, DARK)
    mudguard = _fender((0.62, 0, 0.24), 0.28)
    back = box((0.04, 0.18, 0.09), (-0.87, 0, 0.60), TAILLIGHT, bevel=0.015)
    mirrors = [
        m
        for s in (-1, 1)
        for m in (
            tube([(0.36, s * 0.2, 1.04), (0.34, s * 0.3, 1.24)], 0.008, DARK),
            ball((0.34, s * 0.31, 1.26), (0.015, 0.065, 0.04), DARK, sides=8),
        )
    ]
    stand = tube([(-0.2, 0.08, 0.25), (-0.28, 0.20, 0.0)], 0.014, STEEL)
    parts = [*wheels, tail, floor, apron, nose, lamp, seat, fork, handle, mudguard, back, *mirrors, stand]
    kind = rng.random()
    if kind < 0.3:
        case = Paint(((0.95, 0.75, 0.05), (0.10, 0.45, 0.75), (0.15, 0.15, 0.16))[rng.integers(3)], 0.2)
        parts.append(box((0.46, 0.46, 0.44), (-0.72, 0, 1.06), case, bevel=0.03))
    elif kind < 0.6:
        parts.append(_basket((0.62, 0, 0.98), (0.24, 0.32, 0.2)))
    return joined(*parts)


def _motorbike(rng: Rng) -> Mesh:
    shell = Paint(((0.65, 0.10, 0.10), (0.12, 0.12, 0.14), (0.12, 0.25, 0.50))[rng.integers(3)], 0.6)
    wheels = [joined(_spoked((x, 0, 0.31), 0.27), _hoop((x, 0, 0.31), 0.27, 0.05, RUBBER)) for x in (-0.64, 0.66)]
    engine = box((0.42, 0.26, 0.30), (0.02, 0, 0.44), STEEL, bevel=0.05)
    tank = ball((0.16, 0, 0.80), (0.30, 0.15, 0.15), shell)
    seat = box((0.66, 0.24, 0.10), (-0.40, 0, 0.82), DARK, bevel=0.045)
    tail = box((0.30, 0.16, 0.10), (-0.78, 0, 0.80), shell, bevel=0.03)
    fork = [tube([(0.66, s * 0.09, 0.31), (0.44, s * 0.09, 0.95)], 0.026, CHROME) for s in (-1, 1)]
    handle = tube([(0.22, -0.36, 1.05), (0.42, -0.16, 1.02), (0.42, 0.16, 1.02), (0.22, 0.36, 1.05)], 0.018, DARK)
    lamp = ball((0.56, 0, 0.90), (0.09, 0.10, 0.10), HEADLIGHT, sides=8)
    pipe = tube([(0.2, -0.14, 0.32), (-0.3, -0.16, 0.28), (-0.75, -0.18, 0.36)], (0.03, 0.035, 0.05), CHROME)
    frame = [tube([(-0.64, s * 0.1, 0.31), (-0.2, s * 0.1, 0.5), (0.4, 0, 0.85)], 0.025, DARK) for s in (-1, 1)]
    guards = [_fender((0.66, 0, 0.31), 0.34), _fender((-0.64, 0, 0.31), 0.34)]
    light = box((0.05, 0.14, 0.07), (-0.93, 0, 0.76), TAILLIGHT)
    return joined(*wheels, engine, tank, seat, tail, *fork, handle, lamp, pipe, *frame, *guards, light)


def _tricycle(rng: Rng) -> Mesh:
    """An electric cargo tricycle: a scooter's front, an open box between two wheels behind."""
    colour = ((0.12, 0.35, 0.62), (0.65, 0.13, 0.12), (0.18, 0.45, 0.35), (0.35, 0.37, 0.40))[rng.integers(4)]
    paint, inside = Paint(colour, 0.35), Paint((0.42, 0.43, 0.44), 0.15)
    wheels = [wheel((-0.85, s * 0.50, 0.27), 0.27, 0.13, RUBBER, RIM) for s in (-1, 1)]
    wheels.append(wheel((1.18, 0, 0.27), 0.27, 0.11, RUBBER, RIM))
    bed = [box((1.55, 1.02, 0.05), (-0.72, 0, 0.56), inside), box((2.2, 0.36, 0.08), (-0.1, 0, 0.44), DARK)]
    bed += [box((1.55, 0.045, 0.34), (-0.72, s * 0.51, 0.74), paint) for s in (-1, 1)]
    bed += [box((0.045, 1.02, 0.34), (-0.72 + e * 0.775, 0, 0.74), paint) for e in (-1, 1)]
    ribs = [(-1.35 + n * 0.3, s * 0.54, 0.74) for n in range(5) for s in (-1, 1)]
    bed.append(boxes([(0.04, 0.03, 0.34)] * len(ribs), ribs, paint))
    front = [tube([(1.18, s * 0.09, 0.27), (0.98, s * 0.09, 0.95), (0.93, 0, 1.05)], 0.026, STEEL) for s in (-1, 1)]
    front.append(box((0.07, 0.52, 0.60), (0.92, 0, 0.72), paint, bevel=0.03).turned(-14, 1, (0.92, 0, 0.5)))
    front.append(ball((1.05, 0, 0.98), (0.10, 0.13, 0.12), paint))
    front.append(ball((1.13, 0, 0.98), (0.05, 0.09, 0.09), HEADLIGHT, sides=8))
    front.append(tube([(0.78, -0.36, 1.08), (0.92, -0.16, 1.08), (0.92, 0.16, 1.08), (0.78, 0.36, 1.08)], 0.02, DARK))
    front.append(_fender((1.18, 0, 0.27), 0.32))
    seat = [box((0.42, 0.44, 0.12), (0.22, 0, 0.76), DARK, bevel=0.05), box((0.36, 0.40, 0.30), (0.22, 0, 0.56), paint)]
    lights = boxes([(0.03, 0.14, 0.08)] * 2, [(-1.51, s * 0.4, 0.55) for s in (-1, 1)], TAILLIGHT)
    return joined(*wheels, *bed, *front, *seat, lights)


def _load(rng: Rng) -> Mesh:
    """What a tricycle carries from one place to another."""
    kind = rng.random()
    if kind < 0.25:
        return joined()
    parts = []
    sizes = rng.uniform((0.34, 0.3, 0.25), (0.5, 0.44, 0.4), (10, 3))
    for number, (length, width, height) in enumerate(sizes[: int(rng.integers(4, 10))]):
        layer, row = divmod(number, 6)
        spot = (-1.25 + (row % 3) * 0.5, (-0.24 if row < 3 else 0.24), 0.6 + layer * 0.38 + height / 2)
        paint = (
            Paint((0.74, 0.60, 0.42), 0.05, Layer.CARDBOARD)
            if kind < 0.7
            else Paint(((0.85, 0.85, 0.82), (0.55, 0.70, 0.55))[number % 2], 0.1, Layer.WOVEN)
        )
        parts.append(box((length, width, height), spot, paint, bevel=0.05 if kind >= 0.7 else 0.0))
    return joined(*parts)


def cargo_tricycle_mesh(rng: Rng) -> Mesh:
    """The bare vehicle, for sellers to load."""
    return _tricycle(rng)


def _ridden(name: str, label: str, vehicle: Mesh, rider: Mesh | None) -> Thing:
    machine = Part(label, (vehicle.shaded_below(0.6, 0.45),))
    parts = (machine,) if rider is None else (machine, Part("person", (rider,)))
    return Thing(name, None, parts, footprint(vehicle))


def bicycle(rng: Rng) -> Thing:
    """A parked bicycle on its stand."""
    return _ridden("bicycle", "bicycle", _bicycle(rng).turned(-6, 0), None)


def cyclist(rng: Rng) -> Thing:
    """Somebody riding a bicycle."""
    return _ridden("cyclist", "bicycle", _bicycle(rng), body(RIDING, clothes(rng)).moved((-0.12, 0, 0.03)))


def motorcycle(rng: Rng) -> Thing:
    """A parked electric scooter or motorcycle."""
    mesh = _scooter(rng) if rng.random() < 0.75 else _motorbike(rng)
    return _ridden("motorcycle", "motorcycle", mesh.turned(-5, 0), None)


def motorcyclist(rng: Rng) -> Thing:
    """Somebody riding one."""
    mesh = _scooter(rng) if rng.random() < 0.75 else _motorbike(rng)
    return _ridden("motorcyclist", "motorcycle", mesh, body(RIDING, clothes(rng)).moved((-0.22, 0, 0.02)))


def tricycle(rng: Rng) -> Thing:
    """A parked cargo tricycle, empty or loaded for transport."""
    return _ridden("cargo tricycle", "tricycle", joined(_tricycle(rng), _load(rng)), None)


def tricyclist(rng: Rng) -> Thing:
    """Somebody driving one."""
    rider = body(RIDING, clothes(rng)).moved((0.34, 0, 0.02))
    return _ridden("driven cargo tricycle", "tricycle", joined(_tricycle(rng), _load(rng)), rider)


MAKERS: dict[str, Callable[[Rng], Thing]] = {
    "bicycle": bicycle,
    "cyclist": cyclist,
    "motorcycle": motorcycle,
    "motorcyclist": motorcyclist,
    "tricycle": tricycle,
    "tricyclist": tricyclist,
}
