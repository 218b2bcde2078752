"""The stage leaves samples, NeuralAnnot's json and figures, and says what is wrong in one line."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import smplx
import torch

from hmr.cameras import project
from hmr.errors import InputError
from hmr.joints import COCO_17, SMPLX_55
from hmr.sample import VISIBLE
from hmr.shards import read_people, read_samples
from teacher.fitter import annotator, stage

WIDTH, HEIGHT = 320, 240
STANDING = np.array(
    [
        *([160, 60], [164, 56], [156, 56], [170, 58], [150, 58], [180, 85], [140, 85]),
        *([188, 115], [132, 115], [190, 140], [130, 140], [172, 145], [148, 145]),
        *([172, 180], [148, 180], [172, 215], [148, 215]),
    ],
    dtype=float,
)
"""COCO's joints of somebody who stands and looks at the camera."""


@pytest.fixture(scope="module", autouse=True)
def short_phases():
    """A few steps show that everything is wired; `test_annotator` shows that it fits."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TURN", "BEND", "SETTLE"):
            patch.setattr(annotator, name, replace(getattr(annotator, name), steps=12))
        yield


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Two photos: one with two people, one with one; the third person has no joint."""
    folder = tmp_path_factory.mktemp("photos")
    grey = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    for name in ("a.b.jpg", "c.jpg"):
        cv2.imwrite(str(folder / name), grey)
    images = [
        {"id": i, "file_name": name, "width": WIDTH, "height": HEIGHT}
        for i, name in enumerate(("a.b.jpg", "c.jpg"))
    ]
    people = [(0, 0.0, 0.7), (0, 60.0, 0.6), (1, 0.0, 1.0), (1, 0.0, 0.0)]
    annotations = [_annotation(i, *person) for i, person in enumerate(people)]
    category = {"id": 1, "name": "person", "keypoints": list(COCO_17)}
    content = {"images": images, "annotations": annotations, "categories": [category]}
    path = folder / "keypoints.json"
    path.write_text(json.dumps(content))
    return path, folder


def _annotation(number: int, image: int, shift: float, scale: float) -> dict:
    points = STANDING * scale + [shift, 0] if scale else 0 * STANDING
    flags = np.full((17, 1), 2 if scale else 0)
    flags[9] = min(flags[9, 0], 1)
    box = [*points.min(0), *np.ptp(points, axis=0)]
    polygon = [box[0], box[1], box[0] + box[2], box[1], box[0], box[1] + box[3]]
    return {
        "id": 100 + number,
        "image_id": image,
        "category_id": 1,
        "iscrowd": 0,
        "keypoints": np.hstack([points, flags]).ravel().tolist(),
        "bbox": box,
        "segmentation": [polygon],
    }


@pytest.fixture(scope="module")
def out(tmp_path_factory, inputs, short_phases):
    keypoints, images = inputs
    folder = tmp_path_factory.mktemp("fitted")
    stage.run(str(folder), str(keypoints), str(images), least_trust=0.0, people_a_shard=2)
    return folder


def test_people_of_one_photo_share_a_record_and_a_camera(out):
    samples = list(read_samples(out))
    assert [(s.key, len(s.people)) for s in samples] == [("a_b", 2), ("c", 1)]
    assert all(s.image is not None and s.environment == "photo" for s in samples)
    assert len(read_people(out)) == 3


def test_a_samples_joints_project_from_the_world_to_its_pixels(out, body):
    for sample in read_samples(out):
        with torch.no_grad():
            joints = body.joints(sample.params)
        np.testing.assert_allclose(joints.numpy(), sample.joints_3d, atol=1e-3)
        pixels = project(torch.from_numpy(sample.joints_3d), sample.camera)
        np.testing.assert_allclose(pixels.numpy(), sample.joints_2d, atol=0.05)


def test_only_joints_that_were_seen_count_as_visible(out):
    sample = next(read_samples(out))
    rows = [SMPLX_55.index(name) for name in ("left_wrist", "right_wrist")]
    # The annotator marked the left wrist as hidden.
    assert sample.joint_visibility[0, rows[0]] != VISIBLE
    assert sample.joint_visibility[0, rows[1]] == VISIBLE


