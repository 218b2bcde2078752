import cv2
import numpy as np
import pytest

from teacher.poses_2d import NAMES, ROOT
from teacher.projection import Cameras, Sampling, project_clips, seen_by
from tests.teacher.figures import CMU_NAMES, from_the_front, walking


def test_cameras_keep_distances_and_see_people_upright():
    points = from_the_front(walking())[0].numpy().astype(np.float64) * np.array([1, -1, 1])
    world = np.repeat(points[:1, None], 50, 0)
    cameras = Cameras(elevation=(-10.0, 30.0), distance=(3.0, 8.0), roll=3.0)
    there = seen_by(world, cameras, np.random.default_rng(0))
    spans = np.linalg.norm(there[:, 0, :, None] - there[:, 0, None], axis=-1)
    assert np.allclose(spans, np.linalg.norm(world[:1, 0, :, None] - world[:1, 0, None], axis=-1))
    head, ankle = (there[:, 0, NAMES.index(n), 1] for n in ("neck", "left_ankle"))
    assert (head < ankle).all()
    assert there[:, 0, ROOT, 2].min() >= 3
    assert there[:, 0, ROOT, 2].max() <= 8


def test_a_camera_above_sees_the_head_nearer_than_the_feet():
    points = from_the_front(walking())[0].numpy().astype(np.float64) * np.array([1, -1, 1])
    above = Cameras(elevation=(30.0, 30.0), distance=(5.0, 5.0), roll=0.0)
    there = seen_by(points[:1, None], above, np.random.default_rng(0))[0, 0]
    assert there[NAMES.index("neck"), 2] < there[ROOT, 2] < there[NAMES.index("left_ankle"), 2]


def test_cameras_turn_points_without_mirroring_them():
    frame = np.concatenate([np.zeros((1, 3)), np.eye(3), np.zeros((len(NAMES) - 4, 3))])
    there = seen_by(frame[None, None], Cameras(), np.random.default_rng(3))[0, 0]
    axes = (there[1:4] - there[:1]).T
    assert np.linalg.det(axes) == pytest.approx(1)
    assert cv2.Rodrigues(cv2.Rodrigues(axes)[0])[0] == pytest.approx(axes, abs=1e-6)


def test_only_2d_leaves_the_projection():
    poses = project_clips([walking()], Sampling(20), Cameras(), np.random.default_rng(0))
    assert poses.joints.shape == (20, 2, len(NAMES), 2)
    assert vars(poses).keys() == {"joints", "visible"}


def test_joints_that_motion_lacks_are_never_learned():
    poses = project_clips([walking()], Sampling(20), Cameras(), np.random.default_rng(0))
    assert set(poses.learned()) == set(CMU_NAMES)
    assert "nose" in NAMES
