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
SMOOTH = 7
"""Frames over which a correction spreads."""


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
            moved = _descend(torch.from_numpy(poses[part]).float()).double().numpy()
            fixed[part] = limited(moved.reshape(-1, dofs)).reshape(moved.shape)
    return fixed


def _descend(poses: Float[Tensor, "clips frames dofs"]) -> Float[Tensor, "clips frames dofs"]:
    correction = torch.zeros_like(poses, requires_grad=True)
    optimiser = torch.optim.Adam([correction], lr=0.03)
    for _ in range(STEPS):
        moved = poses + _smoothed(correction) * FREE
        deep = penetration(points(moved.flatten(0, 1)))
        loss = 200 * deep.square().sum() + 0.02 * correction.square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return (poses + _smoothed(correction) * FREE).detach()


def _smoothed(values: Float[Tensor, "clips frames dofs"]) -> Float[Tensor, "clips frames dofs"]:
    if values.shape[1] < SMOOTH:
        return values
    padded = functional.pad(values.mT, (SMOOTH // 2, SMOOTH // 2), mode="replicate")
    return functional.avg_pool1d(padded, SMOOTH, stride=1).mT
