import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from hmr.errors import InputError
from hmr.joints import COCO_17, LSP_14, OPENPOSE_25, SMPLX_55
from hmr.sample import BY_PERSON, OUTSIDE, VISIBLE
from teacher.poses_2d import NAMES, ROOT, Poses2D, normalise
from teacher.sources import Accepted, merged, poses_mark, read_2d
from tests.sample_factory import make_samples, write_set
from tests.teacher.figures import CMU_NAMES, walking

HEIGHT = 200


def pictures(names: tuple[str, ...], frames: int = 1) -> np.ndarray:
    """The walking figure in pixels (frames, joints, 3), seen from the front, all sure."""
    clip = walking(frames=frames)
    places = dict(zip(CMU_NAMES, clip.positions.transpose(1, 0, 2), strict=True))
    head = places["head"]
    lacking = {"nose": (0, 0.03, 0.1), "head_top": (0, 0.15, 0)}
    for side, x in (("left", 1), ("right", -1)):
        lacking |= {f"{side}_eye": (0.03 * x, 0.05, 0.08), f"{side}_ear": (0.07 * x, 0.03, 0)}
    places |= {name: head + np.array(offset) for name, offset in lacking.items()}
    points = np.stack([places[name] for name in names], 1)
    pixels = np.stack([320 + HEIGHT * points[..., 0], 400 - HEIGHT * points[..., 1]], -1)
    return np.concatenate([pixels, np.ones_like(pixels[..., :1])], -1)


def npz(folder, rows, name="poses.npz", **arrays) -> str:
    np.savez(folder / name, keypoints_2d=rows, **arrays)
    return str(folder / name)


def coco(folder, rows, **changes) -> str:
    images = [{"id": i, "file_name": f"{i}.jpg"} for i in range(len(rows))]
    entries = [
        {"id": i, "image_id": i, "keypoints": (row * [1, 1, 2]).ravel().tolist(), **changes}
        for i, row in enumerate(rows)
    ]
    path = folder / "coco.json"
    path.write_text(json.dumps({"images": images, "annotations": entries}))
    return str(path)


def known(poses: Poses2D) -> set[str]:
    return set(poses.learned())


def test_every_joint_set_is_mapped_by_name(tmp_path):
    path = npz(tmp_path, pictures(LSP_14), joint_names="lsp_14", imgname=["a.jpg"])
    poses = read_2d([path], 1)
    # The middle of the hips stands for the pelvis.
    assert known(poses) == {*LSP_14, "pelvis"}
    wrist = poses.joints[0, 0, NAMES.index("left_wrist")]
    ankle = poses.joints[0, 0, NAMES.index("right_ankle")]
    assert wrist[0] > 0 > ankle[0]
    assert ankle[1] > wrist[1] > poses.joints[0, 0, NAMES.index("head_top"), 1]


def test_place_and_size_of_a_person_in_the_photo_do_not_matter(tmp_path):
    near = pictures(COCO_17)
    far = near * [0.3, 0.3, 1] + [500, 20, 0]
    poses = read_2d([coco(tmp_path, np.concatenate([near, far]))], 1)
    assert torch.allclose(poses.joints[0], poses.joints[1], atol=1e-5)
    assert torch.allclose(poses.joints[:, 0, ROOT], torch.zeros(2, 2), atol=1e-6)


def test_lspet_poses_are_read_when_told_what_they_are(real_data):
    path = real_data / "photos" / "lspet" / "poses_2d.npz"
    with pytest.raises(InputError, match=r"FILE:lsp_14"):
        read_2d([str(path)], 2)
    poses = read_2d([f"{path}:lsp_14"], 2)
    assert 9000 < len(poses) <= 9600
    assert known(poses) == {*LSP_14, "pelvis"}
    joint = np.load(path)["joints"][..., 2].mean(0)
    visible = poses.visible[:, 0, NAMES.index("right_ankle")].mean().item()
    assert visible == pytest.approx(joint[LSP_14.index("right_ankle")], abs=0.05)
    top, neck, ankle = (NAMES.index(n) for n in ("head_top", "neck", "left_ankle"))
    both = poses.visible[:, 0, top] * poses.visible[:, 0, neck] > 0
    assert both.sum() > 7000
    heads = (poses.joints[:, 0, top] - poses.joints[:, 0, neck]).norm(dim=-1)[both]
    assert 0.02 < heads.median() < 0.06
    # Gymnasts and climbers: many are upside down, most are not.
    assert (poses.joints[both, 0, top, 1] < poses.joints[both, 0, ankle, 1]).float().mean() > 0.6


def test_a_single_pose_stands_in_the_middle_of_a_hidden_track(tmp_path):
    poses = read_2d([coco(tmp_path, pictures(COCO_17))], 9)
    assert poses.visible.shape == (1, 9, len(NAMES))
    assert poses.visible.amax(-1)[0].tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0]


