"""Pose correctives: where they act, and what a bent limb keeps of its volume, after smplx."""

import numpy as np
import pytest
import torch
import trimesh

from hmr.joints import SMPLX_55
from hmr.open_body.bending import lost, make_bend
from hmr.open_body.measure.limbs import Limb
from hmr.open_body.shape_space import vertex_areas
from tests.hmr.open_body.conftest import Oracle

LIMBS = {
    "elbow": ("left_elbow", "left_wrist", 0.08, (0.0, -1.0, 0.0)),
    "knee": ("left_knee", "left_ankle", 0.11, (1.0, 0.0, 0.0)),
}


@pytest.fixture(scope="module")
def blocks(arrays):
    return arrays["posedirs"].astype(np.float32).reshape(-1, 3, 54, 3, 3)


@pytest.fixture(scope="module")
def plain(body_path):
    """The same body without correctives."""
    oracle = Oracle(body_path)
    torch.as_tensor(oracle.model.posedirs).zero_()
    return oracle


def bent(oracle, joint, degrees, axis):
    pose = torch.zeros(1, 21, 3)
    pose[0, SMPLX_55.index(joint) - 1] = torch.tensor(axis) * np.radians(degrees)
    vertices, joints = oracle(body_pose=pose.flatten(1))
    return vertices, np.array([joints[name] for name in SMPLX_55])


def limb(oracle, part):
    joint, end, reach, _ = LIMBS[part]
    vertices, joints = bent(oracle, joint, 0.0, (1.0, 0.0, 0.0))
    return Limb.around(joint, end, reach, vertices, joints, oracle.faces), vertices, joints


def test_correctives_change_with_the_square_of_a_small_angle(blocks):
    np.testing.assert_array_equal(blocks, blocks.swapaxes(3, 4))


def test_correctives_of_a_joint_move_only_skin_between_it_and_its_parent(blocks, arrays):
    for index, name in enumerate(SMPLX_55[1:]):
        moved = np.flatnonzero(blocks[:, :, index].any((1, 2, 3)))
        if name == "jaw" or "eye" in name:
            assert len(moved) == 0
            continue
        between = make_bend(name, arrays["weights"], np.ones(len(blocks), np.float32)).vertices
        assert len(moved) > 0
        assert set(moved) <= set(between)
    assert (arrays["posedirs"] != 0).mean() < 0.03


def test_correctives_are_alike_on_both_sides(oracle):
    sides = []
    for side, mirror in (("left", (1, 1, 1)), ("right", (-1, 1, 1))):
        rest, _ = oracle()
        vertices, _ = bent(oracle, f"{side}_elbow", 100.0, (0.0, -mirror[0], 0.0))
        sides.append(np.sort(np.linalg.norm(vertices - rest, axis=1)))
    np.testing.assert_allclose(sides[0], sides[1], atol=5e-4)


@pytest.mark.parametrize("joint", ["left_hip", "right_knee", "left_shoulder", "right_elbow"])
@pytest.mark.parametrize("degrees", [5.0, 15.0, 30.0])
def test_small_bends_are_never_worse_than_linear_blending(oracle, plain, arrays, joint, degrees):
    template, weights = arrays["v_template"], arrays["weights"]
    bend = make_bend(joint, weights, vertex_areas(template, oracle.faces))
    for axis in np.eye(3):
        loss = lost(bend.offsets(template), bend.shares, np.radians(degrees) * axis[None])[0]
        linear, _ = bent(plain, joint, degrees, axis)
        found, _ = bent(oracle, joint, degrees, axis)
        given = (found - linear)[bend.vertices]
        before, after = np.linalg.norm(loss, axis=1), np.linalg.norm(loss - given, axis=1)
        assert after.mean() < before.mean() + 1e-4
        assert np.linalg.norm(given, axis=1).max() < 2.5e-5 * degrees**2


@pytest.mark.parametrize(
    ("part", "volume", "thickness"), [("elbow", 0.83, 0.94), ("knee", 0.90, 0.92)]
)
def test_limbs_bent_by_120_degrees_keep_their_volume(oracle, plain, part, volume, thickness):
    stretch, rest, rest_joints = limb(oracle, part)
    joint, _, _, axis = LIMBS[part]
    kept, thick = {}, {}
    for name, model in (("linear", plain), ("corrected", oracle)):
        vertices, joints = bent(model, joint, 120.0, axis)
        kept[name] = stretch.volume(vertices) / stretch.volume(rest)
        thick[name] = stretch.thickness(vertices, joints) / stretch.thickness(rest, rest_joints)
    assert volume < kept["corrected"] < 1.02
    assert thickness < thick["corrected"] < 1.02
    assert kept["corrected"] > kept["linear"] + 0.05
    assert thick["corrected"] > thick["linear"] + 0.08


@pytest.mark.parametrize("part", ["elbow", "knee"])
def test_a_straight_limb_fills_most_of_its_convex_hull(oracle, part):
    stretch, vertices, _ = limb(oracle, part)
    hull = trimesh.convex.convex_hull(vertices[np.unique(stretch.faces)])
    assert 0.8 < stretch.volume(vertices) / (1000 * hull.volume) < 1
