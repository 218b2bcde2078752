from dataclasses import fields, replace

import torch

from teacher.lifter import Design
from teacher.parametric import losses
from teacher.parametric.fitting import Fitting, fitted
from teacher.parametric.network import ParametricNetwork
from teacher.poses_2d import NAMES
from tests.teacher.parametric.crowd import people


def test_people_are_found_again_from_their_skeletons(body):
    network, true = ParametricNetwork(Design(16, 1)), people(6)
    points, known = network.skeletons(true, body).points, torch.ones(6, len(NAMES))
    off = torch.randn(true.angles.shape, generator=torch.Generator().manual_seed(5))
    start = replace(true, angles=true.angles + 0.3 * off)
    how = Fitting(steps=40)
    found = fitted(network, body, start, 3.0 * points, known, how)
    before, after = (
        losses.agreement(network.skeletons(some, body).points, points, known)
        for some in (start, found)
    )
    assert after < 0.25 * before


def test_joints_that_are_not_known_do_not_matter(body):
    network, some = ParametricNetwork(Design(16, 1)), people(3)
    points, known = network.skeletons(people(3, seed=1), body).points, torch.ones(3, len(NAMES))
    known[:, NAMES.index("left_wrist")] = 0
    wild = points.clone()
    wild[:, NAMES.index("left_wrist")] = 100.0
    first, second = (
        fitted(network, body, some, given, known, Fitting(steps=3)) for given in (points, wild)
    )
    assert torch.equal(first.angles, second.angles)


def test_no_steps_change_nothing_and_no_gradient_is_left(body):
    network, some = ParametricNetwork(Design(16, 1)), people(2)
    points = network.skeletons(some, body).points
    found = fitted(network, body, some, points, torch.ones(2, len(NAMES)), Fitting(steps=0))
    for field in fields(some):
        torch.testing.assert_close(getattr(found, field.name), getattr(some, field.name))
    fitted(network, body, some, points, torch.ones(2, len(NAMES)), Fitting(steps=1))
    assert all(parameter.grad is None for parameter in network.parameters())
