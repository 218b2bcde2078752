"""The crop's view and the camera frame, held to the ground's cameras and crops."""

import numpy as np
import torch

from hmr.cameras import intrinsics, to_pixels
from hmr.crops import crop_intrinsics, place_in_image
from student.ray import crop_from_pelvis, pelvis_from_crop, spots_of, to_crop, turn_to_ray

K = intrinsics(700.0, 640, 480)
SQUARE = np.array([510.0, 90.0, 130.0])
PLACE = torch.from_numpy(place_in_image(K.double().numpy(), SQUARE))


def test_points_fall_into_the_crop_where_the_crops_own_camera_projects_them():
    points = torch.tensor([[0.7, -0.8, 4.0], [1.2, -0.5, 3.5], [-0.2, 0.4, 9.0]]).double()
    camera = torch.from_numpy(crop_intrinsics(K.double().numpy(), SQUARE, 96))
    pixels = to_pixels(points, camera)
    assert torch.allclose((to_crop(points, PLACE) + 1) * 48, pixels, atol=1e-6)


def test_the_crops_camera_and_the_pelvis_turn_into_each_other():
    weak = torch.tensor([[0.9, 0.1, -0.3], [1.3, -0.2, 0.0]]).double()
    pelvis = pelvis_from_crop(weak, PLACE.expand(2, 3))
    assert torch.allclose(crop_from_pelvis(pelvis, PLACE.expand(2, 3)), weak, atol=1e-9)


def test_a_metre_at_the_pelvis_fills_s_of_the_crop():
    pelvis = pelvis_from_crop(torch.tensor([0.8, 0.0, 0.0]).double(), PLACE)
    ends = torch.stack([pelvis, pelvis + torch.tensor([1.0, 0, 0])])
    left, right = to_crop(ends, PLACE)
    assert torch.allclose(left, torch.zeros(2).double(), atol=1e-9)
    assert torch.allclose(right - left, torch.tensor([0.8, 0.0]).double(), atol=1e-9)


def test_the_turn_takes_the_cameras_axis_to_the_ray_without_roll():
    turn = turn_to_ray(PLACE)
    ray = torch.tensor([PLACE[0], PLACE[1], 1.0]).double()
    assert torch.allclose(turn @ torch.tensor([0.0, 0, 1]).double(), ray / ray.norm(), atol=1e-9)
    assert torch.allclose(turn[0, 1], turn[1, 0], atol=1e-9)
    assert torch.allclose(turn_to_ray(torch.tensor([0.0, 0.0, 0.2])), torch.eye(3))


def test_spots_keep_a_bodys_form_along_and_across_the_ray():
    pelvis = pelvis_from_crop(torch.tensor([0.8, 0.0, 0.0]).double(), PLACE)
    ray = pelvis / pelvis.norm()
    behind, aside = 0.25 * ray, 0.25 * torch.linalg.cross(ray, torch.tensor([0.0, 1, 0]).double())
    points = torch.stack([torch.zeros(3).double(), behind, aside])
    spots = spots_of(points, pelvis, PLACE)
    assert torch.allclose(spots[..., :2], to_crop(points + pelvis, PLACE))
    assert torch.allclose(spots[:, 2], torch.tensor([0.0, 0.2, 0.0]).double(), atol=1e-9)
    assert torch.allclose(spots[2, :2].norm(), torch.tensor(0.2).double(), atol=0.01)
