from dataclasses import fields, replace

import pytest
import torch

from teacher.fitter.posing import ANGLES, LOWER, UPPER
from teacher.fitter.prior import pose_prior
from teacher.lifter import Design
from teacher.parametric import losses
from teacher.parametric.losses import Weights
from teacher.parametric.network import ParametricNetwork
from teacher.parametric.people import People
from teacher.poses_2d import DISTANCE, NAMES
from tests.teacher.parametric.crowd import people


def skeleton(*batch: int) -> torch.Tensor:
    points = torch.randn((*batch, len(NAMES), 3), generator=torch.Generator().manual_seed(0))
    return points - points[..., :1, :]


def known(*batch: int) -> torch.Tensor:
    shown = torch.rand((*batch, len(NAMES)), generator=torch.Generator().manual_seed(1))
    return (shown > 0.3).float()


def test_skeletons_of_any_size_agree():
    points = skeleton(3, 2)
    assert losses.agreement(points, 7.0 * points, known(3, 2)) < 2e-3
    assert losses.agreement(points, -points, known(3, 2)) > 1.0


def test_sized_skeletons_have_size_one_where_they_are_known():
    there = known(5)
    sized = losses.sized(skeleton(5), there)
    mean = (sized.square().sum(-1) * there).sum(-1) / there.sum(-1)
    torch.testing.assert_close(mean, torch.ones(5))


def test_agreement_does_not_look_at_what_is_not_known():
    points, there = skeleton(4), known(4)
    wild = torch.where(there.unsqueeze(-1) > 0, points, 1e3)
    torch.testing.assert_close(
        losses.agreement(wild, points + 0.1, there), losses.agreement(points, points + 0.1, there)
    )


def test_agreement_moves_both():
    first, second = skeleton(4).requires_grad_(), (skeleton(4) ** 2).requires_grad_()
    grads = torch.autograd.grad(losses.agreement(first, second, known(4)), (first, second))
    assert all(grad.any() for grad in grads)


def test_a_persons_own_joints_are_no_reprojection_loss(body):
    found = ParametricNetwork(Design(16, 1), Design(16, 1)).skeletons(people(2, 3), body)
    assert losses.reprojection(found.plane, found.plane, known(2, 3)) == 0


def test_reprojection_counts_head_root_lengths_of_known_joints():
    plane, there = torch.zeros(2, len(NAMES), 2), torch.zeros(2, len(NAMES))
    there[:, 3] = 1
    joints = plane.clone()
    joints[:, 3, 0], joints[:, 4] = 0.5 / DISTANCE, 9.0
    torch.testing.assert_close(losses.reprojection(plane, joints, there), torch.tensor(0.5))


def test_shape_is_the_squared_deviations():
    some = replace(people(3), betas=torch.full((3, 10), 2.0))
    assert losses.shape(some) == 40.0


def test_limits_begin_where_joints_end():
    some = people(2)
    within = replace(some, angles=torch.stack([LOWER, UPPER]))
    assert losses.limits(within) == 0
    beyond = within.angles.clone()
    beyond[0, ANGLES.index("left_leg_knee")] -= 0.2
    torch.testing.assert_close(losses.limits(replace(some, angles=beyond)), torch.tensor(0.02))


def test_the_mean_pose_is_likelier_than_a_contortion():
    middle = pose_prior().middle().unsqueeze(0)
    one = people(1)
    likely = losses.pose(replace(one, angles=middle))
    assert likely < losses.pose(replace(one, angles=middle + 1.0))


def test_a_person_who_keeps_still_is_smooth_and_a_shape_that_stays_constant():
    one = people(2, 1)
    parts = {field.name: getattr(one, field.name) for field in fields(one)}
    still = People(**{name: part.repeat_interleave(4, 1) for name, part in parts.items()})
    assert losses.smoothness(still) == losses.constancy(still) == 0
    moving = people(2, 4)
    assert losses.smoothness(moving) > 0
    assert losses.constancy(moving) > 0


def test_single_frames_have_nothing_to_be_smooth_along():
    assert losses.smoothness(people(3, 1)) == losses.constancy(people(3, 1)) == 0


def test_smplxs_own_joints_cost_nothing():
    network = ParametricNetwork(Design(16, 1), Design(16, 1))
    assert losses.regressor(network.weights()) == 0
    with torch.no_grad():
        network.regressor.normal_()
    assert losses.regressor(network.weights()) > 0


@pytest.mark.parametrize("name", [field.name for field in fields(Weights)])
def test_a_weight_of_zero_switches_a_loss_off(name):
    terms = {field.name: torch.tensor(1.0) for field in fields(Weights)}
    ones = Weights(**dict.fromkeys(terms, 1.0))
    without = losses.total(terms, replace(ones, **{name: 0.0}))
    assert without == len(terms) - 1
    # What does not count may be anything.
    terms[name] = torch.tensor(torch.nan)
    assert losses.total(terms, replace(ones, **{name: 0.0})) == len(terms) - 1
