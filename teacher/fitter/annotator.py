"""From 2D joints to SMPL-X parameters, everybody at once.

Every person begins several times, facing all around (`exemplars`); after the pose
has moved a little, the start with the least energy goes on.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from hmr.params import Params
from hmr.threads import single_thread
from teacher.fitter.energy import Precision, Problem, distances
from teacher.fitter.exemplars import FACINGS, starts
from teacher.fitter.refine import Phase, refine
from teacher.fitter.state import State, finished, points

TURN = Phase("turning people", 25, 0.1, Precision(0.06, 6.0), ("turn", "place"))
BEND = Phase("bending people", 80, 0.06, Precision(0.03, 6.0), ("turn", "place", "angles"))
SETTLE = Phase("settling people", 200, 0.03, Precision(0.015, 8.0))
"""The camera and orientation first, then the pose, then everything at its true precision."""


@dataclass(frozen=True)
class Fit:
    """People in the camera frame of their images, and how well they explain their joints."""

    params: Params
    state: State
    error: Float[Tensor, "people joints"]
    """Distance of each joint's projection from its target, in pixels."""


def annotate(problem: Problem, seed: int = 0) -> Fit:
    """Fit the body to people's joints; the same seed gives the same fit."""
    with single_thread():
        return _annotate(problem, seed)


def _annotate(problem: Problem, seed: int) -> Fit:
    people = len(problem.targets.joints)
    everyone = problem.index(torch.arange(people).repeat(FACINGS))
    state = starts(problem.body, problem.targets, seed)
    for phase in (TURN, BEND):
        state = refine(everyone, state, phase)
    with torch.no_grad():
        spent = everyone.energy(state, BEND.precision).view(FACINGS, people)
    best = spent.argmin(0) * people + torch.arange(people)
    return describe(problem, refine(problem, state.index(best), SETTLE))


@torch.no_grad()
def describe(problem: Problem, state: State) -> Fit:
    """Turn a state into parameters and measure it."""
    body, targets = problem.body, problem.targets
    error = distances(points(body, state, targets, targets.names), targets)
    return Fit(finished(body, state, targets), state, error)
