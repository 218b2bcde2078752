"""Keypoints as arrays: npz `keypoints_2d(T, J, 3)`, and json with named joints."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float

from hmr.errors import InputError
from hmr.keypoints.person import Keypoints2D, canonical, names_by_count, of_convention

ARRAYS = ("keypoints_2d", "joints")
IMAGE_KEYS = ("imgname", "image_names", "images", "image_index")
JSON_JOINTS = ("joints", "keypoints", "keypoints_2d")


def read_npz(path: Path, convention: str | None = None) -> list[Keypoints2D]:
    """Read `keypoints_2d`: T frames of one person, or T people (T, J, 3); or of P (P, T, J, 3).

    `joint_names` holds names or the name of a convention (where it is missing `convention`
    counts); `joints` will do for `keypoints_2d` if its third column is a score from 0 to 1;
    `imgname` the images' file names or `image_index` their numbers (without either, row t
    belongs to the t-th image of the folder, and all rows to one person); `track_id` says who
    each of T rows is; `K` intrinsics.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    points = _points(arrays, path)
    names = _names(arrays.get("joint_names"), points.shape[-2], str(path), convention)
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


def _points(arrays: Mapping[str, np.ndarray], path: Path) -> Float[np.ndarray, "*people T J 3"]:
    key = next((name for name in ARRAYS if name in arrays), None)
    if key is None:
        raise InputError(f"{path}: no key 'keypoints_2d'; it has {', '.join(arrays) or 'nothing'}")
    points = arrays[key].astype(np.float64)
    if points.ndim not in (3, 4) or points.shape[-1] != 3:
        raise InputError(
            f"{path}: {key} has shape {points.shape}, expected (T, J, 3) or (P, T, J, 3)"
        )
    scores = np.nan_to_num(points[..., 2])
    if key != ARRAYS[0] and ((scores < 0) | (scores > 1)).any():
        raise InputError(
            f"{path}: no key 'keypoints_2d', and the third column of '{key}' is no score from 0 "
            "to 1; joints in space are no keypoints"
        )
    return points


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


def _names(
    given: np.ndarray | None, count: int, where: str, convention: str | None
) -> tuple[str, ...]:
    if given is None:
        return names_by_count(count, where, convention)
    if given.ndim == 0:
        return of_convention(str(given), count, where)
    names = canonical(given, where)
    if len(names) != count:
        raise InputError(f"{where}: {len(names)} joint_names for {count} joints")
    return names
