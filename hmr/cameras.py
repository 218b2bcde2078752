"""Pinhole cameras, and lenses that bend their picture a little.

Camera frame as in OpenCV: +X right, +Y down, +Z forward. Pixel (0, 0) is the
top-left corner of the image.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.distortion import distort, undistort
from hmr.rotations import about

SENSOR_WIDTH_MM = 36.0
"""Width of the full-frame sensor that focal lengths in millimetres refer to."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that sees a world point x at K (R x + t)."""

    K: Float[Tensor, "*batch 3 3"]
    """Intrinsics, in pixels."""
    R: Float[Tensor, "*batch 3 3"]
    """World-to-camera rotation."""
    t: Float[Tensor, "*batch 3"]
    """World-to-camera translation, in metres."""
    distortion: Float[Tensor, "*batch 5"] | None = None
    """OpenCV's k1, k2, p1, p2, k3 of the lens (`hmr.distortion`); None for a pinhole."""

    @property
    def centre(self) -> Float[Tensor, "*batch 3"]:
        """Where the camera stands in the world."""
        return -(self.R.mT @ self.t.unsqueeze(-1)).squeeze(-1)


def to_camera(points: Float[Tensor, "*batch n 3"], camera: Camera) -> Float[Tensor, "*batch n 3"]:
    """Take world points, in metres, to the camera frame."""
    return points @ camera.R.mT + camera.t.unsqueeze(-2)


def to_pixels(
    in_camera: Float[Tensor, "*batch n 3"],
    K: Float[Tensor, "*#batch 3 3"],
    distortion: Float[Tensor, "*#batch 5"] | None = None,
) -> Float[Tensor, "*batch n 2"]:
    """Project points in the camera frame, in metres, to pixels."""
    if distortion is not None:
        drawn = distort(in_camera[..., :2] / in_camera[..., 2:], distortion)
        in_camera = torch.cat([drawn, torch.ones_like(drawn[..., :1])], -1)
    homogeneous = in_camera @ K.mT
    return homogeneous[..., :2] / homogeneous[..., 2:]


def project(points: Float[Tensor, "*batch n 3"], camera: Camera) -> Float[Tensor, "*batch n 2"]:
    """Project world points, in metres, to pixels."""
    return to_pixels(to_camera(points, camera), camera.K, camera.distortion)


def unproject(
    pixels: Float[Tensor, "*batch n 2"], depth: Float[Tensor, "*batch n"], camera: Camera
) -> Float[Tensor, "*batch n 3"]:
    """Find the world points seen at the pixels at a depth along the camera's z axis."""
    homogeneous = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    rays = torch.linalg.solve(camera.K, homogeneous.mT).mT
    if camera.distortion is not None:
        rays = torch.cat([undistort(rays[..., :2], camera.distortion), rays[..., 2:]], -1)
    in_camera = rays * depth.unsqueeze(-1)
    return (in_camera - camera.t.unsqueeze(-2)) @ camera.R


def intrinsics(focal: float, width: int, height: int) -> Float[Tensor, "3 3"]:
    """Build K for a focal length in pixels and a centred principal point."""
    return torch.tensor([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])


def focal_from_mm(focal_mm: float, width: int) -> float:
    """Turn a focal length on a 36 mm sensor into pixels."""
    return focal_mm / SENSOR_WIDTH_MM * width


def guessed_focal(width: int, height: int) -> float:
    """Guess the focal length, in pixels, of an unknown camera as the image's diagonal.

    The usual guess where metadata is missing (Kissos et al., 2020; CLIFF, 2022):
    a diagonal field of view of about 53 degrees.
    """
    return float((width**2 + height**2) ** 0.5)


def looking(
    position: Float[Tensor, "3"], yaw: float, pitch: float, roll: float, K: Float[Tensor, "3 3"]
) -> Camera:
    """Place a camera in the world by its angles, in radians.

    Args:
        position: Where the camera stands.
        yaw: Heading; 0 looks along world -Z, positive turns left (towards -X).
        pitch: Positive looks down.
        roll: Positive turns the image's content anticlockwise.
        K: Intrinsics, in pixels.
    """

    def turn(axis: str, angle: float) -> Tensor:
        return about(axis, torch.tensor(angle, dtype=K.dtype))

    # From the world's axes to a camera that looks along -Z: y and z change sign.
    flip = torch.diag(torch.tensor([1.0, -1.0, -1.0], dtype=K.dtype))
    R = turn("z", -roll) @ flip @ turn("x", pitch) @ turn("y", -yaw)
    return Camera(K, R, -(R @ position.to(K.dtype)))


def inside(
    pixels: Float[Tensor, "*batch n 2"], width: int, height: int
) -> Float[Tensor, "*batch n"]:
    """Tell (1 or 0) which pixel positions lie in the image."""
    size = pixels.new_tensor([width, height])
    return ((pixels >= 0) & (pixels < size)).all(-1).to(pixels.dtype)
