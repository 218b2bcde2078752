"""COCO keypoint json: annotation files and lists of detections.

Annotation files (Lin et al., 2014; CrowdPose and COCO-WholeBody write the same
layout) have flags 0 absent, 1 hidden, 2 visible; detections have scores.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from jaxtyping import Float
from pycocotools import mask as coco_mask

from hmr.errors import InputError
from hmr.joints import COCO_17, CROWDPOSE_14
from hmr.keypoints.person import HIDDEN_SCORE, Keypoints2D, canonical, names_by_count
from hmr.sample import Box, Rle

FEET = ("left_big_toe", "left_small_toe", "left_heel")
FEET_6 = (*FEET, *(name.replace("left", "right") for name in FEET))
"""Order of COCO-WholeBody's `foot_kpts`."""
BY_COUNT = {17: COCO_17, 14: CROWDPOSE_14}


def read_annotations(content: Mapping, where: str) -> list[Keypoints2D]:
    """Read the people of an annotation file; crowds are left out."""
    images = {image["id"]: image for image in content.get("images", ())}
    names = {
        category["id"]: canonical(category["keypoints"], where)
        for category in content.get("categories", ())
        if category.get("keypoints")
    }
    return [
        _annotated(entry, images.get(entry["image_id"], {}), names, where)
        for entry in content["annotations"]
        if not entry.get("iscrowd") and entry.get("keypoints")
    ]


def read_detections(
    content: Sequence[Mapping], where: str, convention: str | None = None
) -> list[Keypoints2D]:
    """Read a list of results as `COCO.loadRes` takes them; `convention` may name the joints."""
    if content and not any("keypoints" in entry for entry in content):
        raise InputError(
            f"{where}: a list of detections without 'keypoints'; boxes alone will not do"
        )
    people = []
    for number, entry in enumerate(content):
        values = _triples(entry["keypoints"], where)
        known = None if convention else BY_COUNT.get(len(values))
        names = known or names_by_count(len(values), where, convention)
        scores = values[:, 2] / max(1.0, float(np.nan_to_num(values[:, 2]).max()))
        people.append(
            Keypoints2D(
                image=str(entry.get("file_name", entry["image_id"])),
                key=str(entry.get("id", number)),
                names=names,
                joints=values[:, :2],
                scores=scores,
                box=_box(entry),
                track=_track(entry),
            )
        )
    return people


def _annotated(
    entry: Mapping, image: Mapping, names: Mapping[int, tuple[str, ...]], where: str
) -> Keypoints2D:
    values = _triples(entry["keypoints"], where)
    named = names.get(entry.get("category_id", 1)) or BY_COUNT.get(len(values))
    named = named or names_by_count(len(values), where)
    if entry.get("foot_kpts"):
        values = np.concatenate([values[: len(named)], _triples(entry["foot_kpts"], where)])
        named = (*named, *FEET_6)
    if len(named) != len(values):
        raise InputError(
            f"{where}: annotation {entry.get('id')} has {len(values)} keypoints, "
            f"its category names {len(named)}"
        )
    flags = values[:, 2]
    return Keypoints2D(
        image=str(image.get("file_name", entry["image_id"])),
        key=str(entry["id"]),
        names=named,
        joints=values[:, :2],
        scores=np.select([flags >= 2, flags >= 1], [1.0, HIDDEN_SCORE], flags),
        box=_box(entry),
        hidden=flags == 1,
        mask=_mask(entry.get("segmentation"), image),
        K=_intrinsics(image),
        track=_track(entry),
    )


def _track(entry: Mapping) -> str | None:
    """Read who it is, as PoseTrack and its heirs write it."""
    return None if entry.get("track_id") is None else str(entry["track_id"])


def _triples(values: Sequence, where: str) -> Float[np.ndarray, "joints 3"]:
    array = np.array(values, dtype=np.float64)
    if array.size == 0 or array.size % 3:
        raise InputError(f"{where}: keypoints come as x, y, v; found {array.size} numbers")
    return array.reshape(-1, 3)


def _box(entry: Mapping) -> Box | None:
    if not entry.get("bbox"):
        return None
    x, y, width, height = (float(value) for value in entry["bbox"][:4])
    return x, y, x + width, y + height


def _mask(segmentation: object, image: Mapping) -> Rle | None:
    if not segmentation or "height" not in image or "width" not in image:
        return None
    size = (int(image["height"]), int(image["width"]))
    if isinstance(segmentation, list):
        found: Any = coco_mask.merge(coco_mask.frPyObjects(segmentation, *size))
    else:
        found = dict(cast(Mapping, segmentation))
        if isinstance(found["counts"], list):
            found = coco_mask.frPyObjects(found, *size)
    counts = found["counts"]
    text = counts if isinstance(counts, str) else counts.decode()
    return {"size": [int(n) for n in found["size"]], "counts": text}


def _intrinsics(image: Mapping) -> Float[np.ndarray, "3 3"] | None:
    """Read `K`, or `cam_param` with focal and princpt, as NeuralAnnot's data sets write it."""
    if "K" in image:
        return np.array(image["K"], dtype=np.float64).reshape(3, 3)
    if "focal" in image.get("cam_param", {}):
        (fx, fy), (cx, cy) = (image["cam_param"][key] for key in ("focal", "princpt"))
        return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], dtype=np.float64)
    return None
