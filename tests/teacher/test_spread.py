import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from teacher.lifter import Design, LifterNetwork
from teacher.poses_2d import FLIP, NAMES, mirrored
from teacher.spread import RELIFTED, TWO_WAYS, lift_both_ways, masks, mean_and_spread


@pytest.fixture(scope="module")
def network() -> LifterNetwork:
    torch.manual_seed(0)
    net = LifterNetwork(Design(32, 1))
    with torch.no_grad():
        net.layers[-1].weight.mul_(10)
    return net.eval().requires_grad_(False)


def poses(count: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, len(NAMES), 2, generator=generator) / 20, torch.ones(
        count, len(NAMES)
    )


def test_masks_hide_every_joint_about_as_often_and_are_the_same_every_time():
    hidden = (1 - masks(14)).sum(0)
    assert hidden.max() - hidden.min() <= 1
    assert ((1 - masks(14)).sum(1) == 4).all()
    assert torch.equal(masks(6), masks(6))
    assert torch.equal(masks(6), masks(14)[:6])


def test_re_lifts_do_not_move_the_lift(network):
    assert torch.equal(
        mean_and_spread(network, *poses())[0], mean_and_spread(network, *poses(), 8)[0]
    )


def test_the_spread_of_two_ways_is_half_their_distance(network):
    _, apart = lift_both_ways(network, *poses())
    assert torch.allclose(mean_and_spread(network, *poses())[1], apart / 2)


def test_a_mirrored_person_is_as_uncertain_on_the_other_side(network):
    joints, visible = poses()
    visible[:, NAMES.index("left_knee")] = 0
    _, spread = mean_and_spread(network, joints, visible, 8)
    _, other = mean_and_spread(network, mirrored(joints), visible[:, FLIP], 8)
    assert torch.allclose(other[:, FLIP], spread, atol=1e-6)


def test_a_network_that_looks_at_nothing_is_always_of_one_mind(network):
    blind = LifterNetwork(Design(32, 1))
    with torch.no_grad():
        blind.layers[-1].weight.zero_()
        blind.layers[-1].bias.zero_()
    assert mean_and_spread(blind, *poses(), 8)[1].abs().max() < 1e-6
    assert mean_and_spread(network, *poses(), 8)[1].max() > 1e-3


@pytest.mark.parametrize("calibration", [RELIFTED, TWO_WAYS])
def test_deviation_grows_with_spread_and_ends_somewhere(calibration):
    spread = torch.linspace(0, 3, 100)
    deviation = calibration.deviation(spread)
    assert (deviation.diff() > 0).all()
    assert deviation[0] == pytest.approx(calibration.floor)
    assert deviation[-1] < np.hypot(calibration.floor, calibration.most)
    assert spearmanr(spread, deviation).statistic == pytest.approx(1)
