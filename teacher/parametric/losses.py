"""Losses of the parametric network: what it is told by the lifter, by 2D and by the body model.

Tripathi et al., "PoseNet3D", 3DV 2020. None of them sees 3D truth. Each gives one number; a
weight of 0 switches it off.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from hmr.rotations import matrix_to_6d
from teacher.bones import mean_over
from teacher.fitter.posing import LOWER, UPPER
from teacher.fitter.prior import pose_prior
from teacher.parametric.people import People
from teacher.poses_2d import DISTANCE


@dataclass(frozen=True)
class Weights:
    """What each loss counts."""

    agreement: float = 1.0
    strangers: float = 2.0
    """Of people whom the body makes up, from those who are read in their place."""
    reprojection: float = 1.0
    shape: float = 0.01
    pose: float = 0.0002
    limits: float = 1.0
    smoothness: float = 0.01
    constancy: float = 0.05
    regressor: float = 0.05


def sized(
    points: Float[Tensor, "*batch joints 3"], known: Float[Tensor, "*batch joints"]
) -> Float[Tensor, "*batch joints 3"]:
    """Bring centred skeletons to one size: the known joints' mean square distance is 1."""
    squares = (points.square().sum(-1) * known).sum(-1) / known.sum(-1).clamp_min(1)
    return points / (squares + 1e-8).sqrt()[..., None, None]


def agreement(
    first: Float[Tensor, "*batch joints 3"],
    second: Float[Tensor, "*batch joints 3"],
    known: Float[Tensor, "*batch joints"],
) -> Float[Tensor, ""]:
    """Mean distance of two centred skeletons' joints once both are of one size."""
    apart = sized(first, known) - sized(second, known)
    return mean_over((apart.square().sum(-1) + 1e-6).sqrt(), known)


def reprojection(
    plane: Float[Tensor, "*batch joints 2"],
    joints: Float[Tensor, "*batch joints 2"],
    known: Float[Tensor, "*batch joints"],
) -> Float[Tensor, ""]:
    """Distance, in head-root lengths, of the body's joints from where they are known to be."""
    return mean_over((plane - joints).abs().sum(-1), known) * DISTANCE


def shape(people: People) -> Float[Tensor, ""]:
    """Squared shape components: few people differ from the mean by many deviations."""
    return people.betas.square().sum(-1).mean()


def pose(people: People) -> Float[Tensor, ""]:
    """How unlike poses of the motion generator they are (Bogo et al., SMPLify, ECCV 2016)."""
    return pose_prior().energy(people.angles.flatten(0, -2)).mean()


def limits(people: People) -> Float[Tensor, ""]:
    """Squared angles beyond what joints allow, in radians."""
    angles = people.angles
    beyond = F.relu(angles - UPPER.to(angles)) + F.relu(LOWER.to(angles) - angles)
    return beyond.square().sum(-1).mean()


def smoothness(people: People) -> Float[Tensor, ""]:
    """Change of pose from each frame of a track to the next; frames are the last batch axis."""
    turns = matrix_to_6d(people.orient)
    return _mean_square(_change(people.angles)) + _mean_square(_change(turns))


def constancy(people: People) -> Float[Tensor, ""]:
    """Change of a person's shape along a track, which has but one."""
    return _mean_square(_change(people.betas))


def regressor(weights: Float[Tensor, "joints joints"]) -> Float[Tensor, ""]:
    """How far the joints by name are from SMPL-X's own."""
    return (weights - torch.eye(len(weights)).to(weights)).square().sum()


def of_body(people: People, weights: Float[Tensor, "joints joints"]) -> dict[str, Tensor]:
    """Losses that need nothing but people and the regressor of their joints."""
    return {
        "shape": shape(people),
        "pose": pose(people),
        "limits": limits(people),
        "smoothness": smoothness(people),
        "constancy": constancy(people),
        "regressor": regressor(weights),
    }


def total(terms: Mapping[str, Tensor], weights: Weights) -> Float[Tensor, ""]:
    """Weigh the losses; those of weight 0 count for nothing, whatever they are."""
    weighed = {name: (getattr(weights, name), term) for name, term in terms.items()}
    counted = [weight * term for weight, term in weighed.values() if weight]
    return torch.stack([*counted, torch.zeros_like(next(iter(terms.values())))]).sum()


def _change(values: Float[Tensor, "*tracks frames d"]) -> Float[Tensor, "*tracks changes d"]:
    return values[..., 1:, :] - values[..., :-1, :]


def _mean_square(values: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
    return values.square().sum() / max(values.numel(), 1)
