"""What stands round the horizon: hills, woods, towns; nearer ones before farther ones.

Each is a profile of heights (as slopes: height over distance) all around, coloured by
light and air. The horizon is the middle row of a map.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64

from synth.scenes.map_pixels import Colours, Field, Rng, around, towards

Colour = Float64[np.ndarray, "3"]
Profile = Float32[np.ndarray, " columns"]
TALLEST = 0.42
"""Slope of the highest thing, about 23 degrees."""


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


@dataclass(frozen=True)
class Layer:
    """A silhouette all around."""

    slope: Profile
    """Its upper edge."""
    albedo: Float32[np.ndarray, "rows columns 3"]
    """Of its surface, for the rows of `rows_of`."""
    facing: Float32[np.ndarray, "rows columns"]
    """How squarely, 0 to 1, the surface meets a sun behind the viewer."""
    distance: float
    glow: Float32[np.ndarray, "rows columns 3"] | None = None
    """Radiance of its own: lit windows."""


def rows_of(height: int) -> slice:
    """Rows of a map that silhouettes may reach."""
    top = int(height / 2 - np.arctan(TALLEST) / np.pi * height) - 1
    return slice(top, height // 2)


def slopes(height: int) -> Float32[np.ndarray, "rows 1"]:
    """Find the slope at which each of those rows looks up."""
    up = towards(height)[rows_of(height), 0, 1]
    return (up / np.sqrt(1 - up * up))[:, None].astype(np.float32)


def hills(rng: Rng, height: int, distance: float, steep: float) -> Layer:
    """Paint hills, wooded or bare."""
    columns = 2 * height
    coarse = around(rng, columns, 1.4, 60, 2)
    profile = steep * (0.55 + 0.28 * coarse + 0.012 * around(rng, columns, 0.5, 900, 60))
    slope = slopes(height)
    base = np.array([0.06, 0.09, 0.035]) if rng.random() < 0.6 else np.array([0.17, 0.13, 0.09])
    mottled = _mottled(rng, slope, columns, 40, 0.012)
    relief = around(rng, columns, 1.0, 120, 4)[None] * 0.25 + 0.35 * mottled
    albedo = base * np.exp(0.25 * mottled)[..., None]
    facing = np.clip(0.6 + relief, 0.1, 1)
    clipped = np.clip(profile, 0.004, 0.8 * TALLEST).astype(np.float32)
    return Layer(clipped, albedo.astype(np.float32), facing.astype(np.float32), distance)


def woods(rng: Rng, height: int, distance: float) -> Layer:
    """Paint a line of trees with gaps: crowns of all sizes."""
    columns = 2 * height
    tall = rng.uniform(8, 16) / distance
    place = np.arange(columns) / columns * 2 * np.pi
    profile = np.full(columns, 0.15 * tall, np.float32)
    for _ in range(int(rng.integers(160, 260) * np.sqrt(max(1, distance / 80)))):
        centre, size = rng.uniform(-np.pi, np.pi), tall * rng.uniform(0.35, 1.0)
        wide = size * rng.uniform(0.28, 0.5)
        off = (place - centre + np.pi) % (2 * np.pi) - np.pi
        inside = np.abs(off) < wide
        crown = size * (0.35 + 0.65 * np.sqrt(1 - (off[inside] / wide) ** 2))
        profile[inside] = np.maximum(profile[inside], crown)
    gaps = np.clip(1.3 + 0.9 * around(rng, columns, 1.2, 30, 1), 0.12, 1)
    profile = profile * gaps * (1 + 0.07 * around(rng, columns, 0.2, 1000, 80))
    slope = slopes(height)
    leaves = _mottled(rng, slope, columns, 240, 0.006) + 0.7 * _mottled(
        rng, slope, columns, 60, 0.02
    )
    base = np.array([0.055, 0.085, 0.028]) * rng.uniform(0.7, 1.3) * rng.uniform(0.85, 1.15, 3)
    # Crowns are lit from above; their feet stand in each other's shade.
    rise = np.clip(slope / np.maximum(profile, 1e-3), 0, 1)
    albedo = base * np.exp(0.45 * leaves)[..., None]
    facing = np.clip((0.15 + 0.85 * rise) * (0.6 + 0.3 * leaves), 0.03, 1)
    return Layer(
        profile.astype(np.float32), albedo.astype(np.float32), facing.astype(np.float32), distance
    )


def town(rng: Rng, height: int, distance: float, night: float) -> Layer:
    """Paint a row of houses with windows."""
    columns = 2 * height
    slope = slopes(height)
    profile = np.zeros(columns, np.float32)
    albedo = np.zeros((len(slope), columns, 3), np.float32)
    facing = np.ones((len(slope), columns), np.float32)
    glow = np.zeros_like(albedo)
    busy = np.clip(0.6 + 0.6 * around(rng, columns, 1.2, 12, 1), 0.1, 1.3)
    start = 0
    while start < columns:
        metres = rng.uniform(9, 28)
        wide = max(3, round(metres / distance / (2 * np.pi) * columns))
        stop = min(start + wide, columns)
        storeys = max(1, int(rng.uniform(2, 9) * busy[start]))
        if rng.random() < 0.06:
            storeys *= 2
        if rng.random() < 0.88:
            _house(
                rng,
                slice(start, stop),
                storeys,
                distance,
                night,
                slope,
                (profile, albedo, facing, glow),
            )
        start = stop + (0 if rng.random() < 0.7 else int(rng.integers(1, 2 + wide // 2)))
    return Layer(np.minimum(profile, 0.95 * TALLEST), albedo, facing, distance, glow)


def _house(rng: Rng, span: slice, storeys: int, distance: float, night: float, slope, into) -> None:
    profile, albedo, facing, glow = into
    storey = 3.1 / distance
    count = span.stop - span.start
    profile[span] = storeys * storey + rng.uniform(0.2, 1.2) / distance
    tone = (
        rng.uniform(0.14, 0.5)
        * np.array([1, 1, 1])
        * np.exp(rng.normal(0, 0.08) * np.array([1, 0.2, -1.1]))
    )
    across = np.arange(count) / max(count, 1)
    axes = max(1, round(count / columns_of(distance, profile.size) / rng.uniform(2.6, 4)))
    u, v = across * axes % 1, slope[:, 0] / storey % 1
    half_wide, half_high = rng.uniform(0.2, 0.42), rng.uniform(0.22, 0.34)
    window = (np.abs(v - 0.52) < half_high)[:, None] & (np.abs(u - 0.5) < half_wide)[None]
    window &= slope < storeys * storey
    wall = (
        np.broadcast_to(tone, (*window.shape, 3))
        * np.exp(0.04 * rng.normal(size=window.shape))[..., None]
    )
    pane = (
        np.array([0.05, 0.06, 0.075])
        * rng.uniform(0.6, 2.2, (storeys + 2, axes))[
            np.minimum((slope[:, 0] / storey).astype(int), storeys + 1)
        ][:, np.minimum((across * axes).astype(int), axes - 1)][..., None]
    )
    albedo[:, span] = np.where(window[..., None], pane, wall)
    facing[:, span] = rng.uniform(0.45, 1.0)
    if night > 0:
        lit = (rng.random((storeys + 2, axes)) < 0.35)[
            np.minimum((slope[:, 0] / storey).astype(int), storeys + 1)
        ]
        lit = lit[:, np.minimum((across * axes).astype(int), axes - 1)] & window
        glow[:, span] = lit[..., None] * np.array([0.9, 0.6, 0.3]) * night * rng.uniform(0.1, 0.3)


def columns_of(distance: float, columns: int) -> float:
    """Columns of a map that a metre fills at some distance."""
    return columns / (2 * np.pi * distance)


def _mottled(rng: Rng, slope: Field, columns: int, waves: int, tall: float) -> Field:
    """Noise over the silhouettes' rows: features of so many waves around, so tall a slope."""
    rows = slope[:, 0]
    knots = np.arange(int(TALLEST / tall) + 3)
    lines = np.stack(
        [around(rng, columns, 0.3, 2 * waves, waves // 3) for _ in range(min(len(knots), 12))]
    )
    place = rows / tall
    below = place.astype(int)
    share = (place - below)[:, None]
    share = share * share * (3 - 2 * share)
    mixed = lines[below % len(lines)] * (1 - share) + lines[(below + 1) % len(lines)] * share
    return mixed.astype(np.float32)


def stand(view: Colours, layer: Layer, light: Daylight) -> None:
    """Put a silhouette before the upper half of a map, in place."""
    height = 2 * len(view)
    part = view[rows_of(height)]
    slope = slopes(height)
    per_row = np.gradient(slope[:, 0])[:, None] * -1
    covered = np.clip((layer.slope[None] - slope) / per_row + 0.5, 0, 1)[..., None]
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
    part += (covered * (seen - part)).astype(np.float32)


Painter = Callable[[Rng, int, float], list[Layer]]


def _country(rng: Rng, height: int, night: float) -> list[Layer]:
    layers = [hills(rng, height, rng.uniform(3000, 6000), rng.uniform(0.05, 0.12))]
    layers.append(hills(rng, height, rng.uniform(900, 1800), rng.uniform(0.02, 0.05)))
    return [*layers, woods(rng, height, rng.uniform(120, 260))]


def _park(rng: Rng, height: int, night: float) -> list[Layer]:
    return [woods(rng, height, rng.uniform(140, 220)), woods(rng, height, rng.uniform(45, 80))]


def _city(rng: Rng, height: int, night: float) -> list[Layer]:
    far = town(rng, height, rng.uniform(350, 600), night)
    return [
        far,
        town(rng, height, rng.uniform(75, 140), night),
        woods(rng, height, rng.uniform(60, 70)),
    ]


def _suburb(rng: Rng, height: int, night: float) -> list[Layer]:
    far = hills(rng, height, rng.uniform(2000, 5000), rng.uniform(0.03, 0.08))
    return [
        far,
        town(rng, height, rng.uniform(160, 300), night),
        woods(rng, height, rng.uniform(100, 150)),
    ]


def _open(rng: Rng, height: int, night: float) -> list[Layer]:
    far = hills(rng, height, rng.uniform(5000, 9000), rng.uniform(0.04, 0.1))
    return [far, hills(rng, height, rng.uniform(1500, 3000), rng.uniform(0.015, 0.03))]


LANDSCAPES: dict[str, tuple[Painter, tuple[str, ...]]] = {
    "country": (_country, ("grass", "grass", "soil", "gravel")),
    "park": (_park, ("grass", "grass", "gravel", "paving")),
    "city": (_city, ("paving", "asphalt", "concrete", "cobbles")),
    "suburb": (_suburb, ("asphalt", "grass", "concrete", "paving")),
    "open": (_open, ("sand", "snow", "grass", "gravel")),
}
"""Who paints the landscape, farthest first, and the grounds that go with it."""
