from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial import procrustes

from teacher.detector import Detector
from teacher.lifter import Design, LifterNetwork
from teacher.measure import (
    FPS,
    SPELL,
    Condition,
    errors,
    flat,
    in_spells,
    lifted,
    table,
    trials_of,
)
from teacher.poses_2d import DISTANCE, NAMES, ROOT
from teacher.projection import Cameras
from tests.teacher.figures import walking

LEFT_WRIST = NAMES.index("left_wrist")


def trials(condition=None):
    return trials_of([walking(120)], Cameras(), 0, condition)


def truth_of(kept):
    return torch.nan_to_num(kept.truth)


def test_the_truth_itself_has_no_error():
    kept = trials(Condition(hidden=0.3))
    found = errors(2 * truth_of(kept), kept)
    assert all(found[name] == pytest.approx(0, abs=1e-2) for name in found if "percent" not in name)
    assert found["bone_spread_percent"] == pytest.approx(0, abs=1e-3)


def test_pa_is_that_of_scipys_procrustes():
    kept = trials()
    guess = truth_of(kept) + 0.05 * torch.randn(kept.truth.shape, generator=source())
    known, found = kept.known[0], []
    for points, truth in zip(guess.flatten(0, 1), kept.truth.flatten(0, 1), strict=True):
        standard, aligned, _ = procrustes(truth[known].double(), points[known].double())
        size = (truth[known] - truth[known].mean(0)).double().norm().item()
        found.append(1000 * size * np.linalg.norm(standard - aligned, axis=-1).mean())
    assert errors(guess, kept)["pa_mpjpe_mm"] == pytest.approx(np.mean(found), rel=1e-3)


def test_a_joint_that_is_off_costs_its_distance_over_the_count_of_joints():
    kept = trials()
    guess = truth_of(kept)
    # At a right angle to the rest of the figure the best scale stays as it was.
    across = torch.linalg.cross(guess[..., LEFT_WRIST, :], guess[..., ROOT + 1, :] + 1.0)
    across = torch.nn.functional.normalize(across, dim=-1)
    guess[..., LEFT_WRIST, :] += 0.005 * across
    expected = 5 / int(kept.known[0].sum())
    assert errors(guess, kept)["mpjpe_mm"] == pytest.approx(expected, rel=0.02)


def test_a_skeleton_of_flipped_depth_is_wrong_but_where_truth_settles_the_flip():
    kept = trials()
    over = torch.tensor([1.0, 1.0, -1.0])
    guess = truth_of(kept) @ kept.aim.mT * over @ kept.aim
    found = errors(guess, kept)
    assert found["pa_mpjpe_mm"] > errors(flat(kept), kept)["pa_mpjpe_mm"]
    assert found["flip_by_truth_pa_mm"] == pytest.approx(0, abs=1e-2)


def test_joints_without_truth_do_not_count():
    kept = trials()
    guess = truth_of(kept)
    guess[..., NAMES.index("nose"), :] = 100.0
    assert not kept.known[0, NAMES.index("nose")]
    assert errors(guess, kept)["pa_mpjpe_mm"] == pytest.approx(0, abs=1e-2)


def test_a_joint_that_jumps_has_the_acceleration_of_its_jumps():
    kept = trials()
    guess = truth_of(kept)
    guess[:, ::2, LEFT_WRIST, 0] += 0.01
    # 10 mm to one side and back: a second difference of 20 mm a frame, of one joint.
    expected = 20 / int(kept.known[0].sum())
    assert errors(guess, kept)["acceleration_mm"] == pytest.approx(expected, rel=0.05)


def test_a_constant_speed_has_no_acceleration_error():
    kept = trials()
    drift = torch.linspace(0, 0.01, kept.truth.shape[1])[None, :, None, None]
    assert errors(truth_of(kept) + drift, kept)["acceleration_mm"] < 0.05


def test_bones_that_breathe_by_a_tenth_spread_by_a_tenth():
    kept = trials()
    sizes = torch.ones(kept.truth.shape[1])
    sizes[::2], sizes[1::2] = 0.9, 1.1
    found = errors(truth_of(kept) * sizes[None, :, None, None], kept)
    assert found["bone_spread_percent"] == pytest.approx(10, rel=1e-3)


def test_hidden_joints_are_measured_with_the_rest_and_by_themselves():
    kept = trials(Condition(hidden=0.3))
    guess = truth_of(kept)
    hidden = (kept.visible == 0) & kept.known.unsqueeze(1)
    guess[hidden] += torch.tensor([0.0, 0.0, 0.001])
    found = errors(guess, kept)
    assert found["hidden_mpjpe_mm"] > found["mpjpe_mm"] > 0
    assert "hidden_mpjpe_mm" not in errors(guess, trials())


