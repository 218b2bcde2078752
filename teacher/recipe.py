"""How a teacher is trained: its three phases and their settings."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hmr.body import Body, load_body
from hmr.training import mark_of, train
from teacher import hiding
from teacher.augmentation import Augmentation
from teacher.hiding import Patterns
from teacher.learner import Budget, Learner, source_of
from teacher.lifter import Design, LifterNetwork
from teacher.losses import Weights
from teacher.parametric import joint, learner, losses
from teacher.parametric.joint import Tuner, Tuning
from teacher.parametric.learner import Distiller
from teacher.parametric.network import ParametricNetwork
from teacher.parametric.strangers import Strangeness
from teacher.poses_2d import Poses2D, as_pairs

PAIRS = 50_000
"""Pairs of moments that are taken out of longer tracks."""


@dataclass(frozen=True)
class Lifting:
    """The first phase: the lifter learns from 2D alone."""

    design: Design = field(default_factory=Design)
    critic: Design = field(default_factory=Design)
    """Of the critics."""
    first: Budget = field(default_factory=Budget)
    """Of the single-frame lifter that one for several frames begins as."""
    budget: Budget = field(default_factory=Budget)
    augmentation: Augmentation = field(default_factory=Augmentation)
    weights: Weights = field(default_factory=Weights)
    crowds: Sequence[str] = ()
    """Folders of samples whose people show how joints are hidden; left out: those that came with
    the program (assets/README.md)."""

    def patterns(self) -> Patterns:
        """How people in crowds are hidden."""
        return hiding.read_patterns(self.crowds) if self.crowds else hiding.load()


@dataclass(frozen=True)
class Distilling:
    """The second phase: the parametric network learns from the lifter."""

    design: Design = field(default_factory=Design)
    budget: learner.Budget = field(default_factory=learner.Budget)
    weights: losses.Weights = field(default_factory=losses.Weights)
    strangeness: Strangeness = field(default_factory=Strangeness)


@dataclass(frozen=True)
class JointTuning:
    """The third phase: both learn on together."""

    budget: Tuning = field(default_factory=Tuning)
    weights: joint.Weights = field(default_factory=joint.Weights)


@dataclass(frozen=True)
class Recipe:
    """All three phases; the later two may be left out."""

    lifting: Lifting = field(default_factory=Lifting)
    distilling: Distilling | None = field(default_factory=Distilling)
    tuning: JointTuning | None = field(default_factory=JointTuning)


@dataclass(frozen=True)
class Taught:
    """What came of the phases."""

    learner: Learner
    distiller: Distiller | None
    tuner: Tuner | None
    body: Body | None
    """Of the parametric network."""

    @property
    def lifter(self) -> LifterNetwork:
        """The lifter in its last form."""
        return self.tuner.slow.lifter if self.tuner else self.learner.slow

    @property
    def parametric(self) -> ParametricNetwork | None:
        """The parametric network in its last form."""
        if self.tuner:
            return self.tuner.slow.parametric
        return self.distiller.slow if self.distiller else None

    def minutes(self) -> dict[str, float]:
        """How long each phase took."""
        phases = {"lifter": self.learner, "parametric": self.distiller, "tuning": self.tuner}
        return {name: phase.seconds / 60 for name, phase in phases.items() if phase}


def teach(
    recipe: Recipe, poses: Poses2D, seed: int, folder: Path, mark: str, body_path: str | None
) -> Taught:
    """Go through the phases, or on from where an earlier run with this folder and mark stopped.

    Args:
        recipe: What to do in each.
        poses: 2D poses to learn from.
        seed: Of everything random.
        folder: Of the checkpoints.
        mark: Stands for all that the first phase depends on (`hmr.training.mark_of`).
        body_path: Body of the parametric network; the open body when None.
    """
    lifter = lift_first(recipe.lifting, poses, seed, folder / mark)
    if recipe.distilling is None:
        return Taught(lifter, None, None, None)
    body = load_body(body_path)
    mark = mark_of([mark, repr(recipe.distilling), body.file.name])
    distiller = _distilling(recipe.distilling, lifter, body)
    train(distiller, folder / mark)
    if recipe.tuning is None:
        return Taught(lifter, distiller, None, body)
    how, weights = recipe.tuning.budget, recipe.tuning.weights
    tuner = Tuner(lifter, distiller.slow, body, how, weights)
    train(tuner, folder / mark_of([mark, repr(recipe.tuning)]))
    return Taught(lifter, distiller, tuner, body)


def lift_first(how: Lifting, poses: Poses2D, seed: int, folder: Path) -> Learner:
    """Train the lifter; one that looks along tracks begins as one trained on pairs of moments."""
    patterns = how.patterns()
    if how.design.frames == 1:
        return _learned(how, poses, seed, folder, patterns)
    pairs = as_pairs(poses, PAIRS, source_of(seed, 0, 0))
    single = replace(how, design=replace(how.design, frames=1), budget=how.first)
    start = _learned(single, pairs, seed, folder / "first", patterns)
    return _learned(how, poses, seed, folder, patterns, start)


def _learned(
    how: Lifting,
    poses: Poses2D,
    seed: int,
    folder: Path,
    patterns: Patterns,
    start: Learner | None = None,
) -> Learner:
    lifter = Learner(
        poses,
        seed,
        how.design,
        how.critic,
        how.budget,
        how.augmentation,
        how.weights,
        patterns,
        start,
    )
    train(lifter, folder)
    return lifter


def _distilling(how: Distilling, lifter: Learner, body: Body) -> Distiller:
    return Distiller(
        lifter.poses,
        lifter.slow,
        body,
        lifter.seed,
        how.design,
        how.budget,
        lifter.augmentation,
        how.weights,
        lifter.patterns,
        how.strangeness,
    )
