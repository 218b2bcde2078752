"""Senses of the angles, as SMPL-X itself poses the body."""

import numpy as np
import pytest

from hmr.motion.anatomy import DOFS, LIMITS, NEUTRAL, assemble, column, limited, to_params
from hmr.motion.skeleton import points

UP, FRONT = 1, 2


def joint(body, name: str, **angles: float) -> np.ndarray:
    """Place a joint relative to the pelvis, every other angle at zero."""
    poses = np.zeros((1, len(DOFS)))
    for dof, value in angles.items():
        poses[:, column(dof)] = value
    joints = body.keypoints(to_params(poses, np.zeros((1, 3))), [name, "pelvis"])[0]
    return (joints[0] - joints[1]).numpy()


def test_arms_hang_at_zero(body):
    wrist, shoulder = joint(body, "left_wrist"), joint(body, "left_shoulder")
    assert wrist[UP] < shoulder[UP] - 0.4
    assert abs(wrist[0] - shoulder[0]) < 0.08


@pytest.mark.parametrize(
    ("name", "dof", "axis", "sign"),
    [
        ("wrist", "arm_forward", FRONT, 1),
        ("elbow", "arm_out", 0, 1),
        ("wrist", "arm_elbow", FRONT, 1),
        ("knee", "leg_forward", FRONT, 1),
        ("knee", "leg_out", 0, 1),
        ("ankle", "leg_knee", FRONT, -1),
        ("foot", "leg_ankle", UP, 1),
        ("big_toe", "leg_twist", 0, 1),
        ("big_toe", "leg_toes", UP, 1),
        ("shoulder", "arm_shrug", UP, 1),
        ("shoulder", "arm_reach", FRONT, 1),
        ("index", "arm_wrist", 0, -1),
        ("index", "hand_index", UP, 1),
        ("pinky", "hand_curl", UP, 1),
    ],
)
def test_limbs_move_as_their_names_say_on_both_sides(body, name, dof, axis, sign):
    for side, mirror in (("left", 1), ("right", -1)):
        moved = joint(body, f"{side}_{name}", **{f"{side}_{dof}": 0.4})
        step = moved - joint(body, f"{side}_{name}")
        assert step[axis] * sign * (mirror if axis == 0 else 1) > 0.005, side


@pytest.mark.parametrize(
    ("dof", "axis", "sign"),
    [
        ("bend", FRONT, 1),
        ("root_pitch", FRONT, 1),
        ("nod", FRONT, 1),
        ("lean", 0, 1),
        ("root_roll", 0, 1),
        ("tilt", 0, 1),
        ("turn", 0, 1),
        ("look", 0, 1),
        ("root_yaw", 0, 1),
    ],
)
def test_the_trunk_moves_as_its_names_say(body, dof, axis, sign):
    name = "nose" if dof in ("turn", "look", "root_yaw") else "head_top"
    assert (joint(body, name, **{dof: 0.3}) - joint(body, name))[axis] * sign > 0.01


def test_the_jaw_opens_downward(body):
    assert joint(body, "lip_bottom", jaw=0.3)[UP] < joint(body, "lip_bottom")[UP] - 0.005


def test_the_stick_figure_agrees_with_the_body(body):
    poses = np.zeros((1, len(DOFS)))
    rng = np.random.default_rng(0)
    limbs = [i for i, n in enumerate(DOFS) if "_arm_" in n or "_leg_" in n]
    poses[:, limbs] = rng.uniform(0, 0.5, len(limbs))
    import torch

    sticks = points(torch.from_numpy(poses).float())
    names = ["left_wrist", "right_wrist", "left_ankle", "right_ankle", "head", "left_big_toe"]
    joints = body.keypoints(to_params(poses, np.zeros((1, 3))), [*names, "pelvis"])[0]
    for name, place in zip(names, joints[:-1] - joints[-1], strict=True):
        assert float((sticks[name][0] - place).norm()) < 0.1, name


def test_limits_hold_and_the_neutral_pose_is_within_them():
    rng = np.random.default_rng(0)
    poses = limited(rng.normal(0, 5, (200, len(DOFS))))
    for i, name in enumerate(DOFS):
        low, high = LIMITS[name]
        assert low - 1e-9 <= poses[:, i].min()
        assert poses[:, i].max() <= high + 1e-9
    np.testing.assert_array_equal(limited(NEUTRAL[None]), NEUTRAL[None])


def test_angles_left_out_are_neutral():
    poses = assemble({"bend": np.array([0.1, 0.2])}, 2)
    np.testing.assert_array_equal(poses[:, column("bend")], [0.1, 0.2])
    np.testing.assert_array_equal(
        np.delete(poses[1], column("bend")), np.delete(NEUTRAL, column("bend"))
    )
