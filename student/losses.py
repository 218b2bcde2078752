"""What the student is punished for, a number a crop.

SPIN's terms (Kolotouros et al., ICCV 2019): reprojected points, points in 3D, rotations, shape.
Two things differ. Distances are absolute, not squared: one crop that cannot be read must not
outweigh ten that can. And points are compared in the pelvis' own frame as well: as long as a
network cannot tell front from back, points in the camera frame teach it to fold every limb onto
the spine, which is the middle between both; in the pelvis' frame they teach it poses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.params import Params
from hmr.rotations import matrix_from_6d
from student.heads import Found
from student.joint_head import JointHead
from student.network import Seen
from student.points import around_pelvis
from student.ray import crop_from_pelvis, spots_of, to_crop, turn_to_ray

IN_IMAGE = ("points_2d", "heat")
MOST_SURE = 0.75
SPREAD = (0.3, 0.3, 0.42)
"""Error (x, y, depth) of a joint found with no share of its heat; it falls by e with each third.
Measured on held-out people."""
FURTHEST = 2.0
"""Points beyond the crop by more than half its side teach nothing about where they are."""


@dataclass(frozen=True)
class Weights:
    """Weight of each term."""

    points_2d: float = 0.02
    """Distance in the crop, which spans [-1, 1]."""
    heat: float = 1.0
    """Surprise (cross-entropy) of the head's heat maps at where the joints are."""
    heat_depth: float = 2.0
    """Distance of its joints in depth, where the crop spans [-1, 1]."""
    lift: float = 1.0
    """Rotations told from true joints, disturbed as found ones are, of people not looked at;
    weighed among themselves as below."""
    points_3d: float = 0.02
    """Distance in metres in the camera frame, pelvis on pelvis."""
    points_posed: float = 0.3
    """Distance in metres in the pelvis' own frame."""
    orient: float = 0.25
    """Mean difference of the entries of the body's rotation."""
    pose: float = 0.4
    """Mean difference of the entries of the joints' rotations."""
    betas: float = 0.0005
    kid_weight: float = 0.01
    camera: float = 0.02
    """Scale and offset of the crop's camera."""
    pseudo_3d: float = 0.3
    """What all terms but those in the image weigh for pseudo ground truth, times its trust."""


@dataclass(frozen=True)
class Truth:
    """What a crop should be recovered as, in the camera frame."""

    params: Params
    points: Float[Tensor, "batch points 3"]
    """Relative to the pelvis."""
    pelvis: Float[Tensor, "batch 3"]
    trust: Float[Tensor, " batch"]


def truth_of(body: Body, params: Params) -> Truth:
    """Pose true people."""
    points, unmoved = around_pelvis(body, params)
    pelvis = unmoved + params.transl
    return Truth(params, points, pelvis, pelvis.new_ones(len(pelvis)))


def terms(
    body: Body, seen: Seen, truth: Truth, place: Float[Tensor, "batch 3"]
) -> dict[str, Float[Tensor, " batch"]]:
    """Each term, without its weight."""
    points, _ = around_pelvis(body, seen.params)
    found = to_crop(points + seen.pelvis.unsqueeze(1), place)
    wanted = to_crop(truth.points + truth.pelvis.unsqueeze(1), place)
    near = (wanted.abs() < FURTHEST).all(-1) & ((truth.points + truth.pelvis[:, None])[..., 2] > 0)
    apart = (found - wanted).clamp(-2 * FURTHEST, 2 * FURTHEST).abs().sum(-1) * near
    own = (seen.params, truth.params)
    camera = _camera(seen.pelvis, place) - _camera(truth.pelvis, place)
    posed = points @ seen.params.global_orient
    posed_truly = truth.points @ truth.params.global_orient
    return {
        **(looked_for(seen.found, truth, place) if seen.found else {}),
        "points_2d": apart.sum(1) / near.sum(1).clamp_min(1),
        "points_3d": (points - truth.points).norm(dim=-1).mean(1),
        "points_posed": (posed - posed_truly).norm(dim=-1).mean(1),
        "orient": _difference(*own, "global_orient").mean((1, 2)),
        "pose": _difference(*own, "body_pose").mean((1, 2, 3)),
        "betas": _difference(*own, "betas").mean(1),
        "kid_weight": _difference(*own, "kid_weight"),
        "camera": camera.abs().mean(1),
    }


