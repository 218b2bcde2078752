"""Lifted skeletons seen from other sides.

Camera frame: +X right, +Y down, +Z forward. A skeleton is centred at its root; the camera
stands `DISTANCE` before it and has focal length 1.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.rotations import about
from teacher.poses_2d import DISTANCE, ROOT

NEAREST = 1.0
"""No joint is lifted nearer to the camera than this (Chen et al., CVPR 2019)."""


def raised(
    plane: Float[Tensor, "*batch joints 2"], offsets: Float[Tensor, "*batch joints"]
) -> Float[Tensor, "*batch joints 3"]:
    """Push joints along their rays to depth max(1, 10 + d), then centre them at the root."""
    depth = (DISTANCE + offsets).clamp_min(NEAREST).unsqueeze(-1)
    points = torch.cat([plane * depth, depth], -1)
    return points - points[..., ROOT : ROOT + 1, :]


def seen(points: Float[Tensor, "*batch joints 3"]) -> Float[Tensor, "*batch joints 2"]:
    """Project skeletons back to the plane."""
    return points[..., :2] / (points[..., 2:] + DISTANCE).clamp_min(NEAREST)


def turned(
    points: Float[Tensor, "*#batch joints 3"], turns: Float[Tensor, "*#batch 3 3"]
) -> Float[Tensor, "*#batch joints 3"]:
    """Turn skeletons about their roots."""
    return points @ turns.mT


def around(
    azimuth: Float[Tensor, "*batch"],
    elevation: Float[Tensor, "*batch"],
    new_elevation: Float[Tensor, "*batch"],
) -> Float[Tensor, "*batch 3 3"]:
    """Rotation that walks the camera around a person.

    The view is first levelled by the camera's elevation, then turned about the vertical, then
    raised to the new elevation (Wandt et al., ElePose, CVPR 2022). Angles in radians; a camera
    that looks down has positive elevation.
    """
    return about("x", new_elevation) @ about("y", azimuth) @ about("x", -elevation)


def random_turns(
    elevation: Float[Tensor, " batch"], spread: float, generator: torch.Generator
) -> Float[Tensor, "batch 3 3"]:
    """Draw views: azimuth over the full circle, elevation as another pose's of the batch.

    Args:
        elevation: What each pose is thought to be seen from, in radians.
        spread: Uniform noise put on the new elevation, in radians to either side.
        generator: Source of all randomness.
    """
    count = len(elevation)
    azimuth = torch.rand(count, generator=generator) * 2 * math.pi
    other = torch.randperm(count, generator=generator).to(elevation.device)
    noise = (torch.rand(count, generator=generator) * 2 - 1) * spread
    return around(azimuth.to(elevation), elevation, elevation[other] + noise.to(elevation))
