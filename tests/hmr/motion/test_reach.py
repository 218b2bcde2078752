import numpy as np
import torch

from hmr.motion.anatomy import DOFS, column
from hmr.motion.reach import arm_to
from hmr.motion.skeleton import points


def test_the_wrist_arrives_where_it_was_sent():
    rng = np.random.default_rng(0)
    way = rng.normal(size=(200, 3))
    wrist = way / np.linalg.norm(way, axis=1, keepdims=True) * rng.uniform(0.2, 0.49, (200, 1))
    poses = np.zeros((200, len(DOFS)))
    for name, value in arm_to(wrist).items():
        poses[:, column(f"left_{name}")] = value
    # The stick figure's arm is not quite straight, nor its collar bone still.
    at = points(torch.from_numpy(poses).float())
    reached = (at["left_wrist"] - at["left_shoulder"]).numpy()
    assert np.linalg.norm(reached - wrist, axis=1).max() < 0.045


def test_what_is_out_of_reach_is_reached_for():
    straight = arm_to(np.array([[0.0, -9.0, 0.0]]))
    assert straight["arm_elbow"][0] < 0.1
    assert abs(straight["arm_forward"][0]) < 0.1
