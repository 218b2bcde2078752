"""A head that finds joints first, and reads the body's pose off them.

Pose2Pose (Moon et al., Hand4Whole, CVPR workshops 2022): where each joint is, then rotations from
those places, corrected by the features seen there. A joint lies at the mean of its heat map
(integral regression, Sun et al., ECCV 2018); its depth is read off a second map under that heat
(VNect, Mehta et al., SIGGRAPH 2017), at a tenth of a volume's cost. What is asked of the
convolutions is what they are good at, so that from scratch it learns faster than heads that must go
from features to rotations in one step; and the second step, which needs no image, is also taught by
labels alone.
"""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from student.heads import REST, TURNS, Answer, Found, Head, perceptron
from student.points import POINTS

LEVELS = 3
"""Stages whose feature maps are merged; joints are looked for on the grid of the finest."""
BRIEF = 16
"""Channels that are kept of what is seen at a joint."""


class JointHead(Head):
    """Finds joints in the crop, then tells rotations from where they are and how they look."""

    def __init__(self, channels: Sequence[int], crop: int, width: int, layers: int):
        """Build a head over the last three stages, merged to `width / 2` channels."""
        super().__init__()
        merged = width // 2
        self.merge = Merge(channels[-LEVELS:], merged)
        self.maps = nn.Conv2d(merged, len(POINTS) * 2, 1)
        self.brief = nn.Linear(merged, BRIEF)
        self.whole = nn.Conv2d(channels[-1], width // 4, 1)
        cells = math.ceil(crop / 32) ** 2
        told = len(POINTS) * (3 + 1 + BRIEF) + width // 4 * cells + 3
        hidden = [4 * width for _ in range(layers)]
        self.layers = perceptron(told, hidden, TURNS * 6 + REST)
        self.lifter = perceptron(len(POINTS) * 4, [*hidden, 4 * width], TURNS * 6)

    def lift(
        self, spots: Float[Tensor, "batch points 3"], sure: Float[Tensor, "batch points"]
    ) -> Float[Tensor, "batch 22 6"]:
        """Tell rotations from where joints are; `sure` is the greatest share of a joint's heat."""
        told = self.lifter(torch.cat([spots.flatten(1), sure], 1))
        return self.mean_turns + told.unflatten(1, (TURNS, 6))

    def forward(
        self, stages: list[Float[Tensor, "batch _ _ _"]], place: Float[Tensor, "batch 3"]
    ) -> Answer:
        """Answer for each crop from the feature maps of all stages."""
        features = self.merge(stages[-LEVELS:])
        heat, depth = self.maps(features).float().unflatten(1, (2, -1)).unbind(1)
        log_heat = heat.flatten(2).log_softmax(-1)
        likely = log_heat.exp()
        found = Found(log_heat.view_as(heat), (likely * depth.flatten(2)).sum(-1))
        spots = torch.cat([likely @ centres(heat), found.depth.unsqueeze(-1)], -1)
        looks = self.brief(likely @ features.float().flatten(2).mT)
        whole = self.whole(stages[-1])
        spots, sure = spots.detach(), likely.amax(-1).detach()
        parts = (spots, sure, looks, whole, place)
        told = self.layers(torch.cat([part.flatten(1).float() for part in parts], 1))
        turns, rest = self.parts(told)
        return self.answer(self.lift(spots, sure) + turns, self.mean_rest + rest, found)


class Merge(nn.Module):
    """Feature maps of several stages on the grid of the finest (FPN, Lin et al., CVPR 2017)."""

    def __init__(self, channels: Sequence[int], width: int):
        """Merge maps of so many channels, finest first, to `width` channels."""
        super().__init__()
        self.enter = nn.ModuleList(nn.Conv2d(c, width, 1) for c in channels)
        self.smooth = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        )

    def forward(
        self, stages: list[Float[Tensor, "batch _ _ _"]]
    ) -> Float[Tensor, "batch width rows columns"]:
        """Merge maps, finest first."""
        size = stages[0].shape[-2:]
        entered = [enter(stage) for enter, stage in zip(self.enter, stages, strict=True)]
        coarse = (F.interpolate(x, size, mode="bilinear") for x in entered[1:])
        return self.smooth(sum(coarse, start=entered[0]))


def centres(maps: Float[Tensor, "*batch rows columns"]) -> Float[Tensor, "cells 2"]:
    """Where the cells of a map lie, (x, y), in the crop that spans [-1, 1]."""
    rows, columns = (
        (2 * torch.arange(n, dtype=maps.dtype, device=maps.device) + 1) / n - 1
        for n in maps.shape[-2:]
    )
    down, across = torch.meshgrid(rows, columns, indexing="ij")
    return torch.stack([across, down], -1).flatten(0, 1)
