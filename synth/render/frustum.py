"""From a camera or a light to GL's clip space.

GL's window row 0 is the image's top row, so what is read back needs no flip.
Depth is reversed: near / z for a camera, 1 (nearest) to 0 for a light.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from hmr.cameras import Camera

NEAR = 0.05
"""Nothing nearer to the camera's plane is seen."""


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels of the image plane; it may reach beyond the image."""

    x: int
    y: int
    width: int
    height: int
    step: int = 1
    """Image pixels that one pixel of the window spans: 2 renders at half resolution."""


@dataclass(frozen=True)
class View:
    """Where vertices go, and where they are seen from."""

    clip: Float64[np.ndarray, "4 4"]
    """World, homogeneous, to clip space."""
    eye: Float64[np.ndarray, "3"]


def extrinsics(camera: Camera) -> Float64[np.ndarray, "4 4"]:
    """Build T_cam_world of a single camera."""
    T_cam_world = np.eye(4)
    T_cam_world[:3, :3] = camera.R.numpy(force=True)
    T_cam_world[:3, 3] = camera.t.numpy(force=True)
    return T_cam_world


def clip_from_camera(camera: Camera, window: Window) -> Float64[np.ndarray, "4 4"]:
    """Take the camera frame to clip space, so that the window fills the viewport."""
    K = camera.K.numpy(force=True).astype(np.float64)
    size = np.array([window.width, window.height]) * window.step
    corner = np.array([window.x, window.y])
    clip = np.zeros((4, 4))
    # Pixel p lands at 2 (p - corner) / size - 1; pixels come homogeneous, times z.
    clip[:2, :3] = 2 * (K[:2] - corner[:, None] * K[2]) / size[:, None] - K[2]
    clip[2, 3] = NEAR
    clip[3, :3] = K[2]
    return clip


def camera_view(camera: Camera, window: Window) -> View:
    """See the world through a window of a camera's image plane."""
    T_cam_world = extrinsics(camera)
    eye = -T_cam_world[:3, :3].T @ T_cam_world[:3, 3]
    return View(clip_from_camera(camera, window) @ T_cam_world, eye)


def axes_along(direction: Float[np.ndarray, "3"]) -> Float64[np.ndarray, "3 3"]:
    """Build a right-handed frame, rows its axes, whose third axis is the unit direction."""
    helper = np.eye(3)[np.argmin(np.abs(direction))]
    first = np.cross(helper, direction)
    first = first / np.linalg.norm(first)
    return np.stack([first, np.cross(direction, first), direction]).astype(np.float64)


def parallel_view(
    towards: Float[np.ndarray, "3"], lower: Float[np.ndarray, "3"], upper: Float[np.ndarray, "3"]
) -> View:
    """See a box from infinitely far along a direction.

    Args:
        towards: Unit vector from the scene to the light.
        lower: Least corner of the box in ``axes_along(towards)``.
        upper: Greatest corner there; the third axis points to the light.
    """
    clip = np.eye(4)
    span = upper - lower
    scale = np.array([2.0, 2.0, 1.0]) / span
    clip[:3, :3] = scale[:, None] * axes_along(towards)
    clip[:3, 3] = -scale * lower - np.array([1.0, 1.0, 0.0])
    return View(clip, np.asarray(towards, dtype=np.float64) * 1e6)


def may_be_seen(clip: Float[np.ndarray, "4 4"], corners: Float[np.ndarray, "8 3"]) -> bool:
    """Tell whether a box may be in view: false only if it lies outside one clip plane."""
    x, y, z, w = clip[:, :3] @ corners.T + clip[:, 3:]
    outside = [x > w, x < -w, y > w, y < -w, z > w]
    return not any(side.all() for side in outside)
