"""What the ground and things are made of: procedural tiles that repeat, in sRGB."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, UInt8

from synth.splits import rng_of

SIDE = 256
"""Pixels along a tile."""
Rng = np.random.Generator
Tile = Float[np.ndarray, "h w 3"]


@dataclass(frozen=True, eq=False)
class Material:
    """A tile and how many metres it covers."""

    tile: UInt8[np.ndarray, "h w 3"]
    metres: float
    roughness: float


def grain(rng: Rng, size: float) -> Float[np.ndarray, "h w"]:
    """Noise that repeats at the tile's edges, features of so many pixels; deviation 1."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
    spectrum = np.fft.fft2(rng.normal(size=(SIDE, SIDE))) * np.exp(-((frequency * size) ** 2))
    field = np.fft.ifft2(spectrum).real
    return field / field.std()


def flags(
    rng: Rng, across: int, down: int, gap: float, shift: float
) -> tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"]]:
    """Lay slabs or bricks: where their joints are (1) and each slab's own shade."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    row = np.floor(y * down)
    place = x * across + shift * (row % 2)
    column = np.floor(place).astype(int) % across
    edge = np.minimum(np.minimum(place % 1, 1 - place % 1) / across, _edge(y * down) / down)
    shade = rng.normal(size=(down, across))[row.astype(int), column]
    return np.clip(1.5 - edge * SIDE / gap, 0, 1), shade


def _edge(place: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    return np.minimum(place % 1, 1 - place % 1)


def _toned(base: Float[np.ndarray, "3"], factor: Float[np.ndarray, "h w"]) -> Tile:
    return base * factor[..., None]


def _grey(rng: Rng, low: float, high: float, tint: float = 0.04) -> Float[np.ndarray, "3"]:
    warm = rng.normal(0, tint)
    return rng.uniform(low, high) * np.array([1 + warm, 1, 1 - warm])


def paving(rng: Rng) -> tuple[Tile, float, float]:
    """Slabs of stone."""
    across, down = (int(n) for n in rng.choice([[2, 2], [3, 3], [4, 4], [2, 4]]))
    joints, shade = flags(rng, across, down, 2.0, rng.choice([0, 0.5]))
    look = 1 + 0.06 * shade + 0.05 * grain(rng, 3.0) - 0.3 * joints
    return _toned(_grey(rng, 0.42, 0.66), look), float(rng.uniform(1.2, 2.4)), 0.85


def asphalt(rng: Rng) -> tuple[Tile, float, float]:
    """A road."""
    look = 1 + 0.1 * grain(rng, 1.5) + 0.05 * grain(rng, 30.0)
    return _toned(_grey(rng, 0.24, 0.4, 0.02), look), 2.0, 0.95


def grass(rng: Rng) -> tuple[Tile, float, float]:
    """A lawn."""
    base = np.array([0.28, 0.36, 0.16]) * rng.uniform(0.75, 1.2) * (1 + rng.normal(0, 0.07, 3))
    look = 1 + 0.16 * grain(rng, 2.0) + 0.1 * grain(rng, 14.0)
    return _toned(base, look), 1.6, 1.0


def gravel(rng: Rng) -> tuple[Tile, float, float]:
    """Sand and small stones."""
    base = np.array([0.56, 0.5, 0.42]) * rng.uniform(0.75, 1.1)
    return _toned(base, 1 + 0.15 * grain(rng, 2.5) + 0.05 * grain(rng, 20.0)), 1.2, 1.0


def concrete(rng: Rng) -> tuple[Tile, float, float]:
    """Cast and stained."""
    look = 1 + 0.03 * grain(rng, 1.5) + 0.025 * grain(rng, 40.0)
    return _toned(_grey(rng, 0.45, 0.68, 0.03), look), 4.0, 0.9


def wood(rng: Rng) -> tuple[Tile, float, float]:
    """Boards."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    joints, shade = flags(rng, 1, 8, 1.2, 0.0)
    veins = np.cos(2 * np.pi * (y * 40 + 0.6 * grain(rng, 60.0)))
    base = np.array([0.5, 0.35, 0.22]) * rng.uniform(0.6, 1.35)
    look = 1 + 0.1 * shade + 0.05 * veins + 0.03 * grain(rng, 2.0) - 0.45 * joints + 0 * x
    return _toned(base, look), 1.1, 0.6


