import pytest
import torch

from hmr.joints import SMPLX_BODY_22
from hmr.rotations import about
from teacher.augmentation import Disturbed
from teacher.lifter import Along, Design, LifterNetwork
from teacher.parametric.network import ParametricNetwork, both_ways, read, trunk_of
from teacher.poses_2d import DISTANCE, FLIP, NAMES, ROOT, mirrored
from tests.teacher.figures import standing
from tests.teacher.parametric.crowd import people, poses

DESIGN = Design(16, 1)
BODY = [NAMES.index(name) for name in SMPLX_BODY_22]


@pytest.fixture
def network() -> ParametricNetwork:
    torch.manual_seed(0)
    return ParametricNetwork(DESIGN, DESIGN)


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


def test_joints_that_were_never_learned_do_not_matter(network):
    given, never = poses(1), NAMES.index("left_ear")
    names = [name for name in NAMES if name != "left_ear"]
    network.begin_with(LifterNetwork(DESIGN), names)
    some = network(given.joints, given.visible).angles
    with torch.no_grad():
        network.lifter.layers[-1].bias[3 * never + 2] += 5.0
    torch.testing.assert_close(network(given.joints, given.visible).angles, some)


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
    network = ParametricNetwork(Design(16, 1, 3), DESIGN)
    along = next(layer for layer in network.layers if isinstance(layer, Along))
    torch.nn.init.normal_(along.last.weight)
    given = poses(4, 9)
    some = network(given.joints, given.visible).angles
    changed = given.joints.clone()
    changed[:, 5, NAMES.index("left_knee")] += 0.05
    moved = (network(changed, given.visible).angles - some).abs().amax((0, 2)) > 0
    assert moved.tolist() == [False] * 4 + [True] * 3 + [False] * 2


def test_the_trunks_axes_are_left_up_and_forward():
    # Upright before the camera (+Y down, +Z forward), looking into it.
    axes = trunk_of(standing(0.1))
    torch.testing.assert_close(
        axes, torch.diag(torch.tensor([1.0, -1.0, -1.0])).expand(1, 3, 3), atol=0.1, rtol=0
    )
    turn = about("y", torch.tensor(0.8)) @ about("x", torch.tensor(0.4))
    torch.testing.assert_close(trunk_of(standing(0.1) @ turn.mT), turn @ axes, atol=1e-5, rtol=0)


def test_the_same_skeleton_is_read_alike_from_all_sides(network):
    """But for the way to the camera, which is told apart so that hidden sides are known."""
    points, seen = standing(0.1), torch.ones(1, len(NAMES))
    turn = about("y", torch.tensor(0.8))
    some, other = (
        network._features(given, trunk_of(given), seen) for given in (points, points @ turn.mT)
    )
    torch.testing.assert_close(some[..., :-3], other[..., :-3], atol=1e-5, rtol=0)
    assert (some[..., -3:] - other[..., -3:]).norm() > 0.5


def test_people_of_disturbed_poses_are_turned_back(body, network):
    given, turn = poses(), about("z", torch.tensor(1.0))
    spin = turn[:2, :2].expand(*given.visible.shape[:2], 2, 2)
    shown = Disturbed(given.joints @ spin.mT, given.visible, spin)
    spun = network.skeletons(network(shown.joints, shown.visible), body)
    _, back = read(network, body, shown)
    torch.testing.assert_close(back.points, spun.points @ turn, atol=1e-4, rtol=0)
    torch.testing.assert_close(back.plane, spun.plane @ turn[:2, :2], atol=1e-4, rtol=0)


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
