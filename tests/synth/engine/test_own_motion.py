"""Crowds in the poses of the user's own motion, from the file to the labels."""

import numpy as np
import pytest
import torch

from hmr.errors import InputError
from hmr.motion.amass import SLICES, Z_TO_Y_UP, turned
from hmr.motion.generator import generate_clips
from hmr.motion.load import split_of
from hmr.shards import read_manifest, read_samples
from synth.people.poses import stills
from synth.scenes.surroundings import Surroundings
from synth.stage import run
from tests.synth.small_crowd import small


@pytest.fixture(scope="module")
def clip():
    (made,) = generate_clips(np.random.default_rng(4), 1, 60, {"walk": 1.0})
    return made


@pytest.fixture
def folder(clip, body, tmp_path):
    """The clip in AMASS's layout, under a name that belongs to the training split."""
    name = next(n for n in map("clip{}".format, range(100)) if split_of(n) == "train")
    disk = turned(clip.params, Z_TO_Y_UP.T, body).to_disk()
    poses = np.concatenate([disk[n].reshape(len(clip.positions), -1) for n in SLICES[165]], 1)
    facts = {"betas": np.zeros(10), "gender": "neutral", "mocap_frame_rate": clip.fps}
    (tmp_path / "motion").mkdir()
    np.savez(tmp_path / "motion" / f"{name}.npz", poses=poses, trans=disk["transl"], **facts)
    return tmp_path / "motion"


def test_people_stand_as_in_frames_of_the_clip(clip, body, folder, tmp_path):
    level = Surroundings(("plaza",), (1, 2))
    settings = small(images=2, sensor="off", surroundings=level)
    run(str(tmp_path / "out"), settings, motion=str(folder))
    frames = stills(clip, body).body_pose
    for sample in read_samples(tmp_path / "out"):
        for pose in sample.params.body_pose:
            assert (pose - frames).abs().amax((-1, -2, -3)).min() < 1e-4
        lowest = body(sample.params).vertices[..., 1].amin(-1)
        assert float(lowest.abs().max()) < 0.03


def test_a_changed_motion_does_not_mix_with_what_was_made(folder, tmp_path):
    out, settings = str(tmp_path / "out"), small(images=1, people=(1, 1), sensor="off")
    run(out, settings, motion=[str(folder)])
    assert read_manifest(tmp_path / "out")["config"]["motion"] == [str(folder)]
    with pytest.raises(InputError, match="made with motion="):
        run(out, settings)


def test_clips_of_another_split_are_named_as_the_reason(folder, tmp_path):
    with pytest.raises(InputError, match=r"synth\.split=val \(1 train\)"):
        run(str(tmp_path / "out"), small(split="val"), motion=[str(folder)])


def test_the_generator_still_serves_where_no_motion_is_named(body, clip, tmp_path):
    run(str(tmp_path), small(images=1, people=(2, 2), sensor="off"))
    frames = stills(clip, body).body_pose
    (sample,) = read_samples(tmp_path)
    apart = (sample.params.body_pose[:, None] - frames).abs().amax((-1, -2, -3)).amin(1)
    assert torch.all(apart > 0.01)