def test_single_poses_and_tracks_are_mixed(tmp_path):
    single = read_2d([coco(tmp_path, pictures(COCO_17))], 1)
    pair = Poses2D(torch.ones(3, 2, len(NAMES), 2), torch.ones(3, 2, len(NAMES)))
    both = merged([single, pair])
    assert both.joints.shape == (4, 2, len(NAMES), 2)
    assert torch.equal(both.visible[0, 0], single.visible[0, 0])
    assert both.visible[0, 1].sum() == 0
    assert torch.equal(both.joints[1:], pair.joints)


def test_frames_of_one_person_become_tracks_in_their_order(tmp_path):
    rows = pictures(LSP_14, frames=12)
    names = [f"{i:03d}.jpg" for i in range(12)]
    who = np.zeros(12, int)
    path = npz(tmp_path, rows, joint_names="lsp_14", imgname=names, track_id=who)
    poses = read_2d([path], 4)
    assert len(poses) == 5
    alone = read_2d([npz(tmp_path, rows, joint_names="lsp_14", imgname=names)], 1).joints[:, 0]
    for start, track in zip((0, 2, 4, 6, 8), poses.joints, strict=True):
        assert torch.allclose(track, alone[start : start + 4], atol=1e-6)


def test_two_people_of_a_film_keep_apart(tmp_path):
    rows = np.repeat(pictures(LSP_14, frames=4), 2, 0)
    rows[1::2, :, 0] = 900 - rows[1::2, :, 0]
    names = np.repeat([f"{i}.jpg" for i in range(4)], 2)
    who = np.tile([7, 9], 4)
    poses = read_2d([npz(tmp_path, rows, joint_names="lsp_14", imgname=names, track_id=who)], 4)
    assert len(poses) == 2
    wrist = poses.joints[:, :, NAMES.index("left_wrist"), 0]
    assert (wrist[0] > 0).all() and (wrist[1] < 0).all()


def test_a_frame_in_which_somebody_is_missing_is_hidden(tmp_path):
    rows = pictures(LSP_14, frames=5)
    rows[2, 4:, 2] = 0
    path = npz(tmp_path, rows, joint_names="lsp_14", imgname=list("abcde"), track_id=np.zeros(5))
    poses = read_2d([path], 5)
    assert poses.visible.amax(-1)[0].tolist() == [1, 1, 0, 1, 1]


def test_a_film_shorter_than_a_track_ends_hidden(tmp_path):
    rows = pictures(LSP_14, frames=3)
    path = npz(tmp_path, rows, joint_names="lsp_14", imgname=list("abc"), track_id=np.zeros(3))
    poses = read_2d([path], 9)
    assert poses.visible.amax(-1)[0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0]


def test_openpose_people_who_are_followed_become_tracks(tmp_path):
    body = [name for name in OPENPOSE_25 if "toe" not in name and "heel" not in name]
    for i, row in enumerate(pictures(tuple(body), frames=3)):
        flat = np.concatenate([row, np.zeros((25 - len(body), 3))]).ravel().tolist()
        people = [{"person_id": [4], "pose_keypoints_2d": flat}]
        (tmp_path / f"{i:02d}_keypoints.json").write_text(json.dumps({"people": people}))
    poses = read_2d([str(tmp_path)], 3)
    assert len(poses) == 1
    assert poses.visible.amax(-1).min() == 1


def test_low_scores_count_as_hidden(tmp_path):
    rows = pictures(LSP_14)
    rows[0, LSP_14.index("left_wrist"), 2] = 0.2
    path = npz(tmp_path, rows, joint_names="lsp_14", imgname=["a"])
    assert "left_wrist" not in known(read_2d([path], 1))
    assert "left_wrist" in known(read_2d([path], 1, Accepted(least_score=0.1)))


def test_poses_without_joints_or_torso_are_left_out_and_counted(tmp_path, capsys):
    rows = np.repeat(pictures(LSP_14), 5, 0)
    rows[1, [LSP_14.index(n) for n in ("neck", "left_shoulder", "right_shoulder")], 2] = 0
    rows[2, 5:, 2] = 0
    rows[3, LSP_14.index("left_wrist"), :2] += 5000
    rows[4, LSP_14.index("head_top"), :2] += 5000
    path = npz(tmp_path, rows, joint_names="lsp_14", imgname=list("abcde"))
    assert len(read_2d([path], 1)) == 1
    assert "1 poses; 4 of too few or misplaced joints left out" in capsys.readouterr().out


def test_a_file_without_any_pose_to_learn_from_is_one_line(tmp_path):
    rows = pictures(LSP_14)
    rows[:, 5:, 2] = 0
    path = npz(tmp_path, rows, joint_names="lsp_14", imgname=["a"])
    with pytest.raises(
        InputError, match=r"poses\.npz: none of 1 poses has 6 known joints"
    ) as fault:
        read_2d([path], 1)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("paths", [[], ["nowhere.json"]])