def lifting(
    head: JointHead,
    truth: Truth,
    place: Float[Tensor, "batch 3"],
    weights: Weights,
    generator: torch.Generator,
) -> Float[Tensor, " batch"]:
    """Teach a head to tell rotations from joints, by labels alone."""
    spots = spots_of(truth.points, truth.pelvis, place)
    sure = torch.rand(len(spots), 1, generator=generator) * MOST_SURE
    sure = sure + 0.15 * torch.randn(spots.shape[:2], generator=generator)
    sure = sure.clamp(0.05, 0.95).to(spots)
    noise = torch.randn(spots.shape, generator=generator).to(spots) * spots.new_tensor(SPREAD)
    astray = noise * (-3 * sure).exp().unsqueeze(-1)
    turns = matrix_from_6d(head.lift(spots + astray, sure))
    heading = turn_to_ray(place).mT @ truth.params.global_orient
    orient = (turns[:, 0] - heading).abs().mean((1, 2))
    pose = (turns[:, 1:] - truth.params.body_pose).abs().mean((1, 2, 3))
    return weights.orient * orient + weights.pose * pose


def weighted(
    found: Mapping[str, Float[Tensor, " batch"]], trust: Float[Tensor, " batch"], weights: Weights
) -> Float[Tensor, " batch"]:
    """Sum the terms of each crop, as far as its truth is believed."""
    believed = trust * (1 + (weights.pseudo_3d - 1) * (trust < 1))
    total = torch.zeros_like(trust)
    for name, term in found.items():
        total = total + (trust if name in IN_IMAGE else believed) * getattr(weights, name) * term
    return total


def looked_for(
    found: Found, truth: Truth, place: Float[Tensor, "batch 3"]
) -> dict[str, Float[Tensor, " batch"]]:
    """Compare the joints that the head looks for; those outside the crop it cannot find."""
    spots = spots_of(truth.points, truth.pelvis, place)
    inside = (spots.abs() < 1).all(-1) & ((truth.points + truth.pelvis[:, None])[..., 2] > 0)
    count = inside.sum(1).clamp_min(1)
    wanted = heat_at(spots[..., :2], found.log_heat.shape[-2:])
    surprise = -(wanted * found.log_heat).sum((2, 3))
    apart = (found.depth - spots[..., 2]).abs()
    return {
        "heat": (surprise * inside).sum(1) / count,
        "heat_depth": (apart * inside).sum(1) / count,
    }


def heat_at(
    spots: Float[Tensor, "batch points 2"], grid: Sequence[int]
) -> Float[Tensor, "batch points rows columns"]:
    """Share each point out to the four cells around it, so that their mean is where it is."""
    lines = []
    for axis, n in enumerate(reversed(grid)):
        at = ((spots[..., axis] + 1) * n / 2 - 0.5).clamp(0, n - 1)
        cells = torch.arange(n, device=at.device)
        lines.append((1 - (at.unsqueeze(-1) - cells).abs()).clamp_min(0))
    across, down = lines
    return down.unsqueeze(-1) * across.unsqueeze(-2)


def _camera(pelvis: Float[Tensor, "batch 3"], place: Float[Tensor, "batch 3"]) -> Tensor:
    weak = crop_from_pelvis(pelvis, place)
    log_scale = weak[:, :1].clamp_min(1e-3).log()
    return torch.cat([log_scale, weak[:, 1:]], 1).clamp(-3, 3)


def _difference(seen: Params, truth: Params, name: str) -> Tensor:
    return (getattr(seen, name) - getattr(truth, name)).abs()
