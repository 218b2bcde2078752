"""CameraHMR and HMR2, which train SMPL's 24 rotations and SPIN's 44 keypoints."""

import numpy as np
import pytest
import webdataset

from hmr.joints import SMPLX_55
from hmr.unpickling import load_npz
from samples.exporters.spin import EXTRA_19, KEYPOINTS


def test_the_keypoints_are_openpose_and_spin():
    assert len(KEYPOINTS) == 44 and len(EXTRA_19) == 19
    # LSP's order: what HMR2 mirrors by [5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6, 12, ...].
    for one, other in ((0, 5), (1, 4), (2, 3), (6, 11), (7, 10), (8, 9)):
        assert EXTRA_19[one].replace("right", "left") == EXTRA_19[other]


def test_camerahmr_slices_what_it_trains_on(exported):
    out, _ = exported("camerahmr")
    with np.load(out / "camerahmr.npz", allow_pickle=False) as file:
        pose, shape = file["pose_cam"][:, :72], file["shape"][:, :10]
        assert pose.shape == (8, 72) and shape.shape == (8, 10)
        assert (pose[:, 66:] == 0).all() and (pose[:, :66] != 0).all(1).all()
        assert file["gtkps"][:, :44].shape == (8, 44, 3)
        assert file["scale"].shape == (8,) and file["cam_ext"].shape == (8, 4, 4)


def test_bedlam_and_camerahmr_tell_of_the_same_people(exported):
    one = load_npz(exported("bedlam")[0] / "bedlam.npz")
    two = load_npz(exported("camerahmr")[0] / "camerahmr.npz")
    np.testing.assert_array_equal(one["pose_cam"][:, :66], two["pose_cam"][:, :66])
    for name in ("imgname", "scale", "center", "cam_int", "cam_ext", "trans_cam", "shape"):
        np.testing.assert_array_equal(one[name], two[name])
    wrist = SMPLX_55.index("left_wrist")
    np.testing.assert_array_equal(one["gtkps"][:, wrist], two["gtkps"][:, 7])


@pytest.fixture(scope="module")
def hmr2(exported):
    out, _ = exported("hmr2")
    shards = [str(path) for path in sorted(out.glob("*.tar"))]
    records = list(webdataset.WebDataset(shards, shardshuffle=False).decode("rgb8"))
    return load_npz(out / "hmr2.npz"), records


def test_webdataset_decodes_the_shards_as_hmr2_does(hmr2, varied):
    _, records = hmr2
    assert [record["__key__"] for record in records] == [sample.key for sample in varied]
    for record, sample in zip(records, varied, strict=True):
        assert record["jpg"].shape == (sample.height, sample.width, 3)
        for person in record["data.pyd"]:
            assert person["keypoints_2d"].shape == (44, 3)
            assert person["keypoints_3d"].shape == (44, 4)
            assert person["body_pose"].shape == (72,) and person["betas"].shape == (10,)
            assert person["scale"].min().item() * 200 > 1


def test_npz_and_shards_hold_the_same_people_with_scales_of_their_own(hmr2):
    file, records = hmr2
    people = [person for record in records for person in record["data.pyd"]]
    assert len(people) == len(file["imgname"]) == 8
    for i, person in enumerate(people):
        np.testing.assert_array_equal(file["body_pose"][i], person["body_pose"])
        np.testing.assert_allclose(file["scale"][i] / 200, person["scale"], rtol=1e-6)
        both = np.concatenate([file["body_keypoints_3d"][i], file["extra_keypoints_3d"][i]])
        np.testing.assert_array_equal(both, person["keypoints_3d"])
        assert file["extra_info"][i]["person_id"] == person["extra_info"]["person_id"]


def test_only_the_pose_is_offered_for_training(hmr2):
    file, _ = hmr2
    assert (file["has_body_pose"] == 1).all() and (file["has_betas"] == 0).all()


def test_points_in_space_project_to_those_in_the_image(hmr2):
    for record in hmr2[1]:
        for person in record["data.pyd"]:
            known = person["keypoints_3d"][:, 3] > 0
            assert known.sum() == 41
            drawn = person["keypoints_3d"][known, :3] @ person["extra_info"]["cam_int"].T
            flat = person["keypoints_2d"][known, :2]
            np.testing.assert_allclose(drawn[:, :2] / drawn[:, 2:], flat, atol=0.01)
