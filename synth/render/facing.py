"""Normals as a camera sees them."""

import numpy as np
from jaxtyping import Float, Float32

from hmr.cameras import Camera

TINY = 1e-9


def seen_normals(world: Float[np.ndarray, "h w 3"], camera: Camera) -> Float32[np.ndarray, "h w 3"]:
    """Turn normals into the camera frame and tilt those that point away until they are level.

    What is seen faces the viewer; but leaves are shaded by their crown's normals, and coarse
    outlines by those of the fine surface, some of which lie just behind the edge.
    """
    turned = np.asarray(world, np.float32) @ camera.R.float().numpy().T
    rays = _rays(camera, *world.shape[:2])
    away = np.maximum((turned * rays).sum(-1, keepdims=True), 0)
    level = turned - away * rays
    length = np.linalg.norm(level, axis=-1, keepdims=True)
    return np.where(away > 0, level / np.maximum(length, TINY), turned)


def _rays(camera: Camera, height: int, width: int) -> Float32[np.ndarray, "h w 3"]:
    """Directions, in the camera frame, from the eye to the pixels' centres."""
    v, u = np.mgrid[:height, :width] + 0.5
    pixels = np.stack([u, v, np.ones_like(u)], -1)
    rays = pixels @ np.linalg.inv(camera.K.double().numpy()).T
    return (rays / np.linalg.norm(rays, axis=-1, keepdims=True)).astype(np.float32)
