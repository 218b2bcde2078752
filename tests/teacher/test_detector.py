from dataclasses import replace

import numpy as np
import pytest
import torch
from pycocotools.cocoeval import Params

from hmr.joints import COCO_17
from teacher.detector import (
    SIGMAS,
    SWAPPED,
    Detector,
    as_detected,
    detected,
    jitter_sizes,
    wrong_shares,
)
from teacher.poses_2d import FLIP, NAMES, Poses2D, normalise
from tests.teacher.figures import from_the_front, walking

EXACT = Detector(scale=1.0, jitter=0.0, stray=0.0, score_spread=0.0)
JITTER_ALONE = Detector(stray=0.0)


def places(tracks: int = 400, frames: int = 30) -> np.ndarray:
    """One pose, whose joints all lie apart, held still."""
    pose = np.random.default_rng(9).normal(0, 1, (len(NAMES), 2)).astype(np.float32)
    return np.tile(pose, (tracks, frames, 1, 1))


def everything(joints: np.ndarray) -> np.ndarray:
    return np.ones(joints.shape[:-1], np.float32)


def errors(detector: Detector, seed: int = 0, **how) -> tuple[np.ndarray, np.ndarray]:
    """Offsets of joints and their scores, without those that were swapped."""
    true = places(**how)
    found = detected(true, everything(true), detector, np.random.default_rng(seed))
    offset = found.joints - true
    swapped = np.linalg.norm(offset - (true[:, :, FLIP.numpy()] - true), axis=-1)
    own = np.linalg.norm(offset, axis=-1)
    offset[(swapped < own) & (FLIP.numpy() != np.arange(len(NAMES)))] = np.nan
    return offset, found.scores


def test_relative_sizes_are_those_that_pycocotools_scores_with():
    oracle = dict(zip(COCO_17, Params("keypoints").kpt_oks_sigmas, strict=True))
    plain = {name.removeprefix("left_").removeprefix("right_"): s for name, s in oracle.items()}
    assert {name: SIGMAS[name] for name in plain} == pytest.approx(plain)


def test_every_joint_jitters_by_its_own_size():
    offset, _ = errors(JITTER_ALONE)
    measured = np.sqrt(np.nanmean(np.square(offset), (0, 1, 3)))
    assert measured == pytest.approx(jitter_sizes(JITTER_ALONE), rel=0.06)


def test_a_tenth_of_a_head_is_hit_about_as_often_as_published():
    """34.0 % of MPII's joints, where annotators' own spread adds to the detector's."""
    detector = Detector(jitter=0.29 * np.sqrt(2))
    offset, scores = errors(detector)
    mpii = [NAMES.index(f"left_{n}") for n in ("shoulder", "elbow", "wrist", "hip", "knee")]
    mpii += [NAMES.index("left_ankle"), NAMES.index("neck"), NAMES.index("head_top")]
    hit = (np.linalg.norm(offset, axis=-1) < 0.1 * 0.21 / 0.65) & (scores > 0)
    assert hit[:, :, mpii].mean() == pytest.approx(0.34, abs=0.06)


def test_wrists_and_ankles_are_worse_found_than_hips():
    offset, scores = errors(Detector())
    far = np.linalg.norm(offset, axis=-1) > 0.16
    wrong = (far | (scores == 0)).mean((0, 1))
    hip, wrist, ankle = (wrong[NAMES.index(f"left_{n}")] for n in ("hip", "wrist", "ankle"))
    assert hip < wrist and hip < ankle


def test_errors_have_heavier_tails_than_a_normal_distribution():
    offset, _ = errors(Detector())
    wrist = offset[:, :, NAMES.index("left_wrist"), 0]
    wrist = wrist[np.isfinite(wrist)]
    kurtosis = np.mean(wrist**4) / np.mean(wrist**2) ** 2
    assert kurtosis > 6


def test_jitter_is_remembered_for_a_while():
    offset, _ = errors(JITTER_ALONE, tracks=3000, frames=10)
    knee = offset[:, :, NAMES.index("left_knee"), 0]
    for step in (1, 3):
        first, later = knee[:, :-step].ravel(), knee[:, step:].ravel()
        both = np.isfinite(first) & np.isfinite(later)
        found = np.corrcoef(first[both], later[both])[0, 1]
        assert found == pytest.approx(np.exp(-step / 30 / JITTER_ALONE.jitter_seconds), abs=0.03)


