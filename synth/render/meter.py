"""The camera's light meter: pictures that came out far too dark or bright are exposed again."""

import numpy as np
from jaxtyping import UInt8, UInt16

from hmr.sample import FIRST_ENVIRONMENT_ID
from synth.render.colours import LINEAR, LUMINANCE

EVERY = 6
"""Pixels, down and across, of which the meter looks at one."""
DARKEST, BRIGHTEST = 0.09, 0.45
"""Of what may be left as it is: light, from 0 to 1, in the mean of people and of all."""
MOST = 4.0
"""Times that the exposure is changed by at the most: dusk stays dusk."""


def correction(image: UInt8[np.ndarray, "h w 3"], ids: UInt16[np.ndarray, "h w"]) -> float:
    """Find the factor that an exposure is to be multiplied with; 1 if the picture is fine."""
    light = LINEAR[image[::EVERY, ::EVERY]] @ LUMINANCE
    seen = ids[::EVERY, ::EVERY]
    people = light[(seen > 0) & (seen < FIRST_ENVIRONMENT_ID)]
    level = float(light.mean() if people.size == 0 else (light.mean() + people.mean()) / 2)
    return float(np.clip(np.clip(level, DARKEST, BRIGHTEST) / max(level, 1e-3), 1 / MOST, MOST))
