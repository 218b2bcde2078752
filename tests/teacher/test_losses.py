import math

import pytest
import torch

from teacher import losses
from teacher.poses_2d import DISTANCE, NAMES, mirrored
from tests.teacher.figures import standing

EVERY = torch.ones(1, len(NAMES))


def test_an_undecided_critic_costs_either_side_log_two():
    undecided, there = torch.zeros(4), torch.ones(4)
    assert losses.adversarial(undecided, there).item() == pytest.approx(math.log(2))
    both = losses.criticism(undecided, undecided, there)
    assert both.item() == pytest.approx(2 * math.log(2))


def test_what_is_not_there_is_not_judged():
    judged, there = torch.tensor([0.0, 50.0, -50.0]), torch.tensor([1.0, 0.0, 0.0])
    assert losses.adversarial(judged, there).item() == pytest.approx(math.log(2))
    assert losses.criticism(judged, judged, there).item() == pytest.approx(2 * math.log(2))


def test_the_gradient_penalty_of_a_linear_critic_is_its_squared_slope():
    joints = torch.zeros(3, len(NAMES), 2, requires_grad=True)
    penalty = losses.gradient_penalty((joints * 2 * DISTANCE).sum((-2, -1)), joints)
    assert penalty.item() == pytest.approx(4 * 2 * len(NAMES))


def test_consistency_counts_known_joints_only():
    first, again = torch.zeros(1, len(NAMES), 3), torch.zeros(1, len(NAMES), 3)
    again[0, 0], again[0, 1] = torch.tensor([1.0, 2.0, 2.0]), 100.0
    known = EVERY.clone()
    known[0, 1] = 0
    expected = 9 / (len(NAMES) - 1)
    assert losses.consistency_3d(again, first, known).item() == pytest.approx(expected)
    flat = losses.consistency_2d(again[..., :2], first[..., :2], known).item()
    assert flat == pytest.approx(DISTANCE * 3 / (len(NAMES) - 1))


def test_the_temporal_loss_compares_movements_not_places():
    first = torch.randn(1, 3, len(NAMES), 3, generator=torch.Generator().manual_seed(0))
    known = torch.ones(1, 3, len(NAMES))
    assert losses.temporal(first + 5, first, known).item() == pytest.approx(0, abs=1e-9)
    again = first.clone()
    again[0, 2, 0] += torch.tensor([1.0, 2.0, 2.0])
    expected = 9 / (2 * len(NAMES))
    assert losses.temporal(again, first, known).item() == pytest.approx(expected, rel=1e-5)


def test_filling_is_the_distance_of_hidden_joints():
    hidden = torch.zeros(1, len(NAMES))
    hidden[0, 3] = 1
    guess, joints = torch.ones(1, len(NAMES), 2), torch.zeros(1, len(NAMES), 2)
    assert losses.filling(guess, joints, hidden).item() == pytest.approx(2 * DISTANCE)


def test_knees_may_bend_forwards_but_not_backwards():
    assert losses.knees_forward(standing(0.2), EVERY).item() == 0
    assert losses.knees_forward(standing(-0.2), EVERY).item() == pytest.approx(0.2)


def test_the_depth_mirror_of_a_person_bends_its_knees_backwards():
    points = standing(0.2) * torch.tensor([1.0, 1.0, -1.0])
    assert losses.knees_forward(points, EVERY).item() == pytest.approx(0.2)


def test_the_left_right_mirror_of_a_person_is_a_person():
    points = mirrored(standing(0.2))
    assert losses.knees_forward(points, EVERY).item() == 0
    assert torch.allclose(mirrored(points), standing(0.2))
