"""Takes the sun, lamps and windows out of a map, so that they can cast shadows.

What is taken out of the map is exactly what the lights add, so a surface that sees
all of a light receives as much as from the whole map. The excess of a map's pixels
over a few times their mean is what may be taken; a light is where most of it
lies within a circle. After P. Debevec, "A Median Cut Algorithm for Light Probe
Sampling", 2005, in that few lights stand for a map; but here most of it stays a map.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, Float64

from synth.render.colours import LUMINANCE
from synth.render.lights import Light, Lighting, Radiance, directions, solid_angles

MOST = 3
"""Lights that are taken out."""
EXCESS = 4.0
"""What is this many times as bright as the mean may be a light."""
WIDTHS_DEG = (2.5, 5.0, 10.0, 20.0)
"""Angular radii of circles that a light may fill."""
WHOLE = 0.75
"""Share of what the widest circle holds that a smaller one must hold to be the light."""
LEAST_SHARE = 0.1
"""Of the irradiance on a surface that faces a light: weaker ones cast no shadow worth drawing."""
LOWEST = np.sin(np.radians(1.0))
"""Lower lights stay in the map: they light hardly anything from above ground."""
APART_DEG = 25.0
"""Angle between lights."""
SUN_ANGLE = 0.0047
LIGHT_HEIGHT = 256
"""Rows of the map that lights."""


@dataclass(frozen=True, eq=False)
class _Ball:
    """A map as a list of pixels."""

    towards: Float64[np.ndarray, "n 3"]
    radiance: Float64[np.ndarray, "n 3"]
    angle: Float64[np.ndarray, " n"]
    """Solid angle of each pixel."""

    @property
    def luminance(self) -> Float64[np.ndarray, " n"]:
        return self.radiance @ LUMINANCE


def light_of(
    radiance: Radiance,
    background: Float32[np.ndarray, "rows columns 3"] | None = None,
    eye_height: float | None = None,
) -> Lighting:
    """Part a map's light into a few lights that cast shadows and a map of the rest.

    Args:
        radiance: The whole light.
        background: What the camera sees; `radiance` if not given.
        eye_height: As in `Lighting`.

    Returns:
        The lights, the brightest first, none for an overcast sky; and the rest of the map,
        no more than 512 pixels wide.
    """
    small = shrunk(radiance, LIGHT_HEIGHT)
    height, width = small.shape[:2]
    towards = directions(height, width).reshape(-1, 3)
    angle = np.repeat(solid_angles(height, width)[:, 0], width)
    ball = _Ball(towards, small.reshape(-1, 3).astype(np.float64), angle)
    lights, taken = _lights(ball)
    rest = np.maximum(ball.radiance - taken, 0).reshape(small.shape).astype(np.float32)
    seen = radiance if background is None else background
    return Lighting(rest, lights, seen, eye_height)


def _lights(ball: _Ball) -> tuple[tuple[Light, ...], Float64[np.ndarray, "n 3"]]:
    """Find lights, and the radiance of each pixel that they take."""
    excess = _excess(ball)
    taken = np.zeros_like(ball.radiance)
    lights: list[Light] = []
    for _ in range(MOST):
        found = _brightest(ball, excess)
        if found is None:
            break
        inside, near = found
        light = _light(ball, excess * inside[:, None])
        if _share(ball, light) < LEAST_SHARE:
            break
        taken += excess * inside[:, None]
        lights.append(light)
        excess = excess * ~near[:, None]
    return tuple(sorted(lights, key=lambda one: -float(one.irradiance @ LUMINANCE))), taken


def _excess(ball: _Ball) -> Float64[np.ndarray, "n 3"]:
    """Find what of each pixel above the horizon is far brighter than the map is."""
    luminance = ball.luminance
    ceiling = float(luminance.max())
    for _ in range(30):
        ceiling = EXCESS * float(np.average(np.minimum(luminance, ceiling), weights=ball.angle))
    share = np.clip(1 - ceiling / np.maximum(luminance, 1e-12), 0, 1)
    return ball.radiance * (share * (ball.towards[:, 1] > LOWEST))[:, None]


def _brightest(ball: _Ball, excess: Float64[np.ndarray, "n 3"]):
    """Find the circle with the most excess: its pixels, and those too near for another light."""
    flux = excess @ LUMINANCE * ball.angle
    bright = np.flatnonzero(flux > 0)
    if not len(bright):
        return None
    towards, flux = ball.towards[bright], flux[bright]
    widest = np.cos(np.radians(WIDTHS_DEG[-1]))
    centre = _fullest(towards, flux, widest)
    cosine = ball.towards @ centre
    whole = flux[towards @ centre > widest].sum()
    for width in WIDTHS_DEG:
        limit = np.cos(np.radians(width))
        narrow = _fullest(
            towards[towards @ centre > widest], flux[towards @ centre > widest], limit
        )
        held = flux[(towards @ narrow > limit) & (towards @ centre > widest)].sum()
        if held >= WHOLE * whole:
            inside = (ball.towards @ narrow > limit) & (cosine > widest)
            return inside, ball.towards @ narrow > np.cos(np.radians(APART_DEG))
    return cosine > widest, cosine > np.cos(np.radians(APART_DEG))


def _fullest(
    towards: Float[np.ndarray, "n 3"], flux: Float[np.ndarray, " n"], limit: float
) -> Float64[np.ndarray, "3"]:
    """Find the circle's centre that holds the most flux: the best of many, moved to its mean."""
    starts = np.argsort(-flux, kind="stable")[:: max(1, len(flux) // 200)]
    held = (towards[starts] @ towards.T > limit) @ flux
    centre = towards[starts[int(held.argmax())]]
    for _ in range(8):
        inside = towards @ centre > limit
        mean = flux[inside] @ towards[inside]
        centre = mean / np.linalg.norm(mean)
    return centre


def _light(ball: _Ball, excess: Float64[np.ndarray, "n 3"]) -> Light:
    """Make the light that irradiates as some radiance does."""
    flux = excess * ball.angle[:, None]
    vector = ball.towards.T @ flux
    centre = vector @ LUMINANCE
    centre /= np.linalg.norm(centre)
    irradiance = centre @ vector
    intensity = float(irradiance.max())
    weight = flux @ LUMINANCE
    across = 2 * np.average(1 - np.clip(ball.towards @ centre, -1, 1), weights=weight)
    # A disc's radius by the mean square distance from its centre, less the most that pixels blur.
    pixel = ball.angle.max()
    angle = float(np.sqrt(max(2 * across - pixel, 0)))
    x, y, z = (float(-c) for c in centre)
    red, green, blue = (float(c) for c in irradiance / intensity)
    return Light((x, y, z), (red, green, blue), intensity, max(angle, SUN_ANGLE))


def _share(ball: _Ball, light: Light) -> float:
    facing = np.maximum(ball.towards @ light.towards, 0) * ball.angle
    return float(light.irradiance @ LUMINANCE / max(ball.luminance @ facing, 1e-12))


def shrunk(radiance: Radiance, height: int) -> Float32[np.ndarray, "rows columns 3"]:
    """Make a map smaller, twice as wide as high, its light kept; larger ones only."""
    if radiance.shape[0] <= height:
        return radiance
    weighted = radiance * solid_angles(*radiance.shape[:2])[..., None].astype(np.float32)
    mean = cv2.resize(weighted, (2 * height, height), interpolation=cv2.INTER_AREA)
    pixels = radiance.shape[0] * radiance.shape[1] / (2 * height * height)
    return (mean * pixels / solid_angles(height, 2 * height)[..., None]).astype(np.float32)


def shine(
    lights: tuple[Light, ...], normals: Float[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 3"]:
    """Find the irradiance of lights, none hidden, on surfaces with unit normals."""
    total = np.zeros((len(normals), 3))
    for light in lights:
        total += np.maximum(normals @ light.towards, 0)[:, None] * light.irradiance
    return total.astype(np.float32)
