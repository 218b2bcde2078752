"""What linear blending loses, against rotations by quaternions."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from hmr.open_body.bending import Bend, lost, make_bend


@pytest.fixture
def rotations():
    return np.random.default_rng(0).uniform(-1.2, 1.2, (20, 3))


@pytest.fixture
def offsets():
    return np.random.default_rng(1).normal(size=(6, 3))


def linear(offsets, shares, rotations):
    turned = np.einsum("nij,mj->nmi", Rotation.from_rotvec(rotations).as_matrix(), offsets)
    return (1 - shares[:, None]) * offsets + shares[:, None] * turned


def test_half_way_skin_turns_by_half_the_rotation_as_slerp_does(rotations, offsets):
    shares = np.full(6, 0.5, np.float32)
    found = linear(offsets, shares, rotations) + lost(offsets, shares, rotations)
    for rotation, points in zip(rotations, found, strict=True):
        ends = Rotation.from_rotvec([np.zeros(3), rotation])
        np.testing.assert_allclose(points, Slerp([0, 1], ends)(0.5).apply(offsets), atol=1e-6)


def test_skin_keeps_its_distance_whatever_its_share(rotations, offsets):
    shares = np.linspace(0.05, 0.95, 6).astype(np.float32)
    found = linear(offsets, shares, rotations) + lost(offsets, shares, rotations)
    lengths = np.linalg.norm(offsets, axis=1)
    np.testing.assert_allclose(np.linalg.norm(found, axis=2), np.tile(lengths, (20, 1)), rtol=1e-6)


def test_nothing_is_lost_where_skin_follows_one_bone_or_nothing_turns(rotations, offsets):
    for share in (0.0, 1.0):
        shares = np.full(6, share, np.float32)
        assert abs(lost(offsets, shares, rotations)).max() < 1e-9
    shares = np.full(6, 0.3, np.float32)
    assert abs(lost(offsets, shares, np.zeros((2, 3)))).max() == 0


def test_loss_grows_with_the_square_of_a_small_angle(offsets):
    shares = np.full(6, 0.4, np.float32)
    one, two = (abs(lost(offsets, shares, np.array([[a, 0, 0]]))).max() for a in (0.02, 0.04))
    assert 3.8 < two / one < 4.3


@pytest.fixture
def tube():
    """A tube along x whose skin passes from the hip to the knee around x = 0."""
    turn, along = np.meshgrid(np.linspace(0, 2 * np.pi, 12, False), np.linspace(-1, 1, 21))
    vertices = np.stack([along, np.cos(turn), np.sin(turn)], -1).reshape(-1, 3)
    weights = np.zeros((len(vertices), 55), np.float32)
    weights[:, 4] = np.clip(vertices[:, 0] + 0.5, 0, 1)
    weights[:, 1] = 1 - weights[:, 4]
    return vertices.astype(np.float32), weights


def test_skin_of_a_tube_turns_about_the_middle_of_the_tube(tube):
    vertices, weights = tube
    bend = make_bend("left_knee", weights, np.ones(len(vertices), np.float32))
    assert isinstance(bend, Bend)
    assert set(bend.vertices) == set(np.flatnonzero(abs(vertices[:, 0]) < 0.499))
    middles = vertices[bend.vertices] - bend.offsets(vertices)
    np.testing.assert_allclose(middles[:, 1:], 0, atol=1e-6)
    inner = abs(vertices[bend.vertices, 0]) < 0.3
    np.testing.assert_allclose(middles[inner, 0], vertices[bend.vertices][inner, 0], atol=0.02)


def test_skin_that_follows_a_child_of_the_joint_follows_the_joint(tube):
    vertices, weights = tube
    handed_on = np.roll(weights, 3, axis=1)  # hip's weight to the knee, the knee's to the ankle
    areas = np.ones(len(vertices), np.float32)
    assert len(make_bend("left_knee", handed_on, areas).vertices) == 0
    assert len(make_bend("left_ankle", handed_on, areas).vertices) > 0
