"""HMR2's npz and WebDataset shards (Goel et al., 4D-Humans, ICCV 2023).

`hmr2.npz` beside `images/`, and the same people in `shard-000000.tar` ...: `KEY.jpg`
and `KEY.data.pyd`, a list of one dict a person. The npz keeps `scale` as the
box's width and height in pixels, the shards the same over 200: so their readers
take them. `body_pose` are SMPL's 24 rotations, the root first. `betas` are the body
file's and not SMPL's, so `has_betas` is 0: they are kept out of the loss. 3D keypoints
are in the camera frame. `extra_info` holds what the layout has no place for.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import numpy as np

from hmr.joints import OPENPOSE_25
from hmr.shards import shard_name
from samples.exporters.containers import write_npz, write_tar
from samples.exporters.people import (
    Figure,
    Picture,
    Points,
    Tally,
    columns,
    pictures,
    points_of,
)
from samples.exporters.spin import KEYPOINTS

BODY = len(OPENPOSE_25)


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set for HMR2 and count what was written."""
    tally, rows = Tally(), []
    by_shard = groupby(pictures(data, tally, "HMR2"), key=lambda picture: picture.shard)
    for number, (_, group) in enumerate(by_shard):
        write_tar(out / shard_name(number), _records(group, out, rows, body_path))
    write_npz(out / "hmr2.npz", columns(rows, data))
    return tally.counts()


def _records(
    group: Iterator[Picture], out: Path, rows: list[dict], body_path: str | None
) -> Iterator[dict]:
    for picture in group:
        picture.save(out)
        points = points_of(picture, KEYPOINTS, body_path)
        people = [_row(picture, f, points, i) for i, f in enumerate(picture.figures)]
        rows += people
        in_tar = [_in_tar(person) for person in people]
        yield {"__key__": picture.sample.key, "jpg": picture.jpg, "data.pyd": in_tar}


def _row(picture: Picture, figure: Figure, points: Points, i: int) -> dict[str, object]:
    flat, solid = points.flat(i).astype(np.float32), points.solid(i).astype(np.float32)
    person = figure.person
    return {
        "imgname": picture.path,
        "center": figure.centre,
        "scale": figure.size,
        "body_pose": figure.pose_24,
        "has_body_pose": np.float32(1),
        "betas": figure.values["betas"][:10],
        "has_betas": np.float32(0),
        "body_keypoints_2d": flat[:BODY],
        "extra_keypoints_2d": flat[BODY:],
        "body_keypoints_3d": solid[:BODY],
        "extra_keypoints_3d": solid[BODY:],
        "extra_info": {
            "transl": figure.values["transl"],
            "expression": figure.values["expression"],
            "cam_int": picture.K.astype(np.float32),
            "gender": person.gender,
            "kid_weight": float(person.kid_weight),
            "person_id": person.person_id,
            "occlusion": person.occlusion,
            "truncation": person.truncation,
            "trust": person.trust,
        },
    }


def _in_tar(row: Mapping) -> dict[str, object]:
    joined = {
        f"keypoints_{d}d": np.concatenate(
            [row[f"body_keypoints_{d}d"], row[f"extra_keypoints_{d}d"]]
        )
        for d in (2, 3)
    }
    scale = (row["scale"] / 200).astype(np.float32)
    return {**row, **joined, "center": row["center"].astype(np.float32), "scale": scale}
