from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from teacher.augmentation import Augmentation
from teacher.learner import Budget, Learner, source_of
from teacher.lifter import Design
from teacher.losses import Weights
from teacher.projection import Cameras, Sampling, project_clips
from tests.teacher.figures import walking

SMALL = Design(16, 1)
BUDGET = Budget(minutes=None, steps=8, batch=4, round_steps=4)


def learner(frames: int = 2, how: Augmentation | None = None, **weights: float) -> Learner:
    clips = [walking(size=0.9 + 0.05 * i, speed=4.0 + i, name=f"walk_{i}") for i in range(3)]
    sampling = Sampling(tracks=12, frames=frames)
    poses = project_clips(clips, sampling, Cameras(), np.random.default_rng(0))
    design = SMALL if frames == 2 else replace(SMALL, frames=frames)
    how, weighed = how or Augmentation(), Weights(**weights)
    return Learner(poses, 0, design, SMALL, BUDGET, how, weighed)


def terms_of(taught: Learner):
    return taught.terms(taught.poses.joints, taught.poses.visible, source_of(0, 2, 0))


@pytest.mark.parametrize("frames", [2, 9])
def test_every_weight_belongs_to_a_loss(frames):
    taught = learner(frames)
    terms, views = terms_of(taught)
    terms |= taught.critics.judged(views, taught.poses.visible)
    assert set(terms) == {field.name for field in fields(Weights)} - {"gradient"}
    assert all(torch.isfinite(term) and term.ndim == 0 for term in terms.values())


@pytest.mark.parametrize("name", [f.name for f in fields(Weights) if f.name != "gradient"])
def test_a_loss_of_weight_zero_teaches_nothing(name):
    zeros = {f.name: 0.0 for f in fields(Weights)}
    only = learner(**{**zeros, name: 1.0})
    for taught, silent in ((only, False), (learner(**zeros), True)):
        terms, views = terms_of(taught)
        terms |= taught.critics.judged(views, taught.poses.visible)
        taught.steps = BUDGET.steps or 0
        grads = torch.autograd.grad(
            taught.total(terms), list(taught.lifter.parameters()), allow_unused=True
        )
        assert silent == all(grad is None or not grad.any() for grad in grads)


def test_views_are_learned_unless_they_are_fixed():
    for learned in (True, False):
        taught = learner(how=Augmentation(learn_views=learned))
        terms, views = terms_of(taught)
        loss = taught.critics.judged(views, taught.poses.visible)["adversarial"]
        last = taught.lifter.layers[-1]
        (gradient,) = torch.autograd.grad(loss, last.bias)
        # The last output is the camera's elevation.
        assert bool(gradient[-1] != 0) == learned
        assert gradient[:-1].any()


def test_a_batch_holds_2d_alone():
    joints, known = next(iter(learner().train_dataloader()))
    assert joints.shape[-1] == 2
    assert set(known.unique().tolist()) <= {0.0, 1.0}
