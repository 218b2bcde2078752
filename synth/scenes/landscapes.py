"""Landscapes round the horizon: nearer silhouettes before farther ones, in light and air."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, Float64

from synth.scenes.map_pixels import Colours, Rng, towards
from synth.scenes.silhouettes import Layer, hills, rows_of, slopes, woods
from synth.scenes.towns import town

Colour = Float64[np.ndarray, "3"]


@dataclass(frozen=True)
class Daylight:
    """The light that falls on what stands round the horizon."""

    sun: Float[np.ndarray, "3"]
    """Unit vector to it."""
    direct: Colour
    """Irradiance of the sun on a surface that faces it."""
    around: Colour
    """Irradiance of the rest on an upright surface."""
    air: Float32[np.ndarray, "columns 3"]
    """Radiance of the air at the horizon."""
    sight: float
    """Metres at which air hides 63 %."""
    night: float
    """0 by day, 1 when windows are lit."""


def paint(
    rng: Rng, name: str, view: Colours, light: Daylight
) -> Float32[np.ndarray, "rows columns"]:
    """Put a landscape before the upper half of a map, in place.

    It is turned so that its lowest side is the sun's, and lowered there, lest it hide the sun.

    Returns:
        The share of each pixel's sky that is left.
    """
    height = 2 * len(view)
    layers = LANDSCAPES[name][0](rng, height, light.night)
    sun_column = int((np.arctan2(light.sun[0], -light.sun[2]) / (2 * np.pi) + 0.5) * 2 * height)
    tallest = np.max([layer.reach for layer in layers], axis=0)
    wide = height // 20
    lowest = int(
        np.convolve(np.tile(tallest, 3), np.ones(wide), "same")[2 * height : 4 * height].argmin()
    )
    off = np.abs((np.arange(2 * height) - sun_column + height) % (2 * height) - height) / wide
    level = max(float(np.hypot(light.sun[0], light.sun[2])), 1e-6)
    limit = max(0.6 * float(light.sun[1]) / level, 0.01) * np.maximum(1, off) ** 2
    left = np.ones(view.shape[:2], np.float32)
    for layer in layers:
        moved = layer.turned(sun_column - lowest)
        lowered = replace(moved, slope=np.minimum(moved.slope, limit).astype(np.float32))
        left[rows_of(height)] *= 1 - stand(view, lowered, light)
    return left


def stand(view: Colours, layer: Layer, light: Daylight) -> Float32[np.ndarray, "tall wide"]:
    """Put a silhouette before the upper half of a map, in place, and tell what it covers."""
    height = 2 * len(view)
    part = view[rows_of(height)]
    slope = slopes(height)
    per_row = np.gradient(slope[:, 0])[:, None] * -1
    covered = np.clip((layer.slope[None] - slope) / per_row + 0.5, 0, 1).astype(np.float32)
    if layer.mask is not None:
        covered *= layer.mask
    out = towards(height)[height // 2 - 1]
    level = light.sun * [1, 0, 1]
    behind = np.clip(0.5 - 0.5 * (out @ (level / max(np.linalg.norm(level), 1e-6))), 0, 1)
    sunny = np.cos(np.arcsin(np.clip(light.sun[1], 0, 1))) * behind + 0.25 * max(light.sun[1], 0)
    falls = light.around + (layer.facing * sunny[None])[..., None] * light.direct
    radiance = layer.albedo * falls / np.pi
    if layer.glow is not None:
        radiance = radiance + layer.glow
    clear = np.exp(-layer.distance / light.sight)
    seen = radiance * clear + light.air[None] * (1 - clear)
    part += covered[..., None] * (seen - part)
    return covered


Painter = Callable[[Rng, int, float], list[Layer]]


def _country(rng: Rng, height: int, night: float) -> list[Layer]:
    layers = [hills(rng, height, rng.uniform(3000, 6000), rng.uniform(0.07, 0.2))]
    layers.append(hills(rng, height, rng.uniform(900, 1800), rng.uniform(0.03, 0.08)))
    return [*layers, woods(rng, height, rng.uniform(70, 180))]


def _park(rng: Rng, height: int, night: float) -> list[Layer]:
    return [woods(rng, height, rng.uniform(90, 150)), woods(rng, height, rng.uniform(40, 75))]


def _city(rng: Rng, height: int, night: float) -> list[Layer]:
    far = town(rng, height, rng.uniform(180, 350), night)
    return [far, town(rng, height, rng.uniform(45, 90), night), woods(rng, height, 44.0)]


def _suburb(rng: Rng, height: int, night: float) -> list[Layer]:
    far = hills(rng, height, rng.uniform(2000, 5000), rng.uniform(0.05, 0.15))
    near = rng.uniform(80, 140)
    return [far, town(rng, height, near, night), woods(rng, height, near * rng.uniform(0.6, 0.9))]


def _open(rng: Rng, height: int, night: float) -> list[Layer]:
    far = hills(rng, height, rng.uniform(5000, 9000), rng.uniform(0.06, 0.18))
    return [far, hills(rng, height, rng.uniform(1500, 3000), rng.uniform(0.02, 0.06))]


LANDSCAPES: dict[str, tuple[Painter, tuple[str, ...]]] = {
    "country": (_country, ("grass", "grass", "soil", "gravel")),
    "park": (_park, ("grass", "grass", "gravel", "paving")),
    "city": (_city, ("paving", "asphalt", "concrete", "cobbles")),
    "suburb": (_suburb, ("asphalt", "grass", "concrete", "paving")),
    "open": (_open, ("sand", "snow", "grass", "gravel")),
}
"""Who paints the landscape, farthest first, and the grounds that go with it."""
