"""What the painters of maps share: directions of pixels, seamless noise, tiles laid on planes.

Maps are laid out as `synth.render.lights` says; arrays have one row a map's row.
"""

from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float32

from synth.render.lights import directions

HEIGHT = 1024
"""Rows of a painted map: 5 mm of ground a pixel below a person's eyes."""
Rng = np.random.Generator
Field = Float32[np.ndarray, "rows columns"]
Colours = Float32[np.ndarray, "rows columns 3"]


@lru_cache(maxsize=4)
def towards(height: int = HEIGHT) -> Colours:
    """Find the unit direction of each pixel's centre; not to be written to."""
    return directions(height, 2 * height).astype(np.float32)


def upper(height: int = HEIGHT) -> Colours:
    """Directions of the upper half."""
    return towards(height)[: height // 2]


def lower(height: int = HEIGHT) -> Colours:
    """Directions of the lower half."""
    return towards(height)[height // 2 :]


def larger(small: Colours, rows: int, columns: int) -> Float32[np.ndarray, "tall wide 3"]:
    """Enlarge a map's half, seamless where its last column meets its first."""
    wrapped = np.concatenate([small[:, -1:], small, small[:, :1]], axis=1)
    edge = round(columns / small.shape[1])
    whole = cv2.resize(wrapped, (columns + 2 * edge, rows), interpolation=cv2.INTER_LINEAR)
    return whole[:, edge:-edge]


def fractal(rng: Rng, side: int, slope: float, coarsest: float = 1.0) -> Field:
    """Noise that repeats, amplitude of frequency f as f^-slope; mean 0, deviation 1.

    Args:
        rng: Source of the noise.
        side: Pixels.
        slope: 1 is rough, 2 smooth.
        coarsest: Lowest frequency, in waves a side.
    """
    across, down = np.meshgrid(np.fft.rfftfreq(side), np.fft.fftfreq(side))
    frequency = np.hypot(across, down) * side
    weight = np.where(frequency >= coarsest, np.maximum(frequency, 1) ** -slope, 0)
    noise = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(side, side))) * weight, s=(side, side))
    return (noise / noise.std()).astype(np.float32)


def around(
    rng: Rng, columns: int, slope: float, finest: int = 400, coarsest: int = 1
) -> Float32[np.ndarray, " columns"]:
    """Noise along the horizon, seamless; mean 0, deviation 1."""
    wave = np.arange(columns // 2 + 1)
    used = (wave >= coarsest) & (wave <= finest)
    weight = np.where(used, np.maximum(wave, 1.0) ** -slope, 0)
    noise = np.fft.irfft(weight * np.exp(2j * np.pi * rng.random(len(wave))), n=columns)
    return (noise / noise.std()).astype(np.float32)


def tiled(
    tile: Float32[np.ndarray, "..."], x: Field, y: Field, footprint: Float32[np.ndarray, " rows"]
) -> Float32[np.ndarray, "..."]:
    """Look up a tile that repeats, as sharp as each row's pixels allow (mip levels).

    Args:
        tile: A square of grey or coloured pixels.
        x: Place across, in tiles; any real number.
        y: Place down, in tiles.
        footprint: Width of a pixel, in tiles, in each row.
    """
    levels = [tile]
    while levels[-1].shape[0] > 1:
        levels.append(
            cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).reshape(
                levels[-1].shape[0] // 2, -1, *tile.shape[2:]
            )
        )
    level = np.clip(np.log2(np.maximum(footprint * tile.shape[0], 1)), 0, len(levels) - 1.001)
    result = np.empty((*x.shape, *tile.shape[2:]), np.float32)
    for number in np.unique(level.astype(int)):
        rows = np.flatnonzero(level.astype(int) == number)
        part = slice(rows[0], rows[-1] + 1)
        share = (level[part] - number).reshape(-1, *[1] * (result.ndim - 1)).astype(np.float32)
        fine, coarse = (_looked_up(levels[n], x[part], y[part]) for n in (number, number + 1))
        result[part] = fine + share * (coarse - fine)
    return result


def _looked_up(tile: Float32[np.ndarray, "..."], x: Field, y: Field) -> Float32[np.ndarray, "..."]:
    side = tile.shape[0]
    if side == 1:
        return np.broadcast_to(tile[0, 0], (*x.shape, *tile.shape[2:]))
    wrapped = cv2.copyMakeBorder(tile, 1, 1, 1, 1, cv2.BORDER_WRAP)
    # A pixel's centre lies half a pixel from its corner, and the border moves all by one.
    across, down = (np.float32(side) * (p - np.floor(p)) + np.float32(0.5) for p in (x, y))
    return cv2.remap(wrapped, across, down, cv2.INTER_LINEAR)
