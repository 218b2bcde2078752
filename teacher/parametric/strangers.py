"""Strangers: people whom nobody filmed, made up by the body model, whose 3D is therefore known.

The body knows how bones are jointed, how long they can be and how far they bend. People who were
read from 2D are bent and shaped otherwise, at random, and seen from a random side; what comes of
it is a 2D pose with its answer. No data's 3D is looked at.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from teacher.fitter.posing import LOWER, UPPER
from teacher.parametric.network import ParametricNetwork
from teacher.parametric.people import People
from teacher.poses_2d import normalise
from teacher.proportions import with_other_limbs
from teacher.views import seen, turned


@dataclass(frozen=True)
class Strangeness:
    """How far strangers are from those who were read."""

    bend: float = 0.7
    """Standard deviation of what is added to each angle, in radians; joints' limits hold."""
    shape: float = 1.0
    """Of what is added to each shape component."""
    proportions: float = 0.1
    """Of the logarithm of each limb's length, beyond what shapes can do."""


@dataclass(frozen=True)
class Strangers:
    """2D poses and their answers."""

    joints: Float[Tensor, "tracks frames joints 2"]
    """On the teacher's plane."""
    points: Float[Tensor, "tracks frames joints 3"]
    """Centred at the root, of any size."""


@torch.no_grad()
def strangers(
    network: ParametricNetwork,
    body: Body,
    people: People,
    known: Float[Tensor, "tracks frames joints"],
    turns: Float[Tensor, "tracks 1 3 3"],
    how: Strangeness,
    generator: torch.Generator,
) -> Strangers:
    """Make strangers of people; along a track each stays who they are.

    Args:
        network: Says which joints are learned from.
        body: The body.
        people: Who were read.
        known: Joints that are asked for.
        turns: How each track is turned before it is seen.
        how: How far strangers are from `people`.
        generator: Source of all randomness.
    """

    def drawn(count: int, spread: float) -> Tensor:
        size = (len(known), 1, count)
        return spread * torch.randn(size, generator=generator).to(known)

    bent = people.angles + drawn(people.angles.shape[-1], how.bend)
    others = replace(
        people,
        angles=torch.minimum(torch.maximum(bent, LOWER.to(bent)), UPPER.to(bent)),
        betas=people.betas + drawn(people.betas.shape[-1], how.shape),
    )
    points = network.skeletons(others, body).points
    moved = turned(with_other_limbs(points, how.proportions, generator), turns)
    return Strangers(normalise(seen(moved), known).joints, moved)
