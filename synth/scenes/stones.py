"""What grounds and walls are made of, in sRGB."""

import numpy as np

from synth.scenes.patterns import (
    LARGE,
    Rng,
    Tile,
    flags,
    grain,
    grey,
    painted,
    squares,
    toned,
    within,
)

Made = tuple[Tile, float, float]
"""A tile, the metres it covers, roughness."""


def paving(rng: Rng) -> Made:
    """Slabs of stone, some worn, joints filled with sand."""
    across, down = (int(n) for n in rng.choice([[4, 4], [6, 6], [4, 8], [6, 3]]))
    joints, shade = flags(rng, across, down, 3.0, rng.choice([0, 0.5]), LARGE)
    look = 1 + 0.05 * shade + 0.03 * grain(rng, 2.0, LARGE) + 0.02 * grain(rng, 10.0, LARGE)
    look += 0.02 * grain(rng, 120.0, LARGE)
    tile = toned(grey(rng, 0.46, 0.66, 0.05), look)
    return painted(tile, 0.75 * joints, grey(rng, 0.3, 0.42)), float(rng.uniform(2.2, 3.2)), 0.85


def cobbles(rng: Rng) -> Made:
    """Small stones set in rows."""
    joints, shade = flags(rng, 20, 20, 7.0, 0.5, LARGE)
    look = 1 + 0.1 * shade + 0.05 * grain(rng, 3.0, LARGE) + 0.05 * grain(rng, 90.0, LARGE)
    tile = toned(grey(rng, 0.4, 0.56, 0.06), look)
    return painted(tile, 0.7 * joints, grey(rng, 0.24, 0.34)), 2.2, 0.85


def asphalt(rng: Rng) -> Made:
    """A road: stones in tar, tracks, patches."""
    stones = np.maximum(grain(rng, 1.6, LARGE), 0) ** 1.4
    look = 0.9 + 0.13 * stones + 0.04 * grain(rng, 5.0, LARGE) + 0.03 * grain(rng, 90.0, LARGE)
    return toned(grey(rng, 0.3, 0.42, 0.02), look), 3.0, 0.95


def gravel(rng: Rng) -> Made:
    """Sand and small stones."""
    base = np.array([0.58, 0.52, 0.43]) * rng.uniform(0.8, 1.08)
    look = 1 + 0.1 * grain(rng, 2.2, LARGE) + 0.06 * grain(rng, 6.0, LARGE)
    return toned(base, look + 0.05 * grain(rng, 80.0, LARGE)), 2.4, 1.0


def concrete(rng: Rng) -> Made:
    """Cast and stained."""
    look = 1 + 0.025 * grain(rng, 1.5, LARGE) + 0.02 * grain(rng, 60.0, LARGE)
    return toned(grey(rng, 0.48, 0.68, 0.03), look), 4.0, 0.9


def brick(rng: Rng) -> Made:
    """A wall of bricks in running bond."""
    joints, shade = flags(rng, 8, 26, 3.5, 0.5, LARGE)
    base = np.array([0.55, 0.3, 0.22]) * rng.uniform(0.7, 1.2) * (1 + rng.normal(0, 0.06, 3))
    look = 1 + 0.11 * shade + 0.05 * grain(rng, 2.0, LARGE) + 0.05 * grain(rng, 100.0, LARGE)
    return painted(toned(base, look), joints, grey(rng, 0.5, 0.68)), 2.0, 0.9


def plaster(rng: Rng) -> Made:
    """A painted wall."""
    base = np.clip(grey(rng, 0.55, 0.84, 0.07), 0, 0.88)
    return toned(base, 1 + 0.012 * grain(rng, 2.0) + 0.008 * grain(rng, 50.0)), 3.0, 0.9


def wallpaper(rng: Rng) -> Made:
    """The wall of a room: paint, or stripes of two shades."""
    base = np.clip(grey(rng, 0.62, 0.86, 0.06) * (1 + rng.normal(0, 0.03, 3)), 0, 0.9)
    _, x = squares()
    stripes = within((x * 8) % 1, 0.0, 0.5, 8.0) if rng.random() < 0.3 else np.zeros_like(x)
    return toned(base, 1 + 0.01 * grain(rng, 2.0) - 0.05 * stripes), 1.6, 0.9


def ceiling(rng: Rng) -> Made:
    """White boards in a grid."""
    joints, shade = flags(rng, 4, 4, 3.0, 0.0)
    look = 1 + 0.006 * shade + 0.012 * grain(rng, 1.5) - 0.14 * joints
    return toned(np.array([0.86, 0.86, 0.84]), look), 2.4, 0.95


def tiles(rng: Rng) -> Made:
    """Fired tiles on a floor, with grout."""
    joints, shade = flags(rng, 5, 5, 4.0, 0.0, LARGE)
    base = grey(rng, 0.45, 0.8, 0.07)
    look = 1 + 0.02 * shade + 0.01 * grain(rng, 20.0, LARGE) + 0.015 * grain(rng, 3.0, LARGE)
    tile = toned(base, look)
    return painted(tile, 0.8 * joints, base * rng.choice([0.65, 1.15])), 2.5, 0.35


def terrazzo(rng: Rng) -> Made:
    """A polished floor of chips of stone, as shops and halls have."""
    joints, _ = flags(rng, 2, 2, 2.0, 0.0, LARGE)
    chips = grain(rng, 2.6, LARGE)
    look = 1 - 0.1 * (chips > 1.2) + 0.06 * (chips < -1.3) + 0.02 * grain(rng, 60.0, LARGE)
    return toned(grey(rng, 0.58, 0.76, 0.04), look - 0.12 * joints), 2.4, 0.35


def grass(rng: Rng) -> Made:
    """A lawn: blades, tufts, dry spots."""
    blades = 0.12 * grain(rng, (5.0, 1.6), LARGE) + 0.09 * grain(rng, (1.6, 4.0), LARGE)
    tufts = 0.07 * grain(rng, 14.0, LARGE) + 0.06 * grain(rng, 60.0, LARGE)
    fresh = np.array([0.31, 0.40, 0.16]) * rng.uniform(0.8, 1.1) * (1 + rng.normal(0, 0.05, 3))
    straw = np.array([0.50, 0.47, 0.26])
    dry = np.clip(0.12 + 0.12 * grain(rng, 90.0, LARGE) + 0.1 * grain(rng, 3.0, LARGE), 0, 0.6)
    return painted(toned(fresh, 1 + blades + tufts), dry, straw), 4.0, 1.0


def soil(rng: Rng) -> Made:
    """Earth of a flower bed."""
    return toned(np.array([0.26, 0.2, 0.15]), 1 + 0.2 * grain(rng, 4.0)), 0.8, 1.0


def pitch(rng: Rng) -> Made:
    """Rubber granules of a running track."""
    base = np.array([0.55, 0.24, 0.18]) if rng.random() < 0.6 else np.array([0.22, 0.33, 0.5])
    look = 1 + 0.08 * grain(rng, 1.8, LARGE) + 0.03 * grain(rng, 60.0, LARGE)
    return toned(base * rng.uniform(0.85, 1.1), look), 2.4, 0.95


def roof(rng: Rng) -> Made:
    """Rows of tiles on a roof."""
    y, x = squares()
    rows = (y * 8) % 1
    waves = np.cos(2 * np.pi * x * 12)
    look = 0.75 + 0.3 * rows + 0.1 * waves + 0.06 * grain(rng, 3.0)
    base = np.array([0.5, 0.27, 0.2]) if rng.random() < 0.6 else grey(rng, 0.24, 0.4)
    return toned(base * rng.uniform(0.8, 1.1), look), 2.4, 0.85
