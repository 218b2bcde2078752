import numpy as np
import torch
from scipy.spatial.transform import Rotation

from hmr import rotations


def some(n: int = 50) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, 3))


def test_axis_angle_means_what_scipy_means_by_it():
    vectors = some()
    ours = rotations.axis_angle_to_matrix(torch.from_numpy(vectors))
    np.testing.assert_allclose(ours, Rotation.from_rotvec(vectors).as_matrix(), atol=1e-12)


def test_matrices_go_to_axis_angle_as_in_scipy():
    matrices = Rotation.from_rotvec(some()).as_matrix()
    ours = rotations.matrix_to_axis_angle(torch.from_numpy(matrices))
    np.testing.assert_allclose(ours, Rotation.from_matrix(matrices).as_rotvec(), atol=1e-7)


def test_six_numbers_are_the_first_two_columns_and_give_the_rotation_back():
    matrix = rotations.axis_angle_to_matrix(torch.from_numpy(some()))
    six = rotations.matrix_to_6d(matrix)
    torch.testing.assert_close(six[:, :3], matrix[:, :, 0])
    torch.testing.assert_close(six[:, 3:], matrix[:, :, 1])
    torch.testing.assert_close(rotations.matrix_from_6d(six), matrix)


def test_any_six_numbers_become_a_rotation():
    matrix = rotations.matrix_from_6d(torch.randn(100, 6, dtype=torch.float64))
    eye = torch.eye(3, dtype=torch.float64).expand(100, 3, 3)
    torch.testing.assert_close(matrix @ matrix.mT, eye)
    torch.testing.assert_close(torch.linalg.det(matrix), torch.ones(100, dtype=torch.float64))


def test_a_quarter_turn_about_z_takes_x_to_y():
    turned = rotations.about("z", torch.tensor(torch.pi / 2)) @ torch.tensor([1.0, 0, 0])
    torch.testing.assert_close(turned, torch.tensor([0.0, 1, 0]))


def test_geodesic_is_the_angle_between():
    a = rotations.about("y", torch.tensor([0.3, 1.0]))
    b = rotations.about("y", torch.tensor([0.1, -1.0]))
    torch.testing.assert_close(rotations.geodesic(a, b), torch.tensor([0.2, 2.0]))
