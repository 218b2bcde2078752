import numpy as np
import pytest
import torch

from hmr.cameras import project
from hmr.errors import InputError
from hmr.shards import read_samples
from hmr.unpickling import load_npz
from samples.importers.writing import write_import
from tests.samples.importers.conftest import findings, pairs, reprojection


@pytest.fixture
def changed(exported, tmp_path):
    """Write BEDLAM's file again with some arrays changed, and import it."""

    def again(**change):
        arrays = load_npz(exported / "bedlam" / "bedlam.npz")
        for name, function in change.items():
            value = function(arrays)
            if value is None:
                del arrays[name]
            else:
                arrays[name] = value
        np.savez(tmp_path / "b.npz", **arrays)
        out = tmp_path / "out"
        return out, write_import(tmp_path / "b.npz", exported / "bedlam", out, "bedlam")

    return again


def other_cameras(arrays):
    extrinsics = arrays["cam_ext"].copy()
    seen = set()
    for row, name in enumerate(arrays["imgname"]):
        if str(name) in seen:
            extrinsics[row, :3, 3] += [0.3, -0.2, 0.1]
        seen.add(str(name))
    return extrinsics


def moved_back(arrays):
    return arrays["trans_cam"] + arrays["cam_ext"][:, :3, 3] - other_cameras(arrays)[:, :3, 3]


def test_people_with_another_camera_are_counted_and_moved(changed, samples):
    # In published files it is so: the sum of both, in the camera frame, is what holds.
    out, tally = changed(trans_cam=moved_back, cam_ext=other_cameras)
    assert tally.people_of_other_cameras == tally.people - tally.images > 0
    for pair in pairs(out, samples):
        assert reprojection(*pair) < 0.01
        found, row, source, other = pair
        assert np.abs(found.joints_3d[row] - source.joints_3d[other]).max() < 1e-4
    assert findings(out) == []


def test_a_world_upside_down_is_turned_over(changed, samples):
    over = np.diag([1.0, -1.0, -1.0])

    def turned(arrays):
        extrinsics = arrays["cam_ext"].copy()
        extrinsics[:, :3, :3] = extrinsics[:, :3, :3] @ over
        return extrinsics

    out, tally = changed(cam_ext=turned)
    assert tally.worlds_turned_over == tally.people
    for found, row, source, other in pairs(out, samples):
        assert np.abs(found.joints_3d[row] - source.joints_3d[other]).max() < 1e-4


def test_a_file_without_our_own_columns_is_read(changed, samples):
    ours = ("person_id", "occlusion", "truncation", "trust", "joint_visibility", "kid_weight")
    out, _ = changed(**dict.fromkeys(ours, lambda arrays: None))
    assert findings(out) == []
    for sample in read_samples(out):
        joints = torch.from_numpy(sample.joints_3d)
        pixels = torch.stack([project(person, sample.camera) for person in joints])
        assert np.abs(pixels.numpy() - sample.joints_2d).max() < 0.01
        assert all(p.occlusion is None and p.bbox_amodal for p in sample.people)


BROKEN = {
    "pose_cam": lambda a: a["pose_cam"][:, :72],
    "trans_cam": lambda a: None,
    "cam_ext": lambda a: a["cam_ext"] * np.nan,
    "cam_int": lambda a: a["cam_int"][:1],
    "imgname": lambda a: np.array(["../../x.jpg"] * len(a["imgname"])),
    "gender": lambda a: np.array(["unknown"] * len(a["imgname"])),
    "joint_visibility": lambda a: a["joint_visibility"] + 9,
    "person_id": lambda a: a["person_id"][:1],
    "shape": lambda a: a["shape"][0],
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrong_array_is_named(name, changed):
    words = {"imgname": "leads out", "gender": "gender 'unknown'"}.get(name, f"key '{name}'")
    with pytest.raises(InputError, match=words) as error:
        changed(**{name: BROKEN[name]})
    assert "\n" not in str(error.value)
