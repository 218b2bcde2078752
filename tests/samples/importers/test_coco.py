import json
import shutil

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from hmr.errors import InputError
from hmr.joints import COCO_17
from hmr.shards import read_samples
from samples.exporters import FORMATS
from samples.importers.writing import write_import
from tests.samples.importers.conftest import findings

WIDTH, HEIGHT = 120, 90


@pytest.fixture
def foreign(tmp_path):
    """A file as COCO itself publishes them: no camera, polygons, a crowd, another category."""
    folder = tmp_path / "coco"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in ("a.jpg", "b.jpg"):
        cv2.imwrite(str(folder / name), rng.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8))
    points = np.zeros((17, 3))
    points[COCO_17.index("left_shoulder")] = 50, 30, 2
    points[COCO_17.index("nose")] = 45, 15, 1
    person = {"category_id": 1, "image_id": 7, "iscrowd": 0}
    outline = [30, 10, 60, 10, 60, 80, 30, 80]
    crowd = {"size": [HEIGHT, WIDTH], "counts": [0, 500, HEIGHT * WIDTH - 500]}
    content = {
        "images": [
            {"id": 7, "file_name": "a.jpg", "width": WIDTH, "height": HEIGHT, "license": 3},
            {"id": 8, "file_name": "b.jpg", "width": WIDTH, "height": HEIGHT},
        ],
        "licenses": [{"id": 3, "name": "CC BY 2.0"}],
        "categories": [
            {"id": 1, "name": "person", "keypoints": list(COCO_17)},
            {"id": 2, "name": "bicycle"},
        ],
        "annotations": [
            {
                **person,
                "id": 1,
                "bbox": [30, 10, 30, 70],
                "segmentation": [outline],
                "keypoints": points.flatten().tolist(),
            },
            {**person, "id": 2, "bbox": [80, 20, 20, 60], "segmentation": []},
            {**person, "id": 3, "iscrowd": 1, "bbox": [0, 0, 9, 9], "segmentation": crowd},
            {**person, "id": 4, "category_id": 2, "bbox": [0, 0, 9, 9], "segmentation": []},
        ],
    }
    write(folder, content)
    return folder, content


def write(folder, content):
    (folder / "annotations.json").write_text(json.dumps(content))


def read(folder, out):
    tally = write_import(folder, None, out, "coco")
    return list(read_samples(out)), tally


def test_people_without_bodies_have_trust_0_and_a_body_as_large_as_their_box(foreign, tmp_path):
    (sample,), tally = read(foreign[0], tmp_path / "out")
    assert tally.counts() == {
        "images": 1,
        "people": 2,
        "images_without_people": 1,
        "crowds": 1,
        "people_without_bodies": 2,
    }
    assert [person.trust for person in sample.people] == [0, 0]
    assert sample.licence == "CC BY 2.0" and sample.key == "a"
    for row, (top, bottom) in enumerate([(10, 80), (20, 80)]):
        low, high = sample.joints_2d[row][:, 1].min(), sample.joints_2d[row][:, 1].max()
        assert top - 3 < low < top + 15 and bottom - 15 < high < bottom + 3
    assert findings(tmp_path / "out") == []


def test_polygons_become_the_mask_that_pycocotools_makes(foreign, tmp_path):
    (sample,), _ = read(foreign[0], tmp_path / "out")
    theirs = COCO(str(foreign[0] / "annotations.json"))
    expected = theirs.annToRLE(theirs.anns[1])["counts"].decode()
    assert sample.people[0].mask_visible == {"size": [HEIGHT, WIDTH], "counts": expected}
    assert sample.people[1].mask_visible is None and sample.people[1].occlusion is None


def test_keypoints_survive_to_the_next_export(foreign, tmp_path):
    (sample,), _ = read(foreign[0], tmp_path / "out")
    placed = {point.name: (point.x, point.y, point.flag) for point in sample.people[0].keypoints}
    assert placed == {"nose": (45, 15, 1), "left_shoulder": (50, 30, 2)}
    FORMATS["coco"](tmp_path / "out", tmp_path / "again", None)
    again = json.loads((tmp_path / "again" / "annotations.json").read_text())["annotations"][0]
    assert again["keypoints"] == foreign[1]["annotations"][0]["keypoints"]


