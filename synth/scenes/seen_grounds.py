"""The lower half of a painted map: a level ground as eyes at `EYE_HEIGHT` see it.

Laid out again on a level ground by the renderer, it is flat and sharp below the eyes.
"""

import numpy as np
from jaxtyping import Float, Float32

from synth.render.colours import linear
from synth.scenes.map_pixels import Colours, Field, Rng, fractal, larger, lower, tiled
from synth.scenes.materials import material
from synth.splits import draw

EYE_HEIGHT = 1.6
VARIANTS = 40
"""Of each material."""
SNOW, SAND = (0.86, 0.88, 0.92), (0.46, 0.39, 0.28)
"""Linear albedo."""
PATCH = 30.0
"""Metres after which patches of a ground's shades repeat."""
STEP = 4
"""Patches are painted on every so many pixels."""


def albedo_tile(rng: Rng, kind: str, split: str) -> tuple[Float32[np.ndarray, "h w 3"], float]:
    """Make a ground's tile, linear RGB, and its side in metres."""
    if kind in ("snow", "sand"):
        base = np.array(SNOW if kind == "snow" else SAND) * rng.uniform(0.9, 1.05)
        strength = 0.03 if kind == "snow" else 0.1
        relief = strength * (fractal(rng, 512, 0.9, 6.0) + 0.6 * fractal(rng, 512, 0.2, 30.0))
        return (base * np.exp(relief)[..., None]).astype(np.float32), 2.6
    made = material(kind, draw(rng, f"material/{kind}", split, VARIANTS))
    return linear(made.tile / 255), made.metres


def ground(
    rng: Rng,
    kind: str,
    split: str,
    falls: Float[np.ndarray, "3"],
    air: Float[np.ndarray, "3"],
    sight: float,
) -> Colours:
    """Paint a ground.

    Args:
        rng: Source of all choices.
        kind: "snow", "sand" or a key of `materials.MATERIALS`.
        split: Whose materials are used.
        falls: Irradiance on the ground.
        air: Radiance of the air at the horizon, into which the far ground fades.
        sight: Metres at which 63 % has faded.
    """
    tile, metres = albedo_tile(rng, kind, split)
    towards = lower()
    reach = np.float32(EYE_HEIGHT) / np.maximum(-towards[:, :1, 1], np.float32(1e-4))
    x, z = towards[..., 0] * reach, towards[..., 2] * reach
    footprint = footprint_of(reach[:, 0], np.pi / (2 * len(towards)))
    turn, scale = float(rng.uniform(0, np.pi / 2)), np.float32(1 / metres)
    cos, sin = np.float32(np.cos(turn)) * scale, np.float32(np.sin(turn)) * scale
    u, v = cos * x - sin * z, sin * x + cos * z
    albedo = tiled(tile, u, v, footprint * scale)
    albedo *= _patches(rng, kind, x, z, footprint)
    distance = np.sqrt(np.maximum(reach[:, 0] ** 2 - EYE_HEIGHT**2, 0))
    clear = np.exp(-distance / sight).astype(np.float32)[:, None, None]
    albedo *= clear * (falls / np.pi).astype(np.float32)
    albedo += (1 - clear) * air.astype(np.float32)
    return albedo


def _patches(
    rng: Rng, kind: str, x: Field, z: Field, footprint: Float32[np.ndarray, " rows"]
) -> Colours:
    """Shade a ground in large patches, so that no eye sees the tile repeat."""
    natural = kind in ("grass", "sand", "snow", "soil", "gravel")
    strength = 0.10 if natural else 0.05
    if kind == "snow":
        strength = 0.03
    x, z, rows = x[::STEP, ::STEP], z[::STEP, ::STEP], STEP * footprint[::STEP]
    wide = np.float32(7.3 * PATCH)
    near = tiled(fractal(rng, 256, 1.3), x / np.float32(PATCH), z / np.float32(PATCH), rows / PATCH)
    far = tiled(fractal(rng, 256, 1.2), z / wide, x / wide, rows / wide)
    shade = np.exp(strength * (near + 1.2 * far))
    tint = np.array([1.0, 0.0, -0.5], np.float32) * (0.5 * strength if natural else 0.0)
    patches = shade[..., None] * np.exp(tint * far[..., None])
    return larger(patches.astype(np.float32), STEP * len(x), STEP * x.shape[1])


def footprint_of(reach: Float32[np.ndarray, " rows"], pixel: float) -> Float32[np.ndarray, " rows"]:
    """Find how many metres of ground a pixel stands for, in rows that look so far.

    Between its width across and its length away from the eye.
    """
    return (pixel * np.maximum(reach**1.5 / EYE_HEIGHT**0.5, reach)).astype(np.float32)
