from dataclasses import replace

import pytest
import torch

from hmr.joints import COCO_17, LSP_14
from teacher.augmentation import Augmentation, disturbed
from teacher.poses_2d import DISTANCE, NAMES

NONE = Augmentation(hide=0.0, crowd=0.0, sets=0.0, jitter=0.0, spin=0.0)
TRACKS, FRAMES = 400, 9


def shown(how: Augmentation, seed: int = 0):
    source = torch.Generator().manual_seed(seed)
    joints = torch.randn(TRACKS, FRAMES, len(NAMES), 2, generator=source) / DISTANCE
    known = torch.ones(TRACKS, FRAMES, len(NAMES))
    known[:, :, 5] = 0
    return joints, known, disturbed(joints, known, how, torch.Generator().manual_seed(seed))


def test_nothing_asked_for_changes_nothing():
    joints, known, found = shown(NONE)
    assert torch.equal(found.joints, joints)
    assert torch.equal(found.visible, known)


def test_what_is_unknown_stays_hidden_and_the_same_seed_hides_the_same():
    _, known, found = shown(Augmentation(crowd=0.0))
    assert (found.visible <= known).all()
    again = shown(Augmentation(crowd=0.0))[2]
    assert torch.equal(found.visible, again.visible)
    assert torch.equal(found.joints, again.joints)


def test_half_of_the_highest_share_is_hidden_on_average():
    _, known, found = shown(replace(NONE, hide=0.4))
    assert found.visible.sum().item() / known.sum().item() == pytest.approx(0.8, abs=0.02)


def test_in_half_of_the_tracks_the_same_joints_are_hidden_throughout():
    _, _, found = shown(replace(NONE, hide=0.9))
    lasting = (found.visible == found.visible[:, :1]).all(-1).all(-1)
    assert lasting.float().mean().item() == pytest.approx(0.5, abs=0.1)


def test_some_tracks_are_shown_as_one_joint_set_alone():
    _, known, found = shown(replace(NONE, sets=1.0))
    tracks = {tuple(track[0].bool().tolist()) for track in found.visible}
    assert len(tracks) == 4
    # Pelvis and neck come as means of other joints where a set lacks them.
    expected = [
        tuple((name in (*names, *extra)) and bool(known[0, 0, i]) for i, name in enumerate(NAMES))
        for names, extra in ((LSP_14, ("pelvis",)), (COCO_17, ("pelvis", "neck")))
    ]
    assert set(expected) <= tracks


def test_noise_has_the_size_asked_for_and_half_of_it_lasts():
    joints, _, found = shown(replace(NONE, jitter=0.05))
    noise = (found.joints - joints) * DISTANCE
    assert noise.std().item() == pytest.approx(0.05, rel=0.02)
    assert noise.mean(1).square().mean().sqrt().item() == pytest.approx(
        0.05 * (0.5 + 0.5 / FRAMES) ** 0.5, rel=0.03
    )


def test_turned_poses_turn_back():
    joints, _, found = shown(replace(NONE, spin=1.0))
    assert not torch.allclose(found.joints, joints, atol=1e-2)
    assert torch.allclose(found.joints @ found.spin, joints, atol=1e-6)
    assert torch.equal(found.spin, found.spin[:, :1].expand_as(found.spin))
