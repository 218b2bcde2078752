from dataclasses import replace

import numpy as np
import pytest
import torch

from evaluation.baseline import MeanBody, mean_of
from hmr.cameras import to_pixels
from hmr.params import Params
from hmr.predictor import Predictor
from hmr.rotations import axis_angle_to_matrix

IMAGE = np.zeros((480, 640, 3), np.uint8)
K = np.array([[600.0, 0, 320], [0, 600, 240], [0, 0, 1]])


@pytest.fixture(scope="module")
def baseline(body, samples):
    return MeanBody(body, mean_of(samples))


def test_it_is_a_predictor(baseline):
    assert isinstance(baseline, Predictor)


def test_it_fits_into_every_box(baseline, body):
    boxes = np.array([[100.0, 60, 220, 400], [300, 200, 600, 260], [0, 0, 10, 10]])
    answer = baseline.predict(IMAGE, boxes, K)
    pixels = to_pixels(body(answer.params).vertices, answer.camera.K.expand(3, 3, 3)).numpy()
    low, high = pixels.min(1), pixels.max(1)
    size = boxes[:, 2:] - boxes[:, :2]
    # Perspective moves near and far parts by a few percent.
    assert (np.abs((low + high) / 2 - (boxes[:, :2] + boxes[:, 2:]) / 2) < 0.08 * size.max()).all()
    assert (high - low < 1.2 * size).all()


def test_it_stands_upright_and_faces_the_camera(baseline, body):
    answer = baseline.predict(IMAGE, np.array([[100.0, 60, 220, 400]]), K)
    points = body.keypoints(answer.params, ["head", "pelvis", "nose", "left_hip", "right_hip"])[0]
    head, pelvis, nose, left, right = points
    assert head[1] < pelvis[1] and nose[2] < head[2] and left[0] > right[0]


def test_it_answers_no_box_with_nobody(baseline):
    assert baseline.predict(IMAGE, np.zeros((0, 4)), K).params.batch == (0,)


def test_it_guesses_a_camera_where_there_is_none(baseline):
    answer = baseline.predict(IMAGE, np.array([[100.0, 60, 220, 400]]))
    assert answer.camera.K[0, 0] == pytest.approx(800.0)


def test_the_mean_of_opposite_turns_is_no_turn(samples):
    turn = torch.zeros(2, 21, 3)
    turn[0, :, 0], turn[1, :, 0] = 0.7, -0.7
    people = replace(Params.rest(2), body_pose=axis_angle_to_matrix(turn))
    mean = mean_of([replace(samples[0], params=people)])
    assert torch.allclose(mean.body_pose, torch.eye(3).expand(1, 21, 3, 3), atol=1e-6)


def test_the_mean_of_nobody_is_the_body_at_rest():
    assert torch.equal(mean_of([]).betas, torch.zeros(1, 10))
