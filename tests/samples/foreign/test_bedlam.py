"""Faults planted in a BEDLAM npz that our exporter wrote."""

import numpy as np
import pytest

from hmr.errors import InputError
from hmr.joints import SMPLX_BODY_22
from hmr.rotations import about, axis_angle_to_matrix, matrix_to_axis_angle
from hmr.unpickling import load_npz
from samples.exporters.bedlam import export
from samples.foreign import examine

torch = pytest.importorskip("torch")
ROW, IMAGE = 4, "images/000001.jpg"


@pytest.fixture(scope="module")
def exported(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("bedlam")
    export(data, out)
    return out


@pytest.fixture
def arrays(exported):
    return load_npz(exported / "bedlam.npz")


def found_in(arrays, folder, images=None):
    np.savez(folder / "file.npz", **arrays)
    return list(examine(folder / "file.npz", images))


def turned(vectors, turn):
    """Turn root rotations."""
    root = axis_angle_to_matrix(torch.from_numpy(np.asarray(vectors[..., :3], np.float64)))
    out = vectors.copy()
    out[..., :3] = matrix_to_axis_angle(turn.double() @ root).numpy()
    return out


def test_a_clean_file_has_no_finding(exported):
    assert not list(examine(exported / "bedlam.npz", exported))


def test_row_of_the_tests_is_in_the_second_image(arrays):
    assert arrays["imgname"][ROW] == IMAGE


def put(name, value, place=ROW):
    def change(arrays):
        arrays[name][place] = value

    return change


def add(name, value, place=ROW):
    def change(arrays):
        arrays[name][place] += value

    return change


def turn_one(arrays):
    arrays["pose_cam"][ROW] = turned(arrays["pose_cam"][ROW], about("y", torch.tensor(0.6)))


def copy_row(arrays):
    for array in arrays.values():
        array[ROW] = array[ROW - 1]


IN_A_ROW = {
    "other camera": (add("cam_ext", 0.3, (ROW, 0, 3)), "camera", IMAGE, {"projection"}),
    "other lens": (add("cam_int", 9.0, (ROW, 0, 2)), "camera", IMAGE, {"projection"}),
    "betas": (put("shape", 9.0, (ROW, 2)), "betas", ROW, {"projection"}),
    "keypoints moved": (add("gtkps", 20.0, (ROW, slice(None), 0)), "projection", ROW, {"box"}),
    "turned body": (turn_one, "frame", ROW, {"projection"}),
    "degrees": (put("pose_cam", 90.0, (ROW, 20)), "pose", ROW, {"projection"}),
    "not a number": (put("trans_cam", np.nan), "not finite", ROW, set()),
    "no box": (put("scale", -1.0), "box", ROW, set()),
    "box elsewhere": (put("center", 9e3), "box", ROW, set()),
    "gender": (put("gender", "dog"), "layout", ROW, set()),
    "twice": (copy_row, "duplicate", ROW, set()),
    "confidence": (put("gtkps", 7.0, (ROW, 2, 2)), "visibility", ROW, set()),
}


@pytest.mark.parametrize("name", IN_A_ROW)
def test_a_fault_of_one_person_is_found_there(name, arrays, tmp_path):
    plant, kind, where, related = IN_A_ROW[name]
    plant(arrays)
    found = found_in(arrays, tmp_path)
    named = where if isinstance(where, str) else f"row {where} ({IMAGE})"
    assert any(f.kind == kind and f.where == named for f in found), [str(f) for f in found]
    assert {f.kind for f in found} <= {kind, *related}, [str(f) for f in found]
    allowed = (IMAGE, f"row {ROW} ({IMAGE})", f"row {ROW - 1} ({IMAGE})")
    assert all(f.where in allowed for f in found), [str(f) for f in found]


def test_people_upside_down_are_found(arrays, tmp_path):
    upside = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
    arrays["pose_cam"] = turned(arrays["pose_cam"], upside)
    kinds = {(f.kind, f.where) for f in found_in(arrays, tmp_path)}
    assert ("frame", "the file") in kinds


def test_keypoints_of_another_frame_are_told_once_for_the_file(arrays, tmp_path):
    arrays["gtkps"][..., 1] = 120 - arrays["gtkps"][..., 1]
    found = found_in(arrays, tmp_path)
    assert [f.where for f in found if f.kind == "frame"] == ["the file"]
    assert "another frame" in next(f.text for f in found if f.kind == "frame")


def test_arrays_of_other_lengths_and_shapes_are_named(arrays, tmp_path):
    arrays |= {"scale": arrays["scale"][:3], "shape": arrays["shape"][:, :4]}
    texts = [str(f) for f in found_in(arrays, tmp_path)]
    assert any("scale" in t for t in texts) and any("shape" in t for t in texts)
    del arrays["center"]
    assert any("'center' is missing" in str(f) for f in found_in(arrays, tmp_path))


def test_pictures_that_are_missing_or_broken_are_found(exported, arrays, tmp_path):
    (tmp_path / "images").mkdir()
    whole = (exported / "images/000000.jpg").read_bytes()
    (tmp_path / "images/000000.jpg").write_bytes(whole)
    (tmp_path / "images/000001.jpg").write_bytes(whole[: len(whole) // 2])
    found = [f for f in found_in(arrays, tmp_path, tmp_path) if f.kind == "picture"]
    assert {f.where for f in found} == {IMAGE, "images/000002.jpg"}


def test_camerahmrs_names_are_read_too(arrays, tmp_path):
    arrays["pose"] = arrays.pop("pose_cam")
    arrays["gtkps"] = arrays["gtkps"][:, : len(SMPLX_BODY_22)]
    assert not found_in(arrays, tmp_path)
    arrays["shape"][ROW, 0] = 8
    assert "betas" in {f.kind for f in found_in(arrays, tmp_path)}


def test_a_file_in_no_known_layout_is_refused(tmp_path):
    np.savez(tmp_path / "file.npz", a=np.zeros(3))
    with pytest.raises(InputError, match="known are BEDLAM"):
        list(examine(tmp_path / "file.npz"))
    (tmp_path / "file.txt").write_text("hello")
    with pytest.raises(InputError, match="neither npz nor JSON"):
        list(examine(tmp_path / "file.txt"))
