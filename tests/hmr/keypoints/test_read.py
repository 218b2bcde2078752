"""Every layout gives the same record, and whatever is broken is named in one line."""

import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from hmr.errors import InputError
from hmr.joints import COCO_17, CROWDPOSE_14, LSP_14, OPENPOSE_25
from hmr.keypoints import read_keypoints
from hmr.keypoints.person import HIDDEN_SCORE
from hmr.sample import decode_mask

ROW = [[10.0 + 3 * i, 20.0 + 5 * i, 2] for i in range(17)]


def annotation(**changes) -> dict:
    flat = [number for triple in ROW for number in triple]
    entry = {"id": 5, "image_id": 7, "category_id": 1, "keypoints": flat, "iscrowd": 0}
    entry |= {"bbox": [1, 2, 30, 40], "area": 1200.0, "num_keypoints": 17}
    return entry | changes


def coco_file(folder: Path, *annotations: dict) -> Path:
    image = {"id": 7, "file_name": "photo.jpg", "width": 80, "height": 120}
    category = {"id": 1, "name": "person", "keypoints": list(COCO_17)}
    content = {"images": [image], "categories": [category], "annotations": list(annotations)}
    path = folder / "keypoints.json"
    path.write_text(json.dumps(content))
    return path


def test_an_annotation_file_is_read_as_pycocotools_reads_it(tmp_path):
    segmentation = [[5.0, 5, 60, 10, 50, 90]]
    path = coco_file(tmp_path, annotation(segmentation=segmentation))
    (person,) = read_keypoints(path)
    oracle = COCO(str(path))
    (entry,) = oracle.loadAnns(oracle.getAnnIds())
    np.testing.assert_array_equal(person.joints.ravel(), np.delete(entry["keypoints"], np.s_[2::3]))
    assert person.image == oracle.loadImgs(7)[0]["file_name"]
    assert person.mask is not None
    np.testing.assert_array_equal(decode_mask(person.mask), oracle.annToMask(entry) > 0)
    assert (person.names, person.key, person.box) == (COCO_17, "5", (1, 2, 31, 42))


def test_coco_photos_hold_the_people_that_pycocotools_finds(real_data):
    path = real_data / "photos" / "coco" / "test_coco.json"
    people, oracle = read_keypoints(path), COCO(str(path))
    entries = oracle.loadAnns(oracle.getAnnIds(iscrowd=False))
    expected = {str(e["id"]): e["num_keypoints"] for e in entries if e["num_keypoints"]}
    assert {p.key: int((p.scores > 0).sum()) for p in people} == expected


def test_a_hidden_joint_counts_less_and_is_not_seen(tmp_path):
    flat = annotation()["keypoints"]
    flat[2], flat[3:6] = 1, [0, 0, 0]
    (person,) = read_keypoints(coco_file(tmp_path, annotation(keypoints=flat)))
    assert person.scores[:3].tolist() == [HIDDEN_SCORE, 0, 1]
    assert person.seen[:3].tolist() == [False, False, True]


def test_detections_keep_their_scores(tmp_path):
    path = tmp_path / "detections.json"
    flat = [number for x, y, _ in ROW for number in (x, y, 0.75)]
    entry = {"image_id": 7, "category_id": 1, "keypoints": flat, "score": 0.9}
    path.write_text(json.dumps([entry, entry]))
    first, second = read_keypoints(path)
    assert first.image == "7" and (first.scores == 0.75).all() and first.hidden is None
    assert first.key != second.key


def test_an_openpose_folder_gives_one_image_a_file(tmp_path):
    flat = np.arange(75, dtype=float).reshape(25, 3) + 1
    flat[:, 2] = 0.5
    for stem in ("a_keypoints", "b_keypoints"):
        people = [{"pose_keypoints_2d": flat.ravel().tolist()}] if stem[0] == "a" else []
        (tmp_path / f"{stem}.json").write_text(json.dumps({"people": people}))
    (person,) = read_keypoints(tmp_path)
    assert person.image == "a" and person.names == OPENPOSE_25
    np.testing.assert_array_equal(person.joints, flat[:, :2])


@pytest.mark.parametrize("names", [np.array("coco_17"), np.array(COCO_17)])
def test_npz_takes_a_convention_or_a_list_of_names(tmp_path, names):
    path = tmp_path / "poses.npz"
    rows = np.array([ROW, ROW], np.float32)
    np.savez(path, keypoints_2d=rows, joint_names=names)
    people = read_keypoints(path)
    assert [person.image for person in people] == ["#0", "#1"]
    assert people[0].names == COCO_17 and people[0].scores.max() == 1


