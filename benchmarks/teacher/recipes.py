"""How the networks of the tables are trained: the teacher, Chen et al.'s losses, the bound."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np

from benchmarks.teacher import supervised
from benchmarks.teacher.protocols import CAMERAS
from hmr.motion.clip import Clip
from hmr.training import train
from teacher.augmentation import Augmentation
from teacher.learner import Budget
from teacher.lifter import Design
from teacher.losses import Weights
from teacher.parametric import joint, learner
from teacher.parametric.joint import Tuning
from teacher.projection import Sampling, project_clips
from teacher.recipe import Distilling, JointTuning, Lifting, Recipe, Taught, teach


@dataclass(frozen=True)
class Plan:
    """What a training depends on, beside motion, seed and steps."""

    sampling: Sampling = field(default_factory=Sampling)
    lifting: Lifting = field(default_factory=Lifting)
    tuned: bool = False
    """With a parametric network, then both tuned jointly."""
    tuning: joint.Weights = field(default_factory=joint.Weights)
    """Of the joint tuning's losses."""

    def recipe(self, steps: int) -> Recipe:
        """All phases, in so many steps of the first and as many of the others together."""
        third, along = round(steps / 3), self.lifting.design.frames > 1
        whole = replace(self.lifting.budget, minutes=None, steps=third if along else steps)
        single = replace(self.lifting.first, minutes=None, steps=steps)
        first = replace(self.lifting, budget=whole, first=single)
        if not self.tuned:
            return Recipe(first, None, None)
        later = learner.Budget(minutes=None, steps=2 * third)
        last = Tuning(minutes=None, steps=third)
        return Recipe(first, Distilling(budget=later), JointTuning(last, self.tuning))


SINGLE = Plan(tuned=True)
FRAMES = 27
"""That a network for videos sees together."""
TEMPORAL = Plan(
    Sampling(tracks=10_000, frames=FRAMES),
    Lifting(design=Design(frames=FRAMES), budget=Budget(batch=16, lr=2e-4, critic_lr=2e-4)),
)
LOSSES = tuple(f.name for f in fields(Weights) if f.name != "gradient")
CHENS = {
    "adversarial": 1.0,
    # Their temporal loss is a critic of differences between frames.
    "motion": 1.0,
    "consistency_2d": 10.0,
    "consistency_3d": 0.001,
    "filling": Weights.filling,
}
CHEN = Plan(
    lifting=Lifting(
        augmentation=replace(Augmentation(), elevation_deg=20.0, learn_views=False),
        weights=Weights(**{**dict.fromkeys(LOSSES, 0.0), **CHENS}),
    )
)
"""The losses of Chen et al. (CVPR 2019) with their weights and views. Hidden joints are filled in
as ours are, without which they would have no place; that touches no depth."""
SUPERVISED = replace(Augmentation(), spin=0.0)
"""The teacher's own but for turned images: on CMU 02, seed 0, no worse for the bound."""


def without(name: str) -> Plan:
    """The teacher's training with one loss switched off."""
    return Plan(lifting=Lifting(weights=replace(Weights(), **{name: 0.0})))


ABLATIONS = {
    "all": SINGLE,
    **{f"without {name}": without(name) for name in LOSSES},
    "views not learned": Plan(
        lifting=Lifting(augmentation=replace(Augmentation(), learn_views=False))
    ),
}

TUNED_ALONE = replace(SINGLE, tuning=replace(joint.Weights(), strangers=0.0, lifted_strangers=0.0))
"""Both networks tuned without people whom the body makes up."""


def taught(plan: Plan, clips: Sequence[Clip], seed: int, steps: int, folder: Path) -> Taught:
    """Train a teacher from 2D alone, or go on with one whose training was cut short."""
    poses = project_clips(clips, plan.sampling, CAMERAS, np.random.default_rng([seed, 3]))
    return teach(plan.recipe(steps), poses, seed, folder, "lifter", None)


def supervise(
    plan: Plan, clips: Sequence[Clip], seed: int, steps: int, folder: Path
) -> supervised.Supervised:
    """Train the same network with 3D truth, or go on with a training that was cut short."""
    poses = supervised.film(clips, plan.sampling, CAMERAS, np.random.default_rng([seed, 3]))
    how = plan.lifting
    budget = supervised.Budget(steps=steps, batch=how.budget.batch)
    bound = supervised.Supervised(poses, seed, how.design, budget, SUPERVISED, how.patterns())
    train(bound, folder)
    return bound
