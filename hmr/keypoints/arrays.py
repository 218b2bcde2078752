"""Keypoints as arrays: npz `keypoints_2d(T, J, 3)`, and json with named joints."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.joints import CONVENTIONS
from hmr.keypoints.person import Keypoints2D, canonical, names_by_count

IMAGE_KEYS = ("imgname", "image_names", "images")
JSON_JOINTS = ("joints", "keypoints", "keypoints_2d")


def read_npz(path: Path) -> list[Keypoints2D]:
    """Read `keypoints_2d`: T frames of one person, or T people (T, J, 3); or of P (P, T, J, 3).

    `joint_names` holds names or the name of a convention; `imgname` the images' file
    names (without it, row t belongs to the t-th image of the folder, and all rows to one
    person); `track_id` says who each of T rows is; `K` intrinsics.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    if "keypoints_2d" not in arrays:
        raise InputError(f"{path}: no key 'keypoints_2d'; it has {', '.join(arrays) or 'nothing'}")
    points = arrays["keypoints_2d"].astype(np.float64)
    if points.ndim not in (3, 4) or points.shape[-1] != 3:
        raise InputError(
            f"{path}: keypoints_2d has shape {points.shape}, expected (T, J, 3) or (P, T, J, 3)"
        )
    names = _names(arrays.get("joint_names"), points.shape[-2], str(path))
    frames = points.shape[-3]
    images = next((arrays[key] for key in IMAGE_KEYS if key in arrays), None)
    for key, column in (("image names", images), ("track_id", arrays.get("track_id"))):
        if column is not None and len(column) != frames:
            raise InputError(f"{path}: {len(column)} {key} for {frames} rows")
    found = [f"#{i}" for i in range(frames)] if images is None else [str(i) for i in images]
    K = np.broadcast_to(arrays.get("K", np.eye(3)), (frames, 3, 3)).astype(np.float64)
    scale = max(1.0, float(np.nanmax(points[..., 2], initial=0)))
    rows = points.reshape(-1, *points.shape[-2:])
    return [
        Keypoints2D(
            image=found[i % frames],
            key=str(i),
            names=names,
            joints=row[:, :2],
            scores=row[:, 2] / scale,
            K=K[i % frames] if "K" in arrays else None,
            track=_track(arrays, points.ndim, i, frames),
        )
        for i, row in enumerate(rows)
    ]


def _track(arrays: Mapping[str, np.ndarray], axes: int, row: int, frames: int) -> str | None:
    """Say who a row is: told by the file, by its place, or one alone; None among named images."""
    if axes == 4:
        return str(row // frames)
    if "track_id" in arrays:
        return str(arrays["track_id"][row])
    return None if any(key in arrays for key in IMAGE_KEYS) else "0"


def read_named(content: Mapping, where: str) -> list[Keypoints2D]:
    """Read `{"joint_names": [...], "images": [{"file_name", "joints": [[x, y, v], ...]}]}`."""
    names = canonical(content["joint_names"], where)
    people = []
    for number, entry in enumerate(content["images"]):
        rows = next((entry[key] for key in JSON_JOINTS if key in entry), None)
        values = np.array(rows, dtype=np.float64)
        if values.shape != (len(names), 3):
            raise InputError(
                f"{where}: image {entry['file_name']} has joints of shape {values.shape}, "
                f"expected ({len(names)}, 3)"
            )
        key = str(entry.get("id", number))
        people.append(Keypoints2D(entry["file_name"], key, names, values[:, :2], values[:, 2]))
    return people


def _names(given: np.ndarray | None, count: int, where: str) -> tuple[str, ...]:
    if given is None:
        return names_by_count(count, where)
    if given.ndim == 0:
        if str(given) not in CONVENTIONS:
            known = ", ".join(CONVENTIONS)
            raise InputError(f"{where}: joint_names '{given}' is no convention; one of {known}")
        names = CONVENTIONS[str(given)]
    else:
        names = canonical(given, where)
    if len(names) != count:
        raise InputError(f"{where}: {len(names)} joint_names for {count} joints")
    return names
