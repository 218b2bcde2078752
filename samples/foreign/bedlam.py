"""BEDLAM's and CameraHMR's training npz.

Their readers build the body from `pose_cam` and `shape` and put it at
`trans_cam + cam_ext[:3, 3]`; files whose `trans_cam` holds the whole way are read as well.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from hmr.joints import SMPLX_BODY_22
from hmr.rotations import axis_angle_to_matrix, geodesic
from samples.finding import Finding
from samples.foreign.bodies import (
    check_projection,
    check_upright,
    joints_in_camera,
    params_of,
    pixels,
)
from samples.foreign.cameras import check_extrinsics, check_intrinsics, check_same
from samples.foreign.columns import (
    Column,
    Rows,
    check_betas,
    check_boxes,
    check_confidence,
    check_finite,
    check_turns,
    check_twice,
    length_of,
    numbers,
    sound_rows,
    words,
)
from samples.foreign.photos import check_pictures

KEYS = {"imgname", "cam_int"}
"""Tell this layout from others."""
COLUMNS = (
    Column("center", [(2,)]),
    Column("scale", [(), (1,)]),
    Column("pose_cam", [(165,), (72,), (66,)]),
    Column("shape", [(10,), (11,)]),
    Column("cam_int", [(3, 3)]),
    Column("gtkps", [(None, 3), (None, 2)]),
    Column("pose_world", [(165,), (72,), (66,)], needed=False),
    Column("trans_cam", [(3,)], needed=False),
    Column("trans_world", [(3,)], needed=False),
    Column("cam_ext", [(4, 4)], needed=False),
    Column("proj_verts", [(None, 3), (None, 2)], needed=False),
    Column("kid_weight", [()], needed=False),
)
GENDERS = ("neutral", "male", "female")
PARTS = {
    "global_orient": slice(0, 3),
    "body_pose": slice(3, 66),
}
BETWEEN_TURNS = np.radians(5)
"""Most that `pose_cam` may differ from `cam_ext` times `pose_world`."""


def examine(
    arrays: Mapping[str, np.ndarray], path: Path, images: Path | None, body_path: str | None
) -> Iterator[Finding]:
    """Yield what is wrong with a file."""
    # CameraHMR calls it `pose`.
    arrays = {("pose_cam" if name == "pose" else name): array for name, array in arrays.items()}
    n = length_of(arrays, [column.name for column in COLUMNS])
    good, faults = numbers(arrays, COLUMNS, n)
    names, fault = words(arrays, "imgname", n)
    genders, other = words(arrays, "gender", n) if "gender" in arrays else (["neutral"] * n, None)
    for text in (*faults, fault, other):
        if text:
            yield Finding("layout", path.name, text)
    if n == 0:
        yield Finding("layout", path.name, "holds nobody")
    rows = Rows(good, names if names is not None else [""] * n)
    yield from _plain(rows)
    yield from _genders(rows, genders)
    if genders is not None and names is not None:
        yield from _bodies(rows, genders, body_path)
    if names is not None and images is not None:
        yield from check_pictures(images, {name: (None, None) for name in names})


def _plain(rows: Rows) -> Iterator[Finding]:
    yield from check_finite(rows)
    yield from check_betas(rows, "shape")
    yield from check_turns(rows, [name for name in ("pose_cam", "pose_world")])
    yield from check_confidence(rows, "gtkps")
    for name in ("cam_int", "cam_ext"):
        yield from check_same(rows, name)
    yield from check_extrinsics(rows)
    if "cam_int" in rows.numbers:
        yield from check_intrinsics(rows, rows.numbers["cam_int"])
    if {"pose_cam", "trans_cam", "shape", "center"} <= set(rows.numbers):
        yield from check_twice(rows, ["pose_cam", "trans_cam", "shape", "center"])
    if {"center", "scale"} <= set(rows.numbers):
        keypoints = rows.numbers.get("gtkps")
        whole = keypoints if keypoints is not None and keypoints.shape[-1] == 3 else None
        yield from check_boxes(rows, _boxes(rows), whole, "the box of center and scale")


def _genders(rows: Rows, genders: list[str] | None) -> Iterator[Finding]:
    for row, gender in enumerate(genders or ()):
        if gender not in GENDERS:
            yield Finding("layout", rows.name(row), f"gender is {gender[:20]!r}")


def _boxes(rows: Rows) -> np.ndarray:
    half = rows.numbers["scale"].reshape(-1, 1) * 100
    return np.concatenate([rows.numbers["center"] - half, rows.numbers["center"] + half], 1)


def _bodies(rows: Rows, genders: list[str], body_path: str | None) -> Iterator[Finding]:
    if "pose_cam" not in rows.numbers:
        return
    chosen = sound_rows(rows, ["pose_cam"])
    yield from check_upright(rows, chosen, rows.numbers["pose_cam"][chosen, :3])
    yield from _turned(rows)
    needed = ("pose_cam", "shape", "trans_cam", "cam_int", "gtkps", "scale")
    if not set(needed) <= set(rows.numbers) or rows.numbers["gtkps"].shape[1] < 22:
        return
    chosen = [row for row in sound_rows(rows, needed) if genders[row] in GENDERS]
    chosen = [row for row in chosen if np.abs(rows.numbers["shape"][row]).max() < 100]
    if chosen:
        yield from _projection(rows, chosen, [genders[row] for row in chosen], body_path)


def _projection(
    rows: Rows, chosen: list[int], genders: list[str], body_path: str | None
) -> Iterator[Finding]:
    values = {name: array[chosen] for name, array in rows.numbers.items()}
    parts = {name: values["pose_cam"][:, part] for name, part in PARTS.items()}
    parts |= {"betas": values["shape"][:, :10], "transl": values["trans_cam"]}
    joints = joints_in_camera(params_of(parts, _kids(values)), genders, body_path)
    ways = [joints]
    if "cam_ext" in values:
        ways.append(joints + np.nan_to_num(values["cam_ext"][:, None, :3, 3]))
    keypoints = values["gtkps"][:, : len(SMPLX_BODY_22)]
    if keypoints.shape[-1] == 2:
        keypoints = np.concatenate([keypoints, np.ones_like(keypoints[..., :1])], -1)
    projected = [pixels(way, values["cam_int"]) for way in ways]
    side = np.abs(values["scale"].reshape(-1)) * 200
    yield from check_projection(rows, chosen, projected, keypoints, side)


def _kids(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Weights of the kid template: beside the layout, or AGORA's eleventh shape number."""
    if "kid_weight" in values:
        return np.clip(np.nan_to_num(values["kid_weight"]), 0, 1)
    eleventh = values["shape"][:, 10] if values["shape"].shape[1] > 10 else np.zeros(1)
    is_weight = len(eleventh) == len(values["shape"]) and ((eleventh >= 0) & (eleventh <= 1)).all()
    return eleventh if is_weight else np.zeros(len(values["shape"]))


def _turned(rows: Rows) -> Iterator[Finding]:
    """Where `cam_ext` takes most people from the world to the camera, it must take all."""
    needed = ("pose_cam", "pose_world", "cam_ext")
    if not set(needed) <= set(rows.numbers):
        return
    chosen = sound_rows(rows, needed)
    R = torch.from_numpy(rows.numbers["cam_ext"][chosen, :3, :3])
    here, there = (
        axis_angle_to_matrix(torch.from_numpy(rows.numbers[name][chosen, :3]))
        for name in ("pose_cam", "pose_world")
    )
    apart = geodesic(here, R @ there).numpy()
    if not len(chosen) or np.median(apart) > BETWEEN_TURNS:
        return
    for place in np.flatnonzero(~(apart <= BETWEEN_TURNS)).tolist():
        degrees = np.degrees(apart[place])
        text = f"pose_cam is {degrees:.0f} degrees from cam_ext times pose_world"
        yield Finding("frame", rows.name(chosen[place]), text)
