"""People in the camera frame stand where the camera sees them."""

import numpy as np
import torch

from hmr.camera_frame import in_camera
from hmr.cameras import to_camera, to_pixels
from tests.sample_factory import make_samples


def test_parameters_in_the_camera_frame_pose_the_body_as_the_camera_sees_it(body):
    sample = make_samples(body, count=1, people=3)[0]
    params, pelvis = in_camera(sample)
    wanted = to_camera(torch.from_numpy(sample.joints_3d), sample.camera)
    assert torch.allclose(body(params).joints, wanted, atol=1e-4)
    assert torch.allclose(pelvis, wanted[:, 0], atol=1e-4)
    pixels = to_pixels(body(params).joints, sample.camera.K.expand(3, 3, 3)).numpy()
    assert np.abs(pixels - sample.joints_2d).max() < 0.05
