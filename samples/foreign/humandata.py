"""HumanData, mmhuman3d's npz: everything in the OpenCV camera frame."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from hmr.joints import SMPLX_BODY_22
from samples.finding import Finding
from samples.foreign.bodies import (
    check_projection,
    check_upright,
    joints_in_camera,
    params_of,
    pixels,
)
from samples.foreign.cameras import check_intrinsics, check_same
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
from samples.foreign.photos import Size, check_pictures

KEYS = {"image_path", "smplx"}
"""Tell this layout from others."""
PARTS = ("face", "lhand", "rhand")
COLUMNS = (
    Column("bbox_xywh", [(5,), (4,)]),
    *(Column(f"{part}_bbox_xywh", [(5,), (4,)], needed=False) for part in PARTS),
    Column("keypoints2d_smplx", [(None, 3)]),
    Column("keypoints3d_smplx", [(None, 4)], needed=False),
)
BODY = (
    Column("global_orient", [(3,), (1, 3)]),
    Column("body_pose", [(21, 3), (63,)]),
    Column("betas", [(10,), (11,)]),
    Column("transl", [(3,)]),
    *(Column(f"{side}_hand_pose", [(15, 3), (45,)], needed=False) for side in ("left", "right")),
    *(Column(f"{p}_pose", [(3,), (1, 3)], needed=False) for p in ("jaw", "leye", "reye")),
    Column("expression", [(None,)], needed=False),
    Column("betas_extra", [(1,), ()], needed=False),
)
META = (
    Column("height", [(), (1,)], needed=False),
    Column("width", [(), (1,)], needed=False),
    Column("focal_length", [(2,), ()], needed=False),
    Column("principal_point", [(2,)], needed=False),
)
TURNS = ("global_orient", "body_pose", "left_hand_pose", "right_hand_pose", "jaw_pose")
TURNS += ("leye_pose", "reye_pose")
GENDERS = ("neutral", "male", "female")
BETWEEN_PIXELS = 0.01
"""Most that 2D keypoints may lie from the projected 3D ones, as a share of the box."""


def examine(
    arrays: Mapping[str, np.ndarray], path: Path, images: Path | None, body_path: str | None
) -> Iterator[Finding]:
    """Yield what is wrong with a file."""
    n = length_of(arrays, ["image_path", *(column.name for column in COLUMNS)])
    good, faults = numbers(arrays, COLUMNS, n)
    names, fault = words(arrays, "image_path", n)
    body, more = _table(arrays, "smplx", BODY, n)
    meta, most = _table(arrays, "meta", META, n) if "meta" in arrays else ({}, [])
    for text in (*faults, fault, *more, *most, *_misc(arrays)):
        if text:
            yield Finding("layout", path.name, text)
    if n == 0:
        yield Finding("layout", path.name, "holds nobody")
    rows = Rows({**meta, **good, **body}, names if names is not None else [""] * n)
    yield from _plain(rows)
    for dims in ("2", "3"):
        yield from _masks(arrays, rows, f"keypoints{dims}d_smplx", path.name)
    rows = _with_intrinsics(rows)
    yield from _cameras(rows)
    yield from _keypoints(rows, _flag(arrays, "kps3d_root_aligned"))
    yield from _bodies(rows, _genders(arrays, n), body_path)
    if names is not None and images is not None:
        yield from check_pictures(images, _sizes(rows))


def _table(
    arrays: Mapping[str, np.ndarray], name: str, columns: tuple[Column, ...], n: int
) -> tuple[dict[str, np.ndarray], list[str]]:
    table = _dict(arrays, name)
    if table is None:
        return {}, [f"{name} is no dict of arrays"]
    return numbers(table, columns, n, prefix=f"{name}.")


def _dict(arrays: Mapping[str, np.ndarray], name: str) -> Mapping | None:
    array = arrays.get(name)
    if not isinstance(array, np.ndarray) or array.dtype != object or array.size != 1:
        return None
    held = array.reshape(-1)[0]
    if not isinstance(held, Mapping) or not all(isinstance(key, str) for key in held):
        return None
    return held


def _misc(arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    if "misc" in arrays and _dict(arrays, "misc") is None:
        yield "misc is no dict"


def _flag(arrays: Mapping[str, np.ndarray], name: str) -> bool:
    return bool((_dict(arrays, "misc") or {}).get(name) is True)


def _genders(arrays: Mapping[str, np.ndarray], n: int) -> list[str]:
    """Gender of each row; neutral where the file does not say."""
    listed = (_dict(arrays, "meta") or {}).get("gender")
    found = listed.tolist() if isinstance(listed, np.ndarray) else listed
    if not isinstance(found, list) or len(found) != n:
        return ["neutral"] * n
    return [gender if gender in GENDERS else "neutral" for gender in found]


def _plain(rows: Rows) -> Iterator[Finding]:
    yield from check_finite(rows)
    yield from check_betas(rows, "betas")
    yield from check_turns(rows, TURNS)
    for name in ("keypoints2d_smplx", "keypoints3d_smplx"):
        yield from check_confidence(rows, name)
    same = [name for name in ("global_orient", "body_pose", "transl") if name in rows.numbers]
    if len(same) == 3:
        yield from check_twice(rows, same)
    if "bbox_xywh" in rows.numbers:
        boxes = rows.numbers["bbox_xywh"]
        corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:4]], 1)
        yield from check_boxes(rows, corners, rows.numbers.get("keypoints2d_smplx"), "bbox_xywh")
        yield from _outside(rows, corners)


def _outside(rows: Rows, corners: np.ndarray) -> Iterator[Finding]:
    if not {"width", "height"} <= set(rows.numbers):
        return
    size = np.stack([rows.numbers[name].reshape(-1) for name in ("width", "height")], 1)
    for row in np.flatnonzero(((corners[:, 2:] <= 0) | (corners[:, :2] >= size)).any(1)).tolist():
        yield Finding("box", rows.name(row), "bbox_xywh lies outside the image")


def _masks(
    arrays: Mapping[str, np.ndarray], rows: Rows, name: str, where: str
) -> Iterator[Finding]:
    """A keypoint that the mask leaves out must carry no confidence."""
    keypoints, mask = rows.numbers.get(name), arrays.get(f"{name}_mask")
    if keypoints is None or mask is None:
        return
    if mask.dtype.kind not in "fiub" or mask.shape != keypoints.shape[1:2]:
        text = f"{name}_mask has shape {mask.shape} for {keypoints.shape[1]} keypoints"
        yield Finding("mask", where, text)
        return
    if not np.isin(mask, (0, 1)).all():
        yield Finding("mask", where, f"{name}_mask holds other values than 0 and 1")
        return
    used = ((keypoints[..., -1] > 0) & (mask == 0)).any(0)
    if used.any():
        text = f"{name}_mask leaves out {used.sum()} keypoints that have confidence"
        yield Finding("mask", where, text)


def _with_intrinsics(rows: Rows) -> Rows:
    if not {"focal_length", "principal_point"} <= set(rows.numbers):
        return rows
    focal, centre = rows.numbers["focal_length"], rows.numbers["principal_point"]
    K = np.tile(np.eye(3), (len(rows.images), 1, 1))
    K[:, [0, 1], [0, 1]] = focal.reshape(len(focal), -1)
    K[:, :2, 2] = centre
    return Rows({**rows.numbers, "K": K}, rows.images)


def _cameras(rows: Rows) -> Iterator[Finding]:
    for name in ("focal_length", "principal_point", "width", "height"):
        yield from check_same(rows, name)
    if "K" in rows.numbers:
        yield from check_intrinsics(rows, rows.numbers["K"])


def _keypoints(rows: Rows, aligned: bool) -> Iterator[Finding]:
    """3D keypoints of the camera frame must project to the 2D ones."""
    needed = ("K", "keypoints2d_smplx", "keypoints3d_smplx", "bbox_xywh")
    if aligned or not set(needed) <= set(rows.numbers):
        return
    flat, solid = rows.numbers["keypoints2d_smplx"], rows.numbers["keypoints3d_smplx"]
    if flat.shape[1] != solid.shape[1]:
        return
    for row in sound_rows(rows, needed):
        known = (flat[row, :, 2] > 0) & (solid[row, :, 3] > 0) & (solid[row, :, 2] > 0.05)
        if not known.any():
            continue
        projected = pixels(solid[row : row + 1, known, :3], rows.numbers["K"][row : row + 1])[0]
        gap = float(np.median(np.linalg.norm(projected - flat[row, known, :2], axis=-1)))
        side = max(float(np.abs(rows.numbers["bbox_xywh"][row, 2:4]).max()), 20)
        if not gap <= BETWEEN_PIXELS * side + 1:
            text = f"3D keypoints project {gap:.1f} pixels away from the 2D ones"
            yield Finding("projection", rows.name(row), text)


def _bodies(rows: Rows, genders: list[str], body_path: str | None) -> Iterator[Finding]:
    if "global_orient" not in rows.numbers:
        return
    chosen = sound_rows(rows, ["global_orient"])
    turns = rows.numbers["global_orient"][chosen].reshape(-1, 3)
    yield from check_upright(rows, chosen, turns)
    needed = ("global_orient", "body_pose", "betas", "transl", "K", "keypoints2d_smplx")
    needed += ("bbox_xywh",)
    if not set(needed) <= set(rows.numbers) or rows.numbers["keypoints2d_smplx"].shape[1] < 22:
        return
    chosen = sound_rows(rows, needed)
    chosen = [row for row in chosen if np.abs(rows.numbers["betas"][row]).max() < 100]
    if not chosen:
        return
    values = {name: array[chosen] for name, array in rows.numbers.items()}
    parts = {name: values[name] for name in ("global_orient", "body_pose", "transl")}
    params = params_of({**parts, "betas": values["betas"][:, :10]}, _kids(values))
    joints = joints_in_camera(params, [genders[row] for row in chosen], body_path)
    keypoints = values["keypoints2d_smplx"][:, : len(SMPLX_BODY_22)]
    side = np.abs(values["bbox_xywh"][:, 2:4]).max(-1)
    yield from check_projection(rows, chosen, [pixels(joints, values["K"])], keypoints, side)


def _kids(values: Mapping[str, np.ndarray]) -> np.ndarray:
    if "betas_extra" in values:
        return np.clip(np.nan_to_num(values["betas_extra"].reshape(-1)), 0, 1)
    return np.zeros(len(values["betas"]))


def _sizes(rows: Rows) -> dict[str, Size]:
    sizes: dict[str, Size] = {}
    for row, name in enumerate(rows.images):
        pair = [
            float(rows.numbers[key][row].reshape(-1)[0])
            for key in ("width", "height")
            if key in rows.numbers
        ]
        known = len(pair) == 2 and bool(np.isfinite(pair).all())
        sizes.setdefault(name, (int(pair[0]), int(pair[1])) if known else (None, None))
    return sizes
