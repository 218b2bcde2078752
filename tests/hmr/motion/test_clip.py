from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hmr.errors import InputError
from hmr.motion.clip import Clip, checked, resample, select, shared_names, stature, window
from hmr.motion.generator import generate_clips
from hmr.rotations import geodesic


def walker(frames: int = 20) -> Clip:
    return generate_clips(np.random.default_rng(3), 1, frames, {"walk": 1.0})[0]


def test_selecting_keeps_the_joints_asked_for_in_order():
    clip = walker()
    part = select(clip, ["right_knee", "pelvis"])
    assert part.joint_names == ("right_knee", "pelvis")
    np.testing.assert_array_equal(
        part.positions[:, 0], clip.positions[:, clip.joint_names.index("right_knee")]
    )


def test_selecting_a_joint_that_is_not_there_names_it():
    with pytest.raises(InputError, match="tail"):
        select(walker(), ["pelvis", "tail"])


def test_resampling_to_the_same_rate_changes_nothing():
    clip = walker()
    again = resample(clip, clip.fps)
    np.testing.assert_allclose(again.positions, clip.positions, atol=1e-6)


def test_every_fourth_frame_of_a_fourfold_rate_is_the_original():
    clip = walker()
    fine = resample(clip, 4 * clip.fps)
    np.testing.assert_allclose(fine.positions[::4], clip.positions, atol=1e-5)
    assert fine.params is not None and clip.params is not None
    apart = geodesic(fine.params.body_pose[::4], clip.params.body_pose)
    assert float(apart.max()) < 2e-3
    turns = fine.params.body_pose
    torch.testing.assert_close(turns @ turns.mT, torch.eye(3).expand_as(turns), atol=1e-5, rtol=0)


def test_a_single_frame_can_be_resampled():
    assert len(resample(walker(1), 60.0)) == 1


def test_a_window_cuts_positions_and_parameters_alike():
    part = window(walker(), 5, 7)
    assert part.params is not None
    assert len(part) == 7 == len(part.params.transl)


def test_shared_names_are_those_every_clip_has():
    clip = walker()
    assert shared_names([clip, select(clip, ["neck", "pelvis"])]) == ("pelvis", "neck")


def test_stature_follows_size():
    clip = walker()
    twice = replace(clip, positions=clip.positions * 2)
    assert stature(twice) == pytest.approx(2 * stature(clip), rel=1e-5)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda p: p[:0], "zero frames"),
        (lambda p: np.where(np.arange(3) == 1, np.nan, p).astype(np.float32), "not finite"),
        (lambda p: p * 100, "m tall"),
        (lambda p: p * np.where(np.arange(p.shape[1]) == 15, 9, 1)[:, None], "extends"),
    ],
)
def test_what_is_no_person_is_refused_by_name(change, fault):
    clip = walker()
    strange = replace(clip, positions=change(clip.positions).astype(np.float32))
    with pytest.raises(InputError, match=fault) as refusal:
        checked(strange, Path("clips/odd.bvh"))
    assert "odd.bvh" in str(refusal.value)
