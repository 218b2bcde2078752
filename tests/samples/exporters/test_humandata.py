"""HumanData, read as mmhuman3d's readers do."""

import numpy as np
import pytest
from smplx.joint_names import JOINT_NAMES

from benchmarks.round_trips import READERS, compare
from hmr.body import KID_TEMPLATE, find_body
from samples.exporters import FORMATS
from tests.sample_factory import make_samples, write_set


@pytest.fixture(scope="module")
def content(exported):
    out, _ = exported("humandata")
    return np.load(out / "humandata.npz", allow_pickle=True), out


def test_its_readers_find_their_keys(content):
    file, out = content
    smplx, meta = file["smplx"].item(), file["meta"].item()
    assert not file["__keypoints_compressed__"] and int(file["__data_len__"]) == 8
    shapes = {
        **{"global_orient": (3,), "body_pose": (21, 3), "betas": (10,), "transl": (3,)},
        **{"left_hand_pose": (15, 3), "right_hand_pose": (15, 3), "jaw_pose": (3,)},
        **{"leye_pose": (3,), "reye_pose": (3,), "expression": (10,), "betas_extra": (1,)},
    }
    assert {name: array.shape[1:] for name, array in smplx.items()} == shapes
    sizes = np.stack([meta["height"], meta["width"]], -1)
    assert sizes.tolist() == [[120, 160]] * 8
    assert all((out / name).is_file() for name in file["image_path"])


def test_the_jaws_outline_is_masked(content):
    file, _ = content
    for dimensions in (2, 3):
        mask = file[f"keypoints{dimensions}d_smplx_mask"]
        assert mask.tolist() == [1] * 127 + [0] * 17
        assert (file[f"keypoints{dimensions}d_smplx"][:, 127:] == 0).all()


@pytest.mark.parametrize(("part", "names"), [("lhand", "left_index"), ("rhand", "right_index")])
def test_boxes_of_hands_hold_their_joints(content, part, names):
    file, _ = content
    joints = [i for i, name in enumerate(JOINT_NAMES) if name.startswith(names)]
    assert len(joints) == 4
    for box, points in zip(file[f"{part}_bbox_xywh"], file["keypoints2d_smplx"], strict=True):
        x, y, width, height, given = box
        if given:
            inside = np.clip(points[joints, :2], 0, [160, 120])
            assert (inside >= [x - 1e-3, y - 1e-3]).all()
            assert (inside <= [x + width + 1e-3, y + height + 1e-3]).all()
    assert file["face_bbox_xywh"].shape == (8, 5)


def test_hands_are_relative_to_a_mean_that_is_not_flat(varied_set, varied, tmp_path, body_path):
    curled = tmp_path / "smplx"
    curled.mkdir()
    for gender in ("neutral", "female"):
        file = find_body(None, gender)
        with np.load(file, allow_pickle=True) as layout:
            arrays = {name: layout[name] for name in layout.files}
        arrays["hands_meanl"] = np.linspace(-0.4, 0.5, 45)
        arrays["hands_meanr"] = np.linspace(0.6, -0.3, 45)
        np.savez(curled / file.name, **arrays)
    np.save(curled / KID_TEMPLATE, np.load(body_path.with_name(KID_TEMPLATE)))
    for name in ("humandata", "neuralannot"):
        out = tmp_path / name
        FORMATS[name](varied_set, out, str(tmp_path))
        assert compare(READERS[name](out), varied, str(tmp_path)).joints.max() < 0.1
    # Against the flat hands of the ordinary body, the same numbers are wrong.
    assert compare(READERS["humandata"](tmp_path / "humandata"), varied, None).joints.mean() > 0.1


def test_a_person_at_the_edge_has_boxes_inside_the_image(body, tmp_path):
    data = write_set(tmp_path / "set", make_samples(body, 2, 4, width=90))
    FORMATS["humandata"](data, tmp_path / "out", None)
    file = np.load(tmp_path / "out" / "humandata.npz", allow_pickle=True)
    for part in ("lhand", "rhand", "face"):
        x, y, width, height, given = file[f"{part}_bbox_xywh"].T
        assert set(given) <= {0, 1}
        assert (x >= 0).all() and (y >= 0).all()
        assert (x + width <= 90).all() and (y + height <= 120).all()
