"""Faults planted in a HumanData npz that our exporter wrote."""

import numpy as np
import pytest

from hmr.unpickling import load_npz
from samples.exporters.humandata import export
from samples.foreign import examine

ROW, IMAGE = 4, "images/000001.jpg"


@pytest.fixture(scope="module")
def exported(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("humandata")
    export(data, out)
    return out


@pytest.fixture
def arrays(exported):
    return load_npz(exported / "humandata.npz")


def found_in(arrays, folder, images=None):
    np.savez(folder / "file.npz", **arrays)
    return list(examine(folder / "file.npz", images))


def test_a_clean_file_has_no_finding(exported):
    assert not list(examine(exported / "humandata.npz", exported))


def in_table(table, name, value, place=ROW):
    def change(arrays):
        held = arrays[table].item()
        held[name] = np.array(held[name])
        held[name][place] = value

    return change


def put(name, value, place=ROW):
    def change(arrays):
        arrays[name][place] = value

    return change


def move_3d(arrays):
    arrays["keypoints3d_smplx"][ROW, :, 0] += 0.5


IN_A_ROW = {
    "betas": (in_table("smplx", "betas", 9.0, (ROW, 1)), "betas", {"projection"}),
    "degrees": (in_table("smplx", "body_pose", 90.0, (ROW, 1, 0)), "pose", {"projection"}),
    "not a number": (in_table("smplx", "transl", np.nan), "not finite", set()),
    "body elsewhere": (in_table("smplx", "transl", 3.0), "projection", set()),
    "3D keypoints elsewhere": (move_3d, "projection", set()),
    "no box": (put("bbox_xywh", 0.0, (ROW, slice(2, 4))), "box", set()),
    "box outside": (put("bbox_xywh", -900.0, (ROW, 0)), "box", set()),
    "other lens": (in_table("meta", "focal_length", 500.0), "camera", {"projection"}),
    "confidence": (put("keypoints2d_smplx", 5.0, (ROW, 3, 2)), "visibility", set()),
}


@pytest.mark.parametrize("name", IN_A_ROW)
def test_a_fault_of_one_person_is_found_there(name, arrays, tmp_path):
    plant, kind, related = IN_A_ROW[name]
    plant(arrays)
    found = found_in(arrays, tmp_path)
    assert kind in {f.kind for f in found}
    assert {f.kind for f in found} <= {kind, *related}, [str(f) for f in found]
    assert all(f.where in (IMAGE, f"row {ROW} ({IMAGE})") for f in found), list(map(str, found))


def test_masks_that_contradict_the_keypoints_are_found(arrays, tmp_path):
    arrays["keypoints2d_smplx_mask"][5] = 0
    assert [f.kind for f in found_in(arrays, tmp_path)] == ["mask"]
    arrays["keypoints2d_smplx_mask"] = np.ones(3, np.uint8)
    assert [f.kind for f in found_in(arrays, tmp_path)] == ["mask"]


def test_lengths_and_shapes_of_the_inner_dict_are_checked(arrays, tmp_path):
    arrays["smplx"].item()["betas"] = np.zeros((2, 10))
    arrays["smplx"].item()["body_pose"] = np.zeros((9, 20, 3))
    texts = [f.text for f in found_in(arrays, tmp_path) if f.kind == "layout"]
    assert any("smplx.betas" in t for t in texts) and any("smplx.body_pose" in t for t in texts)
    arrays["smplx"] = np.array("no dict")
    assert any("smplx is no dict" in f.text for f in found_in(arrays, tmp_path))


def test_people_upside_down_are_found(arrays, tmp_path):
    roots = arrays["smplx"].item()["global_orient"]
    arrays["smplx"].item()["global_orient"] = np.tile([0.0, 0.1, 0.0], (len(roots), 1))
    assert ("frame", "the file") in {(f.kind, f.where) for f in found_in(arrays, tmp_path)}


def test_a_picture_of_another_size_is_found(exported, arrays, tmp_path):
    meta = arrays["meta"].item()
    meta["width"] = np.full(len(meta["width"]), 170)
    found = found_in(arrays, tmp_path, exported)
    assert {f.kind for f in found} == {"picture"} and "the labels say 170x120" in found[0].text
