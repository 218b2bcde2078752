"""Colours that go together, sRGB from 0 to 1."""

import colorsys

import numpy as np
from jaxtyping import Float

Rng = np.random.Generator
Colour = Float[np.ndarray, "3"]

NEUTRALS = (
    *((28, 29, 33), (58, 60, 66), (112, 114, 118), (176, 175, 172), (232, 230, 225)),
    *((30, 38, 66), (48, 62, 96), (196, 178, 148), (122, 96, 70), (74, 80, 60)),
)
"""What most clothes are: blacks, greys, white, navy, beige, brown, olive."""
HUES = (0.0, 0.02, 0.06, 0.1, 0.13, 0.28, 0.36, 0.45, 0.52, 0.56, 0.6, 0.63, 0.72, 0.82, 0.92, 0.97)
"""Those of dyes that are worn: few clothes are yellow-green."""
SCHEMES = {
    "tonal": (0.0, 0.0),
    "near": (0.07, -0.06),
    "against": (0.5, 0.06),
    "triad": (0.36, 0.64),
}
SHARE_OF_NEUTRALS = 0.5


def palette(rng: Rng) -> Float[np.ndarray, "3 3"]:
    """Draw a ground colour and two that go with it."""
    if rng.random() < SHARE_OF_NEUTRALS:
        return np.stack([neutral(rng), neutral(rng), dyed(rng, rng.choice(HUES))])
    hue = float(rng.choice(HUES))
    steps = SCHEMES[str(rng.choice(list(SCHEMES), p=[0.35, 0.3, 0.2, 0.15]))]
    second = neutral(rng) if rng.random() < 0.5 else dyed(rng, hue + steps[0])
    return np.stack([dyed(rng, hue), second, dyed(rng, hue + steps[1])])


def neutral(rng: Rng) -> Colour:
    """Draw a colour of the quiet kind."""
    return varied(rng, NEUTRALS[rng.integers(len(NEUTRALS))])


def varied(rng: Rng, base: tuple[int, int, int]) -> Colour:
    """Draw a colour near another, given from 0 to 255."""
    return np.clip(np.array(base) / 255 * rng.uniform(0.85, 1.15), 0, 1)


def dyed(rng: Rng, hue: float) -> Colour:
    """Draw a dyed cloth's colour: muted, dark or pale more often than bright."""
    kind = rng.random()
    if kind < 0.4:
        saturation, value = rng.uniform(0.25, 0.5), rng.uniform(0.35, 0.7)
    elif kind < 0.65:
        saturation, value = rng.uniform(0.5, 0.75), rng.uniform(0.2, 0.42)
    elif kind < 0.85:
        saturation, value = rng.uniform(0.1, 0.25), rng.uniform(0.72, 0.88)
    else:
        saturation, value = rng.uniform(0.55, 0.8), rng.uniform(0.55, 0.8)
    return np.array(colorsys.hsv_to_rgb((hue + rng.normal(0, 0.012)) % 1, saturation, value))


def discord(one: Colour, other: Colour) -> float:
    """Tell how badly two colours go together, from 0; equal ones and rival bright ones do."""
    (h, s, v), (H, S, V) = (colorsys.rgb_to_hsv(*map(float, c)) for c in (one, other))
    apart = abs((h - H + 0.5) % 1 - 0.5)
    rivals = min(s * v, S * V) * 2
    at_ease = min(apart, abs(apart - 0.5), abs(apart - 0.36)) / 0.12
    alike = max(0.0, 0.22 - float(np.abs(one - other).mean())) * 2
    return rivals * min(at_ease, 1.0) + alike
