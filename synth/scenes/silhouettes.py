"""What may stand round the horizon, as silhouettes: hills and woods.

Heights are slopes (height over distance) seen from the eye; arrays have the rows of
`rows_of` and a map's columns. The horizon is the middle row of a map.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from synth.scenes.map_pixels import Field, Rng, around, towards

Profile = Float32[np.ndarray, " columns"]
Slopes = Float32[np.ndarray, "rows 1"]
Fields = tuple[Field, ...]
TALLEST = 0.42
"""Slope of the highest thing, about 23 degrees."""


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
    mask: Float32[np.ndarray, "rows columns"] | None = None
    """What it covers below its edge; all if None."""

    @property
    def reach(self) -> Profile:
        """Slope of the highest pixel in each column."""
        if self.mask is None:
            return self.slope
        height = self.mask.shape[1] // 2
        return ((self.mask > 0.5) * slopes(height)).max(0).astype(np.float32)

    def turned(self, columns: int) -> "Layer":
        """Move it round the horizon."""
        albedo, facing = (np.roll(of, columns, axis=1) for of in (self.albedo, self.facing))
        glow = None if self.glow is None else np.roll(self.glow, columns, axis=1)
        mask = None if self.mask is None else np.roll(self.mask, columns, axis=1)
        return Layer(np.roll(self.slope, columns), albedo, facing, self.distance, glow, mask)


def rows_of(height: int) -> slice:
    """Rows of a map that silhouettes may reach."""
    top = int(height / 2 - np.arctan(TALLEST) / np.pi * height) - 1
    return slice(top, height // 2)


def slopes(height: int) -> Slopes:
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
    patchy = mottled(rng, slope, columns, 40, 0.012)
    relief = around(rng, columns, 1.0, 120, 4)[None] * 0.25 + 0.35 * patchy
    albedo = base * np.exp(0.25 * patchy)[..., None]
    facing = np.clip(0.6 + relief, 0.1, 1)
    clipped = np.clip(profile, 0.004, 0.8 * TALLEST).astype(np.float32)
    return Layer(clipped, albedo.astype(np.float32), facing.astype(np.float32), distance)


def woods(rng: Rng, height: int, distance: float) -> Layer:
    """Paint a line of trees, crown by crown, over low bushes."""
    columns, slope = 2 * height, slopes(height)
    tall = rng.uniform(7, 14) / distance
    leaves = 0.6 * mottled(rng, slope, columns, 240, 0.006)
    leaves += 0.6 * mottled(rng, slope, columns, 70, 0.02)
    bushes = tall * np.clip(0.14 + 0.06 * around(rng, columns, 1.0, 200, 4), 0.02, 0.4)
    mask = np.clip((bushes - slope) / 0.004 + leaves, 0, 1)
    shade = np.broadcast_to(np.float32(0.35), mask.shape).copy()
    tone = np.ones_like(mask)
    crowded = around(rng, columns, 1.2, 12, 1)
    slim = rng.random() < 0.3
    for _ in range(int(2 * np.pi / tall * rng.uniform(1.5, 2.6))):
        column, size = int(rng.integers(columns)), tall * rng.uniform(0.45, 1.0)
        if crowded[column] > rng.normal(-0.2, 0.7):
            _plant(rng, column, size, slim, slope, leaves, (mask, shade, tone))
    base = np.array([0.055, 0.085, 0.028]) * rng.uniform(0.7, 1.3) * rng.uniform(0.85, 1.15, 3)
    albedo = base * (tone * np.exp(0.35 * leaves))[..., None]
    facing = np.clip(shade * (0.75 + 0.3 * leaves), 0.03, 1)
    top = np.full(columns, 0.95 * TALLEST, np.float32)
    arrays = (albedo.astype(np.float32), facing.astype(np.float32))
    return Layer(top, *arrays, distance, mask=mask.astype(np.float32))


def _plant(
    rng: Rng, column: int, size: float, slim: bool, slope: Slopes, leaves: Field, into: Fields
) -> None:
    """Paint a tree over others: what it covers, how it is lit, its own tone."""
    mask = into[0]
    columns, wide = (
        mask.shape[1],
        size * (rng.uniform(0.16, 0.24) if slim else rng.uniform(0.3, 0.45)),
    )
    reach = max(3, int(1.4 * wide / (2 * np.pi) * columns))
    span = np.arange(column - reach, column + reach + 1) % columns
    rows = slice(int(np.searchsorted(-slope[:, 0], -1.3 * size)), len(slope))
    u = (np.arange(-reach, reach + 1) / columns * 2 * np.pi / wide)[None]
    v = (slope[rows] / size - 0.6) / 0.4
    narrowing = np.clip(1 - v, 0.15, 2) / 1.4 if slim else 1.0
    inside = 1 - np.sqrt((u / narrowing) ** 2 + v**2) + 0.16 * leaves[rows][:, span]
    crown = np.clip(inside / (0.006 / size) + 0.5, 0, 1)
    trunk = (np.abs(u) < 0.07) & (v < 0)
    values = np.clip(0.45 + 0.4 * v + 0.15 * inside, 0.08, 1), rng.uniform(0.7, 1.35)
    for field, value in zip(into, (1.0, *values), strict=True):
        part = field[rows][:, span]
        part += crown * (value - part)
        if field is mask:
            part = np.maximum(part, trunk)
        field[rows, span] = part


def mottled(rng: Rng, slope: Slopes, columns: int, waves: int, tall: float) -> Field:
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
