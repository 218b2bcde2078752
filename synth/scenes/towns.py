"""Rows of houses round the horizon, as silhouettes."""

import numpy as np

from synth.scenes.map_pixels import Rng, around
from synth.scenes.silhouettes import TALLEST, Layer, slopes


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
        # A sliver before the last column would look like a pole.
        if rng.random() < 0.88 and stop - start > wide // 2:
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
