"""What a fit has to explain: people's 2D joints under one set of names, as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from hmr.joints import SMPLX_ALL
from hmr.keypoints import Keypoints2D
from hmr.sample import Box

EXTRA = ("head_top",)
LOOSE = {"left_hip": 1.5, "right_hip": 1.5, "pelvis": 1.5, "neck": 1.6, "head_top": 1.6}
LOOSE |= {"spine1": 1.5, "spine2": 1.5, "spine3": 1.5, "left_foot": 1.5, "right_foot": 1.5}
"""Joints that conventions and annotators place apart, and by how much more than a wrist."""
SMALLEST = 8.0
"""Least size of a person, in pixels, so that no division explodes."""


@dataclass(frozen=True)
class Targets:
    """The 2D joints of people, each in the pixels of their own image."""

    names: tuple[str, ...]
    joints: Float[Tensor, "people joints 2"]
    weights: Float[Tensor, "people joints"]
    """Confidence; 0 where a joint is absent."""
    seen: Bool[Tensor, "people joints"]
    """Joints that are there and not marked as hidden."""
    looseness: Float[Tensor, " joints"]
    """How much less exact a joint is than the best."""
    K: Float[Tensor, "people 3 3"]
    """Intrinsics of each person's image."""
    size: Float[Tensor, " people"]
    """Larger side of each person's box, in pixels."""
    height: Float[Tensor, " people"]
    """Height of each person's box, in pixels."""

    def index(self, i: Tensor) -> "Targets":
        """Choose people."""
        rows = {name: getattr(self, name)[i] for name in ("joints", "weights", "seen", "K")}
        rows |= {name: getattr(self, name)[i] for name in ("size", "height")}
        return Targets(names=self.names, looseness=self.looseness, **rows)


def gather(
    people: Sequence[Keypoints2D], K: Float[np.ndarray, "people 3 3"], least_score: float
) -> Targets:
    """Bring people's joints under one set of names.

    Args:
        people: Anybody; conventions may differ.
        K: Intrinsics of each person's image.
        least_score: Joints below it count as absent.
    """
    known = (*SMPLX_ALL, *EXTRA)
    present = {name for person in people for name in person.names}
    names = tuple(name for name in known if name in present)
    joints = np.zeros((len(people), len(names), 2))
    weights, seen = np.zeros(joints.shape[:2]), np.zeros(joints.shape[:2], bool)
    for row, person in enumerate(people):
        scores = np.where(person.scores < least_score, 0, person.scores)
        for i, name in enumerate(person.names):
            if name in names and scores[i] > 0:
                column = names.index(name)
                joints[row, column], weights[row, column] = person.joints[i], scores[i]
                seen[row, column] = person.seen[i]
    boxes = np.array([box_around(person) for person in people]).reshape(-1, 4)
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], SMALLEST)
    return Targets(
        names=names,
        joints=torch.from_numpy(joints).float(),
        weights=torch.from_numpy(weights).float(),
        seen=torch.from_numpy(seen),
        looseness=torch.tensor([LOOSE.get(name, 1.0) for name in names]),
        K=torch.from_numpy(K).float(),
        size=torch.from_numpy(sides.max(1)).float(),
        height=torch.from_numpy(sides[:, 1].copy()).float(),
    )


def box_around(person: Keypoints2D) -> Box:
    """The person's box, or the one around their joints where the file gives none."""
    if person.box is not None and min(person.box[2] - person.box[0], person.box[3]) > 0:
        return person.box
    there = person.joints[person.scores > 0]
    (x0, y0), (x1, y1) = there.min(0), there.max(0)
    return float(x0), float(y0), float(x1), float(y1)