def test_the_number_of_joints_names_them_only_where_it_is_unambiguous(tmp_path):
    path = tmp_path / "poses.npz"
    np.savez(path, keypoints_2d=np.ones((2, 25, 3)))
    assert read_keypoints(path)[0].names == OPENPOSE_25
    np.savez(path, keypoints_2d=np.ones((2, 14, 3)))
    with pytest.raises(InputError, match=r"poses\.npz: 14 joints could be crowdpose_14 or lsp_14"):
        read_keypoints(path)


def test_the_convention_may_stand_behind_the_file(tmp_path):
    path = tmp_path / "poses.npz"
    np.savez(path, joints=np.ones((2, 14, 3)), image_index=np.arange(2))
    first, second = read_keypoints(f"{path}:lsp_14")
    assert first.names == LSP_14 and first.track is None
    assert (first.image, second.image) == ("0", "1")
    with pytest.raises(InputError, match="'lsp_15' is no convention of joints"):
        read_keypoints(f"{path}:lsp_15")
    with pytest.raises(InputError, match="14 joints, but coco_17 has 17"):
        read_keypoints(f"{path}:coco_17")
    detections = tmp_path / "detections.json"
    entry = {"image_id": 7, "keypoints": [1.0] * 42}
    detections.write_text(json.dumps([entry]))
    assert read_keypoints(detections)[0].names == CROWDPOSE_14
    assert read_keypoints(f"{detections}:lsp_14")[0].names == LSP_14


def test_joints_in_space_are_no_keypoints(tmp_path):
    path = tmp_path / "poses.npz"
    np.savez(path, joints=np.full((2, 22, 3), -0.3))
    with pytest.raises(InputError, match="third column of 'joints' is no score"):
        read_keypoints(path)


def test_lspet_joints_are_read_by_their_names(real_data):
    path = real_data / "photos" / "lspet" / "joints.json"
    people, content = read_keypoints(path), json.loads(path.read_text())
    assert len(people) == len(content["images"]) == 200
    ankle = people[0].joints[people[0].names.index("right_ankle")]
    assert ankle.tolist() == content["images"][0]["joints"][0][:2]


def test_people_without_a_joint_are_left_out_and_counted(tmp_path, capsys):
    nothing = annotation(id=6, keypoints=[0] * 51)
    (person,) = read_keypoints(coco_file(tmp_path, annotation(), nothing))
    assert person.key == "5" and "1 of 2 people have no joint" in capsys.readouterr().out


@pytest.mark.parametrize("value", [0, float("nan")])
def test_keypoints_that_are_all_zero_or_nan_are_named(tmp_path, value):
    path = coco_file(tmp_path, annotation(keypoints=[value] * 51))
    with pytest.raises(InputError, match=r"keypoints\.json: all keypoints are zero, absent or NaN"):
        read_keypoints(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty, truncated or not JSON"),
        ('{"annotations": [{"id"', "empty, truncated or not JSON"),
        ("3", "neither an object nor a list"),
        ('{"boxes": []}', "no 'annotations', 'people' or 'joint_names'"),
        ('{"annotations": []}', "holds no person"),
        ('{"annotations": [{"keypoints": [1, 2, 2]}]}', "'image_id' is missing"),
        ('{"annotations": [{"image_id": 1, "id": 1, "keypoints": [1, 2]}]}', "x, y, v"),
        ('{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}', "BODY_25"),
        ('[{"image_id": 1, "bbox": [1, 2, 3, 4]}]', "without 'keypoints'"),
        ('{"joint_names": ["x"], "images": []}', "unknown joint names"),
    ],
)
def test_a_broken_json_is_named_with_its_fault_in_one_line(tmp_path, content, reason):
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_keypoints(path)
    message = str(caught.value)
    assert "broken.json" in message and reason in message and "\n" not in message


def test_a_missing_file_a_truncated_npz_and_a_wrong_key_are_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.json: no such file"):
        read_keypoints(tmp_path / "nowhere.json")
    path = tmp_path / "poses.npz"
    np.savez(path, poses=np.ones((2, 25, 3)))
    with pytest.raises(InputError, match="no key 'keypoints_2d'; it has poses"):
        read_keypoints(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match=r"poses\.npz: truncated or no npz"):
        read_keypoints(path)
