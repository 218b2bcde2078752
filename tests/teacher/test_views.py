import cv2
import numpy as np
import torch

from teacher.poses_2d import DISTANCE, NAMES, ROOT
from teacher.views import around, raised, random_turns, seen, turned


def skeletons(count: int = 5) -> torch.Tensor:
    points = torch.randn(count, len(NAMES), 3, generator=torch.Generator().manual_seed(0)) * 0.4
    return points - points[:, ROOT : ROOT + 1]


def test_opencv_projects_a_skeleton_to_the_same_place():
    points = skeletons(1)[0]
    away = np.array([0.0, 0, DISTANCE])
    expected, _ = cv2.projectPoints(points.numpy(), np.zeros(3), away, np.eye(3), None)
    assert np.allclose(seen(points).numpy(), expected[:, 0], atol=1e-6)


def test_raising_what_is_seen_of_a_skeleton_gives_it_back():
    points = skeletons()
    again = raised(seen(points), points[..., 2])
    assert torch.allclose(again, points, atol=1e-5)


def test_a_skeleton_turned_seen_raised_and_turned_back_is_itself():
    points = skeletons()
    turns = random_turns(torch.zeros(5), 0.3, torch.Generator().manual_seed(1))
    moved = turned(points, turns)
    again = turned(raised(seen(moved), moved[..., 2]), turns.mT)
    assert torch.allclose(again, points, atol=1e-5)


def test_no_joint_is_raised_nearer_than_one():
    offsets = torch.full((len(NAMES),), -50.0)
    offsets[ROOT] = 0
    points = raised(torch.zeros(len(NAMES), 2), offsets)
    assert torch.allclose(points[ROOT + 1 :, 2], torch.tensor(1.0 - DISTANCE))


def test_walking_a_quarter_around_shows_depth_as_width():
    ahead = torch.tensor([[0.0, 0.0, 1.0]])
    turns = around(torch.tensor(torch.pi / 2), torch.tensor(0.0), torch.tensor(0.0))
    assert torch.allclose(turned(ahead, turns), torch.tensor([[1.0, 0.0, 0.0]]), atol=1e-6)


def test_levelling_a_view_from_above_makes_the_vertical_upright():
    looking_down = torch.tensor(0.4)
    # A camera that looks down sees the top of a vertical pole nearer than its foot.
    up_as_seen = torch.tensor([[0.0, -np.cos(0.4), -np.sin(0.4)]], dtype=torch.float32)
    level = around(torch.tensor(0.0), looking_down, torch.tensor(0.0))
    assert torch.allclose(turned(up_as_seen, level), torch.tensor([[0.0, -1.0, 0.0]]), atol=1e-6)
