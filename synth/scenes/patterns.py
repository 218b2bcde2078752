"""Patterns that repeat at a tile's edges: noise, slabs, veins. Pixels run down, then across."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float

Rng = np.random.Generator
Field = Float[np.ndarray, "h w"]
Tile = Float[np.ndarray, "h w 3"]
Colour = Float[np.ndarray, "3"]
Number = float | int
SIDE, LARGE = 256, 512
"""Pixels along a tile; of what is seen from near and at a grazing angle."""


def grain(rng: Rng, size: float | tuple[float, float], side: int = SIDE) -> Field:
    """Draw noise of deviation 1 with features of so many pixels, or so many down and across."""
    down, across = size if isinstance(size, tuple) else (size, size)
    field = _grain(float(down), float(across), side)
    # One field of a size serves all tiles: shifted and mirrored, no two look alike.
    moved = np.roll(field, rng.integers(side, size=2), (0, 1))
    return moved[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]


@lru_cache(maxsize=64)
def _grain(down: float, across: float, side: int) -> Field:
    frequency = np.meshgrid(np.fft.fftfreq(side) * across, np.fft.fftfreq(side) * down)
    smooth = np.exp(-(frequency[0] ** 2 + frequency[1] ** 2))
    noise = np.random.default_rng(side).normal(size=(side, side))
    field = np.fft.ifft2(np.fft.fft2(noise) * smooth).real
    return ((field - field.mean()) / field.std()).astype(np.float32)


def squares(side: int = SIDE) -> tuple[Field, Field]:
    """Give each pixel's place, down and across, from 0 to 1."""
    down, across = (np.mgrid[:side, :side].astype(np.float32) + 0.5) / side
    return down, across


def flags(
    rng: Rng, across: int, down: int, gap: float, shift: float, side: int = SIDE
) -> tuple[Field, Field]:
    """Lay slabs or bricks: where their joints are (1) and each slab's own shade."""
    y, x = squares(side)
    row = np.floor(y * down)
    place = x * across + shift * (row % 2)
    column = np.floor(place).astype(int) % across
    edge = np.minimum(to_edge(place) / across, to_edge(y * down) / down)
    shade = rng.normal(size=(down, across)).astype(np.float32)[row.astype(int), column]
    return np.clip(0.5 + gap / 2 - edge * side, 0, 1), shade


def to_edge(place: Field) -> Field:
    """Measure how far it is to the nearest whole number."""
    return 0.5 - np.abs(place % 1 - 0.5)


def within(
    place: Field, low: Number, high: Number, soft: Number = 1.5, side: Number = SIDE
) -> Field:
    """Tell where a place lies between two bounds, from 0 to 1, without steps of a pixel."""
    edge = np.minimum(place - low, high - place)
    return np.clip(0.5 + edge * side / soft, 0, 1)


def toned(base: Colour, factor: Field) -> Tile:
    """Multiply a colour by brightness."""
    return base.astype(np.float32) * factor[..., None].astype(np.float32)


def painted(tile: Tile, where: Field, colour: Tile | Colour) -> Tile:
    """Lay a colour over a tile."""
    return tile + where[..., None].astype(np.float32) * (colour.astype(np.float32) - tile)


def grey(rng: Rng, low: float, high: float, tint: float = 0.04) -> Colour:
    """Draw a grey, a little warm or cold."""
    warm = rng.normal(0, 0.7 * tint)
    return rng.uniform(low, high) * np.array([1 + warm, 1, 1 - warm])


def paint(rng: Rng) -> Colour:
    """Draw a colour as things are painted: seldom loud."""
    hue = rng.random() * 6
    rainbow = np.clip(np.abs((hue + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    full, value = rng.beta(1.5, 2.6), rng.uniform(0.25, 0.8)
    return value * (1 - full * (1 - rainbow))
