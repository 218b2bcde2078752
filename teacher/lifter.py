"""The lifter: a 2D pose in, the depth of each joint out, hidden joints filled in.

A residual network on single poses (Martinez et al., ICCV 2017, as Chen et al. use it without
3D truth); for videos with dilated convolutions along the frames between its layers (Pavllo et
al., VideoPose3D, CVPR 2019). Its input says which joints are visible.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from teacher.poses_2d import DISTANCE, NAMES, ROOT, normalise
from teacher.views import raised

SLOPE = 0.2
ELEVATION_GAIN = 0.3
TAPS = 3
"""Frames that a convolution sees: one before, one after."""


@dataclass(frozen=True)
class Design:
    """Size of a residual network."""

    width: int = 256
    blocks: int = 2
    frames: int = 1
    """Frames of a track that are looked at together: 1, or a power of 3 such as 27."""

    def dilations(self) -> list[int]:
        """Distances between the taps of each convolution along the frames.

        Raises:
            ValueError: `frames` is no power of 3.
        """
        count = round(math.log(self.frames, TAPS)) if self.frames >= 1 else -1
        if count < 0 or TAPS**count != self.frames:
            raise ValueError(f"frames={self.frames} is no power of 3; take 1, 3, 9, 27 or 81")
        return [TAPS**i for i in range(count)]


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


class Along(nn.Module):
    """A dilated convolution along the frames, and the way past it; starts by adding nothing."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.norm, self.bend = nn.LayerNorm(width), nn.LeakyReLU(SLOPE)
        self.taps = nn.Conv1d(width, width // 2, TAPS, dilation=dilation)
        self.last = nn.Linear(width // 2, width)
        self.reach = dilation
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(
        self, x: Float[Tensor, "*tracks frames width"]
    ) -> Float[Tensor, "*tracks frames width"]:
        """Add what the frames before and after tell; a track's ends are repeated."""
        tracks = self.bend(self.norm(x)).reshape(-1, *x.shape[-2:]).transpose(1, 2)
        padded = nn.functional.pad(tracks, (self.reach, self.reach), mode="replicate")
        found = self.last(self.bend(self.taps(padded).transpose(1, 2)))
        return x + found.reshape(x.shape)


def residual(inputs: int, outputs: int, design: Design, norm: bool) -> nn.Sequential:
    """Stack blocks between two linear layers, and convolutions along frames if it has any."""
    blocks: list[nn.Module] = [Block(design.width, norm) for _ in range(design.blocks)]
    for i, dilation in enumerate(design.dilations()):
        blocks.insert(min(2 * i + 1, len(blocks)), Along(design.width, dilation))
    last = nn.Linear(design.width, outputs)
    norms = [nn.LayerNorm(design.width)] if norm else []
    return nn.Sequential(
        nn.Linear(inputs, design.width), *blocks, *norms, nn.LeakyReLU(SLOPE), last
    )


class LifterNetwork(nn.Module):
    """Poses in; depth, hidden joints and the camera's elevation out.

    With `design.frames` above 1 the last of the batch axes is time: tracks of any length.
    """

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
        found = self.layers(features_of(pose.joints, visible))
        elevation = found[..., -1] * ELEVATION_GAIN
        found = found[..., :-1].unflatten(-1, (len(NAMES), 3))
        plane = found[..., :2] / DISTANCE * pose.unit[..., None, None] + pose.root.unsqueeze(-2)
        offsets = (found[..., 2] - found[..., ROOT : ROOT + 1, 2]) * pose.unit.unsqueeze(-1)
        return Lift(plane, offsets, elevation)

    def begin_as(self, other: "LifterNetwork") -> None:
        """Take over what a network of the same layers has learned, but for looking along frames."""
        mine, theirs = (
            [part for part in net.layers if not isinstance(part, Along)] for net in (self, other)
        )
        for part, learned in zip(mine, theirs, strict=True):
            part.load_state_dict(learned.state_dict())


def features_of(
    joints: Float[Tensor, "*batch joints 2"], visible: Float[Tensor, "*batch joints"]
) -> Float[Tensor, "*batch features"]:
    """Make numbers around 1, as networks like them, of joints that are visible or zero."""
    return torch.cat([(joints * DISTANCE).flatten(-2), visible], -1)