@pytest.mark.parametrize("form", ["text", "numbers"])
def test_run_lengths_are_read_as_pycocotools_reads_them(form, foreign, tmp_path):
    folder, content = foreign
    mask = np.random.default_rng(3).random((HEIGHT, WIDTH)) < 0.3
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    counts = rle["counts"].decode()
    if form == "numbers":
        runs = np.diff(np.flatnonzero(np.diff(np.r_[2, mask.T.flatten(), 2])))
        counts = [0] * bool(mask[0, 0]) + runs.tolist()
    content["annotations"][0]["segmentation"] = {"size": [HEIGHT, WIDTH], "counts": counts}
    write(folder, content)
    (sample,), _ = read(folder, tmp_path / "out")
    assert sample.people[0].mask_visible["counts"] == rle["counts"].decode()


def changed(content, path, value):
    found = json.loads(json.dumps(content))
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return found


FIRST = ("annotations", 0)
BROKEN = {
    "keypoints": ((*FIRST, "keypoints"), [1, 2]),
    "not a number": ((*FIRST, "keypoints"), ["x"] * 51),
    "runs too long": ((*FIRST, "segmentation"), {"size": [90, 120], "counts": [0, 10**9]}),
    "runs negative": ((*FIRST, "segmentation"), {"size": [90, 120], "counts": [-5, 10805]}),
    "runs of another size": ((*FIRST, "segmentation"), {"size": [9, 9], "counts": [81]}),
    "runs as noise": ((*FIRST, "segmentation"), {"size": [90, 120], "counts": "ooooo~~"}),
    "a polygon of two": ((*FIRST, "segmentation"), [[1, 2]]),
    "a polygon without end": ((*FIRST, "segmentation"), [[1, 2, 3, 4, 5, float("inf")]]),
    "a box": ((*FIRST, "bbox"), [1, 2]),
    "an image number": ((*FIRST, "image_id"), [1]),
    "no file name": (("images", 0, "file_name"), None),
    "another size": (("images", 0, "width"), 640),
    "images": (("images",), 3),
    "camera": (("images", 0, "K"), [[1, 2]]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_in_one_line(name, foreign, tmp_path):
    write(foreign[0], changed(foreign[1], *BROKEN[name]))
    with pytest.raises(InputError, match=r"coco") as error:
        read(foreign[0], tmp_path / "out")
    assert "\n" not in str(error.value)


def test_a_polygon_far_outside_is_cut_not_drawn(foreign, tmp_path):
    far = [[-1e12, -1e12, 1e12, -1e12, 1e12, 1e12, -1e12, 1e12]]
    write(foreign[0], changed(foreign[1], (*FIRST, "segmentation"), far))
    (sample,), _ = read(foreign[0], tmp_path / "out")
    assert sample.people[0].bbox_visible == (0, 0, WIDTH, HEIGHT)


@pytest.mark.parametrize(
    "name", ["../secret.jpg", "/etc/passwd", "c:\\x.jpg", "x/../../secret.jpg"]
)
def test_a_name_that_leads_out_of_the_images_is_refused(name, foreign, tmp_path):
    shutil.copy(foreign[0] / "a.jpg", tmp_path / "secret.jpg")
    write(foreign[0], changed(foreign[1], ("images", 0, "file_name"), name))
    with pytest.raises(InputError, match="leads out of the folder"):
        read(foreign[0], tmp_path / "out")


def test_a_link_that_leads_out_of_the_images_is_refused(foreign, tmp_path):
    shutil.move(foreign[0] / "a.jpg", tmp_path / "secret.jpg")
    (foreign[0] / "a.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(InputError, match="refused a link"):
        read(foreign[0], tmp_path / "out")


def test_a_picture_missing_or_cut_short_is_named(foreign, tmp_path):
    whole = (foreign[0] / "a.jpg").read_bytes()
    (foreign[0] / "a.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"a\.jpg: cannot be decoded"):
        read(foreign[0], tmp_path / "out")
    (foreign[0] / "a.jpg").unlink()
    with pytest.raises(InputError, match=r"no image 'a\.jpg'; name its folder by images=DIR"):
        read(foreign[0], tmp_path / "out")


def test_a_broken_import_leaves_the_old_set_unlisted_or_whole(foreign, tmp_path):
    out = tmp_path / "out"
    read(foreign[0], out)
    (foreign[0] / "annotations.json").write_text("{")
    with pytest.raises(InputError, match=r"annotations\.json: no JSON"):
        read(foreign[0], out)
    assert findings(out) == []
