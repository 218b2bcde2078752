"""CameraHMR's training npz (Patel and Black, 3DV 2025), for its SMPL branch.

`camerahmr.npz` beside `images/`. `pose_cam` holds SMPL's 24 rotations (72 numbers):
SMPL-X's root and 21 body joints, and hands that do not turn. `gtkps` are the 44 keypoints
of SPIN. For the branch that trains SMPL-X, export BEDLAM's npz, which it reads as
it is. `shape` are the betas of the body file that posed the people.
"""

from collections.abc import Mapping
from pathlib import Path

from samples.exporters.bedlam import extrinsics_of
from samples.exporters.containers import write_npz
from samples.exporters.people import (
    Figure,
    Picture,
    Tally,
    about,
    columns,
    pictures,
    points_of,
)
from samples.exporters.spin import KEYPOINTS


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set for CameraHMR and count what was written."""
    tally, rows = Tally(), []
    for picture in pictures(data, tally, "CameraHMR"):
        picture.save(out)
        points = points_of(picture, KEYPOINTS, body_path)
        rows += [
            {**_row(picture, figure), "gtkps": points.flat(i)}
            for i, figure in enumerate(picture.figures)
        ]
    write_npz(out / "camerahmr.npz", columns(rows, data))
    return tally.counts()


def _row(picture: Picture, figure: Figure) -> dict[str, object]:
    extrinsics = extrinsics_of(picture)
    return {
        "imgname": picture.path,
        "scale": figure.size.max() / 200,
        "center": figure.centre,
        "pose_cam": figure.pose_24,
        "shape": figure.shape,
        "cam_int": picture.K,
        "cam_ext": extrinsics,
        "trans_cam": figure.values["transl"] - extrinsics[:3, 3],
        "gender": figure.person.gender,
        "expression": figure.values["expression"],
        **about(picture, figure),
    }
