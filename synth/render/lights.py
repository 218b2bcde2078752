"""Light: a map of radiance from all around, and the few lights that cast shadows.

Colours are linear RGB. The map is a radiance; a light is an irradiance on a
surface that faces it, so a white wall in full sun shows radiance
``intensity / pi``.

Maps are equirectangular: the first row is straight up (+y), the last straight
down; the middle column looks along -z, and columns to its right look to +x.

Diffuse light is kept as nine spherical-harmonic coefficients of irradiance
(Ramamoorthi and Hanrahan, "An Efficient Representation for Irradiance
Environment Maps", SIGGRAPH 2001).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64

Colour = tuple[float, float, float]
Radiance = Float32[np.ndarray, "h w 3"]

COSINE_LOBE = np.repeat([np.pi, 2 * np.pi / 3, np.pi / 4], [1, 3, 5])
"""Turns radiance coefficients into irradiance: A_l of the paper, for each coefficient."""


@dataclass(frozen=True)
class Light:
    """A light from infinitely far: the sun, a lamp, a window."""

    direction: Colour = (-0.45, -0.8, -0.4)
    """The way the light travels, in the world; need not be of unit length."""
    colour: Colour = (1.0, 0.95, 0.87)
    intensity: float = 3.4
    angle: float = 0.0047
    """Half the angle, in radians, under which it is seen: how soft its shadows are."""

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


@dataclass(frozen=True, eq=False)
class Lighting:
    """All light of a scene, from infinitely far. Immutable: kept by the card as it is."""

    radiance: Radiance
    """What lights the scene besides the lights, which are taken out of it."""
    lights: tuple[Light, ...] = ()
    """The brightest first; each casts shadows, up to `renderer.MOST_LIGHTS`."""
    background: Float32[np.ndarray, "rows columns 3"] | None = None
    """What the camera sees, lights and all; the radiance if None."""
    eye_height: float | None = None
    """How high, in metres, above a level ground the map was taken, always right above or below
    the camera. What the camera sees of that ground is the background's lower half, laid out on
    it by a surface that `catches`. None for a map without a ground."""

    @property
    def seen(self) -> Radiance:
        """What the camera sees."""
        return self.radiance if self.background is None else self.background


def sunlit(sun: Light, sky: Sky) -> Lighting:
    """Light a scene by a sun and a plain sky."""
    return Lighting(plain_map(sky), (sun,) if sun.intensity > 0 else ())


def plain_map(sky: Sky, height: int = 64) -> Radiance:
    """Paint a sky's gradient."""
    around = directions(height, 2 * height)
    return sky_radiance(sky, around.reshape(-1, 3)).reshape(around.shape).astype(np.float32)


def directions(height: int, width: int) -> Float64[np.ndarray, "h w 3"]:
    """Find the unit direction of each pixel's centre of a map."""
    up = (0.5 - (np.arange(height) + 0.5) / height) * np.pi
    right = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    up, right = np.meshgrid(up, right, indexing="ij")
    level = np.cos(up)
    return np.stack([level * np.sin(right), np.sin(up), -level * np.cos(right)], axis=-1)


def solid_angles(height: int, width: int) -> Float64[np.ndarray, "h 1"]:
    """Find the solid angle of a pixel in each row of a map, in steradians."""
    edges = np.cos(np.arange(height + 1) / height * np.pi)
    return (edges[:-1] - edges[1:])[:, None] * (2 * np.pi / width)


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


def irradiance_coefficients(radiance: Radiance) -> Float64[np.ndarray, "9 3"]:
    """Find the coefficients whose sum over ``harmonics(n)`` is a map's irradiance on n."""
    height, width = radiance.shape[:2]
    weighted = radiance * solid_angles(height, width)[..., None]
    basis = harmonics(directions(height, width).reshape(-1, 3))
    return basis.T @ weighted.reshape(-1, 3) * COSINE_LOBE[:, None]


def sphere(n: int) -> Float64[np.ndarray, "n 3"]:
    """Spread n unit directions evenly (Fibonacci's lattice)."""
    i = np.arange(n) + 0.5
    y = 1 - 2 * i / n
    turn = np.pi * (1 + np.sqrt(5)) * i
    radius = np.sqrt(1 - y * y)
    return np.stack([radius * np.cos(turn), y, radius * np.sin(turn)], axis=1)