def test_nothing_to_read_is_one_line(paths):
    with pytest.raises(InputError, match=r"given|no such file") as fault:
        read_2d(paths, 1)
    assert "\n" not in str(fault.value)


def test_a_mark_tells_files_and_conventions_apart(tmp_path):
    path = npz(tmp_path, pictures(LSP_14))
    marks = [poses_mark(paths) for paths in ([], [path], [f"{path}:lsp_14"])]
    npz(tmp_path, pictures(LSP_14, frames=2))
    assert len({*marks, poses_mark([path])}) == 4
    with pytest.raises(InputError, match="no such file or folder"):
        poses_mark([str(tmp_path / "nowhere")])


def test_intrinsics_turn_the_camera_to_whoever_stands_aside(tmp_path):
    """Seen straight on or at the edge of the picture, a person is the same."""
    rng = np.random.default_rng(0)
    points = walking(frames=1).positions[0].astype(np.float64) * [1, -1, 1] + [0, 1, 4]
    points -= [*points[0, :2], 0]
    K = np.array([[500.0, 0, 320], [0, 500, 240], [0, 0, 1]])
    angle = np.array([0.1, 0.6, 0.0]) + rng.normal(0, 1e-3, 3)
    rows = []
    for turn in (np.zeros(3), angle):
        drawn, _ = cv2.projectPoints(points, turn, np.zeros(3), K, None)
        rows.append(np.concatenate([drawn[:, 0], np.ones((len(points), 1))], 1))
    path = npz(tmp_path, np.stack(rows), joint_names=np.array(CMU_NAMES), imgname=["a", "b"], K=K)
    ahead, aside = read_2d([path], 1).joints[:, 0]
    # The aimed camera may be rolled about the line of sight, so lengths are compared.
    apart = [torch.cdist(joints, joints) for joints in (ahead, aside)]
    seen = [NAMES.index(name) for name in CMU_NAMES]
    difference = (apart[0] - apart[1])[seen][:, seen]
    assert difference.abs().max() < 1e-4
    unaimed = npz(
        tmp_path, np.stack(rows), "plain.npz", joint_names=np.array(CMU_NAMES), imgname=["a", "b"]
    )
    plain = read_2d([unaimed], 1).joints[:, 0]
    assert (torch.cdist(plain[0], plain[0]) - torch.cdist(plain[1], plain[1])).abs().max() > 1e-3


@pytest.fixture(scope="session")
def samples(body):
    return make_samples(body, count=2, people=3)


def visible_alone(samples):
    """The samples with every joint visible, but for an outside wrist and a hidden knee."""
    labels = [np.full_like(s.joint_visibility, VISIBLE) for s in samples]
    for label in labels:
        label[:, SMPLX_55.index("left_wrist")] = OUTSIDE
        label[:, SMPLX_55.index("left_knee")] = BY_PERSON
    pairs = zip(samples, labels, strict=True)
    return [replace(sample, joint_visibility=label) for sample, label in pairs]


def test_crowds_give_their_people_as_a_camera_aimed_at_them_sees_them(samples, tmp_path):
    write_set(tmp_path, visible_alone(samples))
    poses = read_2d([str(tmp_path)], 1)
    assert len(poses) == 6
    R, t = (part.double().numpy() for part in (samples[0].camera.R, samples[0].camera.t))
    points = samples[0].joints_3d[0].astype(np.float64) @ R.T + t
    ray = points[0] / np.linalg.norm(points[0])
    axis = np.cross(ray, [0, 0, 1])
    axis *= np.arccos(ray[2]) / max(np.linalg.norm(axis), 1e-12)
    drawn, _ = cv2.projectPoints(points, axis, np.zeros(3), np.eye(3), None)
    shared = [name for name in NAMES if name in SMPLX_55 and name != "left_wrist"]
    expected = torch.zeros(len(NAMES), 2)
    for name in shared:
        expected[NAMES.index(name)] = torch.from_numpy(drawn[SMPLX_55.index(name), 0])
    visible = poses.visible[0, 0]
    expected = normalise(expected, torch.tensor([float(n in shared) for n in NAMES])).joints
    rows = [NAMES.index(name) for name in shared]
    torch.testing.assert_close(poses.joints[0, 0, rows], expected[rows], atol=2e-3, rtol=0)
    assert visible[NAMES.index("left_wrist")] == 0
    assert visible[NAMES.index("left_knee")] == 1
    assert visible[NAMES.index("left_eye")] == 1
    assert visible[NAMES.index("nose")] == 0


def test_bodies_that_nobody_knows_teach_nothing(samples, tmp_path):
    first, *others = samples[0].people
    unknown = replace(samples[0], people=(replace(first, trust=0.0), *others))
    write_set(tmp_path, visible_alone([unknown]))
    assert len(read_2d([str(tmp_path)], 1)) == 2
