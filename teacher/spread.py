"""How sure a lift is: how far the answers lie apart when the question is put another way.

The same pose is lifted as it is and mirrored (flip test-time augmentation), then again and again
with some of its visible joints hidden from the network. What the network knows comes out the
same each time; what it guesses from little does not. The hidden joints keep their places on the
plane, so what spreads is their depth.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from teacher.lifter import LifterNetwork
from teacher.poses_2d import FLIP, NAMES, mirrored

RELIFTS = 8
"""Masked re-lifts where nobody says otherwise."""
HIDDEN = 0.15
"""Share of the joints that each of them hides; of 0.15, 0.25 and 0.4 the one whose spread tells
most about the error."""
SEED = 6


@dataclass(frozen=True)
class Calibration:
    """How far off a joint is, root mean square, whose answers spread so far; both in metres.

    Errors grow with the spread, fast at first and then ever slower: nobody's joint is farther
    off than an arm is long.
    """

    floor: float
    most: float
    half: float
    """Spread at which half of `most` is reached."""

    def deviation(self, spread: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Standard deviation of joints, in metres."""
        return (self.floor**2 + (self.most * spread / (spread + self.half)) ** 2).sqrt()


RELIFTED = Calibration(floor=0.0, most=0.31, half=0.047)
TWO_WAYS = Calibration(floor=0.11, most=0.27, half=0.025)
"""Measured by `benchmarks/lift_uncertainty.py`: with masked re-lifts, and with the mirror alone."""


def masks(count: int) -> Float[Tensor, "count joints"]:
    """Choose what each re-lift hides (0): each joint about as often as the others."""
    rng = np.random.default_rng(SEED)
    hidden = round(HIDDEN * len(NAMES))
    rounds = -(-count * hidden // len(NAMES))
    order = [rng.permutation(len(NAMES)) for _ in range(rounds)]
    kept = torch.ones(count, len(NAMES))
    for i in range(count):
        kept[i, np.concatenate(order)[i * hidden : (i + 1) * hidden]] = 0
    return kept


def lift_both_ways(
    network: LifterNetwork,
    plane: Float[Tensor, "*batch joints 2"],
    visible: Float[Tensor, "*batch joints"],
) -> tuple[Float[Tensor, "*batch joints 3"], Float[Tensor, "*batch joints"]]:
    """Lift poses on the teacher's plane and their mirror images: the mean, and how far apart."""
    straight = network(plane, visible).points(plane, visible)
    other, there = mirrored(plane), visible[..., FLIP.to(visible.device)]
    back = mirrored(network(other, there).points(other, there))
    return (straight + back) / 2, (straight - back).norm(dim=-1)


def relifted(
    network: LifterNetwork,
    plane: Float[Tensor, "*batch joints 2"],
    visible: Float[Tensor, "*batch joints"],
    relifts: int,
) -> Iterator[Float[Tensor, "*batch joints 3"]]:
    """Lift with some joints hidden, in pairs: the pose, and its mirror image with the same mask.

    So a mirrored person's answers are the mirrored answers.
    """
    other, there = mirrored(plane), visible[..., FLIP.to(visible.device)]
    for kept in masks((relifts + 1) // 2).to(visible.device):
        yield network(plane, visible * kept).points(plane, visible)
        yield mirrored(network(other, there * kept).points(other, there))


def mean_and_spread(
    network: LifterNetwork,
    plane: Float[Tensor, "*batch joints 2"],
    visible: Float[Tensor, "*batch joints"],
    relifts: int = 0,
) -> tuple[Float[Tensor, "*batch joints 3"], Float[Tensor, "*batch joints"]]:
    """Lift poses: the mean of the two ways, and how far all answers lie from it.

    Args:
        network: The teacher.
        plane: Poses on the teacher's plane.
        visible: 1 where a joint is known, else 0.
        relifts: Masked re-lifts, in pairs; with 0 only the two ways speak.
    """
    mean, apart = lift_both_ways(network, plane, visible)
    squares, count = apart.square() / 2, 2
    for answer in relifted(network, plane, visible, relifts):
        squares, count = squares + (answer - mean).square().sum(-1), count + 1
    return mean, (squares / count).sqrt()


def calibration(relifts: int) -> Calibration:
    """How spread and error belong together."""
    return RELIFTED if relifts else TWO_WAYS