def brick(rng: Rng) -> tuple[Tile, float, float]:
    """A wall of bricks."""
    joints, shade = flags(rng, 4, 13, 2.0, 0.5)
    base = np.array([0.52, 0.28, 0.2]) * rng.uniform(0.7, 1.25) * (1 + rng.normal(0, 0.06, 3))
    tile = _toned(base, 1 + 0.12 * shade + 0.06 * grain(rng, 2.0))
    return tile + joints[..., None] * (_grey(rng, 0.5, 0.7) - tile), 1.0, 0.9


def plaster(rng: Rng) -> tuple[Tile, float, float]:
    """A painted wall."""
    base = np.clip(_grey(rng, 0.5, 0.82, 0.07), 0, 0.85)
    return _toned(base, 1 + 0.02 * grain(rng, 2.0) + 0.015 * grain(rng, 50.0)), 3.0, 0.9


def facade(rng: Rng) -> tuple[Tile, float, float]:
    """The front of a house: rows of windows."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    columns, rows = rng.integers(2, 4), 2
    place, level = x * columns % 1, y * rows % 1
    wide, high = rng.uniform(0.32, 0.62), rng.uniform(0.42, 0.62)
    window = (np.abs(place - 0.5) < wide / 2) & (np.abs(level - 0.45) < high / 2)
    frame = (np.abs(place - 0.5) < wide / 2 + 0.04) & (np.abs(level - 0.45) < high / 2 + 0.03)
    wall = _toned(np.clip(_grey(rng, 0.4, 0.75, 0.1), 0, 0.8), 1 + 0.03 * grain(rng, 2.0))
    glass = np.array([0.12, 0.15, 0.19]) * (1 + 0.5 * (level[..., None] < 0.4))
    tile = np.where(frame[..., None], _grey(rng, 0.3, 0.85), wall)
    return np.where(window[..., None], glass, tile), 6.4, 0.8


def metal(rng: Rng) -> tuple[Tile, float, float]:
    """Painted metal."""
    base = rng.choice([_grey(rng, 0.15, 0.6), rng.uniform(0.1, 0.6, 3)])
    return _toned(base, 1 + 0.02 * grain(rng, 8.0)), 1.0, 0.45


def plastic(rng: Rng) -> tuple[Tile, float, float]:
    """Moulded and coloured through."""
    base = _grey(rng, 0.2, 0.7) if rng.random() < 0.4 else rng.uniform(0.1, 0.65, 3)
    return _toned(base, 1 + 0.012 * grain(rng, 3.0)), 1.0, 0.4


def leaves(rng: Rng) -> tuple[Tile, float, float]:
    """Foliage."""
    base = np.array([0.2, 0.29, 0.11]) * rng.uniform(0.7, 1.3) * (1 + rng.normal(0, 0.1, 3))
    return _toned(base, np.clip(1 + 0.35 * grain(rng, 5.0), 0.3, 2)), 0.9, 1.0


def bark(rng: Rng) -> tuple[Tile, float, float]:
    """A tree's trunk."""
    ridges = np.roll(grain(rng, 6.0), 3, 0) + grain(rng, 2.0)
    return _toned(np.array([0.3, 0.24, 0.18]) * rng.uniform(0.7, 1.2), 1 + 0.15 * ridges), 0.6, 1.0


MATERIALS: dict[str, Callable[[Rng], tuple[Tile, float, float]]] = {
    function.__name__: function
    for function in (
        *(paving, asphalt, grass, gravel, concrete, wood, brick, plaster),
        *(facade, metal, plastic, leaves, bark),
    )
}


@lru_cache(maxsize=256)
def material(kind: str, variant: int) -> Material:
    """Make a variant of a kind of material, once as long as it is in use."""
    tile, metres, roughness = MATERIALS[kind](rng_of(f"material/{kind}", variant))
    return Material((np.clip(tile, 0, 1) * 255).astype(np.uint8), metres, roughness)
