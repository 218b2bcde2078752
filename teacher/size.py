"""One size for every skeleton: an adult's.

A single camera cannot tell how large somebody is, so lifts are right up to scale. A lift's own
unit comes from how long the bones look in 2D (`teacher.poses_2d.size_of`), which grows and
shrinks as limbs turn towards the camera; along a track the skeleton would breathe. The bones of
the lifted skeleton do not look shorter when they turn, so they give the size here: together they
are as long as an adult's.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from teacher.poses_2d import ADULT_BONES, NAMES

_SIDES = [(side, pair) for side in ("left", "right") for pair in ADULT_BONES]
_FIRST = torch.tensor([NAMES.index(f"{side}_{a}") for side, (a, _) in _SIDES])
_SECOND = torch.tensor([NAMES.index(f"{side}_{b}") for side, (_, b) in _SIDES])
_ADULT = torch.tensor([ADULT_BONES[pair] for _, pair in _SIDES])
LEAST = 3
"""Bones with both ends in sight that size a skeleton; with fewer, guessed ones help."""


def to_adult(
    points: Float[Tensor, "*batch joints 3"],
    visible: Float[Tensor, "*batch joints"],
    learned: Bool[Tensor, " joints"],
) -> Float[Tensor, "*batch"]:
    """Find the factor that makes the long bones of a skeleton, together, an adult's, in metres.

    Args:
        points: Skeletons of any size.
        visible: 1 for joints that were seen; they decide if `LEAST` bones are.
        learned: Joints that the teacher knows; if it knows no bone at all the factor is 1.
    """
    first, second = _FIRST.to(points.device), _SECOND.to(points.device)
    known = (learned[_FIRST] & learned[_SECOND]).to(points).expand(*points.shape[:-2], -1)
    seen = known * visible[..., first] * visible[..., second]
    counted = torch.where(seen.sum(-1, keepdim=True) >= LEAST, seen, known)
    lengths = (points[..., first, :] - points[..., second, :]).norm(dim=-1)
    together = (lengths * counted).sum(-1)
    return torch.where(together > 1e-6, (_ADULT.to(points) * counted).sum(-1) / together, 1.0)
