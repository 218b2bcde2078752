"""What rough surfaces mirror of a map: the map, blurred by the lobe of their roughness.

Brian Karis, "Real Shading in Unreal Engine 4", SIGGRAPH 2013 course: GGX lobes
around the mirrored direction, as if seen from right above.
"""

from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float32

from synth.render.lights import Radiance, directions, solid_angles

LEVELS = 4
"""Versions of a map, ever blurrier; the last is for roughness `ROUGHEST`."""
ROUGHEST = 0.5
Map = Float32[np.ndarray, "_ _ 3"]
"""A map of a size of its own."""
SIZE = (64, 128)
"""Rows and columns of the sharpest; each next has half."""
COARSE = (32, 64)
"""What the lobes are taken over."""


def mirrors(radiance: Radiance) -> list[Map]:
    """Blur a map for each level of roughness."""
    sharp = _shrunk(radiance, SIZE)
    small = _shrunk(radiance, COARSE).reshape(-1, 3)
    levels = [sharp]
    for level in range(1, LEVELS):
        shape = (SIZE[0] >> level, SIZE[1] >> level)
        levels.append((_lobes(level) @ small).reshape(*shape, 3))
    return levels


def _shrunk(radiance: Radiance, shape: tuple[int, int]) -> Map:
    finer = radiance.shape[0] > shape[0]
    how = cv2.INTER_AREA if finer else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(radiance, shape[::-1], interpolation=how), np.float32)


@lru_cache(maxsize=LEVELS)
def _lobes(level: int) -> Float32[np.ndarray, "pixels coarse"]:
    """Weights of the coarse map's pixels in each pixel of a level; rows sum to one."""
    alpha2 = (ROUGHEST * level / (LEVELS - 1)) ** 4
    out = directions(SIZE[0] >> level, SIZE[1] >> level).reshape(-1, 3)
    facing = out @ directions(*COARSE).reshape(-1, 3).T
    # Seen from right above, the half vector makes half the angle; cos^2 of it:
    half2 = (1 + facing) / 2
    lobe = np.clip(facing, 0, None) / (half2 * (alpha2 - 1) + 1) ** 2
    weights = lobe * np.repeat(solid_angles(*COARSE), COARSE[1], axis=0).T
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)
