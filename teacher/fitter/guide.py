"""The teacher's lift as a soft term: bones should point the way the lift says.

Only directions are taken from the lift, since its scale and proportions are not
those of the person; and each bone only as far as the teacher is confident.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from hmr.joints import BONES
from teacher.fitter.targets import Targets
from teacher.lift import Lifter

SPREAD = 0.6
"""Standard deviation of a lifted bone's direction, in radians, where the teacher is sure."""
OUTLIER = 1.5
"""Deviations at which a direction begins to count as wrong: a lifted limb may be flipped."""


@dataclass(frozen=True)
class Guide:
    """Directions of bones in the camera frame."""

    ends: tuple[tuple[str, ...], tuple[str, ...]]
    """Names of the bones' first and second ends."""
    directions: Float[Tensor, "people bones 3"]
    confidence: Float[Tensor, "people bones"]

    def index(self, i: Tensor) -> "Guide":
        """Choose people."""
        return Guide(self.ends, self.directions[i], self.confidence[i])

    def energy(
        self, first: Float[Tensor, "people bones 3"], second: Float[Tensor, "people bones 3"]
    ) -> Float[Tensor, " people"]:
        """Robust energy of the angles between a body's bones and the lift's."""
        bones = torch.nn.functional.normalize(second - first, dim=-1)
        square = 2 * (1 - (bones * self.directions).sum(-1)) / SPREAD**2
        return 0.5 * (self.confidence * OUTLIER**2 * square / (OUTLIER**2 + square)).sum(1)


def guide(lifter: Lifter, targets: Targets) -> Guide:
    """Lift people and keep the directions of their bones."""
    lifted = lifter.lift(
        targets.joints.double().numpy(),
        targets.weights.double().numpy(),
        targets.K.double().numpy(),
        targets.names,
    )
    names = list(lifted.names)
    bones = [bone for bone in BONES if set(bone) <= set(names)]
    ends = tuple(zip(*bones, strict=True))
    first, second = (np.array([names.index(name) for name in side]) for side in ends)
    along = torch.from_numpy(lifted.joints_3d[:, second] - lifted.joints_3d[:, first]).float()
    sure = np.minimum(lifted.confidence[:, first], lifted.confidence[:, second])
    directions = torch.nn.functional.normalize(along, dim=-1)
    return Guide((ends[0], ends[1]), directions, torch.from_numpy(sure).float())
