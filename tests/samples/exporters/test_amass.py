"""Sequences: of one frame from images, of many from motions."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hmr.body import load_body
from hmr.errors import InputError
from hmr.joints import SMPLX_55
from hmr.motion.amass import clip_from, read_amass
from hmr.motion.load import load_clips, read_clip
from hmr.params import Params
from hmr.rotations import about
from hmr.unpickling import load_npz
from samples.exporters import amass
from samples.stage import export as stage_export

UPS = {"amass": "z", "addon": "y"}


@pytest.fixture(scope="module")
def walker():
    """Somebody who turns and rises, a little longer than a second."""
    frames = 40
    turn = torch.linspace(0, 1.5, frames)
    rest = Params.rest(frames)
    place = torch.stack([turn, 0.9 + 0.1 * turn, -2 * turn], -1)
    betas = torch.full((frames, 10), 0.7)
    return replace(rest, global_orient=about("y", turn), transl=place, betas=betas)


@pytest.mark.parametrize(("variant", "up"), UPS.items())
def test_images_become_sequences_of_one_frame(variant, up, exported, varied):
    out, counts = exported("amass")
    assert counts["sequences"] == 7 and counts["kids_left_out"] == 1
    read = 0
    for sample in varied:
        for row, person in enumerate(sample.people):
            path = out / variant / f"{sample.key}_{person.person_id}.npz"
            if not path.exists():
                continue
            motion = read_amass(path)
            assert motion.up == up and motion.gender == person.gender
            clip = clip_from(motion, load_body(None, person.gender), SMPLX_55)
            # Faces move the jaw and the eyes, and AMASS has none.
            np.testing.assert_allclose(clip.positions[0], sample.joints_3d[row], atol=2e-3)
            read += 1
    assert read == 7


@pytest.mark.parametrize("variant", UPS)
def test_a_motion_comes_back_through_the_reader_of_motions(variant, walker, body, tmp_path):
    amass.write(amass.Sequence("walk", 25.0, "neutral", walker), tmp_path, body)
    (clip,) = load_clips([tmp_path / variant], body)
    assert clip.fps == 25 and len(clip) == 40
    wanted = body.keypoints(walker, clip.joint_names)
    np.testing.assert_allclose(clip.positions, wanted.numpy(), atol=1e-5)


def test_the_files_have_the_keys_of_amass_and_of_the_addon(walker, body, tmp_path):
    amass.write(amass.Sequence("walk", 25.0, "neutral", walker), tmp_path, body)
    file, addon = (load_npz(tmp_path / variant / "walk.npz") for variant in UPS)
    parts = ("root_orient", "pose_body", "pose_jaw", "pose_eye", "pose_hand")
    np.testing.assert_array_equal(np.concatenate([file[n] for n in parts], 1), file["poses"])
    assert file["poses"].shape == (40, 165) and file["betas"].shape == (16,)
    needed = {"poses", "betas", "trans", "gender", "mocap_frame_rate"}
    assert needed <= set(addon) and not set(parts) & set(addon)
    # Z is up there: who rises in ours rises along the third axis.
    rise = walker.transl[-1, 1] - walker.transl[0, 1]
    assert file["trans"][-1, 2] - file["trans"][0, 2] == pytest.approx(float(rise), abs=1e-5)


def test_the_stage_exports_a_folder_of_motions(walker, tmp_path):
    female = load_body(None, "female")
    amass.write(amass.Sequence("deep/walk", 25.0, "female", walker), tmp_path / "in", female)
    (tmp_path / "in" / "amass" / "broken.npz").write_bytes(b"no npz")
    stage_export(str(tmp_path / "out"), str(tmp_path / "in"), "amass")
    again = sorted(p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.npz"))
    assert [str(path) for path in again] == [
        f"{variant}/{source}/deep/walk_npz.npz"
        for variant in ("addon", "amass")
        for source in ("addon", "amass")
    ]
    clips = load_clips([tmp_path / "out" / "amass"])
    wanted = female.keypoints(walker, clips[0].joint_names).numpy()
    for clip in clips:
        np.testing.assert_allclose(clip.positions, wanted, atol=1e-4)


def test_a_folder_without_motions_is_named(tmp_path):
    with pytest.raises(InputError, match="no motion to read"):
        amass.export(tmp_path, tmp_path / "out")


def test_mocap_keeps_its_joints_through_retargeting_and_export(real_data, body, tmp_path):
    source = sorted((real_data / "mocap" / "bandai2").rglob("*.bvh"))[0]
    counts = amass.export(source, tmp_path)
    before = read_clip(source, body)
    (after,) = load_clips([tmp_path / "amass"], body)
    assert counts["frames"] == len(before) == len(after)
    wanted = body.joints(before.params)
    found = body.joints(after.params)
    assert torch.allclose(wanted, found, atol=1e-4)
