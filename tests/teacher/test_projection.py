from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from teacher.detector import Detector
from teacher.poses_2d import NAMES, ROOT
from teacher.projection import Cameras, Sampling, known_joints, moments, project_clips, seen_by
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


def test_the_plane_is_what_opencv_sees():
    """Each track is, up to size, the picture of some camera aimed at the pelvis."""
    world = known_joints(walking())[0][:1].astype(np.float64)
    there = seen_by(np.repeat(world[None], 5, 0), Cameras(), np.random.default_rng(4))[:, 0]
    centred = world[0] - world[0, ROOT]
    for points in there:
        # The camera's turn, as Kabsch finds it.
        u, _, vt = np.linalg.svd(centred.T @ (points - points[ROOT]))
        turn, shift = (u @ vt).T, points[ROOT]
        drawn, _ = cv2.projectPoints(centred, cv2.Rodrigues(turn)[0], shift, np.eye(3), None)
        seen = points[:, :2] / points[:, 2:]
        np.testing.assert_allclose(drawn[:, 0], seen, atol=1e-6)
        assert np.abs(drawn[ROOT]).max() < 1e-9


def test_tracks_hold_moments_of_one_camera():
    clip, rng = walking(frames=90), np.random.default_rng(0)
    still = replace(clip, positions=np.repeat(clip.positions[:1], 90, 0))
    poses = project_clips([still], Sampling(30, frames=9), Cameras(), rng)
    assert torch.allclose(poses.joints, poses.joints[:, :1].expand_as(poses.joints), atol=1e-6)


def test_two_moments_lie_within_the_gap():
    frames = moments(1000, 120.0, 4000, Sampling(gap=0.5), np.random.default_rng(0))
    gaps = np.diff(frames, axis=1)
    inner = gaps[frames[:, 1] < 999]
    assert inner.min() >= 0 and inner.max() == 60
    assert inner.mean() == pytest.approx(30, rel=0.05)


@pytest.mark.parametrize(("fps", "step"), [(30.0, 1), (120.0, 4), (60.0, 2)])
def test_longer_tracks_follow_the_asked_rate(fps, step):
    sampling = Sampling(frames=27, fps=30.0)
    frames = moments(400, fps, 5000, sampling, np.random.default_rng(0))
    assert (np.diff(frames, axis=1) == step).all()
    assert frames.min() == 0 and frames.max() == 399


def test_other_rates_take_the_nearest_frame():
    frames = moments(100, 24.0, 50, Sampling(frames=6, fps=30.0), np.random.default_rng(0))
    wanted = frames[:, :1] + np.arange(6) * 24 / 30
    assert np.abs(frames - wanted).max() <= 0.5


def test_the_last_frame_stands_in_for_those_beyond_a_short_clip():
    frames = moments(5, 30.0, 10, Sampling(frames=9), np.random.default_rng(0))
    assert (frames == [0, 1, 2, 3, 4, 4, 4, 4, 4]).all()


def test_single_moments_may_be_asked_for():
    poses = project_clips([walking()], Sampling(20, frames=1), Cameras(), np.random.default_rng(0))
    assert poses.joints.shape[:2] == (20, 1)


def test_longer_clips_are_drawn_more_often():
    long, short = walking(frames=300), walking(frames=100)
    short = replace(short, positions=short.positions * 0)
    poses = project_clips([long, short], Sampling(2000), Cameras(), np.random.default_rng(0))
    empty = (poses.joints.abs().amax((1, 2, 3)) < 1e-6).float().mean()
    assert empty.item() == pytest.approx(0.25, abs=0.04)


def test_a_detector_hides_and_disturbs_what_cameras_see():
    def seen(detector):
        rng = np.random.default_rng(0)
        return project_clips([walking()], Sampling(400, frames=9), Cameras(), rng, detector)

    true, found = seen(None), seen(Detector())
    both = (true.visible > 0) & (found.visible > 0)
    lost = 1 - both.float().sum() / true.visible.sum()
    assert 0.02 < lost.item() < 0.15
    moved = (true.joints - found.joints).norm(dim=-1)[both]
    assert 0.001 < moved.median() < 0.01
    assert torch.allclose(seen(Detector(scale=0.0)).joints, true.joints, atol=1e-6)


def test_only_2d_leaves_the_projection():
    poses = project_clips([walking()], Sampling(20), Cameras(), np.random.default_rng(0))
    assert poses.joints.shape == (20, 2, len(NAMES), 2)
    assert vars(poses).keys() == {"joints", "visible"}


def test_joints_that_motion_lacks_are_never_learned():
    poses = project_clips([walking()], Sampling(20), Cameras(), np.random.default_rng(0))
    assert set(poses.learned()) == set(CMU_NAMES)
    assert "nose" in NAMES
