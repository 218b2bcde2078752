"""The critics: do 2D poses, and their movements, look like those of people, as real ones do?

High numbers for real ones, low for lifted poses seen from another side.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from teacher.lifter import Design, features_of, residual
from teacher.poses_2d import DISTANCE, NAMES

CHANGE_GAIN = 3.0
"""Movements between two frames are smaller than poses; networks like numbers around 1."""
SHARE = 4
"""Movements are taken over this share of a track's length."""


class Discriminator(nn.Module):
    """One number a pose."""

    def __init__(self, design: Design):
        super().__init__()
        self.layers = residual(len(NAMES) * 3, 1, design, norm=False)

    def forward(
        self, joints: Float[Tensor, "*batch joints 2"], known: Float[Tensor, "*batch joints"]
    ) -> Float[Tensor, "*batch"]:
        """Judge poses on the teacher's plane by their known joints."""
        return self.layers(features_of(joints * known.unsqueeze(-1), known)).squeeze(-1)


class MotionDiscriminator(nn.Module):
    """One number for each movement of a track: a pose and how it has changed a while later."""

    def __init__(self, design: Design):
        super().__init__()
        self.layers = residual(len(NAMES) * 6, 1, design, norm=False)

    def forward(
        self,
        joints: Float[Tensor, "*tracks frames joints 2"],
        known: Float[Tensor, "*tracks frames joints"],
    ) -> Float[Tensor, "*tracks moves"]:
        """Judge movements on the teacher's plane by the joints known at both ends."""
        step = step_of(known.shape[-2])
        first, both = joints[..., :-step, :, :], movements(known)
        change = (joints[..., step:, :, :] - first) * both.unsqueeze(-1)
        before = features_of(first * known[..., :-step, :, None], known[..., :-step, :])
        moved = torch.cat([(change * DISTANCE * CHANGE_GAIN).flatten(-2), both], -1)
        return self.layers(torch.cat([before, moved], -1)).squeeze(-1)


def step_of(frames: int) -> int:
    """Frames from one end of a movement to the other."""
    return max(1, (frames - 1) // SHARE)


def movements(
    known: Float[Tensor, "*tracks frames joints"],
) -> Float[Tensor, "*tracks moves joints"]:
    """Which joints are known at both ends of each movement."""
    step = step_of(known.shape[-2])
    return known[..., :-step, :] * known[..., step:, :]


def anything(known: Float[Tensor, "*batch joints"]) -> Float[Tensor, "*batch"]:
    """1 where at least one joint is known."""
    return known.amax(-1)
