"""Grounds: a plane with a procedural texture that repeats without a seam.

Each texture is a function of a random generator and shows a square of `SPANS`
metres; patterns fit a whole number of times into it.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, UInt8
from scipy.ndimage import gaussian_filter

from synth.render.scene import Surface

SIZE = 512
"""Pixels of a texture's side."""
HALF = 80.0
"""From the middle of the plane to its edge, in metres; haze covers the rest."""

Rng = np.random.Generator
Tile = Float[np.ndarray, "size size"]


def ground(kind: str, rng: Rng, number: int = 1000) -> Surface:
    """Lay a ground at y = 0.

    Args:
        kind: One of `KINDS`.
        rng: Source of the pattern's and the colours' variation.
        number: The id it leaves in the id map.
    """
    corners = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]], np.float32)
    faces = np.array([[0, 2, 1], [0, 3, 2]], np.int32)
    normals = np.tile(np.array([[0, 1, 0]], np.float32), (4, 1))
    uv = np.ascontiguousarray(corners[:, [0, 2]] * np.float32(HALF / SPANS[kind]))
    return Surface(
        "ground",
        number,
        corners * np.float32(HALF),
        faces,
        normals,
        uv=uv,
        texture=KINDS[kind](rng),
        roughness=ROUGHNESS[kind],
        casts_shadow=False,
    )


def paving(rng: Rng) -> UInt8[np.ndarray, "size size 3"]:
    """Concrete slabs, each of its own shade."""
    shade, joint = slabs(rng, across=4, down=4, gap=3.0)
    grain = 0.5 * noise(rng, 0.8) + 0.35 * noise(rng, 6.0) + 0.5 * noise(rng, 40.0)
    value = (0.52 + 0.035 * shade + 0.03 * grain) * (1 - 0.45 * joint)
    return coloured(value, tint(rng, (1.0, 0.97, 0.92), 0.04))


def tiles(rng: Rng) -> UInt8[np.ndarray, "size size 3"]:
    """Square floor tiles with light grout."""
    shade, joint = slabs(rng, across=6, down=6, gap=2.5)
    value = 0.5 + 0.02 * shade + 0.02 * noise(rng, 14.0)
    return coloured(value * (1 - joint) + 0.62 * joint, tint(rng, (1.0, 0.93, 0.84), 0.03))


def wood(rng: Rng) -> UInt8[np.ndarray, "size size 3"]:
    """Boards with a grain along them."""
    shade, joint = slabs(rng, across=8, down=2, gap=1.5, shifted=True)
    rings = np.sin(noise(rng, (70.0, 5.0)) * 9 + shade * 20)
    grain = 0.6 * rings + 0.8 * noise(rng, (24.0, 0.7))
    value = (0.42 + 0.07 * shade + 0.03 * grain) * (1 - 0.6 * joint)
    return coloured(value, tint(rng, (1.15, 0.85, 0.58), 0.04))


def asphalt(rng: Rng) -> UInt8[np.ndarray, "size size 3"]:
    """Fine light stones in dark tar, with worn patches."""
    stones = np.maximum(noise(rng, 0.9), 0) ** 1.5
    value = 0.34 + 0.05 * stones + 0.02 * noise(rng, 2.5) + 0.018 * noise(rng, 35.0)
    return coloured(value, tint(rng, (1.0, 1.0, 1.02), 0.02))


def grass(rng: Rng) -> UInt8[np.ndarray, "size size 3"]:
    """Blades, tufts and dry spots."""
    blades = noise(rng, 0.7) + 0.5 * noise(rng, (1.6, 0.7)) + 0.4 * noise(rng, 2.0)
    tufts, dry = noise(rng, 9.0), np.clip(noise(rng, 45.0), -1, 1)
    value = np.clip(0.40 + 0.06 * blades + 0.05 * tufts, 0.05, 1)
    fresh, straw = tint(rng, (0.80, 1.10, 0.42), 0.05), np.array([1.2, 1.08, 0.6])
    share = np.clip(0.25 + 0.2 * dry, 0, 1)[..., None]
    return coloured(value, fresh * (1 - share) + straw * share)


KINDS: dict[str, Callable[[Rng], UInt8[np.ndarray, "size size 3"]]] = {
    "paving": paving,
    "tiles": tiles,
    "wood": wood,
    "asphalt": asphalt,
    "grass": grass,
}
SPANS = {"paving": 2.4, "tiles": 2.4, "wood": 1.6, "asphalt": 2.0, "grass": 2.5}
ROUGHNESS = {"paving": 0.9, "tiles": 0.45, "wood": 0.55, "asphalt": 0.95, "grass": 1.0}


def noise(rng: Rng, scale: float | tuple[float, float]) -> Tile:
    """Draw smooth noise of mean 0 and deviation 1 that repeats; scale in pixels (down, across)."""
    smooth = gaussian_filter(rng.normal(size=(SIZE, SIZE)), scale, mode="wrap")
    return (smooth - smooth.mean()) / smooth.std()


def slabs(rng: Rng, across: int, down: int, gap: float, shifted: bool = False) -> tuple[Tile, Tile]:
    """Draw a shade of deviation 1 for each slab, and the joints between them, 0 to 1.

    With ``shifted``, each column starts at a height of its own, as boards do.
    """
    v, u = np.mgrid[:SIZE, :SIZE] + 0.5
    x = u / SIZE * across
    column = x.astype(int)
    start = rng.random(across)[column] if shifted else np.zeros_like(x)
    y = (v / SIZE + start) % 1.0 * down
    shade = rng.normal(size=(down, across))[y.astype(int), column]
    to_edge_x = (0.5 - np.abs(x % 1 - 0.5)) * SIZE / across
    to_edge_y = (0.5 - np.abs(y % 1 - 0.5)) * SIZE / down
    distance = np.minimum(to_edge_x, to_edge_y)
    return shade, np.clip(gap / 2 + 0.5 - distance, 0, 1)


def tint(rng: Rng, base: tuple[float, float, float], deviation: float) -> Float[np.ndarray, "3"]:
    """Vary a colour."""
    return np.array(base) * (1 + deviation * rng.normal(size=3))


def coloured(value: Tile, colour: Float[np.ndarray, "..."]) -> UInt8[np.ndarray, "size size 3"]:
    """Turn brightness and colour to pixels; both are sRGB."""
    return np.round(np.clip(value[..., None] * colour, 0, 1) * 255).astype(np.uint8)
