import cv2
import numpy as np
import pytest
import torch

from hmr.motion.clip import Clip
from teacher.poses_2d import (
    DISTANCE,
    NAMES,
    ROOT,
    Cameras,
    mirrored,
    normalise,
    project_clips,
    root_of,
    seen_by,
    size_of,
)
from tests.teacher.figures import CMU_NAMES, walking

EVERY = torch.ones(len(NAMES))


def pose(seed: int = 0) -> torch.Tensor:
    return torch.randn(len(NAMES), 2, generator=torch.Generator().manual_seed(seed))


def test_normalising_undoes_place_and_size():
    joints = pose()
    moved = 37.0 * joints + torch.tensor([500.0, 300.0])
    here, there = normalise(joints, EVERY), normalise(moved, EVERY)
    assert torch.allclose(here.joints, there.joints, atol=1e-6)
    assert there.unit.item() == pytest.approx(37 * here.unit.item(), rel=1e-5)


def test_the_way_back_from_the_plane_leads_to_the_joints():
    joints = 20 * pose() + 100
    there = normalise(joints, EVERY)
    assert torch.allclose(there.root + there.unit * there.joints, joints, atol=1e-3)


def test_an_upright_person_at_distance_ten_is_already_normal():
    clip = walking()
    points, _ = seen_flat(clip)
    plane = points[..., :2] / 0.65 / DISTANCE
    unit = normalise(plane, EVERY.expand(len(plane), -1)).unit
    assert torch.allclose(unit, torch.ones_like(unit), atol=0.15)


def seen_flat(clip: Clip) -> tuple[torch.Tensor, torch.Tensor]:
    from teacher.poses_2d import known_joints

    points, known = known_joints(clip)
    points = torch.from_numpy(points * np.array([1, -1, 1], np.float32))
    return points - points[:, ROOT : ROOT + 1], torch.from_numpy(known)


def test_a_hidden_pelvis_is_replaced_by_the_middle_of_the_hips():
    joints, visible = pose(), EVERY.clone()
    visible[ROOT] = 0
    hips = joints[[NAMES.index("left_hip"), NAMES.index("right_hip")]].mean(0)
    assert torch.allclose(root_of(joints, visible), hips)


def test_without_pelvis_and_hips_the_neck_is_the_root():
    joints, visible = pose(), EVERY.clone()
    visible[[NAMES.index(name) for name in ("pelvis", "left_hip", "right_hip")]] = 0
    assert torch.allclose(root_of(joints, visible), joints[NAMES.index("neck")])


def test_hidden_joints_change_nothing_whatever_they_hold():
    joints, visible = pose(), EVERY.clone()
    visible[NAMES.index("head_top")] = 0
    spoilt = joints.clone()
    spoilt[NAMES.index("head_top")] = torch.nan
    clean, after = normalise(joints, visible), normalise(spoilt, visible)
    assert torch.equal(clean.joints, after.joints)
    assert torch.isfinite(after.joints).all()


def test_a_pose_without_any_visible_joint_stays_finite():
    nothing = normalise(pose(), torch.zeros(len(NAMES)))
    assert torch.isfinite(nothing.joints).all()
    assert torch.isfinite(nothing.unit)


def test_bending_a_limb_hardly_changes_a_persons_size():
    plane, _ = seen_flat(walking())
    joints = plane[0, :, :2].clone()
    before = size_of(joints, EVERY)
    joints[NAMES.index("left_wrist")] = joints[NAMES.index("left_elbow")]
    assert size_of(joints, EVERY).item() == pytest.approx(before.item(), rel=0.05)


def test_mirroring_twice_changes_nothing():
    assert torch.equal(mirrored(mirrored(pose())), pose())


def test_cameras_keep_distances_and_see_people_upright():
    points = seen_flat(walking())[0].numpy().astype(np.float64) * np.array([1, -1, 1])
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
    points = seen_flat(walking())[0].numpy().astype(np.float64) * np.array([1, -1, 1])
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
    poses = project_clips([walking()], 20, 0.5, Cameras(), np.random.default_rng(0))
    assert poses.joints.shape == (20, 2, len(NAMES), 2)
    assert vars(poses).keys() == {"joints", "visible"}


def test_joints_that_motion_lacks_are_never_learned():
    poses = project_clips([walking()], 20, 0.5, Cameras(), np.random.default_rng(0))
    assert set(NAMES) - set(poses.learned()) == {"nose", "head_top"}
    assert "head" in CMU_NAMES
