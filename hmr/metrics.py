"""Errors of recovered people.

Points in metres, errors in millimetres, one number a person. "PA" aligns
prediction to truth by a similarity (Procrustes), without reflection.
"""

from typing import cast

import roma
import torch
from jaxtyping import Float
from torch import Tensor

MM = 1000.0


def similarity(
    source: Float[Tensor, "*batch n 3"], target: Float[Tensor, "*batch n 3"]
) -> Float[Tensor, "*batch n 3"]:
    """Move the source onto the target by the best rotation, scale and translation (Umeyama)."""
    found = roma.rigid_points_registration(source, target, compute_scaling=True)
    R, t, scale = cast(tuple[Tensor, Tensor, Tensor], found)
    return scale[..., None, None] * source @ R.mT + t.unsqueeze(-2)


def point_error_mm(
    predicted: Float[Tensor, "*batch n 3"], true: Float[Tensor, "*batch n 3"]
) -> Float[Tensor, "*batch"]:
    """Mean distance of corresponding points."""
    return (predicted - true).norm(dim=-1).mean(-1) * MM


def mpjpe_mm(
    predicted: Float[Tensor, "*batch n 3"],
    true: Float[Tensor, "*batch n 3"],
    predicted_root: Float[Tensor, "*batch 3"],
    true_root: Float[Tensor, "*batch 3"],
) -> Float[Tensor, "*batch"]:
    """MPJPE (or MVE, given vertices) after the roots are brought together."""
    return point_error_mm(predicted - predicted_root.unsqueeze(-2), true - true_root.unsqueeze(-2))


def pa_mpjpe_mm(
    predicted: Float[Tensor, "*batch n 3"], true: Float[Tensor, "*batch n 3"]
) -> Float[Tensor, "*batch"]:
    """PA-MPJPE (or PA-MVE, given vertices)."""
    return point_error_mm(similarity(predicted, true), true)


def scaled_mpjpe_mm(
    predicted: Float[Tensor, "*batch n 3"], true: Float[Tensor, "*batch n 3"], root: int
) -> Float[Tensor, "*batch"]:
    """MPJPE after the roots meet and the best scale (N-MPJPE; Rhodin et al., CVPR 2018)."""
    a = predicted - predicted[..., root : root + 1, :]
    b = true - true[..., root : root + 1, :]
    scale = (a * b).sum((-2, -1)) / (a * a).sum((-2, -1)).clamp_min(1e-12)
    return point_error_mm(scale[..., None, None] * a, b)


def mean(errors: Float[Tensor, " n"]) -> float:
    """Mean over people; not a number when there are none."""
    return float(errors.double().mean()) if len(errors) else float("nan")


def stacked(errors: list[Tensor]) -> Tensor:
    """Join the errors of many batches."""
    return torch.cat(errors) if errors else torch.zeros(0)
