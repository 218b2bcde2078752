"""Light in rooms: panels or lamps above, windows aside, walls that give light back."""

import numpy as np
from jaxtyping import Float

from synth.render.lights import Light, Lighting, directions

HEIGHT = 32
"""Rows of the map of light."""


def room_light(
    rng: np.random.Generator, windows: list[float], warm: float
) -> tuple[Lighting, float]:
    """Light a room softly.

    Args:
        rng: Source of strength and colours.
        windows: Turns about +y of the ways that windows look inward.
        warm: From 0, white panels, to 1, the light of lamps at home.

    Returns:
        The light, and an exposure that suits it.
    """
    lamp = np.array([1.0, 1.0 - 0.1 * warm, 1.0 - 0.26 * warm]) * rng.uniform(0.97, 1.03, 3)
    wall = np.array([1.0, 0.97, 0.93]) * rng.uniform(0.42, 0.52)
    way = directions(HEIGHT, 2 * HEIGHT)
    up = way[..., 1:2]
    radiance = np.where(up < -0.35, 0.95 * wall, wall) + np.clip(up - 0.35, 0, 1) * 0.5 * lamp
    for yaw in windows:
        radiance = radiance + 1.5 * _glow(way, yaw) * np.array([0.9, 0.96, 1.05])
    around = rng.uniform(0, 2 * np.pi)
    lean = rng.uniform(0.1, 0.4)
    down = (float(lean * np.sin(around)), -1.0, float(lean * np.cos(around)))
    colour = (float(lamp[0]), float(lamp[1]), float(lamp[2]))
    lights = [Light(down, colour, float(rng.uniform(1.3, 1.8)), 0.12)]
    if windows:
        yaw = windows[0]
        inward = (float(np.sin(yaw)), -0.55, float(np.cos(yaw)))
        lights.append(Light(inward, (0.95, 0.98, 1.0), float(rng.uniform(0.7, 1.4)), 0.12))
    lights.sort(key=lambda light: -light.intensity)
    return Lighting(radiance.astype(np.float32), tuple(lights)), float(rng.uniform(0.82, 1.02))


def _glow(way: Float[np.ndarray, "h w 3"], yaw: float) -> Float[np.ndarray, "h w 1"]:
    """The bright patch that a window is, seen from within; light travels along its turn."""
    towards = -np.array([np.sin(yaw), 0.0, np.cos(yaw)])
    facing = (way * towards).sum(-1, keepdims=True)
    level = np.abs(way[..., 1:2] - 0.1) < 0.35
    return np.clip((facing - 0.75) * 8, 0, 1) * level
