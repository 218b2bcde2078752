"""The critic of 2D poses: do they look like those of people, as real ones do?"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from teacher.lifter import Design, residual
from teacher.poses_2d import DISTANCE, NAMES


class Discriminator(nn.Module):
    """One number a pose: high for real ones, low for lifted poses seen from another side."""

    def __init__(self, design: Design):
        super().__init__()
        self.layers = residual(len(NAMES) * 3, 1, design, norm=False)

    def forward(
        self, joints: Float[Tensor, "*batch joints 2"], known: Float[Tensor, "*batch joints"]
    ) -> Float[Tensor, "*batch"]:
        """Judge poses on the teacher's plane by their known joints."""
        shown = (joints * known.unsqueeze(-1) * DISTANCE).flatten(-2)
        return self.layers(torch.cat([shown, known], -1)).squeeze(-1)
