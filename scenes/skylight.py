"""The sky and the sun's disc as a few directions each, whose light is added up."""

from math import pi, sqrt

import numpy as np

from scenes.light import Light
from scenes.mesh import Floats

SKY_DIRECTIONS, SUN_DIRECTIONS = 48, 16


def sky(light: Light) -> tuple[Floats, Floats]:
    """Directions (N, 3) spread evenly over the sky (Fibonacci), and what each gives a surface that faces it (N, 3)."""
    number = np.arange(SKY_DIRECTIONS)
    height = (number + 0.5) / SKY_DIRECTIONS
    angle = number * pi * (3 - sqrt(5))
    across = np.sqrt(1 - height**2)
    ways = np.column_stack([across * np.cos(angle), across * np.sin(angle), height]).astype(np.float32)
    share = (height**0.6)[:, None]
    radiance = np.asarray(light.horizon_rgb) * (1 - share) + np.asarray(light.zenith_rgb) * share
    # Over a whole free sky of even radiance the sum of radiance x cosine is that radiance.
    return ways, (radiance * 2 / SKY_DIRECTIONS).astype(np.float32)


def sun(light: Light) -> tuple[Floats, Floats]:
    """Directions (N, 3) spread over the sun's disc, and what each gives a surface that faces it (N, 3)."""
    number = np.arange(SUN_DIRECTIONS)
    radius, angle = np.sqrt((number + 0.5) / SUN_DIRECTIONS) * light.sun_blur, number * pi * (3 - sqrt(5))
    toward = np.asarray(light.sun)
    right = np.cross((0, 0, 1), toward)
    right /= np.linalg.norm(right)
    up = np.cross(toward, right)
    ways = toward + radius[:, None] * (np.cos(angle)[:, None] * right + np.sin(angle)[:, None] * up)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    radiance = np.broadcast_to(np.asarray(light.sun_rgb) / SUN_DIRECTIONS, ways.shape)
    return ways.astype(np.float32), radiance.astype(np.float32)
