"""Multi-HMR's pickle and SAM 3D Body's shards: one record an image."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import webdataset
from pycocotools import mask as coco_mask

from hmr.errors import InputError
from hmr.joints import SMPLX_55
from hmr.params import Params
from hmr.sample import decode_mask
from samples.exporters import FORMATS
from samples.exporters.sam3d import MHR_70
from tests.sample_factory import write_set


def test_multihmr_takes_the_annotations_as_they_are(exported, varied):
    out, _ = exported("multihmr")
    images = pickle.loads((out / "multihmr.pkl").read_bytes())
    assert list(images) == [f"images/{sample.key}.jpg" for sample in varied]
    shapes = {
        **{"smplx_root_pose": (1, 3), "smplx_body_pose": (21, 3), "smplx_jaw_pose": (1, 3)},
        **{"smplx_leye_pose": (1, 3), "smplx_reye_pose": (1, 3), "smplx_transl": (3,)},
        **{"smplx_left_hand_pose": (15, 3), "smplx_right_hand_pose": (15, 3)},
        "smplx_shape": (11,),
    }
    for (path, image), sample in zip(images.items(), varied, strict=True):
        assert (out / path).is_file()
        assert image["size"].tolist() == [sample.width, sample.height]
        assert image["focal"].dtype == image["princpt"].dtype == np.float32
        for human in image["humans"]:
            assert {name: human[name].shape for name in shapes} == shapes


def test_images_of_nobody_are_kept_where_an_image_is_a_record(varied, tmp_path):
    nobody = replace(
        varied[0],
        people=(),
        params=Params.rest(0),
        joints_3d=np.zeros((0, 55, 3), np.float32),
        joints_2d=np.zeros((0, 55, 2), np.float32),
        joint_visibility=np.zeros((0, 55), np.int8),
    )
    data = write_set(tmp_path / "set", [nobody])
    for name in ("multihmr", "sam3d", "bedlam"):
        if name == "bedlam":
            with pytest.raises(InputError, match="nobody can be seen"):
                FORMATS[name](data, tmp_path / name, None)
        else:
            assert FORMATS[name](data, tmp_path / name, None)["images"] == 1
    images = pickle.loads((tmp_path / "multihmr" / "multihmr.pkl").read_bytes())
    assert [image["humans"] for image in images.values()] == [[]]
    shard = str(tmp_path / "sam3d" / "shard-000000.tar")
    (record,) = webdataset.WebDataset(shard, shardshuffle=False).decode()
    assert record["annotation.pyd"] == []


@pytest.fixture(scope="module")
def sam3d(exported):
    out, _ = exported("sam3d")
    shards = [str(path) for path in sorted(out.glob("*.tar"))]
    return list(webdataset.WebDataset(shards, shardshuffle=False).decode("rgb8"))


def test_webdataset_decodes_sam3d(sam3d, varied):
    assert [record["__key__"] for record in sam3d] == [sample.key for sample in varied]
    for record, sample in zip(sam3d, varied, strict=True):
        assert record["metadata.json"] == {"width": sample.width, "height": sample.height}
        assert record["jpg"].shape == (sample.height, sample.width, 3)


def test_masks_are_those_of_what_is_visible(sam3d, varied):
    for record, sample in zip(sam3d, varied, strict=True):
        by_number = {person.person_id: person for person in sample.people}
        for person in record["annotation.pyd"]:
            assert tuple(person["mask"]["size"]) == (sample.height, sample.width)
            given = {**person["mask"], "size": person["mask"]["size"].tolist()}
            wanted = decode_mask(by_number[person["person_id"]].mask_visible)
            np.testing.assert_array_equal(coco_mask.decode(given).astype(bool), wanted)


def test_keypoints_are_in_the_order_of_the_70(sam3d, varied):
    # Places that SAM 3D Body's own metadata names: mhr70.
    places = {5: "left_shoulder", 14: "right_ankle", 24: "right_thumb1", 41: "right_wrist"}
    places |= {46: "left_index", 49: "left_index1", 61: "left_pinky1", 62: "left_wrist"}
    places |= {69: "neck", 15: "left_big_toe", 20: "right_heel"}
    assert len(MHR_70) == 70 and all(MHR_70[i] == name for i, name in places.items())
    for record, sample in zip(sam3d, varied, strict=True):
        for person in record["annotation.pyd"]:
            row = [p.person_id for p in sample.people].index(person["person_id"])
            for i, name in places.items():
                if name in SMPLX_55:
                    label = sample.joints_2d[row, SMPLX_55.index(name)]
                    np.testing.assert_allclose(person["keypoints_2d"][i, :2], label, atol=0.01)
            assert np.flatnonzero(person["keypoints_2d"][:, 2] == 0).tolist() == [*range(63, 69)]
