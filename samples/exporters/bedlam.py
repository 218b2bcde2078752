"""BEDLAM's training npz (Black et al., CVPR 2023), one for the whole set.

`bedlam.npz` beside `images/`; `imgname` is relative to the export. Its readers
build the body with flat hands and put it at `trans_cam + cam_ext[:3, 3]`. The
same arrays feed CameraHMR's SMPL-X branch and the scripts that turn BEDLAM into
other layouts. `cam_ext` is one for all people of an image. Beyond the layout:
`expression`, which moves the keypoints of the face, `person_id`, `occlusion`, `truncation`,
`trust`, `kid_weight`, `joint_visibility`.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float

from hmr.joints import SMPLX_ALL
from samples.exporters.containers import write_npz
from samples.exporters.people import (
    FULL_POSE,
    Figure,
    Picture,
    Tally,
    about,
    columns,
    pictures,
    points_of,
)

KEYPOINTS = SMPLX_ALL[:127]
"""SMPL-X's joints, surface points and face; the jaw's outline, which slides over the skin, is not
a fixed point."""
PROJECTED_VERTICES = 437
"""Of BEDLAM's own coarse mesh, which this project does not have: zeros."""


def export(data: Path, out: Path, body_path: str | None = None) -> Mapping[str, object]:
    """Write a data set as BEDLAM does and count what was written."""
    tally, rows = Tally(), []
    for picture in pictures(data, tally, "BEDLAM"):
        picture.save(out)
        points = points_of(picture, KEYPOINTS, body_path)
        world = picture.sample.params.to_disk()
        rows += [
            row_of(picture, figure, points.flat(i), world)
            for i, figure in enumerate(picture.figures)
        ]
    arrays = columns(rows, data)
    vertices = np.zeros((len(rows), PROJECTED_VERTICES, 3), np.float32)
    write_npz(out / "bedlam.npz", {**arrays, "proj_verts": vertices})
    return tally.counts()


def row_of(
    picture: Picture,
    figure: Figure,
    keypoints: Float[np.ndarray, "names 3"],
    world: Mapping[str, np.ndarray],
) -> dict[str, object]:
    """Describe one person."""
    extrinsics = extrinsics_of(picture)
    return {
        "imgname": picture.path,
        "center": figure.centre,
        "scale": figure.size.max() / 200,
        "pose_cam": figure.pose,
        "pose_world": np.concatenate([world[name][figure.row] for name in FULL_POSE]),
        "shape": figure.shape,
        "trans_cam": figure.values["transl"] - extrinsics[:3, 3],
        "trans_world": world["transl"][figure.row],
        "gtkps": keypoints,
        "cam_int": picture.K,
        "cam_ext": extrinsics,
        "gender": figure.person.gender,
        "motion_info": "",
        "sub": f"{picture.sample.key}_{figure.person.person_id}",
        "expression": figure.values["expression"],
        **about(picture, figure),
    }


def extrinsics_of(picture: Picture) -> Float[np.ndarray, "4 4"]:
    """Give the camera's turn and place as one matrix that takes world points to the camera."""
    camera, matrix = picture.sample.camera, np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = camera.R.double().numpy(), camera.t.double().numpy()
    return matrix
