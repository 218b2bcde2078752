"""How cameras expose and balance what they see."""

import numpy as np
from jaxtyping import Float, Float64

from synth.render.colours import LUMINANCE
from synth.render.lights import Lighting, directions, harmonics, irradiance_coefficients
from synth.scenes.strong_lights import shine, shrunk

AROUND = 16
"""Ways an upright person's surface is taken to face."""
TOWARDS_BACKGROUND, MOST_TOWARDS = 0.25, 0.5
"""Share of the stops by which the background is off mid-grey that is given in to, and the
most of it, in stops."""
MID_GREY = 0.18
EV = 0.35
"""Standard deviation of a camera's error of exposure, in stops; cut at twice that."""
WARMTH, TINT = 0.05, 0.02
"""Standard deviations of the error in the logarithm of red / blue, halved, and in that of green."""


def exposure_of(lighting: Lighting) -> float:
    """Expose as a photographer would who cares for the people.

    Incident metering: an upright white surface shows as 1, a grey or skin-coloured one as a
    mid-tone, halfway (in stops) between the side that gets most light and the mean of all
    sides; the sky may clip. A background much brighter or darker than mid-grey draws the exposure
    its way, by half a stop at most. `Scene.exposure` is in these units.
    """
    exposure = np.pi / max(metered(lighting), 1e-9)
    off = np.log2(MID_GREY / max(exposure * _background_level(lighting), 1e-9))
    return float(exposure * 2 ** np.clip(TOWARDS_BACKGROUND * off, -MOST_TOWARDS, MOST_TOWARDS))


def metered(lighting: Lighting) -> float:
    """Measure the light on upright people as a luminance of irradiance."""
    turn = np.arange(AROUND) / AROUND * 2 * np.pi
    upright = np.stack([np.sin(turn), np.zeros(AROUND), np.cos(turn)], axis=1)
    falls = irradiance(lighting, upright) @ LUMINANCE
    return float(np.sqrt(falls.mean() * falls.max()))


def irradiance(lighting: Lighting, normals: Float[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
    """Find the linear RGB irradiance on surfaces with unit normals, nothing hidden from them."""
    rest = harmonics(normals) @ irradiance_coefficients(lighting.radiance)
    return np.maximum(rest, 0) + shine(lighting.lights, normals)


def _background_level(lighting: Lighting) -> float:
    """Find the geometric mean of what is seen about the horizon."""
    small = shrunk(lighting.seen, 32)
    level = small[np.abs(directions(*small.shape[:2])[..., 1]) < 0.5] @ LUMINANCE
    return float(np.exp(np.log(np.maximum(level, 1e-4 * max(level.mean(), 1e-6))).mean()))


def varied(rng: np.random.Generator, exposure: float) -> tuple[float, tuple[float, float, float]]:
    """Err as cameras do.

    The exposure is off by 0.35 stops (standard deviation), at most 0.7; the white balance by 5 % in
    red and, the other way, in blue, and by 2 % in green, at most twice that.

    Returns:
        The exposure, and gains for linear red, green and blue that keep a grey's luminance.
    """
    stops, warm, green = np.clip(rng.normal(size=3), -2, 2) * (EV, WARMTH, TINT)
    gains = np.exp([warm, green, -warm])
    red, green, blue = (float(gain) for gain in gains / (gains @ LUMINANCE))
    return float(exposure * 2**stops), (red, green, blue)
