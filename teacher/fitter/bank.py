"""A bank of generated poses: the prior is learned from it, and fits begin from it."""

from collections.abc import Mapping
from functools import cache

import numpy as np
from jaxtyping import Float

from hmr.motion.generator import ATHLETIC, act
from hmr.progress import track

CLIPS, MOMENTS = 60, 4
"""Clips an action, and instants taken of each."""
BETWEEN = 0.45
"""Seconds between instants."""
SHARES: Mapping[str, float] = ATHLETIC
"""How common each action is."""


@cache
def pose_bank(seed: int = 0) -> dict[str, Float[np.ndarray, "_ dofs"]]:
    """Draw anatomical poses of every action; the same seed gives the same bank."""
    rng = np.random.default_rng(seed)
    instants = BETWEEN * np.arange(MOMENTS)
    return {
        name: np.concatenate([act(rng, name, instants + rng.uniform(0, 4)) for _ in range(CLIPS)])
        for name in track(SHARES, "drawing poses to learn from")
    }


def draw(count: int, seed: int = 0) -> Float[np.ndarray, "count dofs"]:
    """Draw poses from the bank, each action as often as it is common."""
    bank, rng = pose_bank(seed), np.random.default_rng(seed)
    shares = np.array([SHARES[name] for name in bank])
    chosen = rng.choice(list(bank), count, p=shares / shares.sum())
    return np.stack([bank[str(name)][rng.integers(len(bank[str(name)]))] for name in chosen])
