import math

import pytest
import torch

from hmr.joints import SMPLX_BODY_22
from hmr.rotations import about
from teacher.augmentation import Disturbed
from teacher.lifter import Along, Design
from teacher.parametric.network import ParametricNetwork, both_ways, read, upright
from teacher.poses_2d import DISTANCE, FLIP, NAMES, ROOT, mirrored
from tests.teacher.parametric.crowd import people, poses

DESIGN = Design(16, 1)
BODY = [NAMES.index(name) for name in SMPLX_BODY_22]


@pytest.fixture
def network() -> ParametricNetwork:
    torch.manual_seed(0)
    return ParametricNetwork(DESIGN)


def test_joints_are_those_of_smplx_as_long_as_no_other_are_learned(body, network):
    some = people(4)
    found = network.skeletons(some, body)
    joints = body.keypoints(some.params(body), SMPLX_BODY_22)
    plane, about_pelvis = joints[..., :2] / joints[..., 2:], joints - joints[:, :1]
    torch.testing.assert_close(found.plane[:, BODY], plane, atol=1e-5, rtol=0)
    wanted = about_pelvis * DISTANCE / some.distance[:, None, None]
    torch.testing.assert_close(found.points[:, BODY], wanted, atol=1e-5, rtol=0)


def test_all_of_the_teachers_joints_are_given(body, network):
    found = network.skeletons(people(3), body)
    assert found.points.shape == (3, len(NAMES), 3)
    place = {name: found.points[:, i] for i, name in enumerate(NAMES)}
    assert ((place["nose"] - place["head"]).norm(dim=-1) > 0.05).all()
    assert ((place["head_top"] - place["head"]).norm(dim=-1) > 0.05).all()


def test_a_mirrored_person_has_mirrored_joints(body, network):
    some = people(5)
    with torch.no_grad():
        network.regressor.normal_(std=0.1)
    found, other = (network.skeletons(p, body) for p in (some, some.mirrored()))
    assert (mirrored(found.points) - other.points).norm(dim=-1).max() < 0.03
    assert (mirrored(found.plane) - other.plane).norm(dim=-1).max() < 0.003


def test_both_ways_a_mirrored_pose_gives_the_mirrored_person(network):
    given = poses()
    some = both_ways(network, given.joints, given.visible)
    other = both_ways(network, mirrored(given.joints), given.visible[..., FLIP]).mirrored()
    torch.testing.assert_close(some.angles, other.angles)
    torch.testing.assert_close(some.orient, other.orient, atol=1e-5, rtol=0)


def test_a_pose_turned_in_the_image_gives_the_same_person_turned(network):
    given = poses()
    turn = about("z", torch.tensor(math.radians(70)))
    some = network(given.joints, given.visible)
    other = network(given.joints @ turn[:2, :2].mT, given.visible)
    torch.testing.assert_close(other.angles, some.angles, atol=1e-4, rtol=0)
    torch.testing.assert_close(other.orient, turn @ some.orient, atol=1e-4, rtol=0)
    torch.testing.assert_close(other.place, some.place @ turn[:2, :2].mT, atol=1e-5, rtol=0)


def test_a_pose_twice_as_large_gives_the_same_person_at_half_the_distance(network):
    given = poses()
    some = network(given.joints, given.visible)
    other = network(2 * given.joints + 0.3, given.visible)
    torch.testing.assert_close(other.angles, some.angles, atol=1e-4, rtol=0)
    torch.testing.assert_close(other.distance, some.distance / 2)
    torch.testing.assert_close(other.place, 2 * some.place + 0.3, atol=1e-4, rtol=0)


def test_what_is_hidden_does_not_matter(network):
    given = poses()
    hidden = given.visible * (torch.arange(len(NAMES)) % 3 > 0)
    lost = torch.where(hidden.unsqueeze(-1) > 0, given.joints, torch.nan)
    some, other = network(given.joints, hidden), network(lost, hidden)
    assert torch.equal(some.angles, other.angles)
    assert torch.isfinite(network(given.joints, torch.zeros_like(hidden)).orient).all()


def test_single_poses_and_tracks_take_the_same_path(network):
    given = poses()
    tracks = network(given.joints, given.visible)
    flat = network(given.joints.flatten(0, 1), given.visible.flatten(0, 1))
    torch.testing.assert_close(tracks.angles.flatten(0, 1), flat.angles)
    one = network(given.joints[0, 0], given.visible[0, 0])
    torch.testing.assert_close(one.orient, tracks.orient[0, 0], atol=1e-5, rtol=0)


def test_a_video_network_sees_the_frames_around(body):
    network = ParametricNetwork(Design(16, 1, 3))
    along = next(layer for layer in network.layers if isinstance(layer, Along))
    torch.nn.init.normal_(along.last.weight)
    given = poses(4, 9)
    some = network(given.joints, given.visible).angles
    changed = given.joints.clone()
    changed[:, 5, NAMES.index("left_knee")] += 0.05
    moved = (network(changed, given.visible).angles - some).abs().amax((0, 2)) > 0
    assert moved.tolist() == [False] * 4 + [True] * 3 + [False] * 2


def test_the_trunk_is_brought_upright():
    given = poses()
    turned = given.joints @ upright(given.joints, given.visible).mT
    middle = [turned[..., NAMES.index(n), :] for n in ("left_shoulder", "right_shoulder", "neck")]
    hips = [turned[..., NAMES.index(n), :] for n in ("left_hip", "right_hip", "pelvis")]
    trunk = torch.stack(middle).mean(0) - torch.stack(hips).mean(0)
    assert trunk[..., 0].abs().max() < 1e-5
    assert (trunk[..., 1] < 0).all()


def test_people_of_disturbed_poses_are_turned_back(body, network):
    given = poses()
    spin = about("z", torch.tensor(1.0))[:2, :2].expand(*given.visible.shape[:2], 2, 2)
    plain = torch.eye(2).expand_as(spin)
    _, still = read(network, body, Disturbed(given.joints, given.visible, plain))
    _, back = read(network, body, Disturbed(given.joints @ spin.mT, given.visible, spin))
    torch.testing.assert_close(back.points, still.points, atol=1e-4, rtol=0)
    torch.testing.assert_close(back.plane, still.plane, atol=1e-4, rtol=0)


def test_learned_joints_stay_means_and_alike_on_both_sides(network):
    with torch.no_grad():
        network.regressor.normal_()
    weights = network.weights()
    torch.testing.assert_close(weights.sum(-1), torch.ones(len(NAMES)))
    torch.testing.assert_close(weights[FLIP][:, FLIP], weights)


def test_skeletons_are_centred_at_the_root(body, network):
    with torch.no_grad():
        network.regressor.normal_()
    assert not network.skeletons(people(2), body).points[:, ROOT].any()
