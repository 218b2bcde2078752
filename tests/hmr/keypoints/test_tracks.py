"""Files that say who is who through a video are taken at their word."""

import json
from pathlib import Path

import numpy as np
import pytest

from hmr.errors import InputError
from hmr.joints import COCO_17
from hmr.keypoints import read_keypoints

ROWS = np.random.default_rng(0).uniform(5, 90, (3, 4, 17, 3))


def npz(folder: Path, points: np.ndarray, **more) -> Path:
    path = folder / "keypoints.npz"
    np.savez(path, keypoints_2d=points, joint_names=np.array(COCO_17), **more)
    return path


def test_rows_of_an_npz_without_image_names_are_one_person(tmp_path):
    people = read_keypoints(npz(tmp_path, ROWS[0]))
    assert [p.image for p in people] == ["#0", "#1", "#2", "#3"]
    assert {p.track for p in people} == {"0"}


def test_rows_with_image_names_may_be_anybody(tmp_path):
    people = read_keypoints(npz(tmp_path, ROWS[0], imgname=["a", "b", "c", "d"]))
    assert {p.track for p in people} == {None}


def test_rows_with_image_names_and_identities_are_whom_they_name(tmp_path):
    people = read_keypoints(
        npz(tmp_path, ROWS[0], imgname=["a", "a", "b", "b"], track_id=[3, 9, 3, 9])
    )
    assert [(p.image, p.track) for p in people] == [("a", "3"), ("a", "9"), ("b", "3"), ("b", "9")]


def test_people_and_frames_of_an_npz_keep_both_axes(tmp_path):
    K = np.tile(np.eye(3), (4, 1, 1)) * np.arange(1, 5)[:, None, None]
    people = read_keypoints(npz(tmp_path, ROWS, K=K))
    assert len(people) == 12 and len({p.key for p in people}) == 12
    for person in people:
        who, frame = int(person.track or -1), int(person.image[1:])
        np.testing.assert_allclose(person.joints, ROWS[who, frame, :, :2])
        assert person.K is not None and person.K[0, 0] == frame + 1


@pytest.mark.parametrize(("given", "found"), [([-1], None), ([4], "4"), (2, "2"), ([], None)])
def test_openposes_person_id_is_who_it_is_but_for_minus_one(tmp_path, given, found):
    person = {"person_id": given, "pose_keypoints_2d": [5.0] * 75}
    (tmp_path / "a_keypoints.json").write_text(json.dumps({"people": [person]}))
    (read,) = read_keypoints(tmp_path)
    assert read.track == found


def test_track_ids_of_coco_annotations_and_detections_are_kept(tmp_path):
    entry = {"id": 1, "image_id": 7, "category_id": 1, "keypoints": [5.0] * 51, "track_id": 12}
    for content in ({"annotations": [entry]}, [{**entry, "score": 1.0}]):
        path = tmp_path / "keypoints.json"
        path.write_text(json.dumps(content))
        (person,) = read_keypoints(path)
        assert person.track == "12"


def test_identities_that_do_not_fit_the_rows_are_named(tmp_path):
    with pytest.raises(InputError, match="3 track_id for 4 rows"):
        read_keypoints(npz(tmp_path, ROWS[0], track_id=[1, 2, 3]))
    with pytest.raises(InputError, match=r"keypoints_2d has shape .*expected \(T, J, 3\)"):
        read_keypoints(npz(tmp_path, ROWS[0, 0]))
