"""Heat maps say where joints are, and are taught by shares of the cells around them."""

import cv2
import numpy as np
import pytest
import torch

from hmr.params import Params
from student.heads import Found
from student.joint_head import JointHead, Merge, centres
from student.losses import Truth, heat_at, looked_for
from student.points import POINTS
from student.ray import spots_of

GRID = (12, 12)


def test_the_mean_of_the_wanted_heat_is_the_point_itself():
    spots = torch.rand(5, 7, 2) * 1.8 - 0.9
    heat = heat_at(spots, (10, 16))
    assert torch.allclose(heat.sum((2, 3)), torch.ones(5, 7), atol=1e-5)
    assert torch.allclose(heat.flatten(2) @ centres(heat), spots, atol=1e-5)


def test_a_point_is_shared_out_as_opencv_interpolates():
    image = np.random.default_rng(0).random(GRID).astype(np.float32)
    spot = torch.tensor([[[0.31, -0.42]]])
    x, y = ((spot[0, 0] + 1) * 6 - 0.5).tolist()
    expected = cv2.remap(image, np.float32([[x]]), np.float32([[y]]), cv2.INTER_LINEAR)[0, 0]
    found = (heat_at(spot, GRID)[0, 0].numpy() * image).sum()
    assert found == pytest.approx(expected, abs=2e-2)


def test_the_right_heat_is_the_least_surprise_and_points_outside_do_not_count():
    points = torch.zeros(1, len(POINTS), 3)
    points[0, 1:] = torch.rand(len(POINTS) - 1, 3) - 0.5
    points[0, -1] = torch.tensor([30.0, 0.0, 0.0])
    pelvis, place = torch.tensor([[0.0, 0.0, 5.0]]), torch.tensor([[0.0, 0.0, 0.5]])
    truth = Truth(Params.rest(1), points, pelvis, torch.ones(1))
    spots = spots_of(points, pelvis, place)
    right = heat_at(spots[..., :2].clamp(-1, 1), GRID).clamp_min(1e-6).log()
    best = looked_for(Found(right, spots[..., 2]), truth, place)
    assert best["heat_depth"].item() == pytest.approx(0.0, abs=1e-6)
    lost = right.clone()
    lost[0, -1] = right[0, -1].flip(-1)
    assert torch.equal(looked_for(Found(lost, spots[..., 2]), truth, place)["heat"], best["heat"])
    lost[0, 1] = right[0, 1].flip(-1).flip(-2)
    wrong = looked_for(Found(lost, spots[..., 2] + 0.1), truth, place)
    assert wrong["heat"] > best["heat"] + 0.1
    assert wrong["heat_depth"].item() == pytest.approx(0.1, abs=1e-5)


def test_a_head_reads_any_crop_whose_grids_fit():
    stages = [torch.rand(2, c, n, n) for c, n in ((8, 24), (16, 12), (16, 6), (32, 3))]
    head = JointHead((8, 16, 16, 32), 96, 32, 2).eval()
    found = head(stages, torch.zeros(2, 3)).found
    assert found.log_heat.shape == (2, len(POINTS), 12, 12)
    assert torch.allclose(found.log_heat.exp().sum((2, 3)), torch.ones(2, len(POINTS)), atol=1e-4)
    assert Merge((16, 16, 32), 4)(stages[1:]).shape == (2, 4, 12, 12)
