from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from hmr.training import train
from teacher.augmentation import Augmentation
from teacher.hiding import Patterns
from teacher.learner import Budget, Learner, source_of
from teacher.lifter import Design
from teacher.losses import Weights
from teacher.poses_2d import NAMES
from teacher.projection import Cameras, Sampling, project_clips
from tests.teacher.figures import walking
from tests.teacher.resuming import ends_as_if_never_killed

SMALL = Design(16, 1)
BUDGET = Budget(minutes=None, steps=8, batch=4, round_steps=4)


def learner(
    frames: int = 2,
    how: Augmentation | None = None,
    budget: Budget = BUDGET,
    **weights: float,
) -> Learner:
    clips = [walking(size=0.9 + 0.05 * i, speed=4.0 + i, name=f"walk_{i}") for i in range(3)]
    sampling = Sampling(tracks=12, frames=frames)
    poses = project_clips(clips, sampling, Cameras(), np.random.default_rng(0))
    design = SMALL if frames == 2 else replace(SMALL, frames=frames)
    how, weighed = how or Augmentation(), Weights(**weights)
    return Learner(poses, 0, design, SMALL, budget, how, weighed)


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
        _, views = terms_of(taught)
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


def weights_of(taught: Learner) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in taught.state_dict().values()]


@pytest.mark.parametrize("frames", [2, 9])
def test_a_killed_run_ends_as_one_that_was_not(tmp_path, frames):
    ends_as_if_never_killed(lambda: learner(frames), 6, tmp_path)


def test_a_finished_training_is_read_and_left_alone(tmp_path):
    whole = learner()
    train(whole, tmp_path)
    again = learner()
    train(again, tmp_path)
    assert again.steps == whole.steps
    pairs = zip(weights_of(whole), weights_of(again), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_time_may_end_a_run(tmp_path):
    taught = learner(budget=replace(BUDGET, minutes=1e-9, steps=None))
    train(taught, tmp_path)
    assert taught.steps == 1


def test_how_people_in_crowds_are_hidden_hides_joints_of_half_the_tracks():
    taught = learner(how=Augmentation(hide=0.0, sets=0.0))
    nobody = torch.ones(1, len(NAMES), dtype=torch.bool)
    taught.patterns = Patterns(nobody)
    joints = taught.poses.joints.repeat(40, 1, 1, 1)
    known = taught.poses.visible.repeat(40, 1, 1)
    _, seen = taught.lift(joints, known, source_of(0, 2, 0))
    hidden = (seen.sum((1, 2)) == 0).float().mean().item()
    assert hidden == pytest.approx(0.5, abs=0.1)
