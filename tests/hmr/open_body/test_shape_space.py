"""People that the shape, expression and kid components make."""

import numpy as np
import pytest
import torch
import trimesh

from hmr.open_body.shape_space import expression_components, shape_components


def test_average_adult_has_human_proportions(oracle):
    vertices, joints = oracle()
    height = np.ptp(vertices[:, 1])
    low = vertices[:, 1].min()
    assert 1.6 < height < 1.8
    assert 0.48 < (joints["left_hip"][1] - low) / height < 0.56
    assert 0.25 < (joints["left_knee"][1] - low) / height < 0.32
    assert 0.9 < np.ptp(vertices[:, 0]) / height < 1.1
    assert 0.14 < (joints["left_elbow"] - joints["left_shoulder"])[0] / height < 0.2
    assert 0.12 < (joints["left_wrist"] - joints["left_elbow"])[0] / height < 0.17
    assert 0.8 < joints["left_shoulder"][1] / height - low / height < 0.87


def test_random_betas_make_a_population(oracle):
    rng = np.random.default_rng(0)
    heights, litres = [], []
    for betas in rng.normal(size=(60, 10)):
        vertices, _ = oracle(betas=torch.tensor(betas[None], dtype=torch.float32))
        heights.append(np.ptp(vertices[:, 1]))
        litres.append(1000 * trimesh.Trimesh(vertices, oracle.faces, process=False).volume)
    assert 0.06 < np.std(heights) < 0.14
    assert 1.3 < min(heights) < max(heights) < 2.1
    assert 30 < min(litres) < max(litres) < 150


def test_first_component_is_stature_and_pelvis_stays(oracle):
    short, pelvis = oracle(betas=torch.eye(10)[:1] * -1)
    tall, there = oracle(betas=torch.eye(10)[:1])
    assert np.ptp(tall[:, 1]) > np.ptp(short[:, 1]) + 0.1
    np.testing.assert_allclose(pelvis["pelvis"], there["pelvis"], atol=0.01)


def test_components_grow_weaker(arrays):
    strength = (arrays["shapedirs"] ** 2).sum((0, 1))
    assert strength[0] == strength[:10].max()
    assert (np.diff(strength[10:]) <= 1e-9).all()


def test_expressions_move_the_face_alone_and_no_joint(oracle):
    neutral, joints = oracle()
    face, moved = oracle(expression=torch.ones(1, 10))
    shift = np.linalg.norm(face - neutral, axis=1)
    assert 0.002 < shift.max() < 0.03
    assert shift[neutral[:, 1] < joints["neck"][1] - 0.05].max() < 1e-3
    for name in ("head", "neck", "jaw", "left_eye_smplhf", "left_shoulder"):
        np.testing.assert_allclose(moved[name], joints[name], atol=1e-3)


def test_kid_is_short_with_a_big_head(oracle, kid_oracle):
    betas = torch.zeros(1, 11)
    betas[0, 10] = 1
    kid, kid_joints = kid_oracle(betas=betas)
    adult, joints = oracle()
    assert 0.6 < np.ptp(kid[:, 1]) < 1.0
    shares = [
        (v[:, 1].max() - j["contour_middle"][1]) / np.ptp(v[:, 1])
        for v, j in ((kid, kid_joints), (adult, joints))
    ]
    assert shares[0] > 1.4 * shares[1]


def test_kid_joints_stay_inside_the_kid(kid_oracle):
    betas = torch.zeros(1, 11)
    betas[0, 10] = 1
    vertices, joints = kid_oracle(betas=betas)
    mesh = trimesh.Trimesh(vertices, kid_oracle.faces, process=False)
    skin = max(mesh.split(), key=lambda piece: piece.volume)
    inner = [
        "pelvis",
        "spine3",
        "left_hip",
        "right_knee",
        "left_ankle",
        "right_elbow",
        "left_wrist",
    ]
    assert skin.contains(np.array([joints[name] for name in inner])).all()


@pytest.fixture
def square():
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)
    return corners, faces


def test_components_have_the_spread_of_the_people_they_come_from(square):
    corners, faces = square
    rng = np.random.default_rng(0)
    sizes = 0.1 * rng.normal(size=400)
    people = corners * (1 + sizes)[:, None, None]
    noise = 1e-4 * rng.normal(size=people.shape)
    mean, components = shape_components((people + noise).astype(np.float32), faces)
    np.testing.assert_allclose(mean, corners * (1 + sizes.mean()), atol=1e-3)
    np.testing.assert_allclose(components[..., 0], 0.1 * corners, atol=0.01)


def test_expressions_leave_the_jaw_and_the_gaze_to_their_joints():
    names = ("jawOpen", "eyeLookUpLeft", *(f"cheek{i}Left" for i in range(11)),
             *(f"cheek{i}Right" for i in range(11)))  # fmt: skip
    actions = np.zeros((len(names), 24, 3), dtype=np.float32)
    actions[np.arange(24), np.arange(24)] = 0.01
    components = expression_components(actions, names, seed=0)
    assert abs(components[:2]).max() < 1e-7
    assert abs(components[2:]).max() > 1e-4
