"""Light that a built ground gives back, instead of what lies below a map's horizon."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from synth.render.lights import Lighting, directions, solid_angles

GREY = 0.2
"""Albedo of paving, asphalt and lawns, linear."""


@lru_cache(maxsize=4)
def over_ground(lighting: Lighting) -> Lighting:
    """Let a grey ground of its own lie under a sky, wherever the sky's map was taken.

    Walls would else be lit by a meadow that is not there. What the camera sees stays.
    """
    height, width = lighting.radiance.shape[:2]
    up = directions(height, width)[..., 1:2]
    weight = np.clip(up, 0, None) * solid_angles(height, width)[..., None]
    fallen = (lighting.radiance * weight).sum((0, 1))
    for light in lighting.lights:
        fallen = fallen + light.irradiance * max(float(light.towards[1]), 0.0)
    # Half of the ground that a wall sees lies in shadow of houses, trees and people.
    below = 0.5 * GREY * fallen / np.pi
    radiance = np.where(up < 0, below, lighting.radiance).astype(np.float32)
    return replace(lighting, radiance=radiance, background=lighting.seen)
