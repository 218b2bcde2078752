"""Guesses from one photo how people who stand in it would be lit.

Nothing is known but the picture, so the guess is a plain one. The photo, blurred, is
wrapped round the scene as if it were seen in a mirror ball (after E. Khan et al., "Image-Based
Material Editing", SIGGRAPH 2006); its colour is drawn towards that of the light (shades of grey:
G. Finlayson and E. Trezzi, 2004); a key light from the brighter side is as strong and hard as the
picture has contrast. The level is such that people are as bright as what else stands there.
"""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from synth.render.colours import LUMINANCE, linear
from synth.render.lights import Light, Lighting, Radiance, directions
from synth.scenes.exposures import metered

Rng = np.random.Generator
HEIGHT = 32
"""Rows of the map that lights."""
GRID = 24
"""The photo is looked at in so many rows and columns."""
ALBEDO = 0.22
"""Of what stands in the world: with it, guesses for views of 18 maps of light are neither too
bright nor too dark."""
TRUST = 0.6
"""In the picture's level, rather than in its having been exposed for people."""
WHITE, BRIGHTEST = 0.8, 1.3
"""Albedo of white clothes, and the radiance they may have: shown as sRGB 240."""
TONE, SCALE = (2.51, 0.03, 2.43, 0.59, 0.14), 0.85
"""The renderer's tone curve (sky.glsl), which is undone."""
NEUTRAL = 0.5
"""How far the colour of what lights from around is drawn to the light's own."""


def light_of_photo(rng: Rng, photo: UInt8[np.ndarray, "h w 3"]) -> Lighting:
    """Guess a photo's light, for an exposure of 1 and a camera that looks along -z.

    Turn it with the camera (`maps.turned`). The guess of whether the key light comes from before or
    behind the camera is the generator's where the photo leaves it open.
    """
    small = cv2.resize(photo, (GRID, GRID), interpolation=cv2.INTER_AREA)
    grid = untoned(linear(small / 255)).astype(np.float32)
    colour = _colour(grid)
    around = _wrapped(grid)
    level = around @ LUMINANCE.astype(np.float32)
    around += NEUTRAL * (level[..., None] * colour.astype(np.float32) - around)
    rest = Lighting(around.astype(np.float32))
    share, key = _key(rng, photo, grid, colour)
    soft = _scaled(rest, (1 - share) / metered(rest))
    hard = _scaled(Lighting(np.zeros_like(around), (key,)), 1.0)
    both = Lighting(soft.radiance, _scaled(hard, share / metered(hard)).lights)
    return _scaled(both, _level(grid) / metered(both))


def untoned(shown: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Find the radiance that the renderer shows as linear values from 0 to 1, exposed by 1."""
    a, b, c, d, e = TONE
    y = np.clip(shown, 0, 0.98)
    p, q, r = a - c * y, b - d * y, -e * y
    return (-q + np.sqrt(q * q - 4 * p * r)) / (2 * p) / SCALE


def _colour(grid: Float32[np.ndarray, "rows columns 3"]) -> Float[np.ndarray, "3"]:
    """Estimate the light's colour, of luminance 1."""
    norm = (grid.reshape(-1, 3).astype(np.float64) ** 3).mean(0) ** (1 / 3)
    colour = (norm / norm.mean()) ** 0.7
    return colour / (colour @ LUMINANCE)


def _wrapped(grid: Float32[np.ndarray, "rows columns 3"]) -> Radiance:
    """Wrap a picture round the scene: its edges to the sides, top and bottom up and down."""
    around = directions(HEIGHT, 2 * HEIGHT)
    side = (0.5 + 0.5 * around[..., 0]) * (GRID - 1)
    down = (0.5 - 0.5 * around[..., 1]) * (GRID - 1)
    blurred = cv2.GaussianBlur(grid, (0, 0), 2.0, borderType=cv2.BORDER_REPLICATE)
    where = side.astype(np.float32), down.astype(np.float32)
    return cv2.remap(blurred, *where, cv2.INTER_LINEAR)


def _level(grid: Float32[np.ndarray, "rows columns 3"]) -> float:
    """Guess the irradiance on people by what stands about them, the lower two thirds.

    Drawn to that which cameras are set for, where white shows as 1.
    """
    standing = (grid @ LUMINANCE.astype(np.float32))[GRID // 3 :]
    mean = float(np.exp(np.log(np.maximum(standing, 1e-3)).mean()))
    falls = np.pi * (mean / ALBEDO) ** TRUST
    # White clothes are no darker than half the picture's bright tones, and hardly clip.
    bright = float(np.quantile(standing, 0.95))
    most = np.pi * BRIGHTEST / WHITE
    return float(min(max(falls, np.pi * 0.5 * bright / WHITE), most))


def _key(
    rng: Rng,
    photo: UInt8[np.ndarray, "h w 3"],
    grid: Float32[np.ndarray, "rows columns 3"],
    colour: Float[np.ndarray, "3"],
) -> tuple[float, Light]:
    """Guess the key light, and its share of all that falls on people."""
    logs = np.log(np.maximum(grid @ LUMINANCE.astype(np.float32), 1e-3))
    fine = cv2.resize(photo, (8 * GRID, 8 * GRID), interpolation=cv2.INTER_AREA)[2 * GRID :]
    spread = float(np.log(untoned(linear(fine[..., 1] / 255)) + 0.01).std())
    share = float(np.clip(0.15 + 0.4 * (spread - 0.5), 0.1, 0.6))
    # Brighter to the right pulls the light to the right; to the top, it stands before us.
    side = float(np.clip(1.2 * (logs[:, GRID // 2 :].mean() - logs[:, : GRID // 2].mean()), -1, 1))
    above = float(logs[: GRID // 3].mean() - logs[GRID // 3 :].mean())
    ahead = rng.random() < np.clip(0.2 + 0.25 * (above - 1.0), 0.1, 0.6)
    across = np.clip(side + rng.normal(0, 0.25), -1, 1) * np.radians(80)
    azimuth = across if ahead else np.pi - across
    up = np.radians(float(np.clip(rng.normal(48, 8), 30, 65)))
    level = np.cos(up)
    towards = (level * np.sin(azimuth), np.sin(up), -level * np.cos(azimuth))
    x, y, z = (float(-c) for c in towards)
    warm = colour * np.array([1.04, 1.0, 0.94])
    red, green, blue = (float(c) for c in warm / warm.max())
    angle = float(np.interp(share, [0.15, 0.5], [0.3, 0.03]))
    return share, Light((x, y, z), (red, green, blue), 1.0, angle)


def _scaled(lighting: Lighting, factor: float) -> Lighting:
    lights = tuple(replace(one, intensity=one.intensity * factor) for one in lighting.lights)
    return Lighting((lighting.radiance * np.float32(factor)).astype(np.float32), lights)
