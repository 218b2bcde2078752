from typing import cast

import numpy as np
import pytest
import torch

from benchmarks.teacher.recipes import ABLATIONS, CHEN, LOSSES
from benchmarks.teacher.supervised import Budget, Rounds, Supervised, film
from hmr.metrics import pa_mpjpe_mm
from hmr.training import train
from teacher.augmentation import Augmentation
from teacher.lifter import Design, Lift, LifterNetwork
from teacher.losses import Weights
from teacher.poses_2d import DISTANCE
from teacher.projection import Cameras, Sampling, project_clips
from teacher.views import seen
from tests.teacher.figures import walking

AS_IS = Augmentation(hide=0.0, crowd=0.0, sets=0.0, jitter=0.0, spin=0.0)


def filmed(sampling: Sampling | None = None):
    rng = np.random.default_rng(0)
    return film([walking()], sampling or Sampling(tracks=40), Cameras(), rng)


@pytest.mark.parametrize("frames", [2, 9])
def test_the_bound_sees_the_2d_that_the_teacher_sees(frames):
    sampling = Sampling(tracks=40, frames=frames)
    shown = project_clips([walking()], sampling, Cameras(), np.random.default_rng(0))
    poses = filmed(sampling)
    assert torch.allclose(poses.joints, shown.joints, atol=1e-5)
    assert torch.equal(poses.known, shown.visible)


def test_the_truth_projects_about_to_the_2d():
    poses = filmed()
    away = (seen(poses.truth) - poses.joints).norm(dim=-1)[poses.known > 0] * DISTANCE
    # The person's true distance differs from the teacher's ten head-root lengths.
    assert float(away.median()) < 0.05


def test_a_mirrored_person_has_a_mirrored_truth():
    poses = filmed()
    for joints, known, truth in Rounds(poses, 16, 0, 0, 3):
        away = (seen(truth) - joints).norm(dim=-1)[known > 0] * DISTANCE
        assert float(away.median()) < 0.05


class Told(torch.nn.Module):
    """Stands for a network that knows the depths."""

    def __init__(self, offsets: torch.Tensor):
        super().__init__()
        self.offsets = offsets

    def forward(self, joints: torch.Tensor, visible: torch.Tensor) -> Lift:
        return Lift(joints, self.offsets, joints.new_zeros(joints.shape[:-2]))


def test_a_network_that_knows_the_depths_has_a_fraction_of_the_loss_of_all_flat():
    poses = filmed()
    losses = []
    for offsets in (poses.truth[..., 2], torch.zeros_like(poses.truth[..., 2])):
        learner = Supervised(poses, 0, Design(16, 1), Budget(steps=1), AS_IS)
        learner.lifter = cast(LifterNetwork, Told(offsets))
        generator = torch.Generator().manual_seed(0)
        losses.append(learner.loss(poses.joints, poses.known, poses.truth, generator).item())
    assert losses[0] < 0.2 * losses[1]


def test_supervision_learns_a_walk(tmp_path):
    poses = filmed(Sampling(tracks=400))
    budget = Budget(steps=150, batch=64, round_steps=150)
    learner = Supervised(poses, 0, Design(64, 1), budget, AS_IS)
    known = poses.known[0, 0] > 0

    def error() -> float:
        with torch.no_grad():
            points = learner.lifter(poses.joints, poses.known).points(poses.joints, poses.known)
        return float(pa_mpjpe_mm(points[..., known, :], poses.truth[..., known, :]).mean())

    before = error()
    train(learner, tmp_path)
    assert error() < 0.5 * before


def test_each_loss_is_switched_off_once():
    weights = [
        plan.lifting.weights for name, plan in ABLATIONS.items() if name.startswith("without")
    ]
    off = [[name for name in LOSSES if getattr(w, name) == 0] for w in weights]
    assert off == [[name] for name in LOSSES]
    assert "gradient" not in LOSSES


def test_chens_losses_hold_nothing_of_ours():
    kept = {name for name in LOSSES if getattr(CHEN.lifting.weights, name)}
    assert kept == {"adversarial", "motion", "consistency_2d", "consistency_3d", "filling"}
    assert not CHEN.lifting.augmentation.learn_views
    assert Weights().knees > 0
