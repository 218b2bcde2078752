"""Puts people on the ground, and moves them over it as their feet push."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from hmr.body import Body
from hmr.motion.anatomy import SIDES, column
from hmr.motion.skeleton import height_of_ground
from hmr.params import Params
from hmr.rotations import about

SOLES = tuple(f"{s}_{n}" for s in SIDES for n in ("heel", "big_toe", "small_toe"))
"""Points of the body that rest on the ground under a person who stands."""
PLANTED = 0.005
"""Height above the lowest heel or toes, in metres, at which others hardly carry any more."""
EASE = 0.7
"""Frames over which steps are smoothed."""
CHUNK = 64
"""People posed at once."""


def put_on_ground(params: Params, body: Body, together: bool = False) -> Params:
    """Raise or lower people so that their lowest vertex lies on the ground.

    With `together` all move by the same amount, so that a clip keeps its jumps.
    """
    people = params.transl.shape[0]
    with torch.no_grad():
        chunks = torch.arange(people).split(CHUNK)
        lowest = torch.cat([body(params.index(c)).vertices[..., 1].amin(-1) for c in chunks])
    down = lowest.min().expand(people) if together else lowest
    return replace(params, transl=params.transl - down[:, None] * torch.tensor([0.0, 1.0, 0.0]))


def facing_front(params: Params, body: Body) -> Params:
    """Turn each person about the vertical to face +Z, and shift them to above the origin."""
    with torch.no_grad():
        joints = body.keypoints(params, ["left_hip", "right_hip", "pelvis"])
    across = joints[..., 0, :] - joints[..., 1, :]
    turn = about("y", torch.atan2(across[..., 2], across[..., 0]))
    # A body turns about its pelvis, so only that has to be put in its place.
    place = joints[..., 2, :] * torch.tensor([1.0, 0.0, 1.0])
    return replace(params, global_orient=turn @ params.global_orient, transl=params.transl - place)


def pelvis_on_ground(
    poses: Float[np.ndarray, "frames dofs"], places: Mapping[str, Float[Tensor, "frames 3"]]
) -> Float[np.ndarray, "frames 3"]:
    """Where the pelvis is when the lowest part rests on the ground (or flies, by `lift`)."""
    pelvis = np.zeros((len(poses), 3))
    pelvis[:, 1] = poses[:, column("lift")] - height_of_ground(places).numpy()
    return pelvis


def along_steps(
    pelvis: Float[np.ndarray, "frames 3"], places: Mapping[str, Float[Tensor, "frames 3"]]
) -> Float[np.ndarray, "frames 3"]:
    """Move the pelvis over the ground so that the heel or toes that carry stay where they are."""
    if len(pelvis) < 3:
        return pelvis
    ends = [f"{side}_{end}" for side in SIDES for end in ("heel", "big_toe")]
    feet = np.stack([places[name].numpy() for name in ends])
    height = feet[..., 1] - feet[..., 1].min(0)
    carries = np.exp(-height / PLANTED)
    # From one frame to the next only what carries in both can push.
    carries = np.minimum(carries[:, 1:], carries[:, :-1]) + 1e-9
    push = -np.diff(feet[..., ::2], axis=1)
    steps = (push * (carries / carries.sum(0))[..., None]).sum(0)
    path = np.cumsum(gaussian_filter1d(steps, EASE, axis=0, mode="nearest"), 0)
    moved = pelvis.copy()
    moved[1:, ::2] += path
    return moved
