"""How numbers move in time: drifts, gaits and ways between key poses."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline, PchipInterpolator

Rng = np.random.Generator
Track = Float[np.ndarray, " frames"]
SCENE = 4.0
"""Seconds that something goes on for: what is drawn depends on scenes, not on the frames asked for,
so that a single moment is a frame of a clip."""


def horizon(t: Track) -> float:
    """End of the last scene that some times lie in, in seconds from 0."""
    return SCENE * max(1.0, float(np.ceil(t[-1] / SCENE)))


def drift(rng: Rng, t: Track, scale: float, period: float = 3.0) -> Track:
    """Wander smoothly about zero; `scale` is a standard deviation, `period` is in seconds."""
    periods = period * rng.uniform(0.6, 1.8, (4, 1))
    waves = np.sin(2 * np.pi * (t / periods + rng.random((4, 1))))
    return scale * (rng.normal(size=(4, 1)) * waves).sum(0) / np.sqrt(2)


def pulse(rng: Rng, t: Track) -> Track:
    """Rise from 0 to 1 and perhaps fall again, at a random time."""
    length = horizon(t)
    start = rng.uniform(-1.0, 0.35) * length
    end = start + rng.uniform(0.6, 2.0) * length
    rise = rng.uniform(0.4, 0.9)
    return _ease((t - start) / rise) * _ease((end - t) / rise)


def wave(t: Track, hertz: float, phase: float = 0.0) -> Track:
    """Swing between -1 and 1."""
    return np.sin(2 * np.pi * (hertz * t + phase))


def cycle(gait: Sequence[tuple[float, float]], phase: Track) -> Track:
    """Read a periodic curve, given as (share of the cycle, value), at phases in cycles."""
    shares, values = zip(*gait, strict=True)
    closed = CubicSpline([*shares, shares[0] + 1], [*values, values[0]], bc_type="periodic")
    return closed(phase % 1)


def through(
    keys: Float[np.ndarray, "keys dofs"], times: Float[np.ndarray, " keys"], t: Track
) -> Float[np.ndarray, "frames dofs"]:
    """Pass through key poses without overshooting them."""
    if len(keys) == 1:
        return np.repeat(keys, len(t), 0)
    inside = np.clip(t, times[0], times[-1])
    return PchipInterpolator(times, keys, axis=0)(inside)


def key_times(rng: Rng, t: Track, shortest: float, longest: float) -> Float[np.ndarray, " keys"]:
    """Choose times of key poses that enclose the clip."""
    times = [-rng.uniform(0, longest)]
    while times[-1] <= horizon(t):
        times.append(times[-1] + rng.uniform(shortest, longest))
    return np.array(times)


def _ease(share: Track) -> Track:
    share = np.clip(share, 0, 1)
    return share * share * share * (10 + share * (6 * share - 15))
