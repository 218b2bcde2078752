"""Smooth random fields in space."""

import numpy as np
from jaxtyping import Float


def smooth_noise(
    rng: np.random.Generator, points: Float[np.ndarray, "n d"], size: float, waves: int = 12
) -> Float[np.ndarray, " n"]:
    """Sum plane waves of random direction: about -1 to 1, features about `size` across."""
    dimensions = points.shape[1]
    direction = rng.normal(size=(waves, dimensions))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    number = 2 * np.pi / size * rng.uniform(0.4, 1.0, waves)
    phase = rng.uniform(0, 2 * np.pi, waves)
    return np.cos(points @ (direction * number[:, None]).T + phase).mean(1) * 2.5
