"""A virtual camera that is aimed at the person, in which the teacher sees everybody alike.

Camera frame: +X right, +Y down, +Z forward. At the edge of a picture people are drawn out and
seen from the side; seen along their own line of sight they are not. So each pose is turned onto
the optical axis, lifted there, and turned back.

Along a track every frame is aimed on its own. A steady camera would keep the drawing out, which
nobody learned; and as each lift is turned back by its own turn, what the aim trembles with a
joint cancels. Frames in which nobody is seen take their aim from those before and after.
"""

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from teacher.poses_2d import root_of

NEAREST = 1e-2
"""Least depth of a ray along the axis, so that rays beside the camera explode nothing."""


def rays_of(
    joints: Float[np.ndarray, "*batch joints 2"], K: Float[np.ndarray, "*batch 3 3"]
) -> Float[Tensor, "*batch joints 3"]:
    """Directions of pixels in the camera frame, of depth 1."""
    pixels = np.concatenate([joints, np.ones_like(joints[..., :1])], -1).astype(np.float64)
    inverse = np.linalg.inv(K.astype(np.float64))
    return torch.from_numpy((pixels @ inverse.swapaxes(-1, -2)).astype(np.float32))


def aim(
    rays: Float[Tensor, "*batch joints 3"], visible: Float[Tensor, "*batch joints"]
) -> Float[Tensor, "*batch 3 3"]:
    """Smallest rotation that brings the person's root onto the optical axis."""
    return turn_to(root_of(rays[..., :2] / rays[..., 2:], visible))


def aim_along(
    rays: Float[Tensor, "tracks frames joints 3"], visible: Float[Tensor, "tracks frames joints"]
) -> Float[Tensor, "tracks frames 3 3"]:
    """Aim at each frame of tracks; where nobody is seen, between the frames around it."""
    roots = root_of(rays[..., :2] / rays[..., 2:], visible)
    seen = visible.amax(-1) > 0
    for track in (seen.any(-1) & ~seen.all(-1)).nonzero().flatten().tolist():
        roots[track] = _between(roots[track], seen[track])
    return turn_to(roots)


def _between(
    roots: Float[Tensor, "frames 2"], there: Bool[Tensor, " frames"]
) -> Float[Tensor, "frames 2"]:
    places, known = roots.cpu().numpy(), there.cpu().numpy()
    frames = np.arange(len(places))
    found = [np.interp(frames, frames[known], column[known]) for column in places.T]
    return torch.from_numpy(np.stack(found, 1)).to(roots)


def turn_to(roots: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch 3 3"]:
    """Smallest rotation that brings a point of the plane at depth 1 onto the optical axis.

    Rodrigues' formula for the turn of one unit vector onto another.
    """
    ray = torch.nn.functional.normalize(torch.nn.functional.pad(roots, (0, 1), value=1), dim=-1)
    x, y, z = ray.unbind(-1)
    nothing = torch.zeros_like(x)
    rows = ((nothing, nothing, -x), (nothing, nothing, -y), (x, y, nothing))
    across = torch.stack([torch.stack(row, -1) for row in rows], -2)
    eye = torch.eye(3).to(ray)
    # z is above 0, since a root is seen before the camera.
    return eye + across + across @ across / (1 + z)[..., None, None]


def seen_from(
    turns: Float[Tensor, "*batch 3 3"], rays: Float[Tensor, "*batch joints 3"]
) -> Float[Tensor, "*batch joints 2"]:
    """Poses as the aimed cameras see them, with focal length 1."""
    aimed = rays @ turns.mT
    return aimed[..., :2] / aimed[..., 2:].clamp_min(NEAREST)
