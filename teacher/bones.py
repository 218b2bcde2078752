"""Bones of lifted skeletons, and the losses that hold their lengths together.

Nobody's bones change from pose to pose; so much is known of people without any 3D truth.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from teacher.poses_2d import NAMES


def _pairs(*pairs: tuple[str, str]) -> Tensor:
    return torch.tensor([[NAMES.index(a), NAMES.index(b)] for a, b in pairs])


LIMBS = (
    *(("hip", "knee"), ("knee", "ankle"), ("ankle", "foot")),
    *(("shoulder", "elbow"), ("elbow", "wrist"), ("collar", "shoulder"), ("eye", "ear")),
)
GIRDLES = (("pelvis", "hip"), ("neck", "shoulder"), ("nose", "eye"))


def _side(side: str) -> Tensor:
    limbs = [(f"{side}_{a}", f"{side}_{b}") for a, b in LIMBS]
    return _pairs(*limbs, *((a, f"{side}_{b}") for a, b in GIRDLES))


LEFT, RIGHT = _side("left"), _side("right")
MIDDLE = _pairs(
    *(("pelvis", "neck"), ("neck", "head_top"), ("neck", "head")),
    *(("pelvis", "spine1"), ("spine1", "spine2"), ("spine2", "spine3")),
    *((f"{part}_hip", f"{part}_shoulder") for part in ("left", "right")),
    *(("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")),
)
BONES = torch.cat([LEFT, RIGHT, MIDDLE])
"""Bones that are about as long, relative to each other, in everyone."""


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
    return mean_over(difference.square(), both_known(known, LEFT) * both_known(known, RIGHT))


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
    return mean_over(spread / mean.clamp_min(1e-3), (there.sum(0) > 0).to(spread))


def bones_along_track(
    points: Float[Tensor, "tracks frames joints 3"], known: Float[Tensor, "tracks frames joints"]
) -> Float[Tensor, ""]:
    """How far a person's proportions stray, in the frames of a track, from their mean there.

    Twice the mean distance, which for a track of two frames is the change between them.
    """
    ratios, there = proportions(points, known)
    mean = (ratios * there).sum(1, keepdim=True) / there.sum(1, keepdim=True).clamp_min(1)
    # A bone that is known only once has nothing to be compared with.
    several = there * (there.sum(1, keepdim=True) > 1)
    return 2 * mean_over((ratios - mean).abs(), several)


def mean_over(
    values: Float[Tensor, "*shape"], weights: Float[Tensor, "*shape"]
) -> Float[Tensor, ""]:
    """Weighted mean; 0 where all weights are."""
    return (values * weights).sum() / weights.sum().clamp_min(1)
