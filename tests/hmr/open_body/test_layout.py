"""The built file against the official smplx package."""

import numpy as np
import pytest
import smplx
import torch
import trimesh

from hmr.joints import PARENTS, SMPLX_55


def test_rest_pose_with_zero_betas_is_the_template(oracle, arrays):
    vertices, _ = oracle()
    np.testing.assert_allclose(vertices, arrays["v_template"], atol=1e-6)


def test_the_layer_without_parameters_loads_it_too(body_path):
    layer = smplx.SMPLXLayer(str(body_path), gender="neutral", use_pca=False, flat_hand_mean=True)
    pose = torch.eye(3).expand(2, 21, 3, 3)
    assert layer(body_pose=pose).joints.shape[0] == 2


def test_joints_of_smplx_are_the_regressed_ones(oracle, arrays):
    _, joints = oracle()
    ours = arrays["J_regressor"] @ arrays["v_template"]
    np.testing.assert_allclose([joints[name] for name in SMPLX_55], ours, atol=1e-5)


def test_kinematic_tree_is_that_of_smplx(arrays):
    parents = arrays["kintree_table"][0]
    above = [None, *(SMPLX_55[int(parent)] for parent in parents[1:])]
    assert above == [PARENTS[name] for name in SMPLX_55]


def test_weights_and_regressor_are_convex(arrays):
    for rows in (arrays["weights"], arrays["J_regressor"]):
        assert rows.min() >= 0
        np.testing.assert_allclose(rows.sum(1), 1, atol=1e-5)


def test_surface_is_closed_and_faces_point_outward(oracle):
    vertices, _ = oracle()
    pieces = trimesh.Trimesh(vertices, oracle.faces, process=False).split(only_watertight=False)
    assert len(pieces) == 4  # body, two eyes, tongue
    assert all(piece.is_watertight and piece.volume > 0 for piece in pieces)


def test_body_joints_lie_inside_the_mesh(oracle):
    vertices, joints = oracle()
    mesh = trimesh.Trimesh(vertices, oracle.faces, process=False)
    skin = max(mesh.split(), key=lambda piece: piece.volume)
    # The eyes lie in their sockets, which are outside of the skin.
    inner = [name for name in SMPLX_55 if "eye" not in name]
    inside = skin.contains(np.array([joints[name] for name in inner]))
    assert [name for name, within in zip(inner, inside, strict=True) if not within] == []


def test_left_is_plus_x_and_the_body_is_symmetric(oracle):
    _, joints = oracle()
    for name in SMPLX_55:
        if name.startswith("left"):
            left, right = joints[name], joints["right" + name.removeprefix("left")]
            assert left[0] > 0
            np.testing.assert_allclose(left * (-1, 1, 1), right, atol=2e-3)


def test_arms_are_level_and_legs_straight_in_the_t_pose(oracle):
    _, joints = oracle()
    arm = joints["left_wrist"] - joints["left_shoulder"]
    leg = joints["left_hip"] - joints["left_ankle"]
    assert arm[0] > 0.99 * np.linalg.norm(arm)
    assert leg[1] > 0.99 * np.linalg.norm(leg)
    assert joints["left_foot"][2] > joints["left_ankle"][2] + 0.1


def test_pelvis_lies_where_smplx_has_it(oracle):
    _, joints = oracle()
    np.testing.assert_allclose(joints["pelvis"], (0, -0.35, 0), atol=0.02)


def test_arms_hang_at_the_sides_after_seventy_degrees(oracle):
    turn = np.radians(70)
    pose = torch.zeros(1, 21, 3)
    pose[0, SMPLX_55.index("left_shoulder") - 1, 2] = -turn
    pose[0, SMPLX_55.index("right_shoulder") - 1, 2] = turn
    _, joints = oracle(body_pose=pose.flatten(1))
    for side in ("left", "right"):
        arm = joints[f"{side}_wrist"] - joints[f"{side}_shoulder"]
        assert arm[1] < -0.9 * np.linalg.norm(arm)


def test_knees_bend_backward_and_elbows_forward(oracle):
    pose = torch.zeros(1, 21, 3)
    pose[0, SMPLX_55.index("left_knee") - 1, 0] = np.pi / 2
    pose[0, SMPLX_55.index("left_elbow") - 1, 1] = -np.pi / 2
    _, joints = oracle(body_pose=pose.flatten(1))
    assert joints["left_ankle"][2] < joints["left_knee"][2] - 0.3
    assert joints["left_wrist"][2] > joints["left_elbow"][2] + 0.2


def test_posing_keeps_nearly_all_edges_near_their_length(oracle):
    rest, _ = oracle()
    pose = torch.zeros(1, 21, 3)
    for side in ("left", "right"):
        pose[0, SMPLX_55.index(f"{side}_hip") - 1, 0] = -np.pi / 2
        pose[0, SMPLX_55.index(f"{side}_knee") - 1, 0] = np.pi / 2
    sitting, _ = oracle(body_pose=pose.flatten(1))
    edges = oracle.faces[:, [0, 1]]
    lengths = [np.linalg.norm(v[edges[:, 0]] - v[edges[:, 1]], axis=1) for v in (rest, sitting)]
    assert np.percentile(lengths[1] / lengths[0], 99.5) < 2
    assert lengths[1].max() < 0.1


def test_rings_of_texture_and_parts_match_the_faces(arrays):
    faces = len(arrays["f"])
    assert arrays["ft"].shape == (faces, 3)
    assert arrays["ft"].max() < len(arrays["vt"])
    assert arrays["vt"].min() >= 0
    assert arrays["vt"].max() <= 1
    names = list(arrays["part_names"])
    counts = np.bincount(arrays["face_parts"], minlength=len(names))
    assert arrays["face_parts"].shape == (faces,)
    assert {"skin", "eye", "iris", "pupil", "mouth"} <= set(names)
    assert (counts > 0).all()
    assert counts[names.index("skin")] > 0.8 * faces


def test_eyes_turn_about_their_own_centres(oracle, arrays):
    rest, joints = oracle()
    names = list(arrays["part_names"])
    parts = [names.index(name) for name in ("eye", "iris", "pupil")]
    corners = np.unique(oracle.faces[np.isin(arrays["face_parts"], parts)])
    left = corners[rest[corners, 0] > 0]
    turned, _ = oracle(leye_pose=torch.tensor([[0.0, 0.4, 0.0]]))
    np.testing.assert_allclose(
        np.linalg.norm(turned[left] - joints["left_eye_smplhf"], axis=1), 0.0158, atol=0.001
    )


@pytest.mark.parametrize("side", ["left", "right"])
def test_hands_are_flat_and_fingers_straight(oracle, side):
    _, joints = oracle()
    for finger in ("index", "middle", "ring", "pinky"):
        chain = np.array([joints[f"{side}_{finger}{knuckle}"] for knuckle in (1, 2, 3)])
        bones = np.diff(chain, axis=0)
        bones /= np.linalg.norm(bones, axis=1, keepdims=True)
        assert bones[0] @ bones[1] > 0.99
        assert abs(bones[:, 1]).max() < 0.15
