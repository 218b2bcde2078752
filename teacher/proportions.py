"""Skeletons of other proportions: the same pose with longer, shorter, broader parts."""

import torch
from jaxtyping import Float
from torch import Tensor

from teacher.poses_2d import NAMES

SIDES = ("left", "right")
PARTS = ("trunk", "hips", "thigh", "shin", "foot", "shoulders", "upper_arm", "forearm", "head")
"""What has a length of its own; left and right are alike."""
LEG = (
    ("pelvis", "hip", "hips"),
    *(("hip", "knee", "thigh"), ("knee", "ankle", "shin"), ("ankle", "foot", "foot")),
)
ARM = (("shoulder", "elbow", "upper_arm"), ("elbow", "wrist", "forearm"))
UPRIGHT = ("spine1", "spine2", "spine3", "neck")
"""Joints that go with the trunk's length."""


def _at(name: str) -> Tensor:
    return torch.nn.functional.one_hot(torch.tensor(NAMES.index(name)), len(NAMES)).float()


def _paths() -> Float[Tensor, "parts joints joints"]:
    """Ways from the pelvis to each joint, in pieces: each a difference of joints."""
    paths = torch.zeros(len(PARTS), len(NAMES), len(NAMES))
    chest = (_at("left_shoulder") + _at("right_shoulder")) / 2

    def go(base: str | None, end: str, part: str, piece: Tensor) -> None:
        if base:
            paths[:, NAMES.index(end)] += paths[:, NAMES.index(base)]
        paths[PARTS.index(part), NAMES.index(end)] += piece

    for name in UPRIGHT:
        go(None, name, "trunk", _at(name) - _at("pelvis"))
    for name in ("nose", "head_top", "head", *(f"{s}_{x}" for s in SIDES for x in ("eye", "ear"))):
        go(None, name, "trunk", chest - _at("pelvis"))
        go(None, name, "head", _at(name) - chest)
    for side in SIDES:
        for name in (f"{side}_shoulder", f"{side}_collar"):
            go(None, name, "trunk", chest - _at("pelvis"))
            go(None, name, "shoulders", _at(name) - chest)
        for base, end, part in (*LEG, *ARM):
            first = base if base == "pelvis" else f"{side}_{base}"
            go(first, f"{side}_{end}", part, _at(f"{side}_{end}") - _at(first))
    return paths


_PATHS = _paths()


def with_other_limbs(
    points: Float[Tensor, "tracks frames joints 3"], spread: float, generator: torch.Generator
) -> Float[Tensor, "tracks frames joints 3"]:
    """Change the length of each part of skeletons, along a track in the same way.

    Args:
        points: Centred at the pelvis.
        spread: Standard deviation of the lengths' logarithm.
        generator: Source of all randomness.
    """
    lengths = torch.randn((len(points), len(PARTS)), generator=generator).mul(spread).exp()
    moves = torch.einsum("tp,pij->tij", lengths.to(points), _PATHS.to(points))
    return moves.unsqueeze(1) @ points
