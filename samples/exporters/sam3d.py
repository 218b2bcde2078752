"""WebDataset shards as those of SAM 3D Body (Meta, 2025).

`shard-000000.tar` ...: `KEY.jpg`, `KEY.metadata.json` and `KEY.annotation.pyd`, a list
of one dict a person. Keypoints come in the order of its 70: what SMPL-X has of
them, and zeros of confidence 0 for the points of elbows and shoulders that lie on the
skin (olecranon, cubital fossa, acromion). `bbox` is x0, y0, x1, y1, as `bbox_format`
says, and `scale` its width and height. Masks are of what is visible. MHR's own
parameters cannot be had from SMPL-X; SMPL-X's stand in `smplx_params`.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.shards import shard_name
from samples.exporters.containers import write_tar
from samples.exporters.people import (
    UNNAMED,
    Figure,
    Picture,
    Points,
    Tally,
    pictures,
    points_of,
)

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
MHR_70 = (
    *("nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", "left_hip", "right_hip", "left_knee", "right_knee"),
    *("left_ankle", "right_ankle", "left_big_toe", "left_small_toe", "left_heel"),
    *("right_big_toe", "right_small_toe", "right_heel"),
    # From each finger's tip to its root.
    *(f"right_{finger}{joint}" for finger in FINGERS for joint in ("", 3, 2, 1)),
    "right_wrist",
    *(f"left_{finger}{joint}" for finger in FINGERS for joint in ("", 3, 2, 1)),
    "left_wrist",
    *(UNNAMED,) * 6,
    "neck",
)
"""SMPL-X's names of MHR's 70 keypoints."""


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set as SAM 3D Body's and count what was written."""
    tally = Tally()
    by_shard = groupby(pictures(data, tally, "SAM 3D Body"), key=lambda picture: picture.shard)
    for number, (_, group) in enumerate(by_shard):
        write_tar(out / shard_name(number), _records(group, body_path))
    if not tally.images:
        raise InputError(f"{data}: no image was taken through a lens without distortion")
    return tally.counts()


def _records(group: Iterator[Picture], body_path: str | None) -> Iterator[dict]:
    for picture in group:
        points = points_of(picture, MHR_70, body_path)
        yield {
            "__key__": picture.sample.key,
            "jpg": picture.jpg,
            "metadata.json": {"width": picture.sample.width, "height": picture.sample.height},
            "annotation.pyd": [
                _person(picture, figure, points, i) for i, figure in enumerate(picture.figures)
            ],
        }


def _person(picture: Picture, figure: Figure, points: Points, i: int) -> dict[str, object]:
    person = figure.person
    return {
        "person_id": person.person_id,
        "keypoints_2d": points.flat(i).astype(np.float32),
        "keypoints_3d": points.solid(i).astype(np.float32),
        "bbox": np.array(figure.box, np.float32),
        "bbox_format": "xyxy",
        "bbox_score": 1.0,
        "center": figure.centre.astype(np.float32),
        "scale": figure.size.astype(np.float32),
        "metadata": {"cam_int": picture.K.astype(np.float32), "loss": 0.0},
        "smplx_params": {**figure.values, "gender": person.gender},
        **_mask(person.mask_visible),
    }


def _mask(mask: Mapping | None) -> dict[str, object]:
    if mask is None:
        return {}
    size = np.array(mask["size"], np.int64)
    return {"mask": {"size": size, "counts": str(mask["counts"]).encode()}}