def test_far_apart_frames_err_independently():
    true = places(tracks=4000, frames=2)
    near = np.full((4000, 1), 1e-4)
    rng = np.random.default_rng(0)
    close = detected(true, everything(true), JITTER_ALONE, rng, near).joints
    apart = detected(true, everything(true), JITTER_ALONE, rng, 100.0).joints
    assert np.abs(close[:, 0] - close[:, 1]).max() < 0.1 * np.abs(close - true).max()
    neck = NAMES.index("neck")
    spread = (apart[:, 0] - apart[:, 1])[:, neck].std()
    assert spread == pytest.approx(np.sqrt(2) * jitter_sizes(JITTER_ALONE)[neck], rel=0.05)


def test_joints_are_gone_for_half_of_the_time_they_are_wrong():
    true = places(tracks=2000)
    found = detected(true, everything(true), EXACT, np.random.default_rng(1))
    gone = (found.scores == 0).mean((0, 1))
    assert gone == pytest.approx(wrong_shares() / 2, abs=0.012)


def test_joints_are_gone_for_a_spell():
    true = places(tracks=2000)
    found = detected(true, everything(true), EXACT, np.random.default_rng(1))
    gone = (found.scores == 0)[:, :, NAMES.index("neck")]
    begun = gone[:, 1:] & ~gone[:, :-1]
    assert gone.sum() / max(1, begun.sum()) == pytest.approx(0.25 * 30, rel=0.25)


def test_limbs_are_swapped_whole_and_as_often_as_asked():
    true = places(tracks=3000, frames=5)
    found = detected(true, everything(true), EXACT, np.random.default_rng(2)).joints
    swapped = (np.abs(found - true).max(-1) > 1e-4).mean((0, 1))
    for kinds, share in SWAPPED.items():
        for kind in kinds:
            assert swapped[NAMES.index(f"left_{kind}")] == pytest.approx(share, abs=0.008)
    assert swapped[NAMES.index("neck")] == 0
    leg = [NAMES.index(f"{s}_{n}") for s in ("left", "right") for n in ("hip", "knee", "ankle")]
    together = np.abs(found - true).max(-1)[:, :, leg] > 1e-4
    assert (together.all(-1) == together.any(-1)).all()


def test_scores_fall_with_the_error_but_do_not_tell_it():
    offset, scores = errors(replace(Detector(), stray=0.4))
    error = np.linalg.norm(offset, axis=-1)
    there = np.isfinite(error) & (scores > 0)
    right, wrong = (scores[there & part] for part in (error < 0.03, error > 0.3))
    assert right.mean() > 0.85
    assert wrong.mean() < 0.3
    assert wrong.max() > right.min()
    assert 0.2 < -np.corrcoef(error[there], scores[there])[0, 1] < 0.9


def test_a_detector_of_scale_zero_finds_the_truth():
    true = places(tracks=20)
    found = detected(true, everything(true), Detector(scale=0.0), np.random.default_rng(0))
    assert np.array_equal(found.joints, true)
    assert found.scores.min() > 0.9


def test_twice_the_scale_is_twice_the_jitter():
    once, twice = (errors(replace(JITTER_ALONE, scale=s))[0] for s in (1.0, 2.0))
    assert np.nanstd(twice) == pytest.approx(2 * np.nanstd(once), rel=0.05)


def test_joints_that_are_not_there_are_not_found():
    true = places(tracks=20)
    visible = everything(true)
    visible[:, :, NAMES.index("nose")] = 0
    found = detected(true, visible, Detector(), np.random.default_rng(0))
    assert (found.scores[:, :, NAMES.index("nose")] == 0).all()


def test_detected_poses_lie_on_the_teachers_plane():
    points, known = from_the_front(walking())
    true = Poses2D(normalise(points[None, ..., :2], known[None]).joints, known[None])
    found = as_detected(true, Detector(), np.random.default_rng(0))
    again = normalise(found.joints, found.visible)
    assert torch.allclose(again.joints, found.joints, atol=1e-5)
    assert set(found.visible.unique().tolist()) <= {0.0, 1.0}
    lost = (true.visible > 0) & (found.visible == 0)
    assert 0 < lost.float().mean() < 0.2
    moved = (found.joints - true.joints)[(found.visible > 0) & (true.visible > 0)]
    assert 0.0005 < moved.abs().median() < 0.01


def test_the_same_seed_detects_the_same():
    true = places(tracks=10)
    first, again, other = (
        detected(true, everything(true), Detector(), np.random.default_rng(seed))
        for seed in (0, 0, 1)
    )
    assert np.array_equal(first.joints, again.joints)
    assert np.array_equal(first.scores, again.scores)
    assert not np.array_equal(first.joints, other.joints)
