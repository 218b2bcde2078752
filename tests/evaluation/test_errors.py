from dataclasses import replace

import numpy as np
import pytest
import torch

from evaluation.errors import METRICS, Errors, errors_between, join
from evaluation.points import HIPS, Points, points_of, true_points
from hmr.cameras import to_camera
from hmr.errors import InputError
from hmr.rotations import axis_angle_to_matrix


@pytest.fixture(scope="module")
def people():
    draw = torch.Generator().manual_seed(0)
    return Points(torch.randn(4, 22, 3, generator=draw), torch.randn(4, 300, 3, generator=draw))


def moved(people, function):
    return Points(function(people.joints), function(people.vertices))


def test_the_truth_has_no_error(people):
    found = errors_between(people, people)
    assert all(np.allclose(getattr(found, m), 0, atol=1e-2) for m in METRICS)


def test_a_shift_of_the_whole_person_is_no_error(people):
    found = errors_between(moved(people, lambda x: x + torch.tensor([0.3, -1.0, 5.0])), people)
    assert all(np.allclose(getattr(found, m), 0, atol=1e-2) for m in METRICS)


def test_a_turned_and_scaled_person_has_no_aligned_error_but_others(people):
    turn = axis_angle_to_matrix(torch.tensor([0.2, 0.9, -0.3]))
    found = errors_between(moved(people, lambda x: 1.3 * x @ turn.mT + 2.0), people)
    assert np.allclose(found.pa_mpjpe, 0, atol=1e-2) and np.allclose(found.pa_mve, 0, atol=1e-2)
    assert (found.mpjpe > 100).all() and (found.mve > 100).all()


def test_a_mirrored_person_is_not_aligned_by_a_reflection(people):
    found = errors_between(moved(people, lambda x: x * torch.tensor([-1.0, 1, 1])), people)
    assert (found.pa_mpjpe > 100).all()


def test_one_joint_off_by_22_mm_is_1_mm_on_average(people):
    joints = people.joints.clone()
    joints[:, -1, 0] += 0.022
    found = errors_between(replace(people, joints=joints), people)
    assert np.allclose(found.mpjpe, 1.0, atol=1e-3) and np.allclose(found.mve, 0, atol=1e-3)


def test_vertices_all_off_by_5_mm_are_5_mm_off(people):
    found = errors_between(replace(people, vertices=people.vertices + 0.005), people)
    assert np.allclose(found.mve, 5 * 3**0.5, atol=1e-3)
    assert np.allclose(found.pa_mve, 0, atol=1e-2)


def test_the_root_is_the_middle_of_the_hips(people):
    assert torch.allclose(people.root, (people.joints[:, 1] + people.joints[:, 2]) / 2)
    assert HIPS == [1, 2]


def test_joined_errors_keep_everyone():
    one = Errors(*(np.arange(3.0) for _ in METRICS))
    assert join([one, one]).mve.tolist() == [0, 1, 2, 0, 1, 2]
    assert len(join([]).mpjpe) == 0


def test_true_points_are_the_labels_in_the_camera_frame(samples, body):
    sample = samples[0]
    found = true_points(sample, [2, 0])
    expected = to_camera(torch.from_numpy(sample.joints_3d[[2, 0], :22]), sample.camera)
    assert torch.allclose(found.joints, expected)
    world = body(sample.params.index([2, 0])).vertices
    assert torch.allclose(found.vertices, to_camera(world, sample.camera), atol=1e-5)


def test_labels_of_another_body_are_refused(samples):
    wrong = replace(samples[0], joints_3d=samples[0].joints_3d + 0.05)
    with pytest.raises(InputError, match=r"9 cm.*body\.model_path"):
        true_points(wrong, [0])


def test_posed_points_are_those_of_the_body(samples, body):
    found = points_of(samples[0].params, body)
    assert torch.equal(found.vertices, body(samples[0].params).vertices)
