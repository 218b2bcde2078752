"""How the networks of the tables are trained: the teacher, Chen et al.'s losses, the bound."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np

from benchmarks.teacher import supervised
from benchmarks.teacher.protocols import CAMERAS
from hmr.motion.clip import Clip
from hmr.training import train
from teacher import hiding
from teacher.augmentation import Augmentation
from teacher.learner import Budget, Learner
from teacher.lifter import Design
from teacher.losses import Weights
from teacher.poses_2d import Poses2D
from teacher.projection import Sampling, project_clips


@dataclass(frozen=True)
class Recipe:
    """What a training depends on, beside motion, seed and steps."""

    sampling: Sampling = field(default_factory=Sampling)
    design: Design = field(default_factory=Design)
    augmentation: Augmentation = field(default_factory=Augmentation)
    weights: Weights = field(default_factory=Weights)
    batch: int = Budget.batch
    """Tracks a step."""


SINGLE = Recipe()
FRAMES = 27
"""That a network for videos sees together."""
TEMPORAL = Recipe(Sampling(tracks=10_000, frames=FRAMES), Design(frames=FRAMES), batch=16)
CHEN = Recipe(
    augmentation=replace(Augmentation(), elevation_deg=20.0, learn_views=False),
    weights=Weights(
        adversarial=1.0,
        # Their temporal loss is a critic of differences between frames.
        motion=1.0,
        consistency_2d=10.0,
        consistency_3d=0.001,
        **dict.fromkeys(("temporal", "bones", "track", "symmetry", "knees"), 0.0),
    ),
)
"""The losses of Chen et al. (CVPR 2019) with their weights and views. Hidden joints are filled in
as ours are, without which they would have no place; that touches no depth."""
SUPERVISED = replace(Augmentation(), spin=0.0)


def without(name: str) -> Recipe:
    """The teacher's training with one loss switched off."""
    return replace(SINGLE, weights=replace(SINGLE.weights, **{name: 0.0}))


LOSSES = tuple(f.name for f in fields(Weights) if f.name != "gradient")
ABLATIONS = {
    "all": SINGLE,
    **{f"without {name}": without(name) for name in LOSSES},
    "views not learned": replace(SINGLE, augmentation=replace(Augmentation(), learn_views=False)),
}


def poses_of(recipe: Recipe, clips: Sequence[Clip], seed: int) -> Poses2D:
    """Film what a training learns from: 2D alone."""
    return project_clips(clips, recipe.sampling, CAMERAS, np.random.default_rng([seed, 3]))


def learner_of(recipe: Recipe, clips: Sequence[Clip], seed: int, steps: int) -> Learner:
    """Prepare a teacher's training."""
    return Learner(
        poses_of(recipe, clips, seed),
        seed,
        recipe.design,
        Design(),
        Budget(minutes=None, steps=steps, batch=recipe.batch),
        recipe.augmentation,
        recipe.weights,
        hiding.load(),
    )


def supervise(
    recipe: Recipe, clips: Sequence[Clip], seed: int, steps: int, folder: Path
) -> supervised.Supervised:
    """Train the same network with 3D truth, or go on with a training that was cut short."""
    poses = supervised.film(clips, recipe.sampling, CAMERAS, np.random.default_rng([seed, 3]))
    budget = supervised.Budget(steps=steps, batch=recipe.batch)
    learner = supervised.Supervised(poses, seed, recipe.design, budget, SUPERVISED, hiding.load())
    train(learner, folder)
    return learner
