"""Moves limbs out of the body and of each other, as little as possible."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from hmr.motion.anatomy import DOFS, limited
from hmr.motion.skeleton import penetration, points

FREE = torch.tensor([float(("_arm_" in n) or ("_leg_" in n and "toes" not in n)) for n in DOFS])
"""Only limbs give way."""
TOLERANCE = 0.01
"""Overlap, in metres, of capsules that nobody would see."""
STEPS = 40
CHUNK = 4096
"""Frames taken at once."""
STRIDE = 3
"""Corrections are found for every third frame of a clip; they are smooth anyway."""


def overlap(poses: Float[np.ndarray, "frames dofs"]) -> Float[np.ndarray, " frames"]:
    """Deepest overlap of two parts of the body, in metres."""
    with torch.no_grad():
        parts = torch.from_numpy(poses).float().split(CHUNK)
        return torch.cat([penetration(points(part)).amax(-1) for part in parts]).numpy()


def untangle(
    poses: Float[np.ndarray, "clips frames dofs"],
) -> Float[np.ndarray, "clips frames dofs"]:
    """Move limbs apart; corrections change smoothly along a clip."""
    clips, frames, dofs = poses.shape
    deepest = overlap(poses.reshape(-1, dofs)).reshape(clips, frames).max(1)
    fixed = poses.copy()
    tangled = np.flatnonzero(deepest > TOLERANCE)
    for part in np.array_split(tangled, max(1, len(tangled) * frames // CHUNK)):
        if len(part):
            moved = poses[part] + _correction(poses[part])
            fixed[part] = limited(moved.reshape(-1, dofs)).reshape(moved.shape)
    return fixed


def _correction(
    poses: Float[np.ndarray, "clips frames dofs"],
) -> Float[np.ndarray, "clips frames dofs"]:
    frames = poses.shape[1]
    some = np.linspace(0, frames - 1, -(-(frames - 1) // STRIDE) + 1).round().astype(int)
    between = _descend(torch.from_numpy(poses[:, some]).float())
    full = functional.interpolate(between.mT, size=frames, mode="linear", align_corners=True)
    return full.mT.double().numpy()


def _descend(poses: Float[Tensor, "clips frames dofs"]) -> Float[Tensor, "clips frames dofs"]:
    correction = torch.zeros_like(poses, requires_grad=True)
    optimiser = torch.optim.Adam([correction], lr=0.03)
    for _ in range(STEPS):
        moved = poses + _smoothed(correction)
        deep = penetration(points(moved.flatten(0, 1)))
        if deep.max() < TOLERANCE / 2:
            break
        loss = 200 * deep.square().sum() + 0.02 * correction.square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return _smoothed(correction).detach()


def _smoothed(values: Float[Tensor, "clips frames dofs"]) -> Float[Tensor, "clips frames dofs"]:
    if values.shape[1] > 1:
        padded = functional.pad(values.mT, (1, 1), mode="replicate")
        values = functional.avg_pool1d(padded, 3, stride=1).mT
    return values * FREE
