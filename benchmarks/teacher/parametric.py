"""The parametric network in the tables: distilled from a teacher, then both tuned together."""

from collections.abc import Callable
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from hmr.body import Body
from hmr.training import train
from teacher.learner import Learner
from teacher.lifter import Design
from teacher.measure import Trials, read
from teacher.parametric import joint, losses
from teacher.parametric.joint import Tuner, Tuning
from teacher.parametric.learner import Budget, Distiller
from teacher.parametric.network import ParametricNetwork


def distil(learner: Learner, body: Body, steps: int, folder: Path) -> Distiller:
    """Teach a parametric network by a teacher that stays as it is."""
    distiller = Distiller(
        learner.poses,
        learner.slow,
        body,
        learner.seed,
        Design(),
        Budget(minutes=None, steps=steps),
        learner.augmentation,
        losses.Weights(),
        learner.patterns,
    )
    train(distiller, folder)
    return distiller


def tune(learner: Learner, distiller: Distiller, body: Body, steps: int, folder: Path) -> Tuner:
    """Let both networks learn on together."""
    tuning = Tuning(minutes=None, steps=steps)
    tuner = Tuner(learner, distiller.slow, body, tuning, joint.Weights())
    train(tuner, folder)
    return tuner


def by_body(
    network: ParametricNetwork, body: Body
) -> Callable[[Trials], Float[Tensor, "tracks frames joints 3"]]:
    """Lift with a parametric network: the joints of its people, poses and mirror images read."""
    return lambda trials: read(network, body, trials)