def test_windows_and_cameras_are_the_same_whatever_is_shown():
    all_seen, some = trials(), trials(Condition("lsp_14", hidden=0.3))
    assert torch.equal(all_seen.truth.nan_to_num(), some.truth.nan_to_num())
    assert some.visible[..., NAMES.index("spine2")].sum() == 0
    assert all_seen.visible[..., NAMES.index("spine2")].min() == 1
    assert all_seen.known.equal(some.known)


def test_a_detector_stands_between_the_truth_and_what_is_shown():
    true, noisy = trials(), trials(Condition(detector=Detector()))
    seen = true.visible * noisy.visible > 0
    far = (true.joints - noisy.joints).norm(dim=-1)[seen] * DISTANCE
    assert 0.01 < float(far.median()) < 0.1
    assert 0.02 < float((true.visible - noisy.visible).mean()) < 0.3
    assert torch.equal(true.truth.nan_to_num(), noisy.truth.nan_to_num())


def test_what_is_not_shown_leaves_no_trace():
    kept = trials(Condition(hidden=0.3))
    assert kept.joints[kept.visible == 0].abs().max() == 0


def test_a_share_of_joints_is_hidden_in_spells_of_a_second():
    seen = in_spells((300, 200, 28), 0.3, [0])
    ends = (seen[:, 1:] > seen[:, :-1]).float().sum()
    assert 1 - float(seen.mean()) == pytest.approx(0.3, abs=0.01)
    assert float((1 - seen[:, :-1]).sum() / ends) == pytest.approx(SPELL, rel=0.05)
    assert in_spells((2, 5, 28), 0.0, [0]).min() == 1


def test_hidden_joints_of_the_flat_baseline_lie_between_where_they_were_seen():
    kept = trials()
    visible = kept.visible.clone()
    visible[:, 1::2, LEFT_WRIST] = 0
    joints = kept.joints * visible.unsqueeze(-1)
    guess = flat(replace(kept, joints=joints, visible=visible)) @ kept.aim.mT
    between = (guess[:, 0:-2:2, LEFT_WRIST] + guess[:, 2::2, LEFT_WRIST]) / 2
    assert torch.allclose(guess[:, 1:-1:2, LEFT_WRIST], between, atol=1e-6)
    assert guess[..., 2].abs().max() < 1e-6


def test_windows_run_at_one_rate_whatever_the_clips():
    slow, quick = walking(40), replace(walking(157), fps=4 * FPS, name="quick")
    kept = trials_of([slow, quick], Cameras(), 0)
    assert kept.truth.shape[1] == 40
    assert len(kept) == kept.truth.shape[0] * 40


def test_short_clips_are_not_filmed_again_and_again():
    assert trials_of([walking(41)], Cameras(), 0).truth.shape[:2] == (2, 40)


def test_a_clip_shorter_than_a_window_is_left_out():
    whole = trials_of([walking(120)], Cameras(), 0)
    with_short = trials_of([walking(120), walking(8)], Cameras(), 0)
    assert torch.equal(with_short.joints, whole.joints)
    assert trials_of([walking(8)], Cameras(), 0).truth.shape[1] == 8


def test_lifts_are_in_the_axes_of_the_camera_that_filmed():
    kept = trials()
    network = LifterNetwork(Design(16, 1))
    for weights in network.parameters():
        weights.data.zero_()
    found, expected = errors(lifted(network, kept), kept), errors(flat(kept), kept)
    for name in ("mpjpe_mm", "pa_mpjpe_mm"):
        assert found[name] == pytest.approx(expected[name], rel=1e-3)


def test_lifts_have_an_adults_size_in_every_frame():
    kept = trials()
    far = LifterNetwork(Design(16, 1))
    lengths = (
        lifted(far, kept)[..., [NAMES.index(f"{s}_knee") for s in ("left", "right")], :]
        - lifted(far, kept)[..., [NAMES.index(f"{s}_hip") for s in ("left", "right")], :]
    ).norm(dim=-1)
    assert 0.3 < float(lengths.mean()) < 0.55


def test_the_table_sets_both_side_by_side():
    row = {"mpjpe_mm": 10.0, "pa_mpjpe_mm": 5.0}
    text = table({"flat": row, "teacher": row}, 3)
    assert text.count("10.0 mm") == 2
    assert "all joints at one depth" in text


def source() -> torch.Generator:
    return torch.Generator().manual_seed(0)
