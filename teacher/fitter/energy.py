"""What a fit costs: joints off their targets, unlikely poses, shapes and stances.

All terms are negative log probabilities up to constants, so their weights are
standard deviations one can argue about.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.cameras import to_pixels
from teacher.fitter.guide import Guide
from teacher.fitter.prior import pose_prior, shape_energy, stance_energy
from teacher.fitter.state import State, points
from teacher.fitter.targets import Targets

NEAREST_DEPTH = 0.2
"""Depth, in metres, that a point is taken to have at least, so that projection stays finite."""


@dataclass(frozen=True)
class Precision:
    """How exactly joints are to be met."""

    noise: float
    """Standard deviation of a joint's place, over the person's size."""
    outlier: float
    """Distance, in standard deviations, where a joint begins to count as wrong."""
    prior: float = 0.4
    """Share of the pose prior; below 1, since generated poses are narrower than people."""


@dataclass(frozen=True)
class Problem:
    """People to be fitted."""

    body: Body
    targets: Targets
    guide: Guide | None = None
    """The teacher's lift, where there is a teacher."""

    def index(self, i: Tensor) -> "Problem":
        """Choose people."""
        guide = None if self.guide is None else self.guide.index(i)
        return Problem(self.body, self.targets.index(i), guide)

    def energy(self, state: State, precision: Precision) -> Float[Tensor, " people"]:
        """Cost of each person."""
        first, second = ((), ()) if self.guide is None else self.guide.ends
        names = (*self.targets.names, *first, *second)
        found = points(self.body, state, self.targets, names)
        joints = len(self.targets.names)
        total = reprojection(found[:, :joints], self.targets, precision)
        total = total + precision.prior * pose_prior().energy(state.angles)
        total = total + stance_energy(state.orient) + shape_energy(state.betas)
        if self.guide is not None:
            total = total + self.guide.energy(*found[:, joints:].chunk(2, 1))
        return total


def reprojection(
    found: Float[Tensor, "people joints 3"], targets: Targets, precision: Precision
) -> Float[Tensor, " people"]:
    """Geman and McClure's robust function of the joints' distances in the image."""
    distance = distances(found, targets) / targets.size[:, None]
    deviations = distance / (precision.noise * targets.looseness)
    square, limit = deviations**2, precision.outlier**2
    return 0.5 * (targets.weights * limit * square / (limit + square)).sum(1)


def distances(
    found: Float[Tensor, "people joints 3"], targets: Targets
) -> Float[Tensor, "people joints"]:
    """How far each joint projects from its target, in pixels."""
    depth = found[..., 2:].clamp(min=NEAREST_DEPTH)
    pixels = to_pixels(torch.cat([found[..., :2], depth], -1), targets.K)
    return ((pixels - targets.joints).square().sum(-1) + 1e-8).sqrt()
