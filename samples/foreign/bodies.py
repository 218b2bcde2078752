"""Bodies of other layouts: whether they are where the keypoints are, and stand on their feet.

The body file that a layout was made with may not be at hand, and another one's joints lie
elsewhere. So a person is measured against what is usual in the file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float

from hmr.body import load_body
from hmr.joints import SMPLX_BODY_22
from hmr.params import Params
from hmr.rotations import axis_angle_to_matrix
from samples.finding import Finding
from samples.foreign.columns import Rows

BATCH = 256
AWAY = 0.03
"""Joints further off than this share of the box are wrong, if most of the file does better."""
USUAL = 3.0
"""Or this many times as far as is usual in the file, where another body was used."""
LOST = 0.25
"""Where the usual person is this far off, the whole file is in another frame."""
LEAST_STANDING = 3
UPSIDE_DOWN = 0.5
"""Cosine of the up direction and the camera's down from which a mean of people is turned."""


@torch.no_grad()
def joints_in_camera(
    params: Params, genders: Sequence[str], body_path: str | None
) -> Float[np.ndarray, "rows 22 3"]:
    """Pose everybody and give the body's joints."""
    found = np.zeros((len(genders), len(SMPLX_BODY_22), 3))
    for gender in sorted(set(genders)):
        body = load_body(body_path, gender)
        # A body file without the kid template can only show adults.
        known = params if body.has_kid else replace(params, kid_weight=0 * params.kid_weight)
        alike = [row for row, other in enumerate(genders) if other == gender]
        for start in range(0, len(alike), BATCH):
            part = alike[start : start + BATCH]
            found[part] = body.keypoints(known.index(part), SMPLX_BODY_22).double().numpy()
    return found


def check_projection(
    rows: Rows,
    chosen: Sequence[int],
    projected: Sequence[Float[np.ndarray, "chosen 22 2"]],
    keypoints: Float[np.ndarray, "chosen 22 3"],
    side: Float[np.ndarray, " chosen"],
) -> Iterator[Finding]:
    """Bodies must lie where the keypoints are.

    Args:
        rows: Everybody in the file.
        chosen: Rows that are checked.
        projected: Body joints in pixels, once for each reading of the layout.
        keypoints: x, y, confidence of the same joints.
        side: Longer side of each box, in pixels.
    """
    known = keypoints[..., 2] > 0
    asked = known.sum(-1) >= 5
    if not asked.any():
        return
    gaps = np.min([_gaps(points, keypoints, side) for points in projected], 0)
    usual = float(np.median(gaps[asked]))
    if usual > LOST:
        text = f"bodies project {usual:.2g} of a box away from their keypoints: another frame"
        yield Finding("frame", "the file", text)
        return
    for place in np.flatnonzero(asked & ~(gaps <= max(AWAY, USUAL * usual))).tolist():
        text = f"the body projects {gaps[place]:.2g} of its box away from its keypoints"
        yield Finding("projection", rows.name(chosen[place]), text)


def check_upright(
    rows: Rows, chosen: Sequence[int], turns: Float[np.ndarray, "chosen 3"]
) -> Iterator[Finding]:
    """People in the camera frame stand towards its -Y: the camera's +Y points down.

    Args:
        rows: Everybody in the file.
        chosen: Rows that are checked.
        turns: Their root rotations as axis-angle.
    """
    if not len(chosen):
        return
    down = axis_angle_to_matrix(torch.from_numpy(turns))[:, 1, 1].numpy()
    if len(chosen) >= LEAST_STANDING and float(np.median(down)) > UPSIDE_DOWN:
        text = f"most of its {len(chosen)} people stand upside down in the camera frame"
        yield Finding("frame", "the file", text)
        return
    place = {row: i for i, row in enumerate(chosen)}
    for image, group in rows.by_image().items():
        found = down[[place[row] for row in group if row in place]]
        if len(found) >= LEAST_STANDING and found.mean() > UPSIDE_DOWN:
            text = f"its {len(found)} people stand upside down in the camera frame"
            yield Finding("frame", image, text)


def params_of(values: Mapping[str, np.ndarray], kid_weight: np.ndarray) -> Params:
    """Build parameters from arrays by `smplx`'s names, one person a row."""
    arrays = {name: value.reshape(len(value), -1) for name, value in values.items()}
    weights = kid_weight.reshape(-1).astype(np.float32)
    return Params.from_disk({**arrays, "kid_weight": weights}, "the file's bodies")


def pixels(
    points: Float[np.ndarray, "rows n 3"], K: Float[np.ndarray, "rows 3 3"]
) -> Float[np.ndarray, "rows n 2"]:
    """Project points of the camera frame; what is not before the camera lands far away."""
    depth = np.where(points[..., 2:] > 0.01, points[..., 2:], 0.01)
    return (points @ K.transpose(0, 2, 1))[..., :2] / depth


def _gaps(
    projected: Float[np.ndarray, "rows 22 2"],
    keypoints: Float[np.ndarray, "rows 22 3"],
    side: Float[np.ndarray, " rows"],
) -> Float[np.ndarray, " rows"]:
    """Median distance of each person's joints, as a share of the box."""
    far = np.linalg.norm(projected - keypoints[..., :2], axis=-1)
    far = np.where(keypoints[..., 2] > 0, far, np.nan)
    far[np.isnan(far).all(-1)] = 0
    return np.nanmedian(far, -1) / np.maximum(side, 20)