def test_smplx_poses_and_projects_neuralannot_entries_to_the_samples_pixels(out, body):
    entries = json.loads((out / "neuralannot.json").read_text())
    samples = list(read_samples(out))
    people = [(sample, i) for sample in samples for i in range(len(sample.people))]
    assert list(entries) == ["100", "101", "102"]
    # As the readers of this layout build it: mean hands are the file's own.
    oracle = smplx.create(str(body.file), model_type="smplx", use_pca=False)
    for entry, (sample, i) in zip(entries.values(), people, strict=True):
        given = {key: torch.tensor(value)[None] for key, value in entry["smplx_param"].items()}
        posed = oracle(
            global_orient=given["root_pose"],
            body_pose=given["body_pose"],
            betas=given["shape"],
            transl=given["trans"],
            left_hand_pose=given["lhand_pose"],
            right_hand_pose=given["rhand_pose"],
            jaw_pose=given["jaw_pose"],
            expression=given["expr"],
        )
        seen = posed.joints[0, :55].detach().numpy()
        camera = entry["cam_param"]
        pixels = seen[:, :2] / seen[:, 2:] * camera["focal"] + camera["princpt"]
        np.testing.assert_allclose(pixels, sample.joints_2d[i], atol=0.5)


def test_a_finished_output_is_returned_at_once_and_a_killed_one_goes_on(
    tmp_path, inputs, monkeypatch
):
    keypoints, images = (str(path) for path in inputs)
    again = tmp_path / "fit"
    first = stage.run(str(again), keypoints, images, people_a_shard=2)
    monkeypatch.setattr(stage, "fit_shard", None)
    assert stage.run(str(again), keypoints, images, people_a_shard=2) == first
    before = {path.name: path.read_bytes() for path in again.glob("shard-*.tar")}
    (again / "metrics.json").unlink()
    assert stage.run(str(again), keypoints, images, people_a_shard=2)["people"] == 3
    assert {path.name: path.read_bytes() for path in again.glob("shard-*.tar")} == before


def test_people_below_the_least_trust_stay_with_trust_zero_and_without_annotation(tmp_path, inputs):
    keypoints, images = (str(path) for path in inputs)
    metrics = stage.run(str(tmp_path), keypoints, images, least_trust=1.1)
    assert metrics["rejected"] == 3
    assert all(person.trust == 0 for s in read_samples(tmp_path) for person in s.people)
    assert json.loads((tmp_path / "neuralannot.json").read_text()) == {}


def test_pictures_show_the_fits(out):
    pictures = sorted(path.name for path in (out / "overlays").glob("*.png"))
    assert pictures == ["a_b.png", "c.png"]


def test_missing_photos_and_keypoints_are_named(tmp_path, inputs):
    keypoints, images = (str(path) for path in inputs)
    with pytest.raises(InputError, match="keypoints=FILE"):
        stage.run(str(tmp_path), None, images)
    with pytest.raises(InputError, match="images=DIR"):
        stage.run(str(tmp_path), keypoints, None)
    with pytest.raises(InputError, match=r"no photo 'a\.b\.jpg'"):
        stage.run(str(tmp_path), keypoints, str(tmp_path))
    with pytest.raises(InputError, match=r"no\.ckpt: no such checkpoint"):
        stage.run(str(tmp_path), keypoints, images, teacher="no.ckpt")


def test_a_truncated_photo_is_named(tmp_path, inputs):
    for path in inputs[1].iterdir():
        data = path.read_bytes()
        (tmp_path / path.name).write_bytes(data[:50] if path.name == "c.jpg" else data)
    with pytest.raises(InputError, match=r"c\.jpg: truncated or not an image"):
        stage.run(str(tmp_path / "out"), str(inputs[0]), str(tmp_path))


@pytest.mark.parametrize(
    ("keypoints", "images"),
    [("coco/test_coco.json", "coco"), ("demo/im1010_openpose.json", "demo")],
)
def test_real_photos_are_fitted_within_6_percent(real_data, tmp_path, keypoints, images):
    photos = real_data / "photos"
    metrics = stage.run(str(tmp_path), str(photos / keypoints), str(photos / images), overlays=0)
    # With a dozen steps a phase; all of them reach below 2 %.
    assert metrics["median_error_percent_of_box_height"] < 6


@pytest.mark.slow
def test_lspet_is_fitted_within_2_percent(real_data, tmp_path, monkeypatch):
    for name, steps in (("TURN", 25), ("BEND", 80), ("SETTLE", 200)):
        monkeypatch.setattr(annotator, name, replace(getattr(annotator, name), steps=steps))
    photos = real_data / "photos" / "lspet"
    metrics = stage.run(str(tmp_path), str(photos / "joints.json"), str(photos / "images"))
    assert metrics["people"] == 200
    assert metrics["median_error_percent_of_box_height"] < 2
    assert metrics["believed"] > 150
