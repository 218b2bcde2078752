"""Poses of crowds from the user's own clips."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.errors import InputError
from hmr.motion.generator import generate_clips
from hmr.motion.load import split_of
from synth.people.poses import BOOK, Motions, stills


@pytest.fixture(scope="module")
def clips():
    made = generate_clips(np.random.default_rng(8), 6, 60, {"walk": 1.0, "stand": 1.0})
    wanted = ["train", "val", "test", "train", "val", "test"]
    names = {split: [] for split in wanted}
    for i in range(200):
        names[split_of(f"clip {i}")].append(f"clip {i}")
    return [replace(c, name=names[s].pop()) for c, s in zip(made, wanted, strict=True)]


def test_a_book_of_clips_holds_poses_of_its_split_alone(clips, body):
    for split in ("train", "val", "test"):
        own = torch.cat([stills(c, body).body_pose for c in clips if split_of(c.name) == split])
        book = Motions(clips, body, split).book(3)
        assert 0 < len(book.doings) <= BOOK
        apart = (book.params.body_pose[:, None] - own[None]).abs().amax((-1, -2, -3))
        assert float(apart.amin(1).max()) < 1e-6


def test_the_same_number_gives_the_same_book_and_none_comes_twice(clips, body):
    motions = Motions(clips, body, "train")
    first, second, other = motions.book(1), motions.book(1), motions.book(2)
    torch.testing.assert_close(first.params.body_pose, second.params.body_pose)
    assert not torch.equal(first.params.body_pose, other.params.body_pose)
    flat = first.params.body_pose.flatten(1)
    assert len(torch.unique(flat, dim=0)) == len(flat)


def test_stills_face_the_front_above_the_origin_on_the_ground(clips, body):
    for clip in clips:
        poses = stills(clip, body)
        joints = body.keypoints(poses, ["left_hip", "right_hip", "pelvis"])
        across = joints[:, 0] - joints[:, 1]
        assert float(across[:, 2].abs().max()) < 1e-4 < float(across[:, 0].min())
        assert float(joints[:, 2, ::2].abs().max()) < 1e-4
        assert not poses.betas.any()


def test_people_in_the_air_are_no_stills(body):
    (clip,) = generate_clips(np.random.default_rng(2), 1, 60, {"jump": 1.0})
    assert clip.params is not None
    lowest = body(clip.params.index(slice(None, None, 6))).vertices[..., 1].amin(-1)
    flying = int((lowest > lowest.min() + 0.12).sum())
    assert flying > 0
    assert len(stills(clip, body).transl) <= len(lowest) - flying


def test_one_clip_belongs_to_one_split_and_the_others_say_so(clips, body):
    (train, *_) = (clip for clip in clips if split_of(clip.name) == "train")
    assert len(Motions([train], body, "train")) > 0
    with pytest.raises(InputError, match=r"none of 1 clips .*val \(1 train\)"):
        Motions([train], body, "val")
