"""The light of an hour: sun or lamp, sky, and what the air and the ground do with it."""

from dataclasses import dataclass, replace
from math import cos, radians, sin

import numpy as np

Rgb = tuple[float, float, float]
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """All light of a street. Colours are linear, without an upper end.

    Attributes:
        hour: of the day at which it is like this.
        sun: towards the sun, a unit vector.
        sun_rgb: what the sun gives a surface that faces it.
        sun_blur: half width of the sun's disc as a share of its distance: how soft shadows are.
        zenith_rgb, horizon_rgb: radiance of the sky.
        bounce_rgb: what comes back from the ground.
        exposure: factor before the tone curve.
        lamps: 0 by day - 1 at night: street lamps, windows, signs, headlights.
        haze: share of the haze's colour at 100 m.
        wet: 0 dry - 1 covered with water; rain: how much is falling.
    """

    name: str
    hour: float
    sun: Vector
    sun_rgb: Rgb
    sun_blur: float
    zenith_rgb: Rgb
    horizon_rgb: Rgb
    bounce_rgb: Rgb
    exposure: float
    lamps: float = 0.0
    haze: float = 0.1
    wet: float = 0.0
    rain: float = 0.0


def towards(azimuth_deg: float, elevation_deg: float) -> Vector:
    """The unit vector to a light; azimuth counter-clockwise from +x."""
    azimuth, elevation = radians(azimuth_deg), radians(elevation_deg)
    return cos(elevation) * cos(azimuth), cos(elevation) * sin(azimuth), sin(elevation)


_DAY = Light(
    name="day",
    hour=9.5,
    sun=towards(60, 48),
    sun_rgb=(2.5, 2.3, 2.0),
    sun_blur=0.012,
    zenith_rgb=(0.40, 0.56, 0.90),
    horizon_rgb=(0.75, 0.83, 0.95),
    bounce_rgb=(0.22, 0.21, 0.19),
    exposure=0.80,
)
_HARD_SHADOWS = replace(
    _DAY,
    name="hard_shadows",
    hour=16.1,
    sun=towards(35, 30),
    sun_rgb=(3.4, 2.95, 2.3),
    sun_blur=0.006,
    zenith_rgb=(0.28, 0.42, 0.75),
    horizon_rgb=(0.6, 0.66, 0.75),
    exposure=0.74,
)
_OVERCAST = Light(
    name="overcast",
    hour=14.2,
    sun=towards(60, 60),
    sun_rgb=(0.35, 0.35, 0.35),
    sun_blur=0.25,
    zenith_rgb=(0.85, 0.9, 0.98),
    horizon_rgb=(0.75, 0.8, 0.86),
    bounce_rgb=(0.2, 0.2, 0.2),
    exposure=0.95,
)
_RAIN = replace(
    _OVERCAST,
    name="rain",
    hour=11.3,
    sun_rgb=(0.12, 0.12, 0.12),
    zenith_rgb=(0.55, 0.60, 0.66),
    horizon_rgb=(0.55, 0.6, 0.65),
    exposure=1.3,
    lamps=0.25,
    haze=0.3,
    wet=1.0,
    rain=1.0,
)
_DUSK = replace(
    _DAY,
    name="dusk",
    hour=18.2,
    sun=towards(20, 9),
    sun_rgb=(0.30, 0.16, 0.07),
    sun_blur=0.03,
    zenith_rgb=(0.10, 0.14, 0.26),
    horizon_rgb=(0.34, 0.26, 0.26),
    bounce_rgb=(0.05, 0.045, 0.05),
    exposure=2.5,
    lamps=0.6,
    haze=0.12,
)
_NIGHT = Light(
    name="night",
    hour=20.7,
    sun=towards(120, 65),
    sun_rgb=(0.012, 0.014, 0.02),
    sun_blur=0.2,
    zenith_rgb=(0.010, 0.012, 0.020),
    horizon_rgb=(0.035, 0.030, 0.030),
    bounce_rgb=(0.010, 0.009, 0.008),
    exposure=2.2,
    lamps=1.0,
    haze=0.06,
)
_NIGHT_RAIN = replace(_NIGHT, name="night_rain", hour=22.1, wet=1.0, rain=0.8, haze=0.12)

LIGHTS = {light.name: light for light in (_DAY, _HARD_SHADOWS, _OVERCAST, _RAIN, _DUSK, _NIGHT, _NIGHT_RAIN)}


def light_of(seed: int, name: str) -> Light:
    """A light of that name with the sun's place, strength and colour a little different for each seed."""
    light = LIGHTS[name]
    rng = np.random.default_rng([seed, 11])
    azimuth = float(rng.uniform(15, 165))
    elevation = float(np.clip(np.degrees(np.arcsin(light.sun[2])) + rng.uniform(-7, 7), 6, 75))
    strength, warmth = rng.uniform(0.88, 1.12), rng.uniform(-0.05, 0.05)
    red, green, blue = light.sun_rgb
    return replace(
        light,
        sun=towards(azimuth, elevation),
        sun_rgb=(red * strength * (1 + warmth), green * strength, blue * strength * (1 - warmth)),
    )
