"""People fitted to skeletons, from where the parametric network sees them: a few steps do.

The network's guess is within reach of the body that explains a skeleton best, so a handful of
gradient steps finds it (fitting in the loop; Kolotouros et al., SPIN, ICCV 2019).
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.rotations import matrix_from_6d, matrix_to_6d
from teacher.parametric import losses
from teacher.parametric.network import ParametricNetwork
from teacher.parametric.people import People


@dataclass(frozen=True)
class Fitting:
    """How people are fitted."""

    steps: int = 12
    rate: float = 0.05
    """Of the first step (Adam); it falls to 0."""
    shape: float = 0.01
    """What squared shape components count beside the agreement with the skeleton."""


def fitted(
    network: ParametricNetwork,
    body: Body,
    people: People,
    points: Float[Tensor, "*batch joints 3"],
    known: Float[Tensor, "*batch joints"],
    how: Fitting,
) -> People:
    """Move pose, orientation and shape so that the joints agree with skeletons of any size."""
    started = (people.angles, matrix_to_6d(people.orient), people.betas)
    parts = [part.detach().clone().requires_grad_() for part in started]
    optimiser = torch.optim.Adam(parts, betas=(0.8, 0.95))
    with torch.enable_grad():
        for step in range(how.steps):
            now = _people(people, parts)
            found = network.skeletons(now, body).points
            apart = losses.agreement(found, points, known) + losses.limits(now)
            loss = apart + how.shape * losses.shape(now)
            for part, gradient in zip(parts, torch.autograd.grad(loss, parts), strict=True):
                part.grad = gradient
            optimiser.param_groups[0]["lr"] = how.rate * (1 - step / how.steps)
            optimiser.step()
    return _people(people, [part.detach() for part in parts])


def _people(people: People, parts: list[Tensor]) -> People:
    angles, orient, betas = parts
    return replace(people, angles=angles, orient=matrix_from_6d(orient), betas=betas)
