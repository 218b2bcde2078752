import numpy as np
import pytest
import smplx
import torch

from hmr.errors import InputError
from hmr.motion.amass import NAMES, SLICES, clip_from, read_amass
from hmr.motion.generator import random_pose
from hmr.motion.load import load_clips

FRAMES = 4


@pytest.fixture
def motion():
    """A motion in AMASS's Z-up world, as the arrays of its file."""
    rng = np.random.default_rng(5)
    disk = random_pose(rng, FRAMES).to_disk()
    poses = np.concatenate([disk[n].reshape(FRAMES, -1) for n in SLICES[165]], 1)
    # The person lies in a Y-up world, so stands once Z is up.
    tilted = torch.from_numpy(disk["global_orient"]).double()
    poses[:, :3] = upright(tilted)
    return {
        "poses": poses,
        "trans": rng.normal(0, 1, (FRAMES, 3)),
        "betas": rng.normal(0, 1, 16),
        "gender": np.array("neutral"),
        "mocap_frame_rate": np.array(60.0),
    }


def upright(orient: torch.Tensor) -> np.ndarray:
    from hmr.rotations import about, axis_angle_to_matrix, matrix_to_axis_angle

    quarter = about("x", torch.tensor(np.pi / 2, dtype=torch.double))
    return matrix_to_axis_angle(quarter @ axis_angle_to_matrix(orient)).numpy()


def test_positions_are_those_of_smplx_itself_with_z_turned_up(motion, body, tmp_path):
    path = tmp_path / "walk.npz"
    np.savez(path, **motion)
    clip = clip_from(read_amass(path), body)
    model = smplx.SMPLX(
        str(body.file), use_pca=False, flat_hand_mean=True, num_betas=10, batch_size=FRAMES
    )
    pose = {n: torch.from_numpy(motion["poses"][:, s]).float() for n, s in SLICES[165].items()}
    betas = torch.from_numpy(motion["betas"][:10]).float().expand(FRAMES, 10)
    trans = torch.from_numpy(motion["trans"]).float()
    joints = model(betas=betas, transl=trans, **pose).joints[:, :22].detach().numpy()
    x, y, z = np.moveaxis(joints, -1, 0)
    np.testing.assert_allclose(clip.positions[:, :22], np.stack([x, z, -y], -1), atol=2e-5)
    assert clip.params is not None
    again = body.keypoints(clip.params, NAMES).numpy()
    np.testing.assert_allclose(again, clip.positions, atol=1e-6)


def test_both_ways_to_write_a_pose_read_alike(motion, tmp_path):
    np.savez(tmp_path / "whole.npz", **motion)
    poses = motion.pop("poses")
    parts = np.split(poses, [3, 66, 69, 75], axis=1)
    names = ("root_orient", "pose_body", "pose_jaw", "pose_eye", "pose_hand")
    np.savez(tmp_path / "parts.npz", **motion, **dict(zip(names, parts, strict=True)))
    whole, split = read_amass(tmp_path / "whole.npz"), read_amass(tmp_path / "parts.npz")
    torch.testing.assert_close(whole.params.full_pose(), split.params.full_pose())
    assert whole.up == split.up == "z"
    assert split.fps == 60.0


def test_smpl_h_poses_come_without_its_betas(motion, tmp_path):
    poses = motion["poses"]
    motion["poses"] = np.concatenate([poses[:, :66], poses[:, 75:]], 1)
    np.savez(tmp_path / "h.npz", **motion)
    read = read_amass(tmp_path / "h.npz")
    assert not read.params.betas.any()
    torch.testing.assert_close(read.params.jaw_pose, torch.eye(3).expand(FRAMES, 3, 3))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"poses": None}, "root_orient"),
        ({"trans": None}, "trans"),
        ({"mocap_frame_rate": None}, "mocap_frame_rate"),
        ({"poses": np.zeros((FRAMES, 72))}, "poses"),
        ({"poses": np.zeros((0, 165))}, "zero frames"),
        ({"poses": np.full((FRAMES, 165), np.nan)}, "not finite"),
        ({"trans": np.zeros((FRAMES + 1, 3))}, "trans"),
    ],
)
def test_a_strange_file_is_refused_by_name(motion, tmp_path, change, fault):
    values = {k: v for k, v in (motion | change).items() if v is not None}
    np.savez(tmp_path / "strange.npz", **values)
    with pytest.raises(InputError, match=fault) as refusal:
        read_amass(tmp_path / "strange.npz")
    assert "strange.npz" in str(refusal.value)


def test_a_file_cut_short_is_refused_by_name(motion, tmp_path):
    np.savez(tmp_path / "cut.npz", **motion)
    data = (tmp_path / "cut.npz").read_bytes()
    for end in (0, 10, len(data) // 2, len(data) - 30):
        (tmp_path / "cut.npz").write_bytes(data[:end])
        with pytest.raises(InputError, match=r"cut\.npz"):
            read_amass(tmp_path / "cut.npz")


def test_motions_are_loaded_with_the_body_given(motion, body, tmp_path):
    np.savez(tmp_path / "walk.npz", **motion)
    (clip,) = load_clips([tmp_path], body)
    assert clip.name == "walk"
    assert clip.positions.shape == (FRAMES, len(NAMES), 3)
