"""Skies above the horizon: air, clouds, the sun.

Single scattering by air and haze in one homogeneous layer (after N. Hoffman and
A. Preetham, "Rendering Outdoor Light Scattering in Real Time", 2002), made brighter by what
scatters more than once; the CIE's overcast sky; clouds as one lit layer. The sun's
irradiance outside the air is `SUN`; all colours are linear RGB.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from synth.scenes.map_pixels import Colours, Field, fractal, tiled

Rng = np.random.Generator
Place = Float64[np.ndarray, "3"]
SUN = 5.0
AIR = np.array([0.058, 0.107, 0.205])
"""Optical depth of clean air, 0.044, 0.100 and 0.232 at 680, 550 and 440 nm, as a camera's wide
bands see it."""
OZONE = np.array([0.016, 0.036, 0.004])
MORE_THAN_ONCE = 2.2
"""What air that scatters light again adds to the first time."""
LOST = 0.45
"""Share of what meets haze that does not come through: it scatters forward."""
SUN_ANGLE = 0.0047
CURVED = 0.07
"""Sine of the elevation below which a layer of clouds bends down behind the horizon."""


@dataclass(frozen=True)
class Weather:
    """What the sky is like."""

    elevation: float
    """Of the sun, in radians."""
    azimuth: float
    """Of the sun; 0 at -z, positive to +x."""
    haze: float
    """Optical depth of what is not air."""
    cover: float
    """Share of the sky under clouds, about."""
    puffy: float
    """0 for veils, 1 for heaps of cloud."""

    @property
    def sun(self) -> Place:
        """The unit vector to the sun."""
        level = np.cos(self.elevation)
        x, z = level * np.sin(self.azimuth), -level * np.cos(self.azimuth)
        return np.array([x, np.sin(self.elevation), z])


def depth(weather: Weather) -> Float64[np.ndarray, "3"]:
    """Optical depth of the whole air, straight up."""
    return AIR + OZONE + LOST * hazy(weather)


def hazy(weather: Weather) -> Float64[np.ndarray, "3"]:
    """Optical depth of haze (Angstrom's law, exponent 1.3)."""
    return weather.haze * np.array([0.76, 1.0, 1.34])


def air_mass(up: float) -> float:
    """Length of a way through the air, 1 straight up (Kasten and Young, 1989)."""
    degrees = float(np.degrees(np.arcsin(np.clip(up, 0, 1))))
    return 1 / (max(up, 0) + 0.50572 * (degrees + 6.07995) ** -1.6364)


def sunlight(weather: Weather) -> Float64[np.ndarray, "3"]:
    """Irradiance of the sun on a surface that faces it, below the air."""
    return SUN * np.exp(-depth(weather) * air_mass(float(weather.sun[1])))


def clear(towards: Colours, weather: Weather) -> Colours:
    """Radiance of a cloudless sky, without the sun's disc."""
    up = np.maximum(towards[..., 1:2], 0)
    cosine = towards @ weather.sun.astype(np.float32)[:, None]
    air, haze = AIR.astype(np.float32), hazy(weather).astype(np.float32)
    phase = MORE_THAN_ONCE * 3 / (16 * np.pi) * (1 + cosine**2)
    ahead = 0.42 * _forward(cosine, 0.65) + 0.06 * _forward(cosine, 0.93) + 1.8 / (4 * np.pi)
    scattered = (air * phase + haze * ahead) / (air + haze)
    met = 1 - np.exp(-(air + haze) / (up + 0.025))
    # High air is lit by a sun that has crossed less of it: the zenith stays blue at sunset.
    low = 0.3 + 0.7 * np.exp(-4 * up)
    path = air_mass(float(weather.sun[1])) * low
    arrives = np.exp(-depth(weather).astype(np.float32) * path)
    return (SUN * scattered * met * arrives).astype(np.float32)


def _forward(cosine: Float32[np.ndarray, "*n"], g: float) -> Float32[np.ndarray, "*n"]:
    """Phase function of Henyey and Greenstein, 1941."""
    base = np.float32(1 + g * g) - np.float32(2 * g) * cosine
    return np.float32((1 - g * g) / (4 * np.pi)) / (base * np.sqrt(base))


def overcast(towards: Colours, weather: Weather) -> Colours:
    """Radiance of the CIE's overcast sky, a little brighter where the sun is."""
    up = np.maximum(towards[..., 1:2], 0)
    beside = np.maximum(towards @ weather.sun.astype(np.float32)[:, None], 0)
    falls = 0.35 * SUN * max(np.sin(weather.elevation), 0.1) * 9 / (7 * np.pi)
    colour = np.array([0.95, 0.99, 1.08], np.float32)
    return ((1 + 2 * up) / 3 * (1 + 0.5 * beside**6) * falls * colour).astype(np.float32)


def dusk(towards: Colours, weather: Weather) -> Colours:
    """Radiance after sunset: a glow where the sun went, a shade of the earth across from it."""
    up = np.maximum(towards[..., 1:2], 0)
    level = np.maximum(np.sqrt(1 - np.minimum(up, 0.999) ** 2), 1e-3)
    west = np.array([np.sin(weather.azimuth), 0, -np.cos(weather.azimuth)], np.float32)
    near = (towards @ west[:, None] / level + 1) / 2
    gone = np.exp(float(weather.elevation) * 14)
    high = np.array([0.046, 0.070, 0.135]) * (0.35 + 0.65 * np.exp(-1.5 * up))
    warm = np.array([1.1, 0.40, 0.11]) * np.exp(-up / 0.10) * near**3
    pale = np.array([0.34, 0.27, 0.27]) * np.exp(-up / 0.2) * (0.2 + 0.8 * near**2)
    return ((high + 0.8 * warm + 0.4 * pale) * gone).astype(np.float32)


def with_clouds(
    rng: Rng, sky: Colours, towards: Colours, weather: Weather
) -> tuple[Colours, float]:
    """Put a layer of clouds before a sky.

    Returns:
        The sky, and the share of the sun that comes through.
    """
    lit = sunlight(weather) if weather.elevation > 0 else np.array([0.10, 0.055, 0.04])
    ambient = sky[: len(sky) // 2 : 4, ::4].mean((0, 1))
    thick, shaded = _layer(rng, towards, weather)
    cosine = towards @ weather.sun.astype(np.float32)
    ahead = 0.10 + 1.3 * _forward(cosine, 0.6)
    direct = 1.1 * np.exp(-1.6 * shaded) * ahead
    diffuse = 0.95 - 0.3 * np.minimum(shaded, 1)
    # Far clouds fade into the air before them.
    distance = 0.55 / (np.maximum(towards[:, :1, 1], 0) + CURVED)
    opaque = (1 - np.exp(-3.5 * thick)) * np.exp(-1.6 * distance * (0.10 + weather.haze))
    covered = np.empty_like(sky)
    for c in range(3):
        body = np.float32(lit[c]) * direct + ambient[c] * diffuse
        covered[..., c] = sky[..., c] + opaque * (body - sky[..., c])
    if weather.elevation <= 0:
        return covered, 0.0
    at_sun = np.unravel_index(int(cosine.argmax()), cosine.shape)
    return covered, float(np.exp(-4 * thick[at_sun]))


def _layer(rng: Rng, towards: Colours, weather: Weather) -> tuple[Field, Field]:
    """Find how thick the clouds are, and how much of them lies on the way to the sun."""
    heaps = fractal(rng, 512, 1.7, 3.0)
    small = fractal(rng, 512, 1.15, 14.0)
    tile = heaps + (0.18 + 0.2 * weather.puffy) * np.abs(small)
    limit = float(np.quantile(tile, 1 - weather.cover))
    tile = np.maximum(tile - limit, 0) * np.float32(0.5 + 0.6 * weather.puffy)
    up = np.maximum(towards[..., 1], 0) + np.float32(CURVED)
    x, z = (towards[..., i] / up * np.float32(0.16) for i in (0, 2))
    offset = rng.random(2)
    x, z = x + np.float32(offset[0]), z + np.float32(offset[1])
    # What a row's pixel covers of the layer, across and away from the eye.
    rows = up[:, 0]
    footprint = (np.pi / (2 * len(towards)) * 0.16 / rows**1.5).astype(np.float32)
    step = 0.02 * weather.sun / max(float(weather.sun[1]), 0.35)
    thick = tiled(tile, x, z, footprint)
    towards_sun = tiled(tile, x + np.float32(step[0]), z + np.float32(step[2]), footprint * 2)
    return thick, 0.5 * thick + towards_sun


def disc(towards: Colours, sun: Place) -> Field:
    """Share of each pixel that the sun's disc fills, so that the disc keeps its light."""
    pixel = np.pi / (2 * len(towards))
    filled = np.zeros(towards.shape[:2], np.float32)
    row = np.searchsorted(-towards[:, 0, 1], -sun[1])
    part = slice(max(row - 8, 0), row + 8)
    angle = np.linalg.norm(towards[part] - sun.astype(np.float32), axis=-1)
    filled[part] = np.clip((SUN_ANGLE - angle) / pixel + 0.5, 0, 1)
    return filled


def grey_clouds(rng: Rng, sky: Colours, towards: Colours) -> Colours:
    """Mottle an overcast sky."""
    up = np.maximum(towards[..., 1], 0) + np.float32(CURVED)
    x, z = (towards[..., i] / up * np.float32(0.12) for i in (0, 2))
    footprint = (np.pi / (2 * len(towards)) * 0.12 / up[:, 0] ** 1.5).astype(np.float32)
    veil = tiled(fractal(rng, 512, 1.8, 2.0), x, z, footprint)
    fade = np.exp(-0.22 / up)
    return (sky * np.exp(0.3 * float(rng.uniform(0.4, 1)) * veil * fade)[..., None]).astype(
        np.float32
    )
