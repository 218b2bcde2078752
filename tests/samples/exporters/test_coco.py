import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from pycocotools.coco import COCO

from hmr.cameras import project
from hmr.joints import COCO_17, SMPLX_55
from hmr.sample import OUTSIDE, VISIBLE, decode_mask
from samples.archive import all_records
from samples.exporters import coco
from tests.sample_factory import write_set


@pytest.fixture(scope="module")
def exported(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("coco")
    counts = coco.export(data, out)
    return COCO(str(out / "annotations.json")), counts, out


def pairs(found, samples):
    """Each annotation with its sample and row."""
    by_name = {f"{sample.key}.jpg": sample for sample in samples}
    for entry in found.dataset["annotations"]:
        sample = by_name[found.imgs[entry["image_id"]]["file_name"]]
        numbers = [person.person_id for person in sample.people]
        yield entry, sample, numbers.index(entry["person_id"])


def test_everyone_who_can_be_seen_is_there(exported, samples):
    found, counts, _ = exported
    seen = sum(p.bbox_visible is not None for s in samples for p in s.people)
    assert len(found.anns) == seen == counts["annotations"]
    assert counts["invisible_people"] == sum(len(s.people) for s in samples) - seen
    assert len(found.getAnnIds(catIds=found.getCatIds(["person"]), iscrowd=0)) == seen


def test_pycocotools_decodes_the_very_masks(exported, samples):
    found = exported[0]
    for entry, sample, row in pairs(found, samples):
        person = sample.people[row]
        assert np.array_equal(found.annToMask(entry), decode_mask(person.mask_visible))
        whole = {**entry, "segmentation": entry["amodal_segmentation"]}
        assert np.array_equal(found.annToMask(whole), decode_mask(person.mask_amodal))
        assert entry["area"] == found.annToMask(entry).sum()


def test_boxes_are_corner_and_size(exported, samples):
    for entry, sample, row in pairs(exported[0], samples):
        x, y, width, height = entry["bbox"]
        assert (x, y, x + width, y + height) == sample.people[row].bbox_visible


def test_keypoints_of_the_55_are_the_labels(exported, samples):
    for entry, sample, row in pairs(exported[0], samples):
        keypoints = np.array(entry["keypoints"]).reshape(17, 3)
        for (x, y, flag), name in zip(keypoints, COCO_17, strict=True):
            if name not in SMPLX_55:
                continue
            joint = SMPLX_55.index(name)
            labelled = sample.joint_visibility[row, joint]
            expected = 0 if labelled == OUTSIDE else 2 if labelled == VISIBLE else 1
            assert flag == expected
            if flag:
                assert np.allclose([x, y], sample.joints_2d[row, joint], atol=1e-3)
        assert entry["num_keypoints"] == (keypoints[:, 2] > 0).sum()


def test_face_points_are_projected_from_the_surface(exported, samples, body):
    for entry, sample, row in pairs(exported[0], samples):
        points = body.keypoints(sample.params.index([row]), COCO_17)[0]
        expected = project(points, sample.camera).numpy()
        keypoints = np.array(entry["keypoints"]).reshape(17, 3)
        shown = keypoints[:, 2] > 0
        assert np.abs(keypoints[shown, :2] - expected[shown]).max() < 0.1


def test_a_visible_face_point_lies_on_its_own_person(exported, samples):
    for entry, sample, row in pairs(exported[0], samples):
        face = np.array(entry["keypoints"]).reshape(17, 3)[:5]
        for x, y, flag in face:
            owner = sample.ids[int(y), int(x)] if flag else None
            if flag == 2:
                assert owner in (sample.people[row].person_id + 1, 0)


def test_images_are_the_very_bytes_of_the_shard(exported, data):
    out = exported[2]
    for record in all_records(data):
        stored = (out / "images" / f"{record.key}.jpg").read_bytes()
        assert stored == record.read()["jpg"]
        assert cv2.imdecode(np.frombuffer(stored, np.uint8), 1) is not None


def test_extra_keys_say_who_hides_whom(exported, samples):
    for entry, sample, row in pairs(exported[0], samples):
        person = sample.people[row]
        assert entry["occlusion"] == pytest.approx(person.occlusion)
        assert [(o["id"], o["share"]) for o in entry["occluders"]] == [
            (o.id, o.share) for o in person.occluders
        ]


def test_the_camera_projects_from_the_file_alone(exported, samples):
    found, _, out = exported
    image = json.loads((out / "annotations.json").read_text())["images"][0]
    K, R, t = (np.array(image[name]) for name in ("K", "R", "t"))
    sample = samples[0]
    inside = sample.joints_3d[0] @ R.T + t
    pixels = inside @ K.T
    assert np.allclose(pixels[:, :2] / pixels[:, 2:], sample.joints_2d[0], atol=1e-2)
    assert torch.allclose(torch.tensor(K).float(), sample.camera.K)
    assert found.imgs[1]["width"] == sample.width


def test_a_lens_goes_with_its_camera_and_moves_the_points_of_the_face(samples, tmp_path):
    numbers = torch.tensor([-0.1, 0.02, 0.001, 0.0, 0.0])
    camera = replace(samples[0].camera, distortion=numbers)
    joints = torch.from_numpy(samples[0].joints_3d)
    pixels = project(joints.flatten(0, 1), camera).reshape(*joints.shape[:2], 2).numpy()
    bent = replace(samples[0], camera=camera, joints_2d=pixels)
    coco.export(write_set(tmp_path / "set", [bent]), tmp_path / "out")
    found = COCO(str(tmp_path / "out" / "annotations.json"))
    lens = np.array(found.imgs[1]["distortion"])
    np.testing.assert_allclose(lens, numbers, atol=1e-7)
    K, R, t = (np.array(found.imgs[1][name]) for name in ("K", "R", "t"))
    for entry, sample, row in pairs(found, [bent]):
        shoulder = sample.joints_3d[row, SMPLX_55.index("left_shoulder")].astype(float)
        expected, _ = cv2.projectPoints(shoulder[None], cv2.Rodrigues(R)[0], t, K, lens)
        point = entry["keypoints"][3 * COCO_17.index("left_shoulder") :][:3]
        assert not point[2] or np.allclose(point[:2], expected[0, 0], atol=0.05)
