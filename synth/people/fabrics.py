"""Fabrics: procedural tiles of cloth, in sRGB, that repeat without a seam."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, UInt8

SIDE = 128
"""Pixels along a tile."""
Rng = np.random.Generator
Colour = Float[np.ndarray, "3"]
Tile = Float[np.ndarray, "h w 3"]

NEUTRALS = (
    *((28, 29, 33), (62, 64, 70), (116, 118, 122), (176, 176, 174), (232, 230, 226)),
    *((30, 38, 66), (46, 60, 96), (196, 178, 148), (122, 96, 70), (72, 78, 58)),
)
"""What most clothes are: blacks, greys, white, navy, beige, brown, olive."""
DENIMS = ((52, 74, 112), (84, 112, 150), (34, 44, 66), (120, 146, 176), (40, 42, 48))
SHARE_OF_NEUTRALS = 0.55


def neutral(rng: Rng) -> Colour:
    """Draw a colour of the quiet kind."""
    return _varied(rng, NEUTRALS[rng.integers(len(NEUTRALS))])


def colour(rng: Rng) -> Colour:
    """Draw a colour that clothes have, from quiet to bright."""
    if rng.random() < SHARE_OF_NEUTRALS:
        return neutral(rng)
    hue, saturation, value = rng.random(), rng.uniform(0.2, 0.62), rng.uniform(0.3, 0.82)
    phase = (hue + np.array([0, 2 / 3, 1 / 3])) % 1 * 6
    return value * (1 - saturation * np.clip(2 - np.abs(phase - 3), 0, 1))


def _varied(rng: Rng, base: tuple[int, int, int]) -> Colour:
    return np.clip(np.array(base) / 255 * rng.uniform(0.85, 1.15), 0, 1)


def plain(rng: Rng) -> Tile:
    """One colour."""
    return np.broadcast_to(colour(rng), (SIDE, SIDE, 3))


def dark(rng: Rng) -> Tile:
    """One quiet colour, as trousers have."""
    return np.broadcast_to(neutral(rng), (SIDE, SIDE, 3))


def stripes(rng: Rng) -> Tile:
    """Stripes around the body."""
    return _mixed(rng, _bands(rng)[:, None] * np.ones(SIDE))


def pinstripes(rng: Rng) -> Tile:
    """Stripes along the body."""
    return _mixed(rng, _bands(rng)[None, :] * np.ones((SIDE, 1)))


def checks(rng: Rng) -> Tile:
    """Stripes both ways, as on a shirt."""
    bands = _bands(rng)
    return _mixed(rng, 0.5 * (bands[:, None] + bands[None, :]))


def dots(rng: Rng) -> Tile:
    """Dots in rows."""
    count, radius = rng.choice([4, 6, 8]), rng.uniform(0.18, 0.34)
    place = np.arange(SIDE) / SIDE * count
    row = np.floor(place)[:, None]
    across = (place[None, :] + 0.5 * (row % 2)) % 1 - 0.5
    down = (place % 1)[:, None] - 0.5
    return _mixed(rng, (np.hypot(across, down) < radius).astype(float))


def denim(rng: Rng) -> Tile:
    """Blue cloth with a diagonal weave."""
    base = _varied(rng, DENIMS[rng.integers(len(DENIMS))])
    i = np.arange(SIDE)
    weave = 0.06 * np.cos((i[:, None] + i[None, :]) * np.pi / 2)
    return base * (1 + weave[..., None] + 0.08 * rng.normal(size=(SIDE, SIDE, 1)))


def knit(rng: Rng) -> Tile:
    """Ribs of a pullover."""
    ribs = 0.5 + 0.5 * np.cos(np.arange(SIDE) / SIDE * 2 * np.pi * 24)
    rows = 0.5 + 0.5 * np.cos(np.arange(SIDE) / SIDE * 2 * np.pi * 32)
    return colour(rng) * (0.72 + 0.2 * ribs[None, :, None] + 0.08 * rows[:, None, None])


def camouflage(rng: Rng) -> Tile:
    """Patches of three colours."""
    field = _periodic(rng, 5)
    levels = np.digitize(field, [-0.4, 0.4])
    return np.stack([colour(rng) for _ in range(3)])[levels]


def hair(rng: Rng) -> UInt8[np.ndarray, "h w 3"]:
    """Strands that run down, in grey."""
    strands = _periodic(rng, 40, 3) * 0.5 + _periodic(rng, 12, 2) * 0.5
    return _woven(rng, 0.75 * (1 + 0.28 * strands[..., None]) * np.ones(3), 0.03)


FABRICS: dict[str, Callable[[Rng], Tile]] = {
    function.__name__: function
    for function in (plain, dark, stripes, pinstripes, checks, dots, denim, knit, camouflage)
}


def weave(rng: Rng, fabric: str) -> UInt8[np.ndarray, "h w 3"]:
    """Make a tile of a fabric in colours of its own."""
    return _woven(rng, FABRICS[fabric](rng), 0.025)


def _woven(rng: Rng, tile: Tile, strength: float) -> UInt8[np.ndarray, "h w 3"]:
    noise = rng.normal(size=(SIDE, SIDE, 1)) * strength
    return (np.clip(tile * (1 + noise) + noise * 0.1, 0, 1) * 255).astype(np.uint8)


def _mixed(rng: Rng, share: Float[np.ndarray, "h w"]) -> Tile:
    one, other = colour(rng), colour(rng)
    if np.abs(one - other).sum() < 0.5:
        other = np.clip(1.15 - one, 0, 1)
    return one + (other - one) * share[..., None]


def _bands(rng: Rng) -> Float[np.ndarray, " n"]:
    """One period or more of broad and thin bands, 0 or 1 or between."""
    repeats = int(rng.choice([2, 3, 4, 5, 8]))
    place = np.arange(SIDE) / SIDE * repeats % 1
    broad = place < rng.uniform(0.25, 0.55)
    thin = (place > 0.75) & (place < 0.82)
    return np.where(broad, 1.0, np.where(thin, rng.uniform(0, 1), 0.0))


def _periodic(
    rng: Rng, across: int, down: int | None = None, waves: int = 14
) -> Float[np.ndarray, "h w"]:
    """A smooth field that repeats, about -1 to 1, with so many features each way."""
    down = across if down is None else down
    x = np.arange(SIDE) / SIDE * 2 * np.pi
    field = np.zeros((SIDE, SIDE))
    for _ in range(waves):
        kx, ky = rng.integers(-across, across + 1), rng.integers(-down, down + 1)
        field += np.cos(kx * x[None, :] + ky * x[:, None] + rng.uniform(0, 2 * np.pi))
    return field / np.sqrt(waves / 2) / 1.5
