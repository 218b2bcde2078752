import numpy as np
import pytest
import torch

from hmr.joints import COCO_17
from teacher import lift as lift_module
from teacher.lift import Lifter
from teacher.lifter import Design, LifterNetwork
from teacher.parametric.network import ParametricNetwork
from teacher.poses_2d import NAMES, ROOT

K = np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]])


@pytest.fixture(scope="module")
def lifter() -> Lifter:
    torch.manual_seed(0)
    network = LifterNetwork(Design(32, 1))
    with torch.no_grad():
        network.layers[-1].weight.mul_(10)
    return Lifter(network)


def people(count: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.uniform(200, 500, (count, len(NAMES), 2)), np.ones((count, len(NAMES)))


def test_lifts_project_back_onto_their_2d_up_to_perspective(lifter):
    joints, scores = people()
    points = lifter.lift(joints, scores, K).joints_3d
    for pose, lifted in zip(joints, points, strict=True):
        # Some distance must exist from which the skeleton is seen as it was given.
        rays = np.concatenate([pose, np.ones((len(NAMES), 1))], -1) @ np.linalg.inv(K).T
        rows, right = [], []
        for ray, point in zip(rays, lifted, strict=True):
            cross = np.array([[0, -ray[2], ray[1]], [ray[2], 0, -ray[0]], [-ray[1], ray[0], 0]])
            rows.append(cross)
            right.append(-cross @ point)
        _, residue, *_ = np.linalg.lstsq(np.concatenate(rows), np.concatenate(right), rcond=None)
        assert np.sqrt(residue[0] / len(NAMES)) < 0.05


def test_lifts_are_centred_at_the_pelvis(lifter):
    assert np.allclose(lifter.lift(*people(), K).joints_3d[:, ROOT], 0, atol=1e-6)


def test_the_mirror_image_of_a_person_lifts_to_the_mirrored_skeleton(lifter):
    from hmr.joints import flip_order

    joints, scores = people()
    flip = flip_order(NAMES)
    other = joints[:, flip] * [-1, 1] + [2 * K[0, 2], 0]
    points, mirror = (lifter.lift(j, scores, K).joints_3d for j in (joints, other))
    assert np.allclose(mirror, points[:, flip] * [-1, 1, 1], atol=1e-4)


def test_place_in_a_batch_changes_nothing(lifter):
    joints, scores = people()
    whole, alone = lifter.lift(joints, scores, K), lifter.lift(joints[2:3], scores[2:3], K)
    assert np.allclose(whole.joints_3d[2], alone.joints_3d[0], atol=1e-5)


def test_a_camera_each_is_the_same_as_a_camera_for_all(lifter):
    joints, scores = people()
    each = lifter.lift(joints, scores, np.tile(K, (4, 1, 1)))
    assert np.array_equal(each.joints_3d, lifter.lift(joints, scores, K).joints_3d)


def test_turning_the_camera_turns_the_lift(lifter):
    """A person at the edge of the view is the same person after the camera turned to it."""
    joints, scores = people(1)
    angle = 0.3
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    rays = np.concatenate([joints[0], np.ones((len(NAMES), 1))], -1) @ np.linalg.inv(K).T
    moved = rays @ turn.T @ K.T
    pixels = (moved[:, :2] / moved[:, 2:])[None]
    before, after = (lifter.lift(j, scores, K).joints_3d[0] for j in (joints, pixels))
    # The two virtual cameras may still differ by a small roll about the line of sight.
    assert np.allclose(
        np.linalg.norm(before, axis=-1), np.linalg.norm(after, axis=-1), rtol=0.1, atol=0.05
    )


def test_hidden_joints_may_hold_anything(lifter):
    joints, scores = people()
    scores[:, 3] = 0
    spoilt = joints.copy()
    spoilt[:, 3] = np.nan
    clean, after = lifter.lift(joints, scores, K), lifter.lift(spoilt, scores, K)
    assert np.array_equal(clean.joints_3d, after.joints_3d)
    assert np.isfinite(after.joints_3d).all()
    assert (after.confidence[:, 3] < after.confidence.max(-1)).all()


def test_nobody_visible_means_no_confidence(lifter):
    joints, scores = people()
    found = lifter.lift(np.full_like(joints, np.nan), 0 * scores, K)
    assert (found.confidence == 0).all()
    assert np.isfinite(found.joints_3d).all()


def test_no_people_are_no_trouble(lifter):
    found = lifter.lift(np.zeros((0, len(NAMES), 2)), np.zeros((0, len(NAMES))), K)
    assert found.joints_3d.shape == (0, len(NAMES), 3)


def test_joints_of_other_conventions_are_matched_by_name(lifter):
    joints = np.random.default_rng(1).uniform(200, 500, (2, 17, 2))
    found = lifter.lift(joints, np.ones((2, 17)), K, COCO_17)
    assert np.isfinite(found.joints_3d).all()
    assert (found.confidence[:, NAMES.index("left_knee")] > 0).all()


def test_joints_never_learned_carry_no_confidence(lifter):
    partly = Lifter(lifter.network, [n for n in NAMES if n != "nose"])
    assert (partly.lift(*people(), K).confidence[:, NAMES.index("nose")] == 0).all()


@pytest.fixture(scope="module")
def reader() -> Lifter:
    """A teacher whose parametric network says something else of every pose."""
    torch.manual_seed(2)
    parametric = ParametricNetwork(Design(16, 1), Design(16, 1))
    with torch.no_grad():
        parametric.layers[-1].weight.mul_(10)
    return Lifter(LifterNetwork(Design(16, 1)), NAMES, parametric)


def test_people_read_by_a_turned_camera_are_the_same_people_turned(reader, body):
    joints, scores = people(3)
    joints[:, ROOT] = K[:2, 2]  # On the axis, so that the turn below has no roll.
    a = 0.3
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    rays = np.concatenate([joints, np.ones_like(joints[..., :1])], -1) @ np.linalg.inv(K).T
    moved = rays @ turn.T @ K.T
    pixels = moved[..., :2] / moved[..., 2:]
    before, after = (
        body.keypoints(reader.people(j, scores, K).params(body), NAMES) for j in (joints, pixels)
    )
    expected = before @ torch.from_numpy(turn.T).float()
    assert torch.allclose(after, expected, atol=2e-3)


def test_people_stand_where_the_picture_shows_them_and_nearer_if_they_are_larger(reader):
    joints, scores = people(2)
    found = reader.people(joints, scores, K)
    closer = reader.people((joints - K[:2, 2]) * 2 + K[:2, 2], scores, K)
    assert (closer.distance < found.distance).all()
    assert (found.distance > 0).all()


def test_a_person_keeps_their_shape_along_a_track(reader):
    joints, scores = track(6)
    each, along = (reader.people(joints, scores, K, along=a) for a in (False, True))
    assert along.betas.std(0).max() < 1e-6 < each.betas.std(0).max()
    assert torch.equal(each.angles, along.angles)


def test_a_teacher_without_parametric_network_says_so(lifter):
    with pytest.raises(ValueError, match="no parametric network"):
        lifter.people(*people(), K)


def test_uncertainty_is_infinite_where_there_is_no_confidence(lifter):
    partly = Lifter(lifter.network, [n for n in NAMES if n != "nose"])
    joints, scores = people()
    scores[0] = 0
    found = partly.lift(joints, scores, K)
    assert np.array_equal(np.isinf(found.uncertainty), found.confidence == 0)
    assert np.isinf(found.uncertainty[0]).all()
    assert np.isinf(found.uncertainty[:, NAMES.index("nose")]).all()
    assert (found.uncertainty[1:, NAMES.index("left_wrist")] > 0).all()


def test_the_less_certain_of_two_visible_joints_is_the_less_trusted(lifter):
    found = lifter.lift(*people(), K)
    order = np.argsort(found.uncertainty, axis=1)
    assert (np.diff(np.take_along_axis(found.confidence, order, 1), axis=1) <= 0).all()


def test_re_lifts_change_what_is_believed_and_not_what_is_lifted(lifter):
    cheap, full = (lifter.lift(*people(), K, relifts=n) for n in (0, 8))
    assert np.array_equal(cheap.joints_3d, full.joints_3d)
    assert not np.allclose(cheap.uncertainty, full.uncertainty)


def test_the_size_of_a_person_in_the_picture_does_not_change_their_skeleton(lifter):
    joints, scores = people()
    middle = K[:2, 2]
    near, far = (
        lifter.lift((joints - joints.mean(1, keepdims=True)) * s + middle, scores, K)
        for s in (0.02, 0.01)
    )
    assert np.allclose(near.joints_3d, far.joints_3d, atol=0.02)


def test_moving_the_principal_point_with_the_joints_changes_nothing(lifter):
    joints, scores = people()
    moved = K.copy()
    shift = np.array([37, -12])
    moved[:2, 2] += shift
    before, after = (
        lifter.lift(*p) for p in ((joints, scores, K), (joints + shift, scores, moved))
    )
    assert np.allclose(before.joints_3d, after.joints_3d, atol=1e-4)


@pytest.fixture(scope="module")
def along() -> Lifter:
    """A network that looks 4 frames to either side."""
    torch.manual_seed(0)
    network = LifterNetwork(Design(16, 2, frames=9))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape))
    return Lifter(network)


