"""The joint regressor: joints as convex means of nearby vertices."""

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64
from scipy.optimize import nnls
from scipy.spatial import KDTree

from hmr.joints import SMPLX_55, mirrored
from hmr.open_body.skeleton import parents

DIRECTIONS = 100
"""Directions around a joint; the nearest vertices in each may carry weight."""
NEAREST = 5
"""How many vertices in each direction."""
CONE = 0.85
"""Least cosine between a direction and the vertices it may choose from."""
SPREAD = 0.02
"""How much, in metres, weight on few vertices counts against missing the joint."""


def fit_regressor(
    vertices: Float32[np.ndarray, "n v 3"],
    joints: Float32[np.ndarray, "n 55 3"],
    weights: Float32[np.ndarray, "v 55"],
    still: Bool[np.ndarray, " v"],
) -> Float32[np.ndarray, "55 v"]:
    """Fit non-negative rows that sum to one, over many bodies at once, alike on both sides.

    The mean body's joints are met; across bodies a joint stays with the skin around it, where
    MakeHuman's helpers wander (a knee by a centimetre). Only vertices that stay `still` under
    every expression take part, so a smile moves no joint.
    """
    regressor = np.zeros((len(SMPLX_55), vertices.shape[1]))
    mean_vertices, mean_joints = vertices.mean(0), joints.mean(0)
    twin = KDTree(mean_vertices * (-1, 1, 1)).query(mean_vertices)[1]
    for index, name in enumerate(SMPLX_55):
        if name.startswith("right"):
            continue
        allowed = still & _belongs(weights, index)
        around = _around(mean_vertices, mean_joints[index], np.flatnonzero(allowed))
        offsets = vertices[:, around] - joints[:, None, index]
        regressor[index, around] = _convex_weights(offsets)
        other = SMPLX_55.index(mirrored(name))
        regressor[other] = (regressor[index] + regressor[index, twin]) / 2
        if other != index:
            regressor[other] = regressor[index, twin]
    return regressor.astype(np.float32)


def _belongs(weights: Float32[np.ndarray, "v 55"], joint: int) -> Bool[np.ndarray, " v"]:
    """Tell which vertices move with a joint, its parent or its children."""
    above = parents()
    if SMPLX_55[joint].endswith("eye_smplhf"):
        return weights[:, joint] > 0.5
    family = [joint, *(child for child, parent in enumerate(above) if parent == joint)]
    if above[joint] >= 0:
        family.append(above[joint])
    return weights[:, family].sum(1) > 0.1


def _around(
    vertices: Float32[np.ndarray, "v 3"],
    joint: Float32[np.ndarray, " 3"],
    allowed: Int64[np.ndarray, " k"],
) -> Int64[np.ndarray, " m"]:
    offsets = vertices[allowed] - joint
    distances = np.linalg.norm(offsets, axis=1)
    cosines = _sphere(DIRECTIONS) @ (offsets / distances[:, None]).T
    reach = np.where(cosines > CONE, distances, np.inf)
    nearest = np.argsort(reach, axis=1)[:, :NEAREST]
    chosen = nearest[np.isfinite(np.take_along_axis(reach, nearest, axis=1))]
    return np.unique(allowed[chosen])


def _sphere(count: int) -> Float[np.ndarray, "n 3"]:
    """Return evenly spread directions: a Fibonacci lattice."""
    step = np.arange(count) + 0.5
    height = 1 - 2 * step / count
    angle = step * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(angle), height, radius * np.sin(angle)], axis=-1)


def _convex_weights(offsets: Float32[np.ndarray, "n m 3"]) -> Float[np.ndarray, " m"]:
    """Weights whose mean of the offsets is near zero, on many vertices rather than few."""
    bodies, count = offsets.shape[:2]
    misses = offsets.astype(np.float64).transpose(0, 2, 1)
    rows = [
        misses.reshape(-1, count) / np.sqrt(bodies),
        SPREAD * np.eye(count),
        # The mean body's joint and the sum of the weights are to be met exactly.
        1e3 * misses.mean(0),
        np.full((1, count), 1e3),
    ]
    target = np.zeros(sum(map(len, rows)))
    target[-1] = 1e3
    weights, _ = nnls(np.concatenate(rows), target)
    return weights / weights.sum()
