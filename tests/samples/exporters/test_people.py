"""Who gets into the exports, with which boxes, points and images."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from benchmarks.round_trips import READERS, compare
from hmr.errors import InputError
from hmr.joints import COCO_17, SMPLX_55
from samples.archive import all_records
from samples.exporters import FORMATS
from samples.exporters.people import UNNAMED, Tally, pictures, points_of
from tests.sample_factory import write_set

IN_NPZ_OR_TAR = ("bedlam", "camerahmr", "hmr2", "humandata", "multihmr", "sam3d")


@pytest.fixture(scope="module")
def read(varied_set):
    tally = Tally()
    return list(pictures(varied_set, tally, "a test")), tally


@pytest.mark.parametrize("name", IN_NPZ_OR_TAR)
def test_who_cannot_be_seen_is_left_out_and_counted(name, exported):
    _, counts = exported(name)
    wanted = {"images": 3, "people": 8, "invisible_people": 1, "distorted_images": 0}
    assert counts == wanted


@pytest.mark.parametrize("name", IN_NPZ_OR_TAR)
def test_images_through_a_bending_lens_are_left_out_and_counted(name, varied, tmp_path):
    lens = torch.tensor([-0.1, 0.02, 0.0, 0.0, 0.0])
    bent = replace(varied[1], camera=replace(varied[1].camera, distortion=lens))
    data = write_set(tmp_path / "set", [varied[0], bent])
    counts = FORMATS[name](data, tmp_path / "out", None)
    assert (counts["images"], counts["distorted_images"]) == (1, 1)
    assert not (tmp_path / "out" / "images" / f"{bent.key}.jpg").exists()
    with pytest.raises(InputError, match="lens"):
        FORMATS[name](write_set(tmp_path / "all", [bent]), tmp_path / "none", None)


@pytest.mark.parametrize("name", ["bedlam", "camerahmr", "hmr2", "humandata", "multihmr"])
def test_images_are_the_very_bytes_of_the_shard(name, exported, varied_set):
    out, _ = exported(name)
    for record in all_records(varied_set):
        stored = (out / "images" / f"{record.key}.jpg").read_bytes()
        assert stored == record.read()["jpg"]


def test_people_stand_in_the_camera_frame(read, varied, body):
    for picture, sample in zip(read[0], varied, strict=True):
        points = points_of(picture, SMPLX_55, None)
        for figure, pixels in zip(picture.figures, points.pixels, strict=True):
            np.testing.assert_allclose(pixels, sample.joints_2d[figure.row], atol=0.01)


def test_opencv_projects_the_points_to_the_same_pixels(read):
    for picture in read[0]:
        points = points_of(picture, COCO_17, None)
        K, still = picture.K, np.zeros(3)
        for solid, flat in zip(points.in_camera, points.pixels, strict=True):
            expected, _ = cv2.projectPoints(solid, still, still, K, None)
            np.testing.assert_allclose(flat, expected[:, 0], atol=1e-6)


def test_points_without_a_name_or_behind_the_camera_have_no_confidence(read):
    picture = read[0][0]
    points = points_of(picture, ("nose", UNNAMED, "left_wrist"), None)
    assert points.confidence.tolist() == [[1, 0, 1]] * len(picture.figures)
    assert (points.flat(0)[1] == 0).all() and (points.solid(0)[1] == 0).all()
    moved = replace(picture.params, transl=picture.params.transl - torch.tensor([0, 0, 50.0]))
    behind = replace(picture.sample, joints_3d=picture.sample.joints_3d + 50 * _towards(picture))
    gone = points_of(replace(picture, params=moved, sample=behind), ("nose", "left_wrist"), None)
    assert (gone.confidence == 0).all()


def test_trust_is_the_confidence_of_points(varied, tmp_path):
    doubted = tuple(replace(person, trust=0.25) for person in varied[1].people)
    data = write_set(tmp_path, [replace(varied[1], people=doubted)])
    (picture,) = pictures(data, Tally(), "a test")
    assert (points_of(picture, ("nose",), None).confidence == 0.25).all()


@pytest.mark.parametrize("name", FORMATS)
def test_pseudo_ground_truth_without_masks_is_exported_too(name, varied, tmp_path):
    nothing_known = {"mask_visible": None, "mask_amodal": None, "bbox_amodal": None}
    nothing_known |= {"occlusion": None, "truncation": None, "occluders": None}
    fits = tuple(replace(p, **nothing_known, trust=0.5) for p in varied[2].people)
    sample = replace(varied[2], people=fits, ids=None)
    out = tmp_path / "out"
    FORMATS[name](write_set(tmp_path / "set", [sample]), out, None)
    trip = compare(READERS[name](out), [sample], None)
    assert trip.found == 3 and trip.joints.mean() < 0.1


def test_the_box_is_that_of_the_whole_person(read, varied):
    for picture, sample in zip(read[0], varied, strict=True):
        for figure in picture.figures:
            x0, y0, x1, y1 = sample.people[figure.row].bbox_amodal
            assert figure.centre.tolist() == [(x0 + x1) / 2, (y0 + y1) / 2]
            assert figure.size.tolist() == [x1 - x0, y1 - y0]


def _towards(picture):
    return -picture.sample.camera.R[2].numpy()