def track(frames: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    steps = rng.normal(0, 4, (frames, len(NAMES), 2)).cumsum(0)
    return rng.uniform(200, 500, (1, len(NAMES), 2)) + steps, np.ones((frames, len(NAMES)))


def test_frames_of_a_track_see_each_other_and_single_images_do_not(along):
    joints, scores = track()
    whole = along.lift_track(joints, scores, K).joints_3d
    alone = along.lift(joints, scores, K).joints_3d
    other = joints.copy()
    other[20] += np.random.default_rng(0).normal(0, 40, other[20].shape)
    moved = np.abs(along.lift_track(other, scores, K).joints_3d - whole).max((1, 2)) > 1e-4
    assert moved[16:25].all() and not moved[:16].any() and not moved[25:].any()
    assert not np.allclose(whole, alone, atol=1e-3)
    assert np.allclose(along.lift_track(joints[:1], scores[:1], K).joints_3d, alone[:1], atol=1e-5)


def test_windows_of_long_tracks_leave_no_seams(along, monkeypatch):
    joints, scores = track()
    whole = along.lift_track(joints, scores, K)
    monkeypatch.setattr(lift_module, "CHUNK", 7)
    parts = along.lift_track(joints, scores, K)
    assert np.allclose(whole.joints_3d, parts.joints_3d, atol=1e-5)
    assert np.allclose(whole.uncertainty, parts.uncertainty, atol=1e-5)


def test_gaps_of_a_track_are_filled_as_far_as_the_network_sees(along):
    joints, scores = track()
    joints[10:30], scores[10:30] = np.nan, 0
    found = along.lift_track(joints, scores, K)
    assert np.isfinite(found.joints_3d).all()
    trusted = found.confidence.max(1) > 0
    assert trusted[:14].all() and trusted[26:].all() and not trusted[14:26].any()
    assert found.confidence[11].max() < found.confidence[9].max()


def test_networks_that_see_one_frame_lift_tracks_frame_by_frame(lifter):
    joints, scores = track(6)
    each, whole = lifter.lift(joints, scores, K), lifter.lift_track(joints, scores, K)
    assert np.array_equal(each.joints_3d, whole.joints_3d)


def test_a_track_turned_with_its_camera_turns_the_lift(along):
    joints, scores = track(12)
    root = NAMES.index("pelvis")
    joints[:, root] = [640, 360]  # On the axis, so that the turn below has no roll.
    a = 0.25
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    rays = np.concatenate([joints, np.ones_like(joints[..., :1])], -1) @ np.linalg.inv(K).T
    moved = rays @ turn.T @ K.T
    pixels = moved[..., :2] / moved[..., 2:]
    before, after = (along.lift_track(j, scores, K).joints_3d for j in (joints, pixels))
    assert np.allclose(after, before @ turn.T, atol=1e-3)


def test_an_empty_track_is_no_trouble(along):
    found = along.lift_track(np.zeros((0, 28, 2)), np.zeros((0, 28)), K)
    assert found.joints_3d.shape == (0, len(NAMES), 3)
