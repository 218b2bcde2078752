"""What things are made of: wood, metal, cloth, leaves, in sRGB."""

import numpy as np

from synth.scenes.patterns import (
    LARGE,
    Rng,
    flags,
    grain,
    grey,
    paint,
    painted,
    squares,
    toned,
    within,
)
from synth.scenes.stones import Made


def wood(rng: Rng) -> Made:
    """Boards with grain along them."""
    joints, shade = flags(rng, 1, 4, 1.5, 0.0)
    y, _ = squares()
    rings = np.sin(2 * np.pi * (y * 14 + 0.5 * grain(rng, (30.0, 120.0)) + 3 * shade))
    base = _timber(rng)
    look = 1 + 0.05 * shade + 0.06 * rings + 0.05 * grain(rng, (1.4, 30.0)) - 0.35 * joints
    return toned(base, look), 0.6, 0.55


def parquet(rng: Rng) -> Made:
    """A floor of narrow boards, each with its own shade."""
    joints, shade = flags(rng, 2, 16, 1.8, 0.5, LARGE)
    y, _ = squares(LARGE)
    veins = np.sin(2 * np.pi * (y * 64 + grain(rng, (20.0, 200.0), LARGE) + 3 * shade))
    look = 1 + 0.09 * shade + 0.035 * veins + 0.04 * grain(rng, (1.4, 40.0), LARGE)
    return toned(_timber(rng), look - 0.35 * joints), 2.2, 0.4


def _timber(rng: Rng) -> np.ndarray:
    kinds = [[0.62, 0.45, 0.29], [0.5, 0.33, 0.2], [0.36, 0.24, 0.16], [0.7, 0.57, 0.42]]
    return np.array(kinds[int(rng.integers(4))]) * rng.uniform(0.88, 1.1)


def metal(rng: Rng) -> Made:
    """Painted metal."""
    base = grey(rng, 0.15, 0.55) if rng.random() < 0.7 else 0.8 * paint(rng)
    return toned(base, 1 + 0.02 * grain(rng, 8.0)), 1.0, 0.45


def steel(rng: Rng) -> Made:
    """Bare metal, brushed."""
    return toned(grey(rng, 0.55, 0.7, 0.02), 1 + 0.012 * grain(rng, (40.0, 2.5))), 0.5, 0.3


def plastic(rng: Rng) -> Made:
    """Moulded and coloured through."""
    base = grey(rng, 0.2, 0.75) if rng.random() < 0.3 else paint(rng)
    return toned(base, 1 + 0.012 * grain(rng, 3.0)), 1.0, 0.4


def plain(rng: Rng) -> Made:
    """White and dull: for what gets its colour from elsewhere."""
    return toned(np.full(3, 0.97), 1 + 0.01 * grain(rng, 8.0)), 1.0, 0.7


def glossy(rng: Rng) -> Made:
    """White and shiny: for lacquer and glass that get their colour from elsewhere."""
    return toned(np.full(3, 0.98), 1 + 0.004 * grain(rng, 8.0)), 1.0, 0.12


def fabric(rng: Rng) -> Made:
    """Woven cloth of furniture."""
    y, x = squares()
    weave = np.sin(2 * np.pi * x * 64) * np.sin(2 * np.pi * y * 64)
    base = grey(rng, 0.25, 0.75) if rng.random() < 0.5 else 0.9 * paint(rng)
    return (
        toned(base, 1 + 0.04 * weave + 0.05 * grain(rng, 2.0) + 0.02 * grain(rng, 40.0)),
        0.5,
        1.0,
    )


def carpet(rng: Rng) -> Made:
    """A carpet from wall to wall."""
    base = grey(rng, 0.3, 0.6, 0.05) if rng.random() < 0.6 else 0.7 * paint(rng) + 0.1
    look = 1 + 0.08 * grain(rng, 1.8, LARGE) + 0.03 * grain(rng, 40.0, LARGE)
    return toned(base, look), 1.6, 1.0


def rug(rng: Rng) -> Made:
    """A woven rug with borders, from 0 to 1 across."""
    y, x = squares()
    edge = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    first, second, third = (0.85 * paint(rng) for _ in range(3))
    tile = toned(first, np.ones_like(x))
    for low, high in ((0.0, 0.02), (0.05, 0.1), (0.125, 0.14)):
        tile = painted(tile, within(edge, low, high), second)
    lozenges = np.abs((x * 5) % 1 - 0.5) + np.abs((y * 5) % 1 - 0.5)
    tile = painted(tile, within(lozenges, 0.22, 0.34, 6.0) * (edge > 0.15), second)
    tile = painted(tile, within(lozenges, -1.0, 0.14, 6.0) * (edge > 0.15), third)
    return tile * (1 + 0.07 * grain(rng, 1.8))[..., None], 1.0, 1.0


def leaves(rng: Rng) -> Made:
    """Foliage."""
    base = np.array([0.38, 0.49, 0.21]) * rng.uniform(0.75, 1.2) * (1 + rng.normal(0, 0.09, 3))
    return toned(base, np.clip(1 + 0.14 * grain(rng, 9.0), 0.5, 1.5)), 0.9, 0.85


def bark(rng: Rng) -> Made:
    """A tree's trunk."""
    ridges = grain(rng, (26.0, 4.0)) + 0.5 * grain(rng, 2.0)
    return toned(np.array([0.34, 0.28, 0.22]) * rng.uniform(0.7, 1.2), 1 + 0.16 * ridges), 0.6, 1.0


def water(rng: Rng) -> Made:
    """Water in a basin."""
    return toned(np.array([0.3, 0.42, 0.44]), 1 + 0.06 * grain(rng, 30.0)), 2.0, 0.08
