"""Cameras as AGORA's: a full-frame sensor at eye height, level or looking down.

Patel et al., "AGORA: Avatars in Geography Optimized for Regression Analysis",
CVPR 2021: 18, 28 and 50 mm, 1.7 m high, pitch 0, 15 or 30 degrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from hmr.cameras import Camera, focal_from_mm, intrinsics, looking
from hmr.errors import InputError

EYE_LEVEL = 1.7
"""What a standing person needs to have in the picture, in metres above the ground."""
NEAREST, DEEP = 1.9, 1.7
"""Least distance of people, in metres, and the crowd's depth as a multiple of its distance."""
SHALLOWEST = 4.5
"""Least depth of the crowd, in metres."""


@dataclass(frozen=True)
class Viewpoint:
    """A camera and the piece of ground it is meant to see people on."""

    camera: Camera
    width: int
    height: int
    near: float
    """Where the crowd begins, along the ground from under the camera."""
    far: float
    slope: float
    """Half the width of what is seen, as a multiple of the distance."""
    forward: Float[np.ndarray, "2"]
    """X and z of the direction of view on the ground."""

    @property
    def foot(self) -> Float[np.ndarray, "2"]:
        """X and z of the point under the camera."""
        return self.camera.centre.double().numpy()[[0, 2]]

    def ground(self, ahead: float, aside: float) -> Float[np.ndarray, "2"]:
        """X and z of a point so far ahead of the camera and to its right."""
        right = np.array([-self.forward[1], self.forward[0]])
        return self.foot + ahead * self.forward + aside * right

    @property
    def heading(self) -> float:
        """Turn about +y that makes a person look the way the camera does."""
        return float(np.arctan2(self.forward[0], self.forward[1]))


def draw_viewpoint(
    rng: np.random.Generator,
    views: Sequence[Sequence[float | int]],
    elevation: float | int,
    width: int,
    height: int,
) -> Viewpoint:
    """Draw a camera that has the crowd around the world's origin before it.

    Args:
        rng: Source of the choice.
        views: Pairs of focal length in millimetres and pitch in degrees, each as likely.
        elevation: Height of the camera, in metres.
        width: Of the image, in pixels.
        height: Of the image, in pixels.

    Raises:
        InputError: A focal length is not positive, or a view shows no standing person.
    """
    focal_mm, pitch_deg = views[int(rng.integers(len(views)))]
    check_view(focal_mm, pitch_deg, elevation)
    focal, pitch = focal_from_mm(focal_mm, width), float(np.radians(pitch_deg))
    down = pitch + float(np.arctan(height / 2 / focal))
    feet = elevation / np.tan(min(down, np.pi / 2 - 0.1))
    near = max(NEAREST, 0.8 * feet)
    far = near + max(SHALLOWEST, DEEP * near)
    yaw = float(rng.uniform(-np.pi, np.pi))
    forward = np.array([-np.sin(yaw), -np.cos(yaw)])
    foot = -forward * (near + far) / 2
    position = torch.tensor([foot[0], elevation, foot[1]], dtype=torch.float64)
    K = intrinsics(focal, width, height).double()
    camera = looking(position, yaw, pitch, 0.0, K)
    exact = Camera(camera.K.float(), camera.R.float(), camera.t.float())
    return Viewpoint(exact, width, height, near, far, width / 2 / focal, forward)


def check_view(focal_mm: float | int, pitch_deg: float | int, elevation: float | int) -> None:
    """Refuse views that cannot be rendered."""
    if focal_mm <= 0:
        raise InputError(f"camera.views: a focal length of {focal_mm} mm; it must be positive")
    if not 0 <= pitch_deg < 80:
        raise InputError(f"camera.views: a pitch of {pitch_deg} degrees; it goes from 0 to 80")
    if elevation <= 0:
        raise InputError(f"camera.elevation={elevation}: the camera must be above the ground")
