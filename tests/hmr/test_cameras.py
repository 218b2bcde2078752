from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from hmr.cameras import (
    Camera,
    focal_from_mm,
    inside,
    intrinsics,
    looking,
    project,
    to_camera,
    unproject,
)


def some_camera() -> Camera:
    K = torch.tensor([[900.0, 0, 630], [0, 910, 350], [0, 0, 1]]).double()
    R = torch.from_numpy(Rotation.from_rotvec([0.2, -0.4, 0.1]).as_matrix())
    return Camera(K, R, torch.tensor([0.3, -0.2, 5.0]).double())


LENSES = (
    [-0.21, 0.06, 0.0, 0.0, 0.0],
    [0.1, -0.02, 0.004, -0.003, 0.01],
    [-0.3, 0.12, -0.002, 0.001, -0.02],
)


def bent_camera(numbers) -> Camera:
    return replace(some_camera(), distortion=torch.tensor(numbers).double())


def points() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).uniform(-1, 1, (40, 3)))


def test_projection_agrees_with_opencv():
    camera, world = some_camera(), points()
    rvec, _ = cv2.Rodrigues(camera.R.numpy())
    expected, _ = cv2.projectPoints(world.numpy(), rvec, camera.t.numpy(), camera.K.numpy(), None)
    np.testing.assert_allclose(project(world, camera), expected[:, 0], atol=1e-9)


@pytest.mark.parametrize("numbers", LENSES)
def test_projection_through_a_lens_agrees_with_opencv(numbers):
    camera, world = bent_camera(numbers), points()
    rvec, _ = cv2.Rodrigues(camera.R.numpy())
    matrix, lens = camera.K.numpy(), camera.distortion.numpy()
    expected, _ = cv2.projectPoints(world.numpy(), rvec, camera.t.numpy(), matrix, lens)
    np.testing.assert_allclose(project(world, camera), expected[:, 0], atol=1e-9)


@pytest.mark.parametrize("numbers", LENSES)
def test_unprojecting_through_a_lens_agrees_with_opencv(numbers):
    camera = bent_camera(numbers)
    pixels = torch.from_numpy(np.random.default_rng(2).uniform([0, 0], [1280, 720], (50, 2)))
    exact = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 500, 1e-14)
    matrix, lens = camera.K.numpy(), camera.distortion.numpy()
    # OpenCV 4 keeps the exact one under another name.
    solve = getattr(cv2, "undistortPointsIter", cv2.undistortPoints)
    places = pixels.numpy()[:, None]
    rays = solve(places, matrix, lens, R=np.eye(3), P=np.eye(3), criteria=exact)
    seen = to_camera(unproject(pixels, torch.ones(50).double(), camera), camera)
    np.testing.assert_allclose(seen[:, :2], rays[:, 0], atol=1e-9)


@pytest.mark.parametrize("numbers", LENSES)
def test_unprojecting_through_a_lens_undoes_projecting(numbers):
    camera, world = bent_camera(numbers), points()
    depth = to_camera(world, camera)[:, 2]
    torch.testing.assert_close(unproject(project(world, camera), depth, camera), world)


def test_a_batch_of_lenses_takes_the_same_path():
    world = points()
    cameras = [bent_camera(numbers) for numbers in LENSES]
    fields = ("K", "R", "t", "distortion")
    many = Camera(*(torch.stack([getattr(c, name) for c in cameras]) for name in fields))
    for row, camera in zip(project(world.expand(3, 40, 3), many), cameras, strict=True):
        torch.testing.assert_close(row, project(world, camera))


def test_unprojecting_undoes_projecting():
    camera, world = some_camera(), points()
    depth = to_camera(world, camera)[:, 2]
    torch.testing.assert_close(unproject(project(world, camera), depth, camera), world)


def test_a_batch_of_cameras_takes_the_same_path():
    camera, world = some_camera(), points()
    many = Camera(*(m.expand(3, *m.shape) for m in (camera.K, camera.R, camera.t)))
    torch.testing.assert_close(project(world.expand(3, 40, 3), many)[2], project(world, camera))


def test_a_point_on_the_optical_axis_lands_on_the_principal_point():
    camera = looking(torch.zeros(3), 0.0, 0.0, 0.0, intrinsics(1000.0, 1280, 720))
    torch.testing.assert_close(
        project(torch.tensor([[0.0, 0, -4]]), camera), torch.tensor([[640.0, 360]])
    )


def test_up_in_the_world_is_up_in_the_image_and_left_is_left():
    camera = looking(torch.zeros(3), 0.0, 0.0, 0.0, intrinsics(1000.0, 1280, 720))
    pixels = project(torch.tensor([[0.0, 1, -4], [-1.0, 0, -4]]), camera)
    torch.testing.assert_close(pixels, torch.tensor([[640.0, 110], [390, 360]]))


def test_positive_pitch_looks_down():
    camera = looking(torch.tensor([0.0, 1.7, 0]), 0.0, 0.3, 0.0, intrinsics(1000.0, 1280, 720))
    ground = torch.tensor([[0.0, 0.0, -1.7 / np.tan(0.3)]]).float()
    torch.testing.assert_close(project(ground, camera), torch.tensor([[640.0, 360]]))


def test_positive_yaw_turns_left():
    camera = looking(torch.zeros(3), torch.pi / 2, 0.0, 0.0, intrinsics(1000.0, 1280, 720))
    torch.testing.assert_close(
        project(torch.tensor([[-3.0, 0, 0]]), camera), torch.tensor([[640.0, 360]])
    )


def test_positive_roll_turns_the_content_anticlockwise():
    camera = looking(torch.zeros(3), 0.0, 0.0, 0.1, intrinsics(1000.0, 1280, 720))
    x, y = project(torch.tensor([[1.0, 0, -4]]), camera)[0]
    assert x < 640 + 250 and y < 360


def test_the_camera_knows_where_it_stands():
    position = torch.tensor([1.0, 1.7, 3.0])
    camera = looking(position, 0.4, 0.2, 0.1, intrinsics(1000.0, 1280, 720))
    torch.testing.assert_close(camera.centre, position)


def test_fifty_millimetres_see_forty_degrees_across():
    focal = focal_from_mm(50.0, 1280)
    across = 2 * np.degrees(np.arctan(640 / focal))
    # The field of view printed for a 50 mm lens on a 36 mm sensor.
    assert abs(across - 39.6) < 0.05


def test_the_right_and_lower_edges_are_outside():
    pixels = torch.tensor([[0.0, 0], [1280, 10], [10, 720], [1279.9, 719.9], [-0.1, 5]])
    assert inside(pixels, 1280, 720).tolist() == [1, 0, 0, 1, 0]


def test_one_camera_sees_many_crowds():
    camera, world = some_camera(), points()
    torch.testing.assert_close(project(world.expand(3, 40, 3), camera)[1], project(world, camera))
