"""BEDLAM's npz, read as its trainers read it."""

import numpy as np
import pytest
import smplx
import torch

from hmr.body import KID_TEMPLATE, find_body
from samples.exporters import bedlam


@pytest.fixture(scope="module")
def npz(exported):
    out, _ = exported("bedlam")
    # No pickle: none of its arrays holds objects.
    with np.load(out / "bedlam.npz", allow_pickle=False) as file:
        return {name: file[name] for name in file.files}, out


def test_it_has_the_arrays_that_its_trainers_ask_for(npz):
    file, out = npz
    shapes = {
        **{"center": (2,), "scale": (), "pose_cam": (165,), "pose_world": (165,), "shape": (11,)},
        **{"trans_cam": (3,), "trans_world": (3,), "gtkps": (127, 3), "cam_int": (3, 3)},
        **{"cam_ext": (4, 4), "proj_verts": (437, 3), "imgname": (), "gender": (), "sub": ()},
        "motion_info": (),
    }
    assert {name: file[name].shape[1:] for name in shapes} == shapes
    assert all(len(array) == 8 for array in file.values())
    assert all((out / name).is_file() for name in file["imgname"])


def test_the_world_and_the_camera_describe_one_body(npz):
    file, _ = npz
    for i, gender in enumerate(file["gender"]):
        world = posed(file["pose_world"][i], file["trans_world"][i], file["shape"][i], gender)
        R, t = file["cam_ext"][i, :3, :3], file["cam_ext"][i, :3, 3]
        seen = posed(file["pose_cam"][i], file["trans_cam"][i] + t, file["shape"][i], gender)
        np.testing.assert_allclose(world @ R.T + t, seen, atol=1e-5)


def test_everyone_in_an_image_has_its_camera(npz, varied):
    file, _ = npz
    for sample in varied:
        rows = file["imgname"] == f"images/{sample.key}.jpg"
        assert len({matrix.tobytes() for matrix in file["cam_ext"][rows]}) == 1
        assert len({matrix.tobytes() for matrix in file["cam_int"][rows]}) == 1
        R, t = sample.camera.R.numpy(), sample.camera.t.numpy()
        np.testing.assert_allclose(file["cam_ext"][rows][0, :3], np.c_[R, t], atol=1e-6)


def test_the_scale_is_the_longer_side_over_200(npz, varied):
    file, _ = npz
    boxes = [p.bbox_amodal for s in varied for p in s.people if p.bbox_visible]
    for (x0, y0, x1, y1), scale in zip(boxes, file["scale"], strict=True):
        assert scale * 200 == pytest.approx(max(x1 - x0, y1 - y0), rel=1e-6)


def test_the_eleventh_number_of_the_shape_is_the_kid(npz):
    file, _ = npz
    np.testing.assert_array_equal(file["shape"][:, 10], file["kid_weight"])
    assert (file["shape"][:, 10] > 0).sum() == 1


def test_labels_of_occlusion_come_along(npz, varied):
    file, _ = npz
    told = [p.occlusion for s in varied for p in s.people if p.bbox_visible]
    np.testing.assert_allclose(file["occlusion"], told, atol=1e-6)


def test_the_keypoints_are_smplx_without_the_jaws_outline():
    assert bedlam.KEYPOINTS[55] == "nose" and len(bedlam.KEYPOINTS) == 127


def posed(pose, transl, shape, gender):
    file = find_body(None, str(gender))
    template = str(file.with_name(KID_TEMPLATE))
    model = smplx.create(
        str(file), "smplx", gender=str(gender), use_pca=False, flat_hand_mean=True,
        num_betas=10, num_expression_coeffs=10, age="kid", kid_template_path=template,
    )  # fmt: skip
    given = {"global_orient": pose[:3], "body_pose": pose[3:66], "jaw_pose": pose[66:69]}
    given |= {"leye_pose": pose[69:72], "reye_pose": pose[72:75], "transl": transl}
    given |= {"left_hand_pose": pose[75:120], "right_hand_pose": pose[120:], "betas": shape}
    tensors = {name: torch.from_numpy(value)[None] for name, value in given.items()}
    return model(**tensors).vertices[0].detach().numpy()
