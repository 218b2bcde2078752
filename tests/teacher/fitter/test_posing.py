"""Angles become the rotations that the motion generator would make of them."""

import numpy as np
import torch

from hmr.motion.anatomy import NEUTRAL, to_params
from teacher.fitter.posing import ANGLES, COLUMNS, LOWER, UPPER, body_rotations, hand_rotations


def test_rotations_agree_with_those_of_the_motion_generator():
    rng = np.random.default_rng(3)
    poses = np.tile(NEUTRAL, (20, 1))
    poses[:, COLUMNS.numpy()] = rng.uniform(LOWER, UPPER, (20, len(ANGLES)))
    expected = to_params(poses, np.zeros((20, 3)))
    found = body_rotations(torch.from_numpy(poses).float()[:, COLUMNS])
    torch.testing.assert_close(found, expected.body_pose)
    torch.testing.assert_close(hand_rotations("left"), expected.left_hand_pose[0])
    torch.testing.assert_close(hand_rotations("right"), expected.right_hand_pose[0])


def test_gradients_are_finite_where_nothing_turns():
    angles = torch.zeros(2, len(ANGLES), requires_grad=True)
    body_rotations(angles).square().sum().backward()
    assert angles.grad is not None and torch.isfinite(angles.grad).all()
