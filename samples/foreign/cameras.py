"""One camera an image: the same for everybody in it, and one that could exist."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from samples.finding import Finding, one_line
from samples.foreign.columns import Rows, sound_rows

BETWEEN = 1e-3
"""Most that numbers of one camera may differ, in metres, or as a share of the focal length."""
MOST_STRETCHED = 1.25


def check_same(rows: Rows, name: str) -> Iterator[Finding]:
    """Everybody in an image is seen by one camera."""
    if name not in rows.numbers:
        return
    values, sound = rows.numbers[name], set(sound_rows(rows, [name]))
    for image, group in rows.by_image().items():
        cameras = values[[row for row in group if row in sound]]
        if len(cameras) < 2:
            continue
        apart = float(np.abs(cameras - cameras[0]).max())
        if apart > BETWEEN * max(1.0, float(np.abs(cameras[0]).max()) * (name != "cam_ext")):
            people = int((np.abs(cameras - cameras[0]).reshape(len(cameras), -1) > 0).any(-1).sum())
            text = f"{name} differs within the image by {apart:.3g} ({people} of {len(cameras)})"
            yield Finding("camera", one_line(image)[:80], text)


def check_intrinsics(rows: Rows, K: Float[np.ndarray, "rows 3 3"]) -> Iterator[Finding]:
    """Focal lengths must be a lens's, the principal point in the image."""
    for row, matrix in enumerate(K):
        fault = _intrinsics_fault(matrix)
        if fault:
            yield Finding("camera", rows.name(row), fault)


def check_extrinsics(rows: Rows) -> Iterator[Finding]:
    """The upper left of `cam_ext` must be a rotation."""
    if "cam_ext" not in rows.numbers:
        return
    for row in sound_rows(rows, ["cam_ext"]):
        matrix = rows.numbers["cam_ext"][row]
        R = matrix[:3, :3]
        right = np.allclose(R @ R.T, np.eye(3), atol=1e-3) and np.linalg.det(R) > 0
        if not right or not np.allclose(matrix[3], [0, 0, 0, 1]):
            yield Finding("camera", rows.name(row), "cam_ext is no rotation and translation")


def _intrinsics_fault(K: Float[np.ndarray, "3 3"]) -> str | None:
    if not np.isfinite(K).all():
        return None  # Said already.
    fx, fy, cx, cy = K[0, 0], K[1, 1], K[0, 2], K[1, 2]
    if not (0 < fx < 1e6 and 0 < fy < 1e6):
        return f"focal length {fx:.4g}, {fy:.4g} pixels"
    if max(fx, fy) > MOST_STRETCHED * min(fx, fy):
        return f"focal lengths {fx:.4g} and {fy:.4g} differ: pixels are not square"
    if cx <= 0 or cy <= 0:
        return f"principal point {cx:.4g}, {cy:.4g} outside the image"
    if not np.allclose(K[[1, 2, 2, 2], [0, 0, 1, 2]], [0, 0, 0, 1]):
        return "K's lower rows are no camera's"
    return None
