"""Keypoints as arrays: npz `keypoints_2d(T, J, 3)`, and json with named joints."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from hmr.errors import InputError
from hmr.joints import CONVENTIONS
from hmr.keypoints.person import Keypoints2D, canonical, names_by_count

IMAGE_KEYS = ("imgname", "image_names", "images")
JSON_JOINTS = ("joints", "keypoints", "keypoints_2d")


def read_npz(path: Path) -> list[Keypoints2D]:
    """Read `keypoints_2d` of one person through T frames, or of T people.

    `joint_names` holds names or the name of a convention; `imgname` the images' file
    names (without it, row t belongs to the t-th image of the folder); `K` intrinsics.
    """
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    if "keypoints_2d" not in arrays:
        raise InputError(f"{path}: no key 'keypoints_2d'; it has {', '.join(arrays) or 'nothing'}")
    points = arrays["keypoints_2d"].astype(np.float64)
    if points.ndim != 3 or points.shape[2] != 3:
        raise InputError(f"{path}: keypoints_2d has shape {points.shape}, expected (T, J, 3)")
    names = _names(arrays.get("joint_names"), points.shape[1], str(path))
    images = next((arrays[key] for key in IMAGE_KEYS if key in arrays), None)
    if images is not None and len(images) != len(points):
        raise InputError(f"{path}: {len(images)} image names for {len(points)} rows")
    found = [f"#{i}" for i in range(len(points))] if images is None else [str(i) for i in images]
    scale = max(1.0, float(np.nanmax(points[..., 2], initial=0)))
    K = arrays["K"].astype(np.float64) if "K" in arrays else None
    people = [
        Keypoints2D(image, str(i), names, row[:, :2], row[:, 2] / scale)
        for i, (image, row) in enumerate(zip(found, points, strict=True))
    ]
    if K is None:
        return people
    each = np.broadcast_to(K, (len(people), 3, 3))
    return [replace(p, K=np.array(k)) for p, k in zip(people, each, strict=True)]


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
