"""Losses of the teacher: all of them see 2D poses and what was lifted from them, never truth.

Chen et al., "Unsupervised 3D pose estimation with geometric self-supervision", CVPR 2019, and
Tripathi et al., "PoseNet3D", 3DV 2020, with bone lengths along a track as the latter suggests.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from teacher.poses_2d import DISTANCE, NAMES


@dataclass(frozen=True)
class Weights:
    """What each loss counts."""

    adversarial: float = 1.0
    consistency_2d: float = 10.0
    consistency_3d: float = 1.0
    bones: float = 10.0
    track: float = 5.0
    symmetry: float = 1.0
    knees: float = 10.0
    filling: float = 5.0
    gradient: float = 0.01
    """Of the critic's gradient penalty."""


def _pairs(*pairs: tuple[str, str]) -> Tensor:
    return torch.tensor([[NAMES.index(a), NAMES.index(b)] for a, b in pairs])


LIMBS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
GIRDLES = (("pelvis", "hip"), ("neck", "shoulder"))


def _side(side: str) -> Tensor:
    limbs = [(f"{side}_{a}", f"{side}_{b}") for a, b in LIMBS]
    return _pairs(*limbs, *((a, f"{side}_{b}") for a, b in GIRDLES))


LEFT, RIGHT = _side("left"), _side("right")
MIDDLE = _pairs(
    *(("pelvis", "neck"), ("neck", "head_top")),
    *((f"{part}_hip", f"{part}_shoulder") for part in ("left", "right")),
    *(("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")),
)
BONES = torch.cat([LEFT, RIGHT, MIDDLE])
"""Bones that are about as long, relative to each other, in everyone."""


def adversarial(fake: Float[Tensor, "*batch"]) -> Float[Tensor, ""]:
    """What the lifter loses where the critic tells its poses from real ones."""
    return F.softplus(-fake).mean()


def criticism(real: Float[Tensor, "*batch"], fake: Float[Tensor, "*batch"]) -> Float[Tensor, ""]:
    """What the critic loses where it cannot tell them apart."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def gradient_penalty(
    real: Float[Tensor, "*batch"], joints: Float[Tensor, "*batch joints 2"]
) -> Float[Tensor, ""]:
    """Squared gradient of the critic at real poses (R1; Mescheder et al., ICML 2018)."""
    (gradient,) = torch.autograd.grad(real.sum(), joints, create_graph=True)
    return (gradient / DISTANCE).square().sum((-2, -1)).mean()


def consistency_3d(
    again: Float[Tensor, "*batch joints 3"],
    first: Float[Tensor, "*batch joints 3"],
    known: Float[Tensor, "*batch joints"],
) -> Float[Tensor, ""]:
    """Squared distance between a skeleton and what is lifted from a view of it."""
    return _mean((again - first).square().sum(-1), known)


def consistency_2d(
    again: Float[Tensor, "*batch joints 2"],
    first: Float[Tensor, "*batch joints 2"],
    known: Float[Tensor, "*batch joints"],
) -> Float[Tensor, ""]:
    """Distance between a pose and itself lifted, turned, seen, lifted, turned back and seen."""
    return _mean((again - first).abs().sum(-1), known) * DISTANCE


def filling(
    guessed: Float[Tensor, "*batch joints 2"],
    joints: Float[Tensor, "*batch joints 2"],
    hidden: Float[Tensor, "*batch joints"],
) -> Float[Tensor, ""]:
    """Distance of hidden joints from where they are known to be on the plane."""
    return _mean((guessed - joints).abs().sum(-1), hidden) * DISTANCE


def bone_lengths(
    points: Float[Tensor, "*batch joints 3"], bones: Tensor
) -> Float[Tensor, "*batch bones"]:
    """Lengths of bones given as pairs of joints."""
    ends = points[..., bones.to(points.device), :]
    return ((ends[..., 0, :] - ends[..., 1, :]).square().sum(-1) + 1e-8).sqrt()


def both_known(
    known: Float[Tensor, "*batch joints"], bones: Tensor
) -> Float[Tensor, "*batch bones"]:
    """Tell the bones of which both ends are known."""
    return known[..., bones.to(known.device)].prod(-1)


def symmetry(
    points: Float[Tensor, "*batch joints 3"], known: Float[Tensor, "*batch joints"]
) -> Float[Tensor, ""]:
    """Squared difference of a bone on the left and on the right."""
    difference = bone_lengths(points, LEFT) - bone_lengths(points, RIGHT)
    return _mean(difference.square(), both_known(known, LEFT) * both_known(known, RIGHT))


def proportions(
    points: Float[Tensor, "*batch joints 3"], known: Float[Tensor, "*batch joints"]
) -> tuple[Float[Tensor, "*batch bones"], Float[Tensor, "*batch bones"]]:
    """Bones as multiples of the pose's mean bone, and which of them are known."""
    lengths, there = bone_lengths(points, BONES), both_known(known, BONES)
    mean = (lengths * there).sum(-1) / there.sum(-1).clamp_min(1)
    return lengths / mean.clamp_min(1e-6).unsqueeze(-1), there


def bones_alike(
    points: Float[Tensor, "*batch joints 3"], known: Float[Tensor, "*batch joints"]
) -> Float[Tensor, ""]:
    """Spread of each bone's proportion over all poses, relative to its mean."""
    ratios, there = (tensor.flatten(0, -2) for tensor in proportions(points, known))
    count = there.sum(0).clamp_min(1)
    mean = (ratios * there).sum(0) / count
    spread = (((ratios - mean).square() * there).sum(0) / count + 1e-8).sqrt()
    return _mean(spread / mean.clamp_min(1e-3), (there.sum(0) > 0).to(spread))


def bones_along_track(
    points: Float[Tensor, "tracks frames joints 3"], known: Float[Tensor, "tracks frames joints"]
) -> Float[Tensor, ""]:
    """Change of a person's proportions from each frame of a track to the next."""
    ratios, there = proportions(points, known)
    change = ratios[:, 1:] - ratios[:, :-1]
    return _mean(change.abs(), there[:, 1:] * there[:, :-1])


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
    return _mean(F.relu(backward), there.expand_as(backward))


def _backward(
    points: Float[Tensor, "*batch joints 3"], side: str, forward: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch"]:
    middle = (_joint(points, f"{side}_hip") + _joint(points, f"{side}_ankle")) / 2
    return ((middle - _joint(points, f"{side}_knee")) * forward).sum(-1)


def _joint(points: Float[Tensor, "*batch joints 3"], name: str) -> Float[Tensor, "*batch 3"]:
    return points[..., NAMES.index(name), :]


def _mean(values: Float[Tensor, "*shape"], weights: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
    return (values * weights).sum() / weights.sum().clamp_min(1)
