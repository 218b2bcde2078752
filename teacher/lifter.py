"""The lifter: a 2D pose in, the depth of each joint out, hidden joints filled in.

A residual network on single poses (Martinez et al., ICCV 2017, as Chen et al. use it without
3D truth). Its input says which joints are visible.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from teacher.poses_2d import DISTANCE, NAMES, ROOT, normalise
from teacher.views import raised

SLOPE = 0.2
ELEVATION_GAIN = 0.3


@dataclass(frozen=True)
class Design:
    """Size of a residual network."""

    width: int = 256
    blocks: int = 2


@dataclass(frozen=True)
class Lift:
    """What the lifter makes of poses, in the frame and unit of its input."""

    plane: Float[Tensor, "*batch joints 2"]
    """Where it thinks the joints are; to be believed only for hidden ones."""
    offsets: Float[Tensor, "*batch joints"]
    """Depth behind the root, in the unit in which the root is `DISTANCE` away."""
    elevation: Float[Tensor, "*batch"]
    """How far the camera looks down on the person, in radians."""

    def points(
        self, joints: Float[Tensor, "*batch joints 2"], known: Float[Tensor, "*batch joints"]
    ) -> Float[Tensor, "*batch joints 3"]:
        """Skeletons of the known joints' places and the lifter's depth, centred at the root."""
        return raised(torch.where(known.unsqueeze(-1) > 0, joints, self.plane), self.offsets)


class Block(nn.Module):
    """Two layers and the way past them."""

    def __init__(self, width: int, norm: bool):
        super().__init__()
        self.norm = nn.LayerNorm(width) if norm else nn.Identity()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)
        self.bend = nn.LeakyReLU(SLOPE)

    def forward(self, x: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
        """Add what the two layers find."""
        return x + self.second(self.bend(self.first(self.bend(self.norm(x)))))


def residual(inputs: int, outputs: int, design: Design, norm: bool) -> nn.Sequential:
    """Stack blocks between two linear layers."""
    blocks = [Block(design.width, norm) for _ in range(design.blocks)]
    last = nn.Linear(design.width, outputs)
    norms = [nn.LayerNorm(design.width)] if norm else []
    return nn.Sequential(
        nn.Linear(inputs, design.width), *blocks, *norms, nn.LeakyReLU(SLOPE), last
    )


class LifterNetwork(nn.Module):
    """Poses in; depth, hidden joints and the camera's elevation out."""

    def __init__(self, design: Design):
        """Start near flat: all joints at about the root's depth."""
        super().__init__()
        self.design = design
        self.layers = residual(len(NAMES) * 3, len(NAMES) * 3 + 1, design, norm=True)
        with torch.no_grad():
            self.layers[-1].weight.mul_(0.1)  # pyright: ignore

    def forward(
        self, joints: Float[Tensor, "*batch joints 2"], visible: Float[Tensor, "*batch joints"]
    ) -> Lift:
        """Lift poses of any place and size."""
        pose = normalise(joints, visible)
        # On the plane a person measures about 1 / DISTANCE; networks like numbers around 1.
        features = torch.cat([(pose.joints * DISTANCE).flatten(-2), visible], -1)
        found = self.layers(features)
        elevation = found[..., -1] * ELEVATION_GAIN
        found = found[..., :-1].unflatten(-1, (len(NAMES), 3))
        plane = found[..., :2] / DISTANCE * pose.unit[..., None, None] + pose.root.unsqueeze(-2)
        offsets = (found[..., 2] - found[..., ROOT : ROOT + 1, 2]) * pose.unit.unsqueeze(-1)
        return Lift(plane, offsets, elevation)
