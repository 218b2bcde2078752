"""COCO keypoints and instances, as `pycocotools` loads them.

`annotations.json` beside `images/`. `segmentation` is the visible mask; whole
people and how they are hidden stand in `amodal_segmentation`, `amodal_bbox`,
`occlusion`, `truncation` and `occluders`. People who cannot be seen at all are
left out. Pixels as in the project: (0, 0) is the image's corner.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from hmr.joints import COCO_17
from hmr.progress import track
from hmr.record import versions, write_atomically, write_json
from hmr.sample import Box, Person, Sample, decode_mask
from samples.archive import all_records
from samples.exporters.surface import OUT, flagged_points

SKELETON = (
    *(("left_ankle", "left_knee"), ("left_knee", "left_hip"), ("right_ankle", "right_knee")),
    *(("right_knee", "right_hip"), ("left_hip", "right_hip"), ("left_shoulder", "left_hip")),
    *(("right_shoulder", "right_hip"), ("left_shoulder", "right_shoulder")),
    *(("left_shoulder", "left_elbow"), ("right_shoulder", "right_elbow")),
    *(("left_elbow", "left_wrist"), ("right_elbow", "right_wrist"), ("left_eye", "right_eye")),
    *(("nose", "left_eye"), ("nose", "right_eye"), ("left_eye", "left_ear")),
    *(("right_eye", "right_ear"), ("left_ear", "left_shoulder"), ("right_ear", "right_shoulder")),
)


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set as COCO and count what was written."""
    images: list[dict] = []
    annotations: list[dict] = []
    licences: dict[str, int] = {}
    people = 0
    for record in track(all_records(data), "exporting to COCO"):
        sample = record.sample()
        people += len(sample.people)
        licence = licences.setdefault(sample.licence, len(licences) + 1)
        number = len(images) + 1
        images.append(_image(sample, number, licence))
        # The very bytes of the shard: nothing is compressed twice.
        write_atomically(out / "images" / f"{sample.key}.jpg", record.read()["jpg"])
        for row in seen(sample):
            annotations.append(_annotation(sample, row, number, len(annotations) + 1, body_path))
    write_json(out / "annotations.json", _file(data, images, annotations, licences))
    left = people - len(annotations)
    return {"images": len(images), "annotations": len(annotations), "invisible_people": left}


def seen(sample: Sample) -> Iterator[int]:
    """Rows of the people that get an annotation, in the order of their numbers."""
    for row, person in enumerate(sample.people):
        if _box(person) is not None:
            yield row


def _file(data: Path, images: list, annotations: list, licences: Mapping[str, int]) -> dict:
    skeleton = [[COCO_17.index(a) + 1, COCO_17.index(b) + 1] for a, b in SKELETON]
    person = {"id": 1, "name": "person", "supercategory": "person"}
    return {
        "info": {"description": f"{data.name}, exported by throng", "versions": versions()},
        "licenses": [{"id": number, "name": name} for name, number in licences.items()],
        "images": images,
        "annotations": annotations,
        "categories": [{**person, "keypoints": list(COCO_17), "skeleton": skeleton}],
    }


def _image(sample: Sample, number: int, licence: int) -> dict:
    camera = sample.camera
    lens = camera.distortion
    return {
        "id": number,
        "file_name": f"{sample.key}.jpg",
        "width": sample.width,
        "height": sample.height,
        "license": licence,
        "K": camera.K.double().tolist(),
        "R": camera.R.double().tolist(),
        "t": camera.t.double().tolist(),
        **({} if lens is None else {"distortion": lens.double().tolist()}),
        "environment": sample.environment,
    }


def _annotation(sample: Sample, row: int, image: int, number: int, body_path: str | None) -> dict:
    person = sample.people[row]
    box = _box(person)
    assert box is not None
    pixels, flags = _points(sample, row, body_path)
    triples = [
        [float(x), float(y), int(flag)] if flag != OUT else [0, 0, OUT]
        for (x, y), flag in zip(pixels, flags, strict=True)
    ]
    return {
        "id": number,
        "image_id": image,
        "category_id": 1,
        "iscrowd": 0,
        "bbox": _xywh(box),
        "area": _area(person, box),
        "segmentation": person.mask_visible or [],
        "keypoints": [value for triple in triples for value in triple],
        "num_keypoints": int((flags != OUT).sum()),
        **_extra(person),
    }


def _points(
    sample: Sample, row: int, body_path: str | None
) -> tuple[Float[np.ndarray, "17 2"], Int[np.ndarray, "17"]]:
    placed = sample.people[row].keypoints
    if sample.people[row].trust > 0 or placed is None:
        return flagged_points(sample, row, COCO_17, body_path)
    # Of a body that only stands in, the points that somebody annotated are what is known.
    pixels, flags = np.zeros((17, 2)), np.full(17, OUT)
    for point in placed:
        if point.name in COCO_17:
            joint = COCO_17.index(point.name)
            pixels[joint], flags[joint] = (point.x, point.y), point.flag
    return pixels, flags


def _extra(person: Person) -> dict:
    occluders = person.occluders
    return {
        "amodal_segmentation": person.mask_amodal,
        "amodal_bbox": _xywh(person.bbox_amodal) if person.bbox_amodal else None,
        "occlusion": person.occlusion,
        "truncation": person.truncation,
        "occluders": None if occluders is None else [asdict(o) for o in occluders],
        "person_id": person.person_id,
        "age": person.age,
        "gender": person.gender,
        "trust": person.trust,
    }


def _box(person: Person) -> Box | None:
    # Without masks, as with pseudo ground truth, the whole person's box is all there is.
    return person.bbox_visible or (None if person.mask_visible else person.bbox_amodal)


def _xywh(box: Box) -> list[float]:
    x0, y0, x1, y1 = box
    return [x0, y0, x1 - x0, y1 - y0]


def _area(person: Person, box: Box) -> float:
    if person.mask_visible:
        return float(decode_mask(person.mask_visible).sum())
    _, _, width, height = _xywh(box)
    return width * height
