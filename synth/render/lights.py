"""Light: a sun, and a sky with a ground under it.

Colours are linear RGB. The sky is a radiance; the sun is an irradiance on a
surface that faces it, so a white wall in full sun shows radiance
``intensity / pi``.

Diffuse sky light is kept as nine spherical-harmonic coefficients of irradiance
(Ramamoorthi and Hanrahan, "An Efficient Representation for Irradiance
Environment Maps", SIGGRAPH 2001), which serve any environment map as well.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

Colour = tuple[float, float, float]

COSINE_LOBE = np.repeat([np.pi, 2 * np.pi / 3, np.pi / 4], [1, 3, 5])
"""Turns radiance coefficients into irradiance: A_l of the paper, for each coefficient."""


@dataclass(frozen=True)
class Light:
    """A light from infinitely far: the sun."""

    direction: Colour = (-0.45, -0.8, -0.4)
    """The way the light travels, in the world; need not be of unit length."""
    colour: Colour = (1.0, 0.95, 0.87)
    intensity: float = 3.4

    @property
    def towards(self) -> Float64[np.ndarray, "3"]:
        """The unit vector from the scene to the light."""
        direction = -np.asarray(self.direction, dtype=np.float64)
        return direction / np.linalg.norm(direction)

    @property
    def irradiance(self) -> Float64[np.ndarray, "3"]:
        """Linear RGB that falls on a surface facing the light."""
        return np.asarray(self.colour, dtype=np.float64) * self.intensity


@dataclass(frozen=True)
class Sky:
    """Radiance from above, from the horizon and back from the ground."""

    zenith: Colour = (0.20, 0.35, 0.64)
    horizon: Colour = (0.64, 0.72, 0.80)
    ground: Colour = (0.20, 0.18, 0.16)


def sky_radiance(sky: Sky, directions: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    """Look at the sky along unit directions; ``sky`` in sky.glsl says the same."""
    up = directions[:, 1:2]
    zenith, horizon, ground = (np.asarray(c) for c in (sky.zenith, sky.horizon, sky.ground))
    above = horizon + (zenith - horizon) * np.sqrt(np.clip(up, 0, 1))
    t = np.clip(-up / 0.1, 0, 1)
    below = horizon + (ground - horizon) * t * t * (3 - 2 * t)
    return np.where(up > 0, above, below)


def harmonics(directions: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 9"]:
    """Evaluate the real spherical harmonics of degree 0 to 2 at unit directions."""
    x, y, z = directions.T
    basis = [np.full_like(x, 0.282095), 0.488603 * y, 0.488603 * z, 0.488603 * x]
    basis += [1.092548 * x * y, 1.092548 * y * z, 0.315392 * (3 * z * z - 1)]
    basis += [1.092548 * x * z, 0.546274 * (x * x - y * y)]
    return np.stack(basis, axis=1)


def irradiance_coefficients(sky: Sky, samples: int = 4096) -> Float64[np.ndarray, "9 3"]:
    """Find the coefficients whose sum over ``harmonics(n)`` is the sky's irradiance on n."""
    directions = sphere(samples)
    radiance = harmonics(directions).T @ sky_radiance(sky, directions) * (4 * np.pi / samples)
    return radiance * COSINE_LOBE[:, None]


def sphere(n: int) -> Float64[np.ndarray, "n 3"]:
    """Spread n unit directions evenly (Fibonacci's lattice)."""
    i = np.arange(n) + 0.5
    y = 1 - 2 * i / n
    turn = np.pi * (1 + np.sqrt(5)) * i
    radius = np.sqrt(1 - y * y)
    return np.stack([radius * np.cos(turn), y, radius * np.sin(turn)], axis=1)
