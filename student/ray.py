"""A person's place: from the crop's own view to the image's camera, and back.

The network sees a crop, so it answers in the crop's view: how the body is turned to the ray
through the crop's centre, and a weak-perspective camera (s, tx, ty). With the crop's place in the
image (`hmr.crops.place_in_image`: direction of its centre, its side over the focal length) both
become rotation and position in the camera frame. K itself is never needed.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from hmr.rotations import axis_angle_to_matrix

NEAREST = 0.1
"""Depth, in metres, below which points are projected as if they stood there."""


def turn_to_ray(place: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Shortest rotation that takes the camera's axis to the ray through the crop's centre.

    A body looks the same to a crop when it turns with the ray, so `turn_to_ray(place) @ seen` is
    the body's rotation in the camera frame (Yu et al., perspective crop layers, CVPR 2021).
    """
    across = place[..., :2].norm(dim=-1)
    x, y = place[..., 0], place[..., 1]
    axis = F.normalize(torch.stack([-y, x, torch.zeros_like(x)], -1), dim=-1)
    return axis_angle_to_matrix(axis * torch.atan(across).unsqueeze(-1))


def pelvis_from_crop(
    weak: Float[Tensor, "*batch 3"], place: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch 3"]:
    """Turn a crop's camera (s, tx, ty) into the pelvis' position in the camera frame.

    The crop spans [-1, 1]; s is how much of it a metre at the pelvis fills, and (tx, ty) are
    metres from the crop's central ray (SPIN's camera; CLIFF, Li et al., ECCV 2022).
    """
    depth = 2 / (weak[..., 0] * place[..., 2])
    across = weak[..., 1:] + place[..., :2] * depth.unsqueeze(-1)
    return torch.cat([across, depth.unsqueeze(-1)], -1)


def crop_from_pelvis(
    pelvis: Float[Tensor, "*batch 3"], place: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch 3"]:
    """Turn the pelvis' position into the crop's camera (s, tx, ty)."""
    depth = pelvis[..., 2:]
    scale = 2 / (depth * place[..., 2:])
    return torch.cat([scale, pelvis[..., :2] - place[..., :2] * depth], -1)


def to_crop(
    in_camera: Float[Tensor, "*batch n 3"], place: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch n 2"]:
    """Project points of the camera frame into the crop, which spans [-1, 1]."""
    direction = in_camera[..., :2] / in_camera[..., 2:].clamp_min(NEAREST)
    return 2 * (direction - place[..., None, :2]) / place[..., None, 2:]


def spots_of(
    points: Float[Tensor, "*batch n 3"],
    pelvis: Float[Tensor, "*batch 3"],
    place: Float[Tensor, "*batch 3"],
) -> Float[Tensor, "*batch n 3"]:
    """Where points (relative to the pelvis, in the camera frame) are in their crop.

    x and y as in `to_crop`; the third is how much further away than the pelvis a point is along
    the crop's central ray, in the same unit at the pelvis' depth, so that a body keeps its form.
    """
    flat = to_crop(points + pelvis.unsqueeze(-2), place)
    further = (points @ turn_to_ray(place))[..., 2]
    return torch.cat([flat, (further * crop_from_pelvis(pelvis, place)[..., :1]).unsqueeze(-1)], -1)
