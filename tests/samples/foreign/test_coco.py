"""Faults planted in a COCO file that our exporter wrote."""

import json
import shutil

import numpy as np
import pytest

from samples.exporters.coco import export
from samples.foreign import examine

NUMBER = 4


@pytest.fixture(scope="module")
def exported(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("coco")
    export(data, out)
    return out


@pytest.fixture
def content(exported):
    return json.loads((exported / "annotations.json").read_text())


def found_in(content, folder, images=None):
    (folder / "file.json").write_text(json.dumps(content))
    return list(examine(folder / "file.json", images))


def test_a_clean_file_has_no_finding(exported):
    assert not list(examine(exported / "annotations.json", exported / "images"))


def test_real_annotations_have_no_finding(real_data):
    photos = real_data / "photos/coco"
    assert not list(examine(photos / "test_coco.json", photos))
    assert not list(examine(photos / "test_coco_wholebody.json", photos))


def annotation(content):
    return next(a for a in content["annotations"] if a["id"] == NUMBER)


def put(**values):
    return lambda content: annotation(content).update(values)


def mark_outside(content):
    annotation(content)["keypoints"][0:3] = [900.0, 4.0, 2]


def unmark(content):
    annotation(content)["num_keypoints"] += 1


def cut_text(content):
    segment = annotation(content)["segmentation"]
    segment["counts"] = segment["counts"][:-3]


def empty(content):
    size = annotation(content)["segmentation"]["size"]
    annotation(content)["segmentation"] = {"size": size, "counts": [size[0] * size[1]]}


def other_size(content):
    annotation(content)["segmentation"]["size"] = [12, 16]


def shift_box(content):
    annotation(content)["bbox"][2] *= 1.5


def too_large(content):
    annotation(content)["area"] *= 3


def copy(content):
    content["annotations"].append({**annotation(content), "id": 99})


IN_AN_ANNOTATION = {
    "id twice": (lambda c: c["annotations"].append(dict(annotation(c))), "id", {"duplicate"}),
    "image missing": (put(image_id=77), "reference", set()),
    "category missing": (put(category_id=8), "reference", set()),
    "no box": (put(bbox=[10.0, 10.0, 0.0, 20.0]), "box", set()),
    "box outside": (put(bbox=[500.0, 10.0, 20.0, 20.0]), "box", set()),
    "box of other pixels": (shift_box, "box", set()),
    "box of words": (put(bbox=["a", 1, 2, 3]), "layout", set()),
    "marked outside": (mark_outside, "visibility", {"counts"}),
    "keypoints counted wrong": (unmark, "counts", set()),
    "too few keypoints": (put(keypoints=[1.0, 2.0, 2], num_keypoints=1), "layout", set()),
    "flag": (lambda c: annotation(c)["keypoints"].__setitem__(2, 5), "visibility", set()),
    "run lengths cut": (cut_text, "mask", set()),
    "empty mask": (empty, "mask", set()),
    "mask of another size": (other_size, "mask", set()),
    "polygon of two points": (put(segmentation=[[1, 2, 3, 4]]), "mask", set()),
    "area": (too_large, "area", set()),
    "twice": (copy, "duplicate", set()),
}


@pytest.mark.parametrize("name", IN_AN_ANNOTATION)
def test_a_fault_of_one_annotation_is_found_there(name, content, tmp_path):
    plant, kind, related = IN_AN_ANNOTATION[name]
    plant(content)
    found = found_in(content, tmp_path)
    assert kind in {f.kind for f in found}
    assert {f.kind for f in found} <= {kind, *related}, [str(f) for f in found]
    allowed = {f"annotation {NUMBER}", "annotation 99", f"annotations {NUMBER}"}
    assert {f.where for f in found} <= allowed, [str(f) for f in found]


def test_pictures_are_looked_at(exported, content, tmp_path):
    shutil.copytree(exported / "images", tmp_path / "images")
    (tmp_path / "images/000001.jpg").unlink()
    cut = tmp_path / "images/000002.jpg"
    cut.write_bytes(cut.read_bytes()[:400])
    content["images"][0]["width"] += 1
    found = [f for f in found_in(content, tmp_path, tmp_path / "images") if f.kind == "picture"]
    assert [f.where for f in found] == ["000000.jpg", "000001.jpg", "000002.jpg"]


def test_a_name_that_leads_out_of_the_folder_is_not_followed(content, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"not a picture")
    content["images"][0]["file_name"] = "../secret.jpg"
    texts = [str(f) for f in found_in(content, tmp_path, tmp_path / "images")]
    assert any("leads out of the folder" in text for text in texts)


def test_one_file_named_by_two_images_is_found(content, tmp_path):
    content["images"][1]["file_name"] = content["images"][0]["file_name"]
    assert [f.kind for f in found_in(content, tmp_path)] == ["duplicate"]


def test_run_lengths_as_numbers_are_decoded_as_pycocotools_decodes_them(tmp_path):
    from pycocotools import mask as coco_mask

    from samples.foreign.segments import _mask

    mask = np.indices((30, 20)).sum(0) % 7 < 3
    counts = np.diff(np.flatnonzero(np.r_[True, np.diff(mask.T.ravel().astype(int)) != 0, True]))
    listed = ([] if not mask[0, 0] else [0]) + counts.tolist()
    found = _mask({"size": [30, 20], "counts": listed}, (20, 30))
    packed = coco_mask.frPyObjects({"size": [30, 20], "counts": listed}, 30, 20)
    assert np.array_equal(found, coco_mask.decode(packed)) and np.array_equal(found, mask)
