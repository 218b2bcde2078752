import cv2
import numpy as np
import torch

from teacher.aiming import aim, aim_along, rays_of, seen_from, turn_to
from teacher.poses_2d import NAMES, ROOT


def test_turns_are_opencvs_smallest_ones():
    for root in ((0.3, -0.2), (1.5, 2.0), (0.0, 0.0), (-1e-4, 0.0)):
        ray = np.array([*root, 1.0]) / np.linalg.norm([*root, 1.0])
        axis = np.cross(ray, [0, 0, 1])
        sine = np.linalg.norm(axis)
        vector = axis / max(sine, 1e-12) * np.arctan2(sine, ray[2])
        expected, _ = cv2.Rodrigues(vector)
        found = turn_to(torch.tensor(root, dtype=torch.float64))
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-9)


def test_rays_are_opencvs_undistorted_points():
    rng = np.random.default_rng(0)
    pixels = rng.uniform(0, 1000, (2, 28, 2))
    K = np.array([[900.0, 3, 640], [0, 800, 360], [0, 0, 1]])
    rays = rays_of(pixels, np.tile(K, (2, 1, 1)))
    K[0, 1] = 0  # OpenCV knows no skew.
    plain = rays_of(pixels, np.tile(K, (2, 1, 1)))
    expected = cv2.undistortPoints(pixels.reshape(-1, 1, 2), K, None).reshape(2, 28, 2)
    np.testing.assert_allclose(plain[..., :2].numpy(), expected, atol=1e-5)
    assert not np.allclose(rays, plain)


def test_the_root_comes_to_lie_on_the_axis():
    rays = torch.nn.functional.pad(torch.randn(4, len(NAMES), 2) / 4, (0, 1), value=1)
    aimed = rays @ aim(rays, torch.ones(4, len(NAMES))).mT
    assert aimed[:, ROOT, :2].abs().max() < 1e-6


def test_frames_in_which_nobody_is_seen_are_aimed_between_their_neighbours():
    rays = torch.zeros(1, 3, len(NAMES), 3)
    rays[..., 2] = 1
    rays[0, 0, :, 0], rays[0, 2, :, 0] = 0.2, 0.6
    visible = torch.ones(1, 3, len(NAMES))
    visible[0, 1] = 0
    turns = aim_along(rays, visible)
    assert torch.allclose(turns[0, 1], turn_to(torch.tensor([0.4, 0.0])))
    assert torch.allclose(turns[0, 0], aim(rays[0, 0], visible[0, 0]))


def test_nobody_at_all_is_aimed_at_by_the_camera_itself():
    rays = torch.nn.functional.pad(torch.zeros(2, 3, len(NAMES), 2), (0, 1), value=1)
    assert torch.allclose(aim_along(rays, torch.zeros(2, 3, len(NAMES))), torch.eye(3))


def test_somebody_at_the_edge_looks_as_if_the_camera_had_turned_to_them():
    rng = np.random.default_rng(2)
    points = torch.from_numpy(rng.normal([0, 0, 4], 0.3, (1, len(NAMES), 3))).float()
    points[:, ROOT] = torch.tensor([0.0, 0, 4])
    turn = turn_to(torch.tensor([0.5, -0.3]))
    visible = torch.ones(1, len(NAMES))
    for seen in (points, points @ turn):
        rays = seen / seen[..., 2:]
        plane = seen_from(aim(rays, visible), rays)
        expected = points[..., :2] / points[..., 2:]
        assert torch.allclose(plane, expected, atol=1e-5)
