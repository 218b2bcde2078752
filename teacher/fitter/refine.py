"""The optimiser: all people at once, Adam on a robust energy, angles kept within limits.

SMPLify's plan (Bogo et al., ECCV 2016): a robust reprojection term, priors on
pose and shape, camera and orientation first. Instead of one person at a time the
whole batch moves together; the energy is a sum, so people do not feel each other.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from hmr.progress import track
from hmr.rotations import axis_angle_to_matrix
from teacher.fitter.energy import Precision, Problem
from teacher.fitter.posing import LOWER, UPPER
from teacher.fitter.state import State


@dataclass(frozen=True)
class Phase:
    """One phase of the optimisation."""

    name: str
    """What it does, for the progress bar."""
    steps: int
    rate: float
    """Adam's first step size; it falls to a tenth along a cosine."""
    precision: Precision
    moves: tuple[str, ...] = ("turn", "place", "angles", "betas")


def refine(problem: Problem, state: State, phase: Phase) -> State:
    """Go down the energy for one phase."""
    moving = {
        "turn": torch.zeros_like(state.place),
        "place": state.place.clone(),
        "angles": state.angles.clone(),
        "betas": state.betas.clone(),
    }
    free = [moving[name].requires_grad_() for name in phase.moves]
    optimiser = torch.optim.Adam(free, lr=phase.rate, betas=(0.9, 0.99))
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, phase.steps, phase.rate / 10)
    for _ in track(range(phase.steps), phase.name):
        optimiser.zero_grad()
        problem.energy(_moved(state, moving), phase.precision).sum().backward()
        optimiser.step()
        falling.step()
        with torch.no_grad():
            moving["angles"].clamp_(LOWER, UPPER)
    return _moved(state, moving).detach()


def _moved(state: State, moving: dict[str, Tensor]) -> State:
    orient = state.orient @ axis_angle_to_matrix(moving["turn"])
    return State(orient, moving["place"], moving["angles"], moving["betas"])
