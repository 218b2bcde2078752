import pytest
import torch

from teacher.lifter import Along, Design, LifterNetwork
from teacher.poses_2d import NAMES


def poses(*batch: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*batch, len(NAMES), 2, generator=torch.Generator().manual_seed(seed))


def temporal(frames: int = 9) -> LifterNetwork:
    """A temporal lifter whose convolutions have learned something."""
    torch.manual_seed(0)
    network = LifterNetwork(Design(16, 1, frames))
    for part in network.modules():
        if isinstance(part, Along):
            torch.nn.init.normal_(part.last.weight)
    return network


def test_a_lift_keeps_what_is_known_and_fills_in_the_rest():
    joints, known = poses(4), torch.ones(4, len(NAMES))
    known[:, 3] = 0
    lift = LifterNetwork(Design(16, 1))(joints, known)
    points = lift.points(joints, known)
    root = points[:, NAMES.index("pelvis")]
    assert torch.equal(root, torch.zeros(4, 3))
    assert torch.isfinite(points).all()
    assert not torch.allclose(lift.plane[:, 3], joints[:, 3])


@pytest.mark.parametrize("frames", [1, 9])
def test_either_lifter_takes_tracks_of_any_length(frames):
    for length in (1, 2, 30):
        lift = temporal(frames)(poses(3, length), torch.ones(3, length, len(NAMES)))
        assert lift.offsets.shape == (3, length, len(NAMES))
        assert lift.elevation.shape == (3, length)


def test_a_temporal_lifter_takes_a_track_alone():
    network, joints, known = temporal(), poses(2, 12), torch.ones(2, 12, len(NAMES))
    alone, together = network(joints[1], known[1]), network(joints, known)
    assert torch.allclose(alone.offsets, together.offsets[1], atol=1e-6)


def test_before_training_convolutions_add_nothing():
    single = LifterNetwork(Design(16, 1))
    longer = LifterNetwork(Design(16, 1, 9))
    longer.begin_as(single)
    joints, known = poses(2, 5), torch.ones(2, 5, len(NAMES))
    assert torch.allclose(single(joints, known).offsets, longer(joints, known).offsets)


@pytest.mark.parametrize("frames", [3, 9, 27])
def test_a_temporal_lifter_looks_at_as_many_frames_as_it_says(frames):
    joints = poses(1, 61).requires_grad_()
    lift = temporal(frames)(joints, torch.ones(1, 61, len(NAMES)))
    # Relative depths of several joints, lest one of them be the root.
    (gradient,) = torch.autograd.grad(lift.offsets[0, 30].square().sum(), joints)
    looked_at = gradient[0].abs().sum((-2, -1)).nonzero().flatten().tolist()
    reach = (frames - 1) // 2
    assert looked_at == list(range(30 - reach, 31 + reach))


def test_a_single_frame_lifter_sees_one_frame():
    joints = poses(1, 5).requires_grad_()
    lift = LifterNetwork(Design(16, 1))(joints, torch.ones(1, 5, len(NAMES)))
    (gradient,) = torch.autograd.grad(lift.offsets[0, 2].sum(), joints)
    assert gradient[0].abs().sum((-2, -1)).nonzero().flatten().tolist() == [2]


@pytest.mark.parametrize("frames", [0, 2, 10, -3])
def test_a_number_of_frames_that_convolutions_cannot_span_is_refused(frames):
    with pytest.raises(ValueError, match="power of 3"):
        Design(16, 1, frames).dilations()
