import pytest
import torch

from teacher.poses_2d import (
    DISTANCE,
    NAMES,
    ROOT,
    Poses2D,
    as_pairs,
    mirrored,
    normalise,
    root_of,
    size_of,
)
from tests.teacher.figures import from_the_front, walking

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
    points, known = from_the_front(clip)
    plane = points[..., :2] / 0.65 / DISTANCE
    unit = normalise(plane, known).unit
    assert torch.allclose(unit, torch.ones_like(unit), atol=0.15)


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
    plane, _ = from_the_front(walking())
    joints = plane[0, :, :2].clone()
    before = size_of(joints, EVERY)
    joints[NAMES.index("left_wrist")] = joints[NAMES.index("left_elbow")]
    assert size_of(joints, EVERY).item() == pytest.approx(before.item(), rel=0.05)


def test_mirroring_twice_changes_nothing():
    assert torch.equal(mirrored(mirrored(pose())), pose())


def test_pairs_are_moments_of_one_track_in_their_order():
    joints = torch.arange(3 * 5.0).reshape(3, 5, 1, 1).expand(3, 5, len(NAMES), 2)
    tracks = Poses2D(joints, torch.ones(3, 5, len(NAMES)))
    pairs = as_pairs(tracks, 200, torch.Generator().manual_seed(0)).joints[:, :, 0, 0]
    assert ((pairs[:, 0] // 5) == (pairs[:, 1] // 5)).all()
    assert (pairs[:, 0] <= pairs[:, 1]).all()
    assert len(pairs.unique(dim=0)) > 20


def test_somebody_is_seen_in_every_pair():
    known = torch.zeros(4, 9, len(NAMES))
    known[:, 4] = 1
    pairs = as_pairs(Poses2D(pose().expand(4, 9, -1, -1), known), 50, torch.Generator())
    assert (pairs.visible.amax((1, 2)) == 1).all()


def test_tracks_of_two_moments_are_pairs_already():
    tracks = Poses2D(pose().expand(4, 2, -1, -1), torch.ones(4, 2, len(NAMES)))
    assert as_pairs(tracks, 50, torch.Generator()) is tracks
