"""Losses of the teacher: all of them see 2D poses and what was lifted from them, never truth.

Chen et al., "Unsupervised 3D pose estimation with geometric self-supervision", CVPR 2019, and
Tripathi et al., "PoseNet3D", 3DV 2020, with bone lengths along a track as the latter suggests.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from teacher.bones import mean_over
from teacher.poses_2d import DISTANCE, NAMES


@dataclass(frozen=True)
class Weights:
    """What each loss counts."""

    adversarial: float = 1.0
    motion: float = 0.3
    """Of the critic of movements."""
    consistency_2d: float = 10.0
    consistency_3d: float = 1.0
    temporal: float = 1.0
    bones: float = 10.0
    track: float = 5.0
    symmetry: float = 1.0
    knees: float = 10.0
    filling: float = 5.0
    gradient: float = 0.01
    """Of the critic's gradient penalty."""


def adversarial(fake: Float[Tensor, "*batch"], there: Float[Tensor, "*batch"]) -> Float[Tensor, ""]:
    """What the lifter loses where a critic tells its poses, or their motion, from real ones.

    Args:
        fake: The critic's judgement of lifted poses seen from another side.
        there: 1 where there is something to judge, 0 where a track has no pose.
    """
    return mean_over(F.softplus(-fake), there)


def criticism(
    real: Float[Tensor, "*batch"], fake: Float[Tensor, "*batch"], there: Float[Tensor, "*batch"]
) -> Float[Tensor, ""]:
    """What a critic loses where it cannot tell them apart."""
    return mean_over(F.softplus(-real) + F.softplus(fake), there)


def gradient_penalty(
    real: Float[Tensor, "*judged"], joints: Float[Tensor, "*batch joints 2"]
) -> Float[Tensor, ""]:
    """Squared gradient of a critic at real poses (R1; Mescheder et al., ICML 2018)."""
    (gradient,) = torch.autograd.grad(real.sum(), joints, create_graph=True)
    return (gradient / DISTANCE).square().sum((-2, -1)).mean()


def consistency_3d(
    again: Float[Tensor, "*batch joints 3"],
    first: Float[Tensor, "*batch joints 3"],
    known: Float[Tensor, "*batch joints"],
) -> Float[Tensor, ""]:
    """Squared distance between a skeleton and what is lifted from a view of it."""
    return mean_over((again - first).square().sum(-1), known)


def consistency_2d(
    again: Float[Tensor, "*batch joints 2"],
    first: Float[Tensor, "*batch joints 2"],
    known: Float[Tensor, "*batch joints"],
) -> Float[Tensor, ""]:
    """Distance between a pose and itself lifted, turned, seen, lifted, turned back and seen."""
    return mean_over((again - first).abs().sum(-1), known) * DISTANCE


def temporal(
    again: Float[Tensor, "tracks frames joints 3"],
    first: Float[Tensor, "tracks frames joints 3"],
    known: Float[Tensor, "tracks frames joints"],
) -> Float[Tensor, ""]:
    """Squared difference of how joints move in a track and in what is lifted from a view of it.

    Chen et al.: the movement from one frame to the next, not the place, is compared.
    """
    change = (again[:, 1:] - again[:, :-1]) - (first[:, 1:] - first[:, :-1])
    return mean_over(change.square().sum(-1), known[:, 1:] * known[:, :-1])


def filling(
    guessed: Float[Tensor, "*batch joints 2"],
    joints: Float[Tensor, "*batch joints 2"],
    hidden: Float[Tensor, "*batch joints"],
) -> Float[Tensor, ""]:
    """Distance of hidden joints from where they are known to be on the plane."""
    return mean_over((guessed - joints).abs().sum(-1), hidden) * DISTANCE


def knees_forward(
    points: Float[Tensor, "*batch joints 3"], known: Float[Tensor, "*batch joints"]
) -> Float[Tensor, ""]:
    """How far knees bend backwards.

    2D poses alone are explained as well by their mirror image in depth; that knees bend
    forwards is what tells the two apart from the first step on.
    """
    left = _joint(points, "left_hip") - _joint(points, "right_hip")
    up = _joint(points, "neck") - _joint(points, "pelvis")
    forward = F.normalize(torch.linalg.cross(left, up), dim=-1)
    backward = torch.stack([_backward(points, side, forward) for side in ("left", "right")], -1)
    needed = ("left_hip", "right_hip", "neck", "pelvis", "left_knee", "right_knee")
    there = known[..., [NAMES.index(name) for name in needed]].prod(-1, keepdim=True)
    return mean_over(F.relu(backward), there.expand_as(backward))


def _backward(
    points: Float[Tensor, "*batch joints 3"], side: str, forward: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch"]:
    middle = (_joint(points, f"{side}_hip") + _joint(points, f"{side}_ankle")) / 2
    return ((middle - _joint(points, f"{side}_knee")) * forward).sum(-1)


def _joint(points: Float[Tensor, "*batch joints 3"], name: str) -> Float[Tensor, "*batch 3"]:
    return points[..., NAMES.index(name), :]
